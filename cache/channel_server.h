// The recording end of the frame channel (cache/core/frame_channel.h): other programs connect and hand over frames in
// shared memory, each drawable gets a take. Killing such a program loses no frame that it committed; killing this process
// leaves it undisturbed. docs/frame-channel.md tells how.
//
//   auto server = ChannelServer::start(options);
//   start a program with FRAMESPOOL_CHANNEL=server->address() in its environment
//   auto takes = server->finish();
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/core/frame_channel.h"
#include "cache/error.h"
#include "cache/take_writer.h"

namespace framespool {

// Something that people may want to be told. Called on the server's threads, one call at a time, no lock held;
// must not call the server.
struct ChannelEvent {
  enum class Kind {
    connected,     // a drawable
    disconnected,  // its program has ended or let go, and its take (if there is one) has ended
    take_begun,   // its first frame is on the disk; `path`
    take_ended,   // finished; `path`, `frames`, `dropped`
    take_failed,  // `error`; the frames before it are kept. Unless it was the program's fault, recording stops
    frames_reached,  // the take has as many frames as were asked for
    refused,      // a drawable for which there was no room
    notice,       // `notice`, `text` and the program
    toggled,      // the hotkey: what follows it is another event
    recording,    // started or resumed
    paused,
    stopped,
  } kind;
  std::filesystem::path path{};
  std::string program{};
  std::string text{};
  std::int32_t pid = 0;
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  channel::NoticeKind notice{};
  std::optional<Error> error{};
};

struct ChannelServerOptions {
  // path is the first take's; the next ones are NAME-2.fspool, NAME-3.fspool, ... past those that exist.
  // rate, reserve, overwrite, direct_io and only_whole as there. program is the recorded one's when it is empty. The clock is
  // real time unless fixed_step, the sizes come from the frames; slot_budget_bytes is each drawable's share.
  TakeWriterOptions take;
  std::optional<Rational> limit;  // frames a second at most; nullopt: every frame presented
  // The program lives on the virtual clock of docs/fixed-step.md (its environment says so): frame k belongs to the time
  // k / rate. Goes with every_frame and without a limit.
  bool fixed_step = false;
  bool every_frame = false;       // the program waits for a free slot instead of losing a frame
  bool paused = false;            // begin without recording
  std::uint64_t frames = 0;       // of each take at most; 0: no limit
  // Memory of all slots of all drawables together.
  std::size_t memory_bytes = std::size_t{512} << 20;
  std::function<void(const ChannelEvent&)> on_event;
};

// One take, begun or ended, or a drawable that has committed no frame yet.
struct ChannelTakeStatus {
  std::filesystem::path path;  // empty before the first frame
  std::string program;
  std::int32_t pid = 0;
  std::uint32_t width = 0, height = 0;  // of the last frame
  std::uint64_t presented = 0;          // swaps
  std::uint64_t dropped = 0;            // frames that were due and are not in the take
  std::int64_t recorded_ns = 0;         // time of the last frame plus one step of the rate
  ClockReport clock;                    // fixed step only
  bool ended = false;
  TakeWriterStats writer;
  std::optional<TakeSummary> summary;  // once it ended well
  std::optional<Error> error;          // what stopped it
};

class ChannelServer {
 public:
  // Listens at an address of its own, to which only processes of the same user may connect.
  // Errors: usage (rate, no room for a single frame), failed.
  [[nodiscard]] static Result<std::unique_ptr<ChannelServer>> start(const ChannelServerOptions& options);
  // Releases; takes that are not finished stay as interrupted.
  ~ChannelServer();
  ChannelServer(const ChannelServer&) = delete;
  ChannelServer& operator=(const ChannelServer&) = delete;

  // The value of FRAMESPOOL_CHANNEL.
  [[nodiscard]] const std::string& address() const;

  // Any thread. The time between pause and resume is cut out of the takes. stop ends the takes (soon: programs that draw
  // are given a moment to finish their frame); resume after it begins new ones.
  void pause();
  void resume();
  void stop();
  void toggle();  // what the hotkey does: stop when recording, else resume
  // A text on the next frame of each take that runs; false when none does. At most 255 bytes are kept.
  bool mark(const std::string& text);
  [[nodiscard]] channel::State state() const;
  [[nodiscard]] std::vector<ChannelTakeStatus> takes() const;
  // The process of each drawable that is connected, recorded or not.
  [[nodiscard]] std::vector<std::int32_t> processes() const;

  // Ends the takes and everything else. Every frame committed by then is in its take. Once. Where memory was short on the
  // way, so that an event, a drawable or a status was lost, the last entry has no path and says so.
  [[nodiscard]] std::vector<ChannelTakeStatus> finish();

 private:
  struct Impl;
  explicit ChannelServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
