// The takes in the cache directory, looked at by a thread of its own: listing opens every take, and removing
// thirty gigabytes takes a file system its time; the window waits for neither.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/cache_directory.h"

namespace framespool {

class Takes {
 public:
  explicit Takes(std::filesystem::path directory);
  ~Takes();
  Takes(const Takes&) = delete;
  Takes& operator=(const Takes&) = delete;

  void refresh();                                  // soon, on the thread
  void remove(const std::filesystem::path& path);  // likewise; the list follows
  // A take elsewhere, which is listed with the others from now on.
  void also_list(const std::filesystem::path& take);

  // Takes over what the thread found since. Appends what went wrong to `errors`. True when the list changed.
  bool poll(std::vector<Error>& errors);

  [[nodiscard]] const std::vector<TakeListing>& list() const { return list_; }  // newest first
  [[nodiscard]] std::uint64_t total_bytes() const { return total_bytes_; }
  [[nodiscard]] bool scanned() const { return scanned_; }  // false until the first look is over
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  // The chosen take stays chosen while it exists; without one the newest finished take counts.
  void choose(const std::filesystem::path& path) { chosen_ = path; }
  [[nodiscard]] const std::filesystem::path& chosen() const { return chosen_; }
  [[nodiscard]] const TakeListing* chosen_or_newest() const;
  [[nodiscard]] const TakeListing* find(const std::filesystem::path& path) const;

 private:
  void work(const std::stop_token& stop);

  const std::filesystem::path directory_;
  // The UI thread's own.
  std::vector<TakeListing> list_;
  std::uint64_t total_bytes_ = 0;
  std::filesystem::path chosen_;
  bool scanned_ = false;
  // Shared with the thread, under the mutex.
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool wanted_ = true;
  std::vector<std::filesystem::path> removals_, elsewhere_;
  std::optional<std::vector<TakeListing>> found_;
  std::vector<Error> errors_;
  std::atomic<bool> news_ = false;  // so that a poll without news takes no lock
  std::jthread thread_;             // last: uses all of the above
};

}  // namespace framespool
