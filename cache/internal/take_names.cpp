#include "cache/internal/take_names.h"

#include <fmt/format.h>

#include <system_error>

namespace framespool {

std::filesystem::path TakeNames::numbered(unsigned number) const {
  if (number == 1) return first_;
  return first_.parent_path() / fmt::format("{}-{}{}", first_.stem().string(), number, first_.extension().string());
}

std::filesystem::path TakeNames::next() {
  const std::lock_guard lock(mutex_);
  auto path = numbered(++last_);
  std::error_code ignored;
  while (last_ > 1 && !overwrite_ && std::filesystem::exists(path, ignored)) path = numbered(++last_);
  return path;
}

}  // namespace framespool
