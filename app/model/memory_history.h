// The last minute of the ledger: what each tag held, for the window's plot. A fixed size, however long the
// window is open.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace framespool {

class MemoryHistory {
 public:
  static constexpr std::size_t kSamples = 240;  // a minute
  static constexpr std::int64_t kPace_ns = 250'000'000;
  static constexpr std::size_t kMostTags = 16;  // twice what there are

  struct Line {
    std::string_view tag;
    std::size_t live_bytes = 0;
    std::size_t peak_bytes = 0;  // since the program began
  };

  // Once a repaint: takes a sample where one is due.
  void look(std::int64_t now_ns);

  [[nodiscard]] std::size_t line_count() const { return line_count_; }
  [[nodiscard]] const Line& line(std::size_t tag) const { return lines_[tag]; }
  // What a tag held `age` samples ago (0: the last); 0 before it was known.
  [[nodiscard]] std::size_t held(std::size_t tag, std::size_t age) const;
  // All tags together.
  [[nodiscard]] std::size_t held(std::size_t age) const;
  // The most that was held at once within the history.
  [[nodiscard]] std::size_t most() const;
  [[nodiscard]] std::size_t samples() const { return samples_; }  // taken so far, at most kSamples

 private:
  std::array<Line, kMostTags> lines_{};
  std::array<std::array<std::size_t, kSamples>, kMostTags> held_{};  // rings, written at next_
  std::size_t line_count_ = 0, next_ = 0, samples_ = 0;
  std::int64_t looked_ns_ = -1;
};

}  // namespace framespool
