#include "app/model/control_inbox.h"

#include <chrono>
#include <utility>

namespace framespool {
namespace {

constexpr std::chrono::seconds kPatience{4};  // less than the asking program's

}  // namespace

std::string ControlInbox::ask(const std::string& line) {
  std::unique_lock lock(mutex_);
  question_ = line;
  answer_.reset();
  const bool in_time = answered_.wait_for(lock, kPatience, [this] { return answer_.has_value(); });
  question_.reset();
  return in_time ? *std::exchange(answer_, std::nullopt) : "error the window is busy";
}

void ControlInbox::serve(RecorderControl& recorder) {
  std::unique_lock lock(mutex_);
  if (!question_) return;
  const std::string line = *std::exchange(question_, std::nullopt);
  answer_ = answer_control(recorder, line);
  answered_.notify_one();
}

}  // namespace framespool
