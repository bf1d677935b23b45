// A recorder of other programs and, on a thread of its own, a program that hands it frames of two sizes over the frame
// channel: so that what the recorder does can be made to fail. `channel_recorder TAKE`
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "cache/channel_server.h"
#include "cache/core/frame_producer.h"
#include "tests/faults/recorder_main.h"

namespace {

using namespace framespool;

constexpr int kFrames = 8;
constexpr std::uint32_t kFirstSide = 16, kLastSide = 80;  // the last ones fit only into larger slots

void draw(const std::string& address) {
  ::setenv(channel::kAddressVariable, address.c_str(), 1);
  static FrameProducer producer;
  for (int k = 0; k < kFrames; ++k) {
    const std::uint32_t side = k < kFrames / 2 ? kFirstSide : kLastSide;
    FrameTicket ticket;
    const SwapFacts facts{.time_ns = std::int64_t{1'000'000} * (k + 1), .drawable = 1, .width = side, .height = side};
    if (producer.on_swap(facts, ticket) != FrameProducer::Swap::due) continue;
    void* pixels = producer.acquire(ticket, side, side);
    if (pixels == nullptr) continue;
    std::memset(pixels, 16 * k + 5, std::size_t{side} * side * 4);
    producer.commit(ticket, {.is_bgra = true, .is_srgb = false});
  }
  producer.disconnect();
}

Result<void> record(const char* path) {
  ChannelServerOptions options;
  options.take.path = path;
  options.take.info.rate = {60, 1};
  options.take.reserve_bytes = 0;
  options.take.slot_budget_bytes = 16 << 10;
  options.every_frame = true;
  auto server = ChannelServer::start(options);
  if (!server) return tl::unexpected(server.error());
  {
    const std::jthread program(draw, std::cref((*server)->address()));
  }
  const auto takes = (*server)->finish();
  for (const auto& take : takes)
    if (take.error) return tl::unexpected(*take.error);
  if (takes.empty() || takes[0].summary->frames != kFrames) return fail(ErrorKind::failed, path, "frames are missing");
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  return run_recorder(count, arguments, record);
}
