// What a drawing process (the producer: a library inside somebody else's program) and the recording process (the
// consumer, which owns the take) say to each other. Plain data only; little-endian is not promised, both ends run on
// one machine. docs/frame-channel.md tells the whole story.
//
//   socket    SOCK_SEQPACKET, its address in FRAMESPOOL_CHANNEL ("@name" is abstract, anything else a path), one
//             connection for each drawable, one struct below for each packet
//   ring      a memfd with the slots (cache/core/slot_memory.h); made by the consumer, one for each connection
//   control   a memfd with one ControlPage; made by the consumer, the same for all connections, read only for producers
//
// Frames never travel over the socket. Either end may be killed at any moment: what is committed to the ring is drained,
// and the hang-up of the socket tells the other end.
#pragma once

#include <atomic>
#include <cstdint>

#include "cache/core/clock_report.h"

namespace framespool::channel {

inline constexpr std::uint32_t kVersion = 1;

// Environment of the recorded program, set by `framespool run`:
inline constexpr char kAddressVariable[] = "FRAMESPOOL_CHANNEL";  // where the consumer listens; unset: do nothing
// "1": the preload library says on standard error what it hooks and why it does not record. For finding faults.
inline constexpr char kDebugVariable[] = "FRAMESPOOL_DEBUG";

// The virtual clock, docs/fixed-step.md. A rate ("60", "30000/1001"); unset: the program lives in real time.
inline constexpr char kFixedStepVariable[] = "FRAMESPOOL_FIXED_STEP";
inline constexpr char kClampVariable[] = "FRAMESPOOL_CLAMP";  // set: a swap is one step, however far the clock moved
inline constexpr char kSeedVariable[] = "FRAMESPOOL_SEED";    // a number: process id and random numbers follow from it
// A number: steps of the rate after the first frame for which nothing is recorded.
inline constexpr char kSkipStepsVariable[] = "FRAMESPOOL_SKIP_STEPS";
// The process that starts the program: its own child is the program itself, whatever that loads.
inline constexpr char kRecorderVariable[] = "FRAMESPOOL_RECORDER";

enum class Message : std::uint32_t {
  hello = 1,    // producer, first packet of a connection
  welcome = 2,  // consumer, with the descriptors of ring and control page, in this order
  refused = 3,  // consumer, then it hangs up: Refusal
  grow = 4,     // producer: a frame does not fit. Until the answer it commits nothing
  ring = 5,     // consumer: with the descriptor of a larger ring, the old one being drained and dead
  too_large = 6,  // consumer: no ring for a frame of that size; the old one stays
  notice = 8,   // producer, on a connection or as its only packet (instead of hello)
  goodbye = 9,  // producer: no more frames; what is committed is all there was
};

struct Header {
  std::uint32_t magic = kMagic;
  Message type;
  static constexpr std::uint32_t kMagic = 0x48435346;  // "FSCH"
};

inline constexpr std::uint32_t kTextBytes = 256;  // with the terminating zero

enum class Api : std::uint32_t { other = 0, glx = 1, egl = 2 };

struct Hello {
  Header header{.type = Message::hello};
  std::uint32_t version = kVersion;
  std::int32_t pid = 0;
  std::uint64_t drawable = 0;  // the window system's name for it; only shown
  std::uint32_t width = 0;     // of the first frame
  std::uint32_t height = 0;
  Api api = Api::other;
  std::uint32_t is_gles = 0;
  char program[kTextBytes] = {};  // name of the executable, UTF-8
};

struct Welcome {
  Header header{.type = Message::welcome};
  std::uint32_t version = kVersion;
  std::uint32_t take = 0;  // from 1: which take of the recording this drawable is
};

enum class Refusal : std::uint32_t {
  none = 0,
  version = 1,    // the two ends are of different versions
  no_memory = 2,  // the memory for slots is used up by other drawables
  stopped = 3,    // nothing is recorded now; try again when a second has passed
  failed = 4,     // the take could not be made
};
struct Refused {
  Header header{.type = Message::refused};
  Refusal reason = Refusal::none;
};

struct Grow {
  Header header{.type = Message::grow};
  std::uint64_t payload_bytes = 0;
};
struct Answer {  // ring, too_large, goodbye
  Header header;
};

enum class NoticeKind : std::uint32_t {
  loaded = 1,          // a hooked function was called for the first time in this process
  context_made = 2,    // the program has an OpenGL context current
  cannot_capture = 3,  // `text` says why ("the context is older than OpenGL 3.0")
  vulkan = 4,          // the program draws with Vulkan
  remark = 5,          // `text` says what went another way than usual; the frames are all in the take
};
struct Notice {
  Header header{.type = Message::notice};
  NoticeKind kind = NoticeKind::loaded;
  std::int32_t pid = 0;
  char program[kTextBytes] = {};
  char text[kTextBytes] = {};
};

// The control page
// -----------------------------------------------------------------------------------------------------

enum class State : std::uint32_t {
  paused = 0,     // no frame is taken; the time is cut out of the take
  recording = 1,
  stopped = 2,    // the takes end: say goodbye, and connect again once the state is not `stopped`
};

// Written by the consumer only. A producer reads `state` at every swap and nothing else while it is not recording.
// Words of 4 and 8 bytes at fixed offsets; never shrinks.
struct ControlPage {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t every_frame;  // 0: drop what finds no slot. 1: wait for one
  // At most this many frames a second are taken; numerator 0: all of them.
  std::int64_t limit_numerator;
  std::int64_t limit_denominator;
  std::atomic<std::uint32_t> state;  // State; written last, read first
  std::atomic<std::uint32_t> epoch;  // grows with each start after a stop; a connection belongs to one
  std::atomic<std::int64_t> cut_ns;  // pauses that are over, together; written before `state`
  static constexpr std::uint64_t kMagic = 0x4c54435346;  // "FSCTL"
};
static_assert(sizeof(ControlPage) == 48 && std::atomic<std::int64_t>::is_always_lock_free);

// In the ring
// -----------------------------------------------------------------------------------------------------

// What the producer knows of a frame, at the beginning of the slot's header page. The consumer makes the take's record of
// it. Checked there: nothing a producer writes is trusted.
struct FrameNote {
  std::uint64_t magic = kMagic;
  std::uint64_t presented = 0;  // number of this swap among those of the drawable, from 0
  std::int64_t time_ns = 0;     // CLOCK_MONOTONIC at the swap
  std::int64_t cut_ns = 0;      // ControlPage::cut_ns then
  std::uint32_t width = 0;      // the payload is width * height * 4 bytes, rows bottom-up
  std::uint32_t height = 0;
  std::uint32_t pixel_format = 1;  // framespool::PixelFormat: 1 RGBA8, 2 BGRA8
  std::uint32_t is_srgb = 0;       // the driver calls the framebuffer's encoding sRGB
  std::uint32_t dropped_before = 0;
  std::uint32_t drop_reason = 0;  // framespool::DropReason: 1 no free slot, 2 readback busy
  std::uint32_t is_repeated = 0;  // the frame before once more
  std::uint32_t reserved = 0;
  ClockReport clock{};  // all zero in real time
  static constexpr std::uint64_t kMagic = 0x45544f4e53465346;  // "FSFSNOTE"
};

// Counters of the producer, in the ring's page for its users. Read by the consumer at any time.
struct ProducerCounters {
  std::atomic<std::uint64_t> presented;  // swaps seen, recorded or not
  std::atomic<std::uint64_t> due;        // of those, frames that should have been stored
  std::atomic<std::uint64_t> dropped;    // of those, the ones that were not
};

}  // namespace framespool::channel
