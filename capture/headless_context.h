// An OpenGL context without a display: EGL's surfaceless platform, else its first device that has OpenGL.
// There is no window in it; draw into a framebuffer object.
#pragma once

#include <memory>
#include <string>

#include "cache/error.h"

namespace framespool {

struct HeadlessOptions {
  enum class Profile { core, compatibility, es };
  Profile profile = Profile::core;  // OpenGL 3.3, or OpenGL ES 3.0
  bool debug = false;               // a debug context: errors reach the debug callback
};

class HeadlessContext {
 public:
  // Creates the context and makes it current on this thread. Any number may exist at a time.
  // Error: failed (no EGL, no platform without a display, no OpenGL 3.3), with what is missing.
  [[nodiscard]] static Result<std::unique_ptr<HeadlessContext>> create(const HeadlessOptions& options = {});
  // Afterwards no context is current on this thread if this one was.
  ~HeadlessContext();
  [[nodiscard]] Result<void> make_current();
  // GL_RENDERER. Wants the context current.
  [[nodiscard]] std::string renderer() const;

 private:
  struct Impl;
  explicit HeadlessContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
