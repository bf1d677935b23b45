// The drawing end of the frame channel, for a library inside somebody else's program: no C++ run-time library, no
// allocation, no exceptions, nothing printed, errno left alone, no SIGPIPE. One for each drawable.
//
//   at each swap:
//     if (producer.on_swap({...}, ticket) == FrameProducer::Swap::due) {
//       if (void* pixels = producer.acquire(ticket, width, height)) {
//         glReadPixels into pixels;  producer.commit(ticket, facts)  or  producer.give_back(ticket);
//       }
//     }
//
// With a readback ring acquire() comes some frames after on_swap(): keep the ticket beside the frame, commit in the
// order of on_swap().
//
// The consumer may die, be killed or hang at any moment: no call then blocks for more than a moment, the memory is
// unmapped and on_swap() says idle from then on. After fork() the child's producers are found to be the parent's, let go of
// at the next call, and connected anew.
//
// Static storage: constant-initialised and trivially destructible, so that it needs no constructor and no exit handler.
// Thread: any, one call at a time for each producer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cache/core/frame_channel.h"
#include "cache/core/slot_memory.h"

namespace framespool {

// What is known at a swap.
struct SwapFacts {
  std::int64_t time_ns = 0;  // CLOCK_MONOTONIC
  std::uint64_t drawable = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  channel::Api api = channel::Api::other;
  bool is_gles = false;
  // Number of the fixed-step grid's step that this swap presents, growing; 0: real time.
  std::uint64_t step = 0;
  ClockReport clock{};
};

// One frame between on_swap() and commit(). Plain data; kept by the caller.
struct FrameTicket {
  std::uint64_t presented = 0;
  std::int64_t time_ns = 0;
  std::int64_t cut_ns = 0;
  std::uint64_t dropped_total = 0;  // before this frame
  std::uint32_t connection = 0;     // a ticket of another connection is refused
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t slot = 0;
  ClockReport clock{};
  bool is_repeated = false;
  std::uint64_t repeats = 0;  // steps since the frame before for which nothing was presented
};

class FrameProducer {
 public:
  enum class Swap {
    idle,     // nothing is recorded: no address, no consumer, paused, stopped
    not_due,  // an earlier frame stands for this step of the limit
    due,      // `ticket` is filled: read this frame back
  };

  // Counts the swap and decides. Connects where there is an address and no connection: once, then again every few
  // seconds at most; that call may take up to a second when the consumer hangs.
  [[nodiscard]] Swap on_swap(const SwapFacts& facts, FrameTicket& ticket);

  // Page-aligned memory of width * height * 4 bytes for the ticket's frame, until commit() or give_back(). nullptr: the
  // frame is dropped, which is counted here (real time: no free slot; either: the consumer has gone or has
  // no room for so large a frame). With every_frame() it waits for a slot as long as the consumer lives.
  // Between acquire() and commit() or give_back() there is no other call of this producer.
  [[nodiscard]] void* acquire(FrameTicket& ticket, std::uint32_t width, std::uint32_t height);

  struct PixelFacts {
    bool is_bgra = false;
    bool is_srgb = false;
  };
  // The frame is whole. Once this returns it is in the take, whatever becomes of this process.
  void commit(const FrameTicket& ticket, PixelFacts pixels);
  // It is not: reading it failed. Counted as dropped.
  void give_back(const FrameTicket& ticket);
  // Fixed step: the steps that passed without a frame show the one before, which is stored again for each of them. Before
  // acquire() for the ticket's own frame, and only when all frames before it are committed.
  void repeat_before(const FrameTicket& ticket);
  // A due frame for which there was no readback (a full ring of pixel pack buffers). No slot may be held for it.
  void drop_unread(const FrameTicket& ticket);

  // Whether frames wait for a slot instead of being dropped. Meaningful after a due.
  [[nodiscard]] bool every_frame() const;
  // Whether the recorder said how often a frame is taken at most. Meaningful after a due.
  [[nodiscard]] bool has_limit() const;
  // How long the consumer took to store the last frame, the disk included. 0: none yet.
  [[nodiscard]] std::int64_t storing_ns() const { return slots_.mapping() == nullptr ? 0 : slots_.drain_ns(); }
  [[nodiscard]] bool connected() const { return socket_ >= 0; }

  // The drawable is gone or the program ends: what was committed is drained, the take is finished. It may connect again.
  void disconnect();

 private:
  // In producer_connection.cpp
  [[nodiscard]] bool forked() const;
  void note_fork();
  void connect_now(const SwapFacts& facts);
  [[nodiscard]] bool greet(const SwapFacts& facts);
  [[nodiscard]] bool is_our_socket() const;
  [[nodiscard]] bool consumer_lives();  // lets go when not
  [[nodiscard]] bool look_after(std::int64_t now_ns);
  [[nodiscard]] bool grow(std::size_t payload_bytes);
  [[nodiscard]] bool finish_growing();
  void say_goodbye();
  void let_go();  // closes and unmaps
  // In frame_producer.cpp
  [[nodiscard]] bool is_due(std::int64_t recorded_ns);
  [[nodiscard]] bool fit(std::size_t payload_bytes);
  [[nodiscard]] bool wait_for_slot(std::uint32_t& slot);
  [[nodiscard]] channel::ProducerCounters* counters() const;
  [[nodiscard]] bool repeat_last(const FrameTicket& ticket);
  [[nodiscard]] std::uint64_t steps_missed(std::uint64_t step);
  void count_drop(std::uint32_t reason);

  int socket_ = -1;
  std::uint64_t socket_inode_ = 0;  // the host may close our descriptor and reuse its number
  std::uint32_t connection_ = 0;    // tickets of another one are void
  std::uint32_t epoch_ = 0;
  SlotMemory slots_{};
  const channel::ControlPage* control_ = nullptr;
  std::size_t control_bytes_ = 0;
  const std::int32_t* mark_ = nullptr;  // holds the process id; wiped in a forked child
  std::int32_t owner_ = 0;              // the process that connected; 0: none
  std::int64_t next_look_ns_ = 0;       // when to see whether the consumer lives
  std::int64_t next_try_ns_ = 0;        // when to try to connect again
  bool holds_slot_ = false;             // between acquire() and commit()
  bool growing_ = false;                // grow is sent, not answered
  std::size_t wanted_bytes_ = 0;        // what was asked for
  std::size_t refused_bytes_ = 0;       // the consumer has no room for frames as large as this; 0: never said
  // Since the connection was made.
  std::uint64_t presented_ = 0, due_ = 0, dropped_ = 0, stamped_drops_ = 0;
  std::uint32_t drop_reason_ = 0;
  bool has_origin_ = false;
  std::int64_t origin_ns_ = 0;  // of recorded time: the first frame that was due
  std::uint64_t next_step_ = 0;  // of the limit's grid
  std::uint64_t next_fixed_step_ = 0;  // the one behind the last frame's; 0: none yet
  // The frame that was committed last. Its pixels lie in its slot until that is acquired again.
  bool has_last_ = false;
  std::uint32_t last_slot_ = 0;
  FrameTicket last_{};
  PixelFacts last_pixels_{};
};

// One notice to the consumer, over a connection of its own. Returns at once; false when it could not be sent.
bool send_notice(channel::NoticeKind kind, const char* text);

}  // namespace framespool
