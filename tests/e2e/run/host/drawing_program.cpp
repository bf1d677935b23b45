// A program that shows square frames of one colour, counting up, through the frame channel: what a preload library does in an
// OpenGL program, without OpenGL. Byte k % 200 fills frame k.
//
//   drawing_program FRAMES [every MS] [size PIXELS] [status N] [notice TEXT] [remark TEXT] [deaf] [polite] [abort] [tell N]
//
// FRAMES 0: until a signal, or two minutes, so that no test leaves one behind whose recorder it killed. "deaf" to SIGTERM; "polite": at SIGTERM it
// cleans up first, and says so. "tell N": says "at N" before frame N. Prints how many frames it drew.
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cache/core/frame_producer.h"

namespace {

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

constinit framespool::FrameProducer producer;
volatile std::sig_atomic_t is_to_end = 0;

}  // namespace

int main(int argc, char** argv) {
  long frames = argc > 1 ? std::atol(argv[1]) : 0;
  long every_ms = 0, tell = -1;
  std::uint32_t size = 8;
  int status = 0;
  bool aborts = false;
  const char* notice = nullptr;  // sent twice, before the frames
  auto kind = framespool::channel::NoticeKind::cannot_capture;
  for (int at = 2; at < argc; ++at) {
    const std::string_view word = argv[at];
    if (word == "every" && at + 1 < argc) every_ms = std::atol(argv[++at]);
    if (word == "size" && at + 1 < argc) size = static_cast<std::uint32_t>(std::atol(argv[++at]));
    if (word == "status" && at + 1 < argc) status = std::atoi(argv[++at]);
    if (word == "notice" && at + 1 < argc) notice = argv[++at];
    if (word == "remark" && at + 1 < argc) {
      notice = argv[++at];
      kind = framespool::channel::NoticeKind::remark;
    }
    if (word == "deaf") std::signal(SIGTERM, SIG_IGN);
    if (word == "polite") std::signal(SIGTERM, [](int) { is_to_end = 1; });
    if (word == "tell" && at + 1 < argc) tell = std::atol(argv[++at]);
    if (word == "abort") aborts = true;
  }
  if (frames == 0) ::alarm(120);
  for (int i = 0; notice != nullptr && i < 2; ++i)
    static_cast<void>(framespool::send_notice(kind, notice));
  long drawn = 0;
  for (; is_to_end == 0 && (frames == 0 || drawn < frames); ++drawn) {
    if (drawn == tell) {
      std::printf("at %ld\n", drawn);
      std::fflush(stdout);
    }
    const framespool::SwapFacts facts{.time_ns = now_ns(),
                                      .drawable = 1,
                                      .width = size,
                                      .height = size,
                                      .api = framespool::channel::Api::other,
                                      .is_gles = false};
    framespool::FrameTicket ticket;
    if (producer.on_swap(facts, ticket) == framespool::FrameProducer::Swap::due)
      if (void* pixels = producer.acquire(ticket, size, size)) {
        std::memset(pixels, static_cast<int>(ticket.presented % 200), std::size_t{size} * size * 4);
        producer.commit(ticket, {});
      }
    if (every_ms > 0) {
      const timespec pause{.tv_sec = every_ms / 1000, .tv_nsec = every_ms % 1000 * 1'000'000};
      ::nanosleep(&pause, nullptr);
    }
  }
  if (is_to_end != 0) std::printf("cleaned up\n");
  std::printf("drew %ld frames\n", drawn);
  std::fflush(stdout);
  if (aborts) std::abort();
  return status;
}
