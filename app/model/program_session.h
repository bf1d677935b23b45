// One program that is started to be recorded: its process, the recording of its frames, and when each ends. No terminal and
// no window here; `framespool run` and the window drive it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/model/clock_watch.h"
#include "app/model/recorder_control.h"
#include "app/platform/child_process.h"
#include "app/platform/hotkey.h"
#include "cache/channel_server.h"
#include "cache/unique_fd.h"

namespace framespool {

struct ProgramPlan {
  std::filesystem::path program;     // the file to execute
  std::filesystem::path library;     // what is preloaded into it
  std::vector<std::string> command;  // as typed: name and arguments
  std::filesystem::path working_directory{};  // of the program; empty: this process's own
  ChannelServerOptions recording;    // on_event is the session's
  std::optional<std::int64_t> start_after_ns;  // then recording begins
  std::optional<std::int64_t> duration_ns;     // of recording, pauses not counted
  // Of a program on the virtual clock: `on_wait` is told, by step(), what it waits for when no frame has come for so long, and
  // again at growing intervals. Zero: never.
  std::chrono::nanoseconds explain_after{};
  std::function<void(const std::string&)> on_wait;
  bool keep_running = false;                   // the program goes on when what was asked for is recorded
  std::vector<std::pair<std::string, std::string>> environment;  // of the program, besides this process's own
  Hotkey hotkey{};                   // starts and stops recording in the program's windows
  // Orphans of the program become children of this process and are waited for. Only where nothing else waits for children.
  bool adopt_orphans = false;
};

// How it ended.
struct ProgramOutcome {
  std::vector<ChannelTakeStatus> takes;  // with frames, or with an error
  int program_status = 0;                // its exit status, or 128 + the signal that ended it
  bool ended_by_us = false;              // because what was asked for was recorded
  std::string why_no_frame;              // when there is no take
  ClockWatch::Waits waits;               // for frames, with explain_after
  std::uint32_t stayed_real = 0;         // UnvirtualisedTime, also what no take knows of; with explain_after
};

class ProgramSession final : public RecorderControl {
 public:
  // Starts recording and program. `on_event` is called by step(). Errors: those of ChannelServer and ChildProcess.
  [[nodiscard]] static Result<std::unique_ptr<ProgramSession>> begin(ProgramPlan plan,
                                                                     std::function<void(const ChannelEvent&)> on_event);
  ~ProgramSession() override;  // the program is left running, takes that are not finished are interrupted

  // Waits for the next thing and sees to it. False: program and recording are over, call finish(). Thread: one.
  [[nodiscard]] bool step();
  // Every frame captured by then is in its take. Once.
  [[nodiscard]] ProgramOutcome finish();

  // Any thread.
  void pass_on(int signal_number);   // to the program
  void end_program();                // politely, and firmly some seconds later
  void end_firmly();                 // at once
  [[nodiscard]] ChannelServer& recording() { return *server_; }
  [[nodiscard]] RecorderStatus status() const override;
  [[nodiscard]] Result<void> start() override;
  [[nodiscard]] Result<void> stop() override;
  [[nodiscard]] Result<void> pause() override;
  [[nodiscard]] Result<void> resume() override;
  [[nodiscard]] Result<void> mark(const std::string& text) override;

 private:
  using Clock = std::chrono::steady_clock;
  explicit ProgramSession(ProgramPlan plan, std::function<void(const ChannelEvent&)> on_event);
  void wake() const;
  void hear_events();
  void hear(const ChannelEvent& event);
  void count_time(bool recording);
  void keep_time();
  void enough();
  void send_to_all(int signal_number);
  void look_at_program();
  void watch();
  [[nodiscard]] bool is_over();
  [[nodiscard]] int timeout_ms() const;
  [[nodiscard]] std::string why_no_frame() const;

  ProgramPlan plan_;
  std::function<void(const ChannelEvent&)> on_event_;
  UniqueFd wake_;
  mutable std::mutex mutex_;
  std::vector<ChannelEvent> events_;    // guarded by mutex_; told by the server's threads, heard by step()
  std::vector<int> signals_;            // guarded by mutex_
  std::string waits_for_;               // guarded by mutex_
  bool wants_end_ = false, wants_kill_ = false;  // guarded by mutex_
  std::optional<ChildProcess> child_;

  // step()'s own.
  std::optional<int> program_status_;
  std::optional<Clock::time_point> start_at_, end_at_, kill_at_, grace_until_;
  std::optional<Clock::time_point> counting_since_;  // recording time runs since then
  Clock::duration counted_{};
  bool begun_ = false, ended_by_us_ = false, had_enough_ = false;
  int drawables_ = 0;
  bool loaded_ = false, context_made_ = false, vulkan_ = false;
  std::string cannot_capture_;
  std::unique_ptr<ClockWatch> watch_;  // null unless waits are explained

  std::unique_ptr<ChannelServer> server_;  // its threads use the above
  std::unique_ptr<HotkeyWatcher> hotkey_;  // its thread uses the server; null where there is no X server
};

}  // namespace framespool
