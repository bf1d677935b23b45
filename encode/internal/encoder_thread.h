// One thread between drawing pictures and libavcodec, so that reading, flipping and converting a frame never
// waits for the encoder while it has work. Two pictures: one being sent, one being drawn or waiting; a fixed
// number.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "cache/error.h"
#include "encode/internal/av_handles.h"

namespace framespool {

struct DrawnPicture {
  AVFrame* picture = nullptr;  // borrowed until it was sent
  std::uint32_t repeat = 1;
  std::int64_t pts_ns = 0;
};

class EncoderThread {
 public:
  static constexpr std::size_t kPictures = 2;

  // Starts the thread. `send` runs on it, for one picture after the other, until the first error.
  explicit EncoderThread(std::function<Result<void>(const DrawnPicture&)> send);
  // Drops a picture that waits, waits for the one being sent.
  ~EncoderThread();
  EncoderThread(const EncoderThread&) = delete;
  EncoderThread& operator=(const EncoderThread&) = delete;

  // Waits until the picture drawn kPictures ago was sent, so that its memory may be drawn on again.
  // Error: the first one of `send`. Thread: the one that hands on, like the next two.
  [[nodiscard]] Result<void> wait_for_room();
  // After wait_for_room().
  void hand_on(const DrawnPicture& picture);
  // Waits until all pictures were sent and ends the thread. Error: as above.
  [[nodiscard]] Result<void> finish();

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Result<void> send_safely(const DrawnPicture& picture);
  [[nodiscard]] Result<void> outcome() const;

  const std::function<Result<void>(const DrawnPicture&)> send_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  DrawnPicture waiting_;
  bool has_waiting_ = false;
  bool last_ = false;  // nothing is handed on any more
  Result<void> outcome_;
  std::jthread thread_;  // last, so that it is joined first
};

}  // namespace framespool
