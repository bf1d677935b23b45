// The file being recorded: where its end is, how it grows, how much room is left. One thread writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "cache/error.h"
#include "cache/internal/file.h"

namespace framespool {

class TakeFile {
 public:
  // Creates it empty and locked by this writer. Where the path exists, and only with `overwrite` and when nobody
  // reads or records it, the new file is written beside it under a passing name until publish(); the old one stays
  // locked meanwhile. Errors: usage, no_space, failed.
  [[nodiscard]] static Result<TakeFile> create(const std::filesystem::path& path, bool overwrite, bool direct_io);
  // Opens an existing take to append behind `end`. Errors: usage (missing, in use), failed.
  [[nodiscard]] static Result<TakeFile> open_existing(const std::filesystem::path& path);

  TakeFile(TakeFile&&) noexcept = default;
  TakeFile& operator=(TakeFile&&) noexcept = default;
  // Removes a file that create() made unless keep() was called: a recording that could not begin leaves none.
  ~TakeFile() {
    if (provisional_.set) discard();
  }
  void keep() { provisional_.set = false; }

  // Bytes of free space to leave to others. Not obeyed by append_closing().
  void set_reserve(std::uint64_t bytes) { reserve_bytes_ = bytes; }

  // Appends whole pages from page-aligned memory as one write, leaving room to close the take behind them.
  // After an error the file ends where it ended before. Error no_space: missing_bytes() says how much.
  [[nodiscard]] Result<void> append(std::span<const std::byte> pages);
  // The same without the reserve and without room behind: index and end block.
  [[nodiscard]] Result<void> append_closing(std::span<const std::byte> pages);
  // Rewrites pages in front of the end.
  [[nodiscard]] Result<void> rewrite(std::uint64_t offset, std::span<const std::byte> pages);
  // Everything from `offset` on is forgotten and what was allocated ahead is given back.
  [[nodiscard]] Result<void> truncate(std::uint64_t offset);
  // Flushes data and what is needed to find it. Any thread.
  [[nodiscard]] Result<void> sync() const;

  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::uint64_t missing_bytes() const { return missing_bytes_; }
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }  // after the reserve, at the last append
  [[nodiscard]] bool direct_io() const { return direct_io_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Lets go of the file, of the one it was to replace, and of their locks.
  void close() {
    file_.reset();
    replaced_.reset();
  }
  // The new file takes the old one's place (rename(2)). Nothing to do where there was none, or a second time.
  [[nodiscard]] Result<void> publish();
  // False while the path still is another, older file.
  [[nodiscard]] bool is_published() const { return written_as_.empty(); }
  // Removes the file again if create() made it; for a recording that could not begin. Not of an old one.
  void discard();

 private:
  TakeFile(File file, std::filesystem::path path, bool direct_io);
  void look_at_free_space();
  [[nodiscard]] Result<void> no_space(int error_number, std::uint64_t needed, std::uint64_t available);
  [[nodiscard]] Result<void> make_room(std::uint64_t bytes, std::uint64_t behind);
  [[nodiscard]] Result<void> allocate_until(std::uint64_t needed_end);
  [[nodiscard]] int write_whole(std::span<const std::byte> pages, std::uint64_t offset);
  [[nodiscard]] Result<void> write_pages(std::span<const std::byte> pages);
  [[nodiscard]] Result<void> push_out(std::uint64_t begin, std::uint64_t end);

  File file_;
  File replaced_;  // the old file, its lock held until publish()
  std::filesystem::path path_;
  std::filesystem::path written_as_;  // until publish(); empty: path_
  // Leaves with what it stands in: two objects never both own the file's name.
  struct MovedFlag {
    bool set = false;
    MovedFlag() = default;
    MovedFlag(MovedFlag&& other) noexcept : set(std::exchange(other.set, false)) {}
    MovedFlag& operator=(MovedFlag&& other) noexcept {
      set = std::exchange(other.set, false);
      return *this;
    }
  };
  MovedFlag created_;      // there was no such file before
  MovedFlag provisional_;  // until keep(): goes with this object
  bool direct_io_ = false;
  bool in_memory_ = false;      // nothing is allocated ahead there: it would be RAM
  bool can_allocate_ = true;    // false once fallocate() says it is not supported
  bool space_is_known_ = false;
  std::uint64_t end_ = 0;
  std::uint64_t allocated_end_ = 0;
  std::uint64_t pushed_out_ = 0;  // buffered only: the page cache holds nothing of ours in front of this
  std::uint64_t reserve_bytes_ = 0;
  std::uint64_t free_bytes_ = 0;
  std::uint64_t disk_free_bytes_ = 0;
  std::uint64_t missing_bytes_ = 0;
};

}  // namespace framespool
