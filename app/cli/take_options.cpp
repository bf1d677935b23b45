#include "app/cli/take_options.h"

#include <ctime>
#include <filesystem>

#include "app/cli/arguments.h"
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

Result<std::filesystem::path> default_take_path(const std::string& subject) {
  auto directory = default_cache_directory();
  if (!directory) return tl::unexpected(directory.error());
  std::error_code problem;
  std::filesystem::create_directories(*directory, problem);
  if (problem) return tl::unexpected(system_error(directory->string(), problem.value()));
  return *directory / (std::filesystem::path(subject).stem().string() + "-" + time_stamp() + ".fspool");
}

}  // namespace

void TakeOptions::declare_output(CLI::App& options) {
  options.add_option("-o,--output", output_, "The take to write (default: a new one in the cache directory)")
      ->type_name("TAKE");
}

void TakeOptions::declare(CLI::App& options) {
  options.add_option("--reserve", reserve_, "Stop cleanly when less space is left on the disk: 500M, 2G, 0")
      ->type_name("BYTES");
  options
      .add_option("--memory", memory_,
                  "Memory for frames on their way to the disk, of each take: 32M, 1G (default 4 frames, at least 64 MiB; of run where frames wait, 16 MiB)")
      ->type_name("BYTES");
  options.add_flag("--overwrite", overwrite_, "Replace TAKE where it exists");
  options.add_flag("--buffered", buffered_, "Write through the page cache instead of around it");
}

Result<void> TakeOptions::fill(TakeWriterOptions& take, const std::string& subject) const {
  if (!reserve_.empty()) {
    const auto reserve = parse_byte_count("--reserve", reserve_);
    if (!reserve) return tl::unexpected(reserve.error());
    take.reserve_bytes = *reserve;
  }
  if (!memory_.empty()) {
    const auto memory = parse_byte_count("--memory", memory_);
    if (!memory) return tl::unexpected(memory.error());
    take.slot_budget_bytes = *memory;
  }
  take.overwrite = overwrite_;
  take.direct_io = !buffered_;
  take.path = output_;
  if (!output_.empty()) return {};
  auto path = default_take_path(subject);
  if (!path) return tl::unexpected(path.error());
  take.path = std::move(*path);
  return {};
}

}  // namespace framespool
