// A file that appears under its final name only when it is whole: written beside it, renamed without
// replacing.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "cache/error.h"
#include "encode/internal/handles.h"

namespace framespool {

// Opens `folder` for the *at() calls. Errors: failed, with the system's reason.
[[nodiscard]] Result<UniqueFd> open_folder(const std::filesystem::path& folder);

// The folder that `path` lies in; "." where it names none.
[[nodiscard]] std::filesystem::path parent_of(const std::filesystem::path& path);

// Whether something can be made in `folder`. Errors, naming `output`: usage (there is no such folder), failed
// (it cannot be written to).
[[nodiscard]] Result<void> check_folder(const std::filesystem::path& folder, const std::string& output);

// Removes temporary files that a killed export left in the folder: those that no process holds.
void remove_leftovers(int folder) noexcept;

class AtomicFile {
 public:
  AtomicFile() = default;
  // `folder` is borrowed and must outlive the file. 0, or the error number.
  [[nodiscard]] int create(int folder) noexcept;
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  // Removes the temporary file when it was not committed.
  ~AtomicFile() { discard(); }

  [[nodiscard]] int fd() const { return fd_.get(); }
  // Closes and renames to `name` within the folder. With `flush`, waits for the disk first. Without `replace`
  // an existing file is never touched: EEXIST. 0, or the error number; after an error the temporary file is
  // gone.
  [[nodiscard]] int commit(const char* name, bool replace, bool flush) noexcept;
  // Asks the disk to begin with what was written so far, and does not wait: a flush at the end of many files
  // finds little left to do.
  void begin_write_back() noexcept;
  void discard() noexcept;

 private:
  int folder_ = -1;
  UniqueFd fd_;
  std::array<char, 64> temporary_{};  // no allocation: one of these is made for every picture
};

}  // namespace framespool
