// Requests of the control socket for a recorder that one thread owns (the window's): the socket's thread waits here until that
// thread has time for them.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "app/model/recorder_control.h"

namespace framespool {

class ControlInbox {
 public:
  // The answer to `line`, given by serve(). The socket's thread, one call at a time; waits some seconds at most.
  [[nodiscard]] std::string ask(const std::string& line);
  // Answers what was asked, if anything. The owner's thread; never waits.
  void serve(RecorderControl& recorder);

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<std::string> question_, answer_;  // guarded by mutex_
};

}  // namespace framespool
