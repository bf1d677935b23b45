// A program that the window has started and records: drives a ProgramSession on a thread of its own, so that the window only
// ever looks at snapshots and never waits.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/model/program_session.h"
#include "app/model/recording.h"

namespace framespool {

enum class ProgramState {
  starting,
  waiting,    // for the first frame
  recording,
  paused,
  stopped,    // the take is over, the program goes on
  ending,     // asked to end; some seconds later it is ended
  over,       // program and takes; take_result() has how
};
[[nodiscard]] const char* to_string(ProgramState state);

// What the panels show of it.
struct ProgramView {
  ProgramState state = ProgramState::starting;
  std::string name;          // "glxgears"
  std::string command_line;  // with its arguments
  std::filesystem::path take;  // the newest; empty before its first frame
  std::size_t takes = 0;       // with frames
  std::size_t ended = 0;       // of those
  std::uint32_t width = 0, height = 0;  // of the newest frame
  std::string waits_for;       // of a program at a fixed step that has shown no frame for seconds
  RecordingFigures figures;    // of all takes together; elapsed_ns of the longest
};

struct ProgramResult {
  ProgramOutcome outcome;
  std::vector<Error> errors;  // why there is no take, or a take failed, where that was not told before
};

class ProgramRecording {
 public:
  // Starts the program on a thread of its own and returns at once; what goes wrong there comes with take_result().
  explicit ProgramRecording(ProgramPlan plan);
  // Where the program still runs it is ended, politely first; waits for that.
  ~ProgramRecording();
  ProgramRecording(const ProgramRecording&) = delete;
  ProgramRecording& operator=(const ProgramRecording&) = delete;

  // Thread of all below: the UI's. None waits for the program.
  void update(std::int64_t now_ns);  // looks at most ten times a second
  [[nodiscard]] const ProgramView& view() const { return view_; }
  void toggle();         // ends the take, or begins the next
  void toggle_pause();
  void end();            // politely, and firmly some seconds later
  void end_at_once();
  [[nodiscard]] std::vector<Error> take_errors();            // of takes that failed while the program goes on
  [[nodiscard]] std::optional<ProgramResult> take_result();  // once it is over; then this object can go
  // For the control socket; null before the program is started and once it is over.
  [[nodiscard]] std::shared_ptr<RecorderControl> control() const { return session(); }

 private:
  void work();
  void hear(const ChannelEvent& event);
  void conclude(ProgramOutcome outcome);
  [[nodiscard]] std::shared_ptr<ProgramSession> session() const;

  const ProgramPlan plan_;
  // The UI thread's own.
  ProgramView view_;
  std::int64_t looked_ns_ = -1;
  bool end_asked_ = false;
  // Shared with the thread.
  mutable std::mutex mutex_;
  std::shared_ptr<ProgramSession> session_;  // guarded by mutex_; null before begin() and after finish()
  bool wants_end_ = false;                   // guarded by mutex_: asked before there was a session
  bool ever_recording_ = false;              // guarded by mutex_
  std::vector<Error> errors_, told_;         // guarded by mutex_
  std::optional<ProgramResult> result_;      // guarded by mutex_
  std::jthread thread_;                      // last: uses all of the above
};

}  // namespace framespool
