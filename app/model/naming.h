// Names of takes and outputs. A name that exists, or is promised to a waiting export, is never given again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "app/model/export_settings.h"

namespace framespool {

// Whether a path must not be used: it exists, or somebody has been promised it.
using NameTaken = std::function<bool(const std::filesystem::path&)>;

// "silk-0001.fspool", or with the next free number. `scene` is a name or the path of a shader.
[[nodiscard]] std::filesystem::path next_take_path(const std::filesystem::path& directory,
                                                   std::string_view scene, const NameTaken& taken);

// The next part of a recording: "silk-0001-2" after "silk-0001", "silk-0001-3" after that.
[[nodiscard]] std::filesystem::path continued_take_path(const std::filesystem::path& take, const NameTaken& taken);

// What the export sheet proposes for a take: "silk-0001" (a folder of images) or "silk-0001.mp4",
// with "-2", "-3" ... where that is taken. No directory in it.
[[nodiscard]] std::string next_output_name(const std::filesystem::path& directory,
                                           const std::filesystem::path& take, ExportKind kind,
                                           std::string_view container, const NameTaken& taken);

// What stands on the file system under that name, whatever it is; also a link that leads nowhere.
[[nodiscard]] bool name_exists(const std::filesystem::path& path);

// The folder that the line XDG_VIDEOS_DIR="$HOME/Videos" of a user-dirs.dirs, which desktops write, names; empty
// where there is none, or where it is `home` itself.
[[nodiscard]] std::filesystem::path videos_folder(std::string_view user_dirs, const std::filesystem::path& home);

// Where exports go unless told: the user's videos folder (XDG_VIDEOS_DIR, the entry in user-dirs.dirs,
// ~/Videos where it exists) with "Framespool" in it; else ./exports. Not created.
[[nodiscard]] std::filesystem::path default_exports_directory();

}  // namespace framespool
