#include "app/model/program_browser.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace framespool {

namespace fs = std::filesystem;

Result<ProgramBrowser> browse_programs(const fs::path& folder) {
  std::error_code problem;
  ProgramBrowser browser;
  browser.folder = fs::canonical(folder, problem);
  if (problem) return tl::unexpected(system_error(folder.string(), problem.value()));
  fs::directory_iterator at(browser.folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::directory_iterator(); at.increment(problem)) {
    std::string name = at->path().filename().string();
    if (name.empty() || name.front() == '.') continue;
    std::error_code ignored;
    const bool inner = at->is_directory(ignored);
    const bool program = !inner && at->is_regular_file(ignored) && ::access(at->path().c_str(), X_OK) == 0;
    if (inner || program) browser.entries.push_back({std::move(name), inner});
  }
  if (problem) return tl::unexpected(system_error(folder.string(), problem.value()));
  std::sort(browser.entries.begin(), browser.entries.end(), [](const auto& a, const auto& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
  if (browser.folder.has_relative_path()) browser.entries.insert(browser.entries.begin(), {"..", true});
  return browser;
}

}  // namespace framespool
