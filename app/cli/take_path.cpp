#include "app/cli/take_path.h"

#include <ctime>

#include "cache/cache_directory.h"

namespace framespool {
namespace {

std::string time_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &local)};
}

}  // namespace

Result<std::filesystem::path> default_take_path(const std::string& subject) {
  auto directory = default_cache_directory();
  if (!directory) return tl::unexpected(directory.error());
  std::error_code problem;
  std::filesystem::create_directories(*directory, problem);
  if (problem) return tl::unexpected(system_error(directory->string(), problem.value()));
  return *directory / (std::filesystem::path(subject).stem().string() + "-" + time_stamp() + ".fspool");
}

}  // namespace framespool
