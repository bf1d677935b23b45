#include "app/model/takes.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace framespool {

namespace fs = std::filesystem;

namespace {
// Other programs record and remove too. A directory's own time stamp tells, and costs one stat.
constexpr auto kLookAgain = std::chrono::seconds(2);

fs::file_time_type changed(const fs::path& directory) {
  std::error_code ignored;
  return fs::last_write_time(directory, ignored);
}

void add_those(const std::vector<fs::path>& takes, std::vector<TakeListing>& list) {
  for (const fs::path& path : takes) {
    const auto there = list_takes(path.parent_path());
    if (!there) continue;
    const auto it = [&](const TakeListing& take) { return take.path == path; };
    const auto at = std::find_if(there->begin(), there->end(), it);
    if (at != there->end()) list.push_back(*at);
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.modified_unix_ns > b.modified_unix_ns; });
}
}  // namespace

Takes::Takes(fs::path directory)
    : directory_(std::move(directory)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Takes::~Takes() = default;

void Takes::refresh() {
  const std::scoped_lock lock(mutex_);
  wanted_ = true;
  wake_.notify_one();
}

void Takes::remove(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  removals_.push_back(path);
  wake_.notify_one();
}

void Takes::also_list(const fs::path& take) {
  const std::scoped_lock lock(mutex_);
  if (take.parent_path() != directory_ && std::find(elsewhere_.begin(), elsewhere_.end(), take) == elsewhere_.end())
    elsewhere_.push_back(take);
  wanted_ = true;
  wake_.notify_one();
}

void Takes::work(const std::stop_token& stop) {
  fs::file_time_type seen{};
  while (!stop.stop_requested()) {
    std::vector<fs::path> removals, elsewhere;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kLookAgain, [this] { return wanted_ || !removals_.empty(); });
      if (stop.stop_requested()) return;
      removals.swap(removals_);
      elsewhere = elsewhere_;
      if (!wanted_ && removals.empty() && changed(directory_) == seen) continue;
      wanted_ = false;
    }
    std::vector<Error> errors;
    for (const fs::path& path : removals)
      if (auto removed = remove_take(path); !removed) errors.push_back(removed.error());
    seen = changed(directory_);
    auto listed = list_takes(directory_);
    if (!listed) errors.push_back(listed.error());
    if (listed) add_those(elsewhere, *listed);

    const std::scoped_lock lock(mutex_);
    if (listed) found_ = std::move(*listed);
    errors_.insert(errors_.end(), errors.begin(), errors.end());
    news_ = true;
  }
}

bool Takes::poll(std::vector<Error>& errors) {
  if (!news_.exchange(false)) return false;
  const std::scoped_lock lock(mutex_);
  errors.insert(errors.end(), errors_.begin(), errors_.end());
  errors_.clear();
  scanned_ = true;
  if (!found_) return false;
  list_ = std::move(*found_);
  found_.reset();
  total_bytes_ = 0;
  for (const TakeListing& take : list_) total_bytes_ += take.bytes;
  if (!find(chosen_)) chosen_.clear();
  return true;
}

const TakeListing* Takes::find(const fs::path& path) const {
  const auto at =
      std::find_if(list_.begin(), list_.end(), [&](const TakeListing& t) { return t.path == path; });
  return at == list_.end() ? nullptr : &*at;
}

const TakeListing* Takes::chosen_or_newest() const {
  if (const TakeListing* take = find(chosen_)) return take;
  for (const TakeListing& take : list_)
    if (take.problem.empty() && take.frames > 0 && take.state != TakeState::being_recorded) return &take;
  return nullptr;
}

}  // namespace framespool
