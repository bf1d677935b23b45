// A recording server, and programs that draw into its slots: in this process or in others that may be killed.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "cache/channel_server.h"
#include "cache/core/frame_producer.h"
#include "tests/cache/take_fixture.h"

namespace framespool {

// A counter in memory that outlives the process which counts.
class SharedCount {
 public:
  using Count = std::atomic<std::uint64_t>;
  SharedCount();
  ~SharedCount();
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  Count& operator*() const { return *count_; }

 private:
  void* memory_;
  Count* count_;
};

// A process of its own, forked while this one has no other threads. It is told one line of text before it works.
class OtherProcess {
 public:
  // `work` gets what tell() was given; its result is the exit status.
  explicit OtherProcess(const std::function<int(const std::string&)>& work);
  ~OtherProcess();  // kills what still runs
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  void tell(const std::string& text) const;
  void kill_now();              // SIGKILL, and waits
  [[nodiscard]] int status();   // waits; the exit status, or 128 + the signal
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int pipe_[2] = {-1, -1};
};

[[nodiscard]] std::int64_t clock_ns();

// Draws as a preload library would: pixels_of(number of the swap), handed over where it is due. What happened.
class Drawing {
 public:
  explicit Drawing(const std::string& address, std::uint64_t drawable = 1);
  // One swap at `time_ns`, or now. True: the frame was committed.
  bool swap(FrameSize size = {}, std::int64_t time_ns = 0);
  FrameProducer& producer() { return producer_; }
  [[nodiscard]] std::uint64_t due() const { return due_; }

 private:
  FrameProducer producer_;
  std::uint64_t drawable_;
  std::uint64_t swaps_ = 0, due_ = 0;
};

class ChannelTest : public TakeTest {
 protected:
  [[nodiscard]] ChannelServerOptions server_options();
  // Records every frame, unless told otherwise.
  void start(const ChannelServerOptions& options);
  void start() { start(server_options()); }
  [[nodiscard]] ChannelServer& server() { return *server_; }
  // finish() of the server, which is gone then.
  std::vector<ChannelTakeStatus> finish();
  // What the server told, of one kind.
  [[nodiscard]] std::vector<ChannelEvent> events(ChannelEvent::Kind kind) const;
  void wait_for(ChannelEvent::Kind kind, std::size_t count = 1) const;
  // A complete take of `frames` frames, each the next one drawn.
  void expect_whole(const std::string& name, std::uint64_t frames) const;
  // Frame `index` is whole and the one that was drawn with its number.
  static void expect_drawn(TakeReader& reader, std::uint64_t index);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable told_;
  std::vector<ChannelEvent> events_;  // guarded by mutex_
  std::unique_ptr<ChannelServer> server_;
};

}  // namespace framespool
