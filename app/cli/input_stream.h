// A file or standard input, read in whole blocks, that a signal can interrupt while it waits for data.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "app/platform/signals.h"
#include "cache/error.h"
#include "cache/unique_fd.h"

namespace framespool {

class InputStream {
 public:
  // "-" is standard input. Errors: usage (missing, a folder), failed.
  [[nodiscard]] static Result<InputStream> open(const std::filesystem::path& path,
                                                const StopSignals& signals);

  // Waits for the first byte, or for the end. Errors as read(). Before the first read().
  [[nodiscard]] Result<bool> is_empty();
  // Fills `block` and returns its size; less only at the end of the input.
  // Errors: failed, cancelled (a signal arrived while it waited).
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> block);
  [[nodiscard]] const std::string& name() const { return name_; }
  // Bytes of a regular file; 0 where that is not known.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  InputStream(UniqueFd file, std::string name, const StopSignals& signals)
      : file_(std::move(file)), name_(std::move(name)), signals_(&signals) {}
  UniqueFd file_;
  std::string name_;
  const StopSignals* signals_;
  std::uint64_t size_ = 0;
  std::optional<std::byte> first_byte_;  // taken by is_empty(), given back by read()
};

}  // namespace framespool
