// The names of the takes of one recording of programs: what was asked for, then NAME-2.fspool, NAME-3.fspool, ...
#pragma once

#include <filesystem>
#include <mutex>

namespace framespool {

class TakeNames {
 public:
  TakeNames(std::filesystem::path first, bool overwrite) : first_(std::move(first)), overwrite_(overwrite) {}

  // Any thread; never the same twice. The first is what was asked for, and refused where it exists; the others have no name
  // that anybody chose, so that without `overwrite` those that exist are passed over.
  [[nodiscard]] std::filesystem::path next();

 private:
  [[nodiscard]] std::filesystem::path numbered(unsigned number) const;

  const std::filesystem::path first_;
  const bool overwrite_;
  std::mutex mutex_;
  unsigned last_ = 0;  // guarded by mutex_
};

}  // namespace framespool
