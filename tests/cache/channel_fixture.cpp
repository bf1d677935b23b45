#include "tests/cache/channel_fixture.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace framespool {

SharedCount::SharedCount()
    : memory_(::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
      count_(new (memory_) Count(0)) {}
SharedCount::~SharedCount() { ::munmap(memory_, sizeof(Count)); }

OtherProcess::OtherProcess(const std::function<int(const std::string&)>& work) {
  EXPECT_EQ(::pipe(pipe_), 0);
  ::fflush(nullptr);
  pid_ = ::fork();
  EXPECT_GE(pid_, 0);
  if (pid_ != 0) return;
  ::close(pipe_[1]);
  char text[256] = {};
  const auto length = ::read(pipe_[0], text, sizeof text - 1);
  if (length <= 0) ::_exit(99);
  const int status = work(std::string(text, static_cast<std::size_t>(length)));
  ::fflush(nullptr);
  ::_exit(status);
}

OtherProcess::~OtherProcess() {
  if (pid_ > 0) kill_now();
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

void OtherProcess::tell(const std::string& text) const {
  EXPECT_EQ(::write(pipe_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

void OtherProcess::kill_now() {
  ::kill(pid_, SIGKILL);
  static_cast<void>(status());
}

int OtherProcess::status() {
  int status = 0;
  EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::int64_t clock_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

Drawing::Drawing(const std::string& address, std::uint64_t drawable) : drawable_(drawable) {
  ::setenv(channel::kAddressVariable, address.c_str(), 1);
}

bool Drawing::swap(FrameSize size, std::int64_t time_ns) {
  const std::uint64_t number = swaps_++;
  FrameTicket ticket;
  const SwapFacts facts{.time_ns = time_ns != 0 ? time_ns : clock_ns(),
                        .drawable = drawable_,
                        .width = size.width,
                        .height = size.height,
                        .api = channel::Api::glx,
                        .is_gles = false};
  if (producer_.on_swap(facts, ticket) != FrameProducer::Swap::due) return false;
  ++due_;
  void* pixels = producer_.acquire(ticket, size.width, size.height);
  if (pixels == nullptr) return false;
  const Pixels drawn = pixels_of(number, size.width, size.height);
  std::memcpy(pixels, drawn.data(), drawn.size());
  producer_.commit(ticket, {.is_bgra = true, .is_srgb = false});
  return true;
}

ChannelServerOptions ChannelTest::server_options() {
  ChannelServerOptions all;
  all.take = options();
  all.take.info.program.clear();
  all.take.slot_budget_bytes = 0;
  all.every_frame = true;
  all.on_event = [this](const ChannelEvent& event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    told_.notify_all();
  };
  return all;
}

void ChannelTest::start(const ChannelServerOptions& all) {
  auto server = ChannelServer::start(all);
  ASSERT_TRUE(server) << server.error().line();
  server_ = std::move(*server);
}

std::vector<ChannelTakeStatus> ChannelTest::finish() {
  auto takes = server_->finish();
  server_.reset();
  return takes;
}

std::vector<ChannelEvent> ChannelTest::events(ChannelEvent::Kind kind) const {
  const std::lock_guard lock(mutex_);
  std::vector<ChannelEvent> some;
  for (const auto& event : events_)
    if (event.kind == kind) some.push_back(event);
  return some;
}

void ChannelTest::wait_for(ChannelEvent::Kind kind, std::size_t count) const {
  std::unique_lock lock(mutex_);
  told_.wait(lock, [&] {
    std::size_t seen = 0;
    for (const auto& event : events_) seen += event.kind == kind ? 1 : 0;
    return seen >= count;
  });
}

void ChannelTest::expect_whole(const std::string& name, std::uint64_t frames) const {
  const auto reader = open(name);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->state(), TakeState::complete);
  ASSERT_EQ(reader->frame_count(), frames);
  for (std::uint64_t index = 0; index < frames; ++index) {
    ASSERT_NO_FATAL_FAILURE(expect_drawn(*reader, index));
    EXPECT_EQ(reader->frame_info(index)->presented, index);
  }
}

void ChannelTest::expect_drawn(TakeReader& reader, std::uint64_t index) {
  const auto info = reader.frame_info(index);
  ASSERT_TRUE(info) << info.error().line();
  Pixels pixels(info->payload_bytes);
  const auto frame = reader.read_frame(index, pixels);
  ASSERT_TRUE(frame) << frame.error().line();
  EXPECT_EQ(frame->sequence, index);
  ASSERT_TRUE(pixels == pixels_of(frame->presented, frame->width, frame->height)) << "frame " << index;
}

}  // namespace framespool
