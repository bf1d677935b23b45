#include "app/model/naming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace framespool {

namespace fs = std::filesystem;

namespace {

// A file name made of a scene's name: no separators, no '%' (a pattern to the exporter), no leading dot.
std::string safe_stem(std::string_view text) {
  std::string stem = fs::path(text).stem().string();
  for (char& c : stem)
    if (c == '/' || c == '%' || c == '.' || static_cast<unsigned char>(c) < 32) c = '_';
  return stem.empty() ? "take" : stem;
}

fs::path home() {
  const char* text = std::getenv("HOME");
  return text && *text ? fs::path(text) : fs::path();
}

fs::path xdg_videos() {
  if (const char* asked = std::getenv("XDG_VIDEOS_DIR"); asked && *asked == '/') return asked;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const fs::path path = (config && *config ? fs::path(config) : home() / ".config") / "user-dirs.dirs";
  // Not to wait for ever where it is a pipe, and not to swallow whatever somebody put there.
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};
  constexpr std::size_t kMostBytes = 64 * 1024;
  std::string text(kMostBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return videos_folder(text, home());
}

}  // namespace

fs::path videos_folder(std::string_view user_dirs, const fs::path& home) {
  constexpr std::string_view key = "XDG_VIDEOS_DIR=\"";
  for (std::size_t begin = 0; begin < user_dirs.size();) {
    const std::size_t end = std::min(user_dirs.find('\n', begin), user_dirs.size());
    const std::string_view line = user_dirs.substr(begin, end - begin);
    begin = end + 1;
    // The closing quotation mark is another one than the opening.
    if (!line.starts_with(key) || line.size() == key.size() || line.back() != '"') continue;
    std::string value(line.substr(key.size(), line.size() - key.size() - 1));
    if (value.find('\0') != value.npos) continue;
    if (value.starts_with("$HOME")) value = home.string() + value.substr(5);
    if (!value.empty() && value.front() == '/' && fs::path(value) != home) return value;
  }
  return {};
}

bool name_exists(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

fs::path next_take_path(const fs::path& directory, std::string_view scene, const NameTaken& taken) {
  const std::string stem = safe_stem(scene);
  for (unsigned number = 1;; ++number) {
    fs::path path = directory / fmt::format("{}-{:04}.fspool", stem, number);
    if (!taken(path)) return path;
  }
}

fs::path continued_take_path(const fs::path& take, const NameTaken& taken) {
  std::string stem = take.stem().string();
  unsigned number = 2;
  // "-2" is a part, "-0001" a take's own number.
  const std::size_t dash = stem.rfind('-');
  if (dash != stem.npos && dash + 1 < stem.size() && stem.size() - dash < 8 && stem[dash + 1] != '0' &&
      stem.find_first_not_of("0123456789", dash + 1) == stem.npos) {
    number = static_cast<unsigned>(std::stoul(stem.substr(dash + 1))) + 1;
    stem.resize(dash);
  }
  for (;; ++number) {
    fs::path path = take.parent_path() / fmt::format("{}-{}.fspool", stem, number);
    if (!taken(path)) return path;
  }
}

std::string next_output_name(const fs::path& directory, const fs::path& take, ExportKind kind,
                             std::string_view container, const NameTaken& taken) {
  const std::string stem = safe_stem(take.filename().string());
  const std::string ending = kind == ExportKind::movie ? fmt::format(".{}", container) : "";
  std::string name = stem + ending;
  for (unsigned number = 2; taken(directory / name); ++number)
    name = fmt::format("{}-{}{}", stem, number, ending);
  return name;
}

fs::path default_exports_directory() {
  std::error_code ignored;
  if (const fs::path videos = xdg_videos(); !videos.empty()) return videos / "Framespool";
  if (const fs::path videos = home() / "Videos"; !home().empty() && fs::is_directory(videos, ignored))
    return videos / "Framespool";
  const fs::path here = fs::current_path(ignored);
  return (ignored ? home() : here) / "exports";
}

}  // namespace framespool
