#include "encode/internal/encoder_thread.h"

#include <new>
#include <utility>

namespace framespool {

EncoderThread::EncoderThread(std::function<Result<void>(const DrawnPicture&)> send)
    : send_(std::move(send)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

EncoderThread::~EncoderThread() = default;

Result<void> EncoderThread::send_safely(const DrawnPicture& picture) {
  try {
    return send_(picture);
  } catch (const std::bad_alloc&) {
    return tl::unexpected(out_of_memory());
  }
}

void EncoderThread::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return has_waiting_ || last_; }) && has_waiting_ &&
         !stop.stop_requested()) {
    const DrawnPicture picture = std::exchange(waiting_, {});
    has_waiting_ = false;
    changed_.notify_all();
    lock.unlock();
    auto sent = send_safely(picture);
    lock.lock();
    outcome_ = std::move(sent);
    if (outcome_) continue;
    changed_.notify_all();
    return;
  }
}

Result<void> EncoderThread::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !outcome_ || !has_waiting_; });
  return outcome();
}

void EncoderThread::hand_on(const DrawnPicture& picture) {
  const std::lock_guard lock(mutex_);
  waiting_ = picture;
  has_waiting_ = true;
  changed_.notify_all();
}

Result<void> EncoderThread::finish() {
  {
    const std::lock_guard lock(mutex_);
    last_ = true;
    changed_.notify_all();
  }
  thread_.join();
  return outcome();
}

// Not a copy of the tl::expected: those are noexcept, and the texts need memory.
Result<void> EncoderThread::outcome() const {
  if (!outcome_) return tl::unexpected(outcome_.error());
  return {};
}

}  // namespace framespool
