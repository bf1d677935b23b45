// What the recording process has for one drawable of another program: the slots that it fills, a thread that drains them,
// and, from the first frame on, a take.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "cache/channel_server.h"
#include "cache/internal/note_reader.h"
#include "cache/internal/take_drain.h"
#include "cache/slot_ring.h"

namespace framespool {

// What a take asks of its server. Called on the take's thread.
struct ChannelTakeHost {
  std::function<std::filesystem::path()> next_path;       // for a take that begins
  std::function<void(ChannelEvent)> tell;
  std::function<void(const SlotRing* ring)> ring_changed;  // the larger ring is there, or (null) could not be made
  std::function<void()> done;                              // nothing more will happen; the thread is about to end
};

class ChannelTake {
 public:
  ChannelTake(SlotRing ring, const ChannelServerOptions& options, const channel::Hello& hello, ChannelTakeHost host);
  ~ChannelTake();  // abandons
  ChannelTake(const ChannelTake&) = delete;
  ChannelTake& operator=(const ChannelTake&) = delete;

  // No more frames: what is committed is drained, the take is finished, done() is called. Any thread.
  void end();
  // The take is not to be finished; ends. Any thread.
  void abandon();
  // Once the slots are drained a ring of `budget_bytes` cut for `payload_bytes` takes their place. The producer
  // commits nothing until it has got it.
  void grow(std::size_t budget_bytes, std::size_t payload_bytes);

  // On the next frame. Any thread.
  void mark(const std::string& text);
  [[nodiscard]] bool is_done() const { return done_.load(std::memory_order_acquire); }
  // grow() was called and not answered by ring_changed. Once done: nobody will.
  [[nodiscard]] bool owes_a_ring() const;
  [[nodiscard]] bool is_corrupt() const { return corrupt_.load(std::memory_order_acquire); }  // the program wrote nonsense
  [[nodiscard]] bool has_frames() const { return begun_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] ChannelTakeStatus status() const;

 private:
  void run();
  void drain();
  // The record is written, or on its way, or it is over: false.
  [[nodiscard]] bool store(const SlotRing::Ready& ready);
  [[nodiscard]] bool settle();  // what is written beside is on the disk, or it is over: false
  [[nodiscard]] bool has_failed();
  [[nodiscard]] bool begin(std::size_t payload_bytes);
  [[nodiscard]] bool change_ring();
  void fail_with(Error error);
  void fail_corrupt();
  void fail_for_memory();
  void finish();
  void look_at_counters(ChannelTakeStatus& status) const;

  const ChannelServerOptions& options_;
  ChannelTakeHost host_;
  NoteReader notes_;
  std::string program_;
  std::int32_t pid_;

  // ring_ is replaced by the take's thread only, under the mutex; end() and grow() use it under the mutex.
  mutable std::mutex mutex_;
  std::optional<SlotRing> ring_;
  bool ending_ = false;
  std::size_t wanted_budget_ = 0, wanted_payload_ = 0;  // 0: no other ring is wanted
  std::string mark_;                                    // of the next frame
  ChannelTakeStatus status_;                            // all but what the drain knows
  std::unique_ptr<TakeDrain> drain_;                    // made and finished by the take's thread, under the mutex

  std::atomic<bool> abandoned_{false};
  std::atomic<bool> begun_{false};
  std::atomic<bool> has_mark_{false};
  std::atomic<bool> corrupt_{false};
  std::atomic<bool> done_{false};
  std::atomic<std::size_t> memory_bytes_;
  std::uint64_t frames_ = 0;  // the take's thread only
  std::jthread thread_;
};

}  // namespace framespool
