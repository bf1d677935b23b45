// The window: the live scene, the recording bar, the takes, the exports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cache/error.h"

namespace framespool {

struct WindowOptions {
  std::filesystem::path takes;    // empty: default_cache_directory()
  std::filesystem::path exports;  // empty: default_exports_directory()
  std::string scene;              // a bundled scene's name or a shader's path; empty: the first bundled scene
  std::uint32_t width = 0;        // of the frames; 0: the viewport's pixels
  std::uint32_t height = 0;
  std::optional<std::uint64_t> reserve_bytes;  // free space that recordings leave on the disk; nullopt: the usual
  // Asked once a repaint where set: true ends the window without a question; a recording is closed and kept,
  // exports are cancelled. For Ctrl-C and SIGTERM.
  std::function<bool()> stop_requested;
};

// Runs until the person closes the window. Thread: the process's main thread (GLFW).
// Errors: failed (no display, no OpenGL 3.3), usage (no such scene, a shader that does not compile, an
// impossible size).
[[nodiscard]] Result<void> run_window(const WindowOptions& options);

}  // namespace framespool
