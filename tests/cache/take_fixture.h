// A folder of its own for each test, tiny takes in it, and verbs to break them.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cache/internal/take_layout.h"
#include "cache/take_reader.h"
#include "cache/take_writer.h"

namespace framespool {

using Pixels = std::vector<std::byte>;

// Pixels that tell which frame they belong to, at every position.
[[nodiscard]] Pixels pixels_of(std::uint64_t frame, std::uint32_t width, std::uint32_t height);

struct FrameSize {
  std::uint32_t width = 4;
  std::uint32_t height = 4;
};

class TakeTest : public testing::Test {
 protected:
  TakeTest();
  ~TakeTest() override;

  [[nodiscard]] std::filesystem::path path(const std::string& name = "take.fspool") const { return folder_ / name; }

  // A writer for small frames with no reserve.
  [[nodiscard]] TakeWriterOptions options(const std::string& name = "take.fspool") const;
  [[nodiscard]] std::unique_ptr<TakeWriter> begin(const TakeWriterOptions& options) const;
  // Writes frame `number`: pixels_of(number), pts by the rate.
  static void write(TakeWriter& writer, std::uint64_t number, FrameSize size = {});
  static void wait_until_written(const TakeWriter& writer, std::uint64_t frames);
  // A finished take of `frames` frames.
  TakeSummary record(std::uint64_t frames, FrameSize size = {}) const;
  // A take whose writer went away without finishing.
  void record_interrupted(std::uint64_t frames, FrameSize size = {}) const;

  [[nodiscard]] std::unique_ptr<TakeReader> open(const std::string& name = "take.fspool") const;
  // Reads frame `index` and compares with pixels_of(index).
  static void expect_exact(TakeReader& reader, std::uint64_t index);
  static void expect_all_exact(TakeReader& reader, std::uint64_t frames);
  static void expect_damaged(TakeReader& reader, std::uint64_t index);

  [[nodiscard]] std::ptrdiff_t files_beside() const {  // in the test's folder, everything counted
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }
  [[nodiscard]] std::uint64_t file_bytes() const { return std::filesystem::file_size(path()); }
  void truncate_to(std::uint64_t bytes) const { std::filesystem::resize_file(path(), bytes); }
  void flip_bit(std::uint64_t offset, unsigned bit = 0) const;
  void overwrite(std::uint64_t offset, const Pixels& bytes) const;
  void overwrite_new(const Pixels& bytes) const;  // a file of nothing but these
  void reseal(std::uint64_t page) const;          // makes a changed page's checksum right again
  void reseal_index(std::uint64_t block) const;   // the same for an index block and its entries
  [[nodiscard]] Pixels bytes_at(std::uint64_t offset, std::size_t count) const;
  // Where frame `number` of a take of equal frames stands, index blocks counted in.
  [[nodiscard]] static std::uint64_t record_offset(std::uint64_t number, FrameSize size = {});

 private:
  std::filesystem::path folder_;
};

}  // namespace framespool
