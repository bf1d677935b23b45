// An OpenGL 3.3 core context without a display: EGL's surfaceless platform.
#pragma once

#include <memory>
#include <string>

#include "cache/error.h"

namespace framespool {

class HeadlessContext {
 public:
  // Creates the context and makes it current on this thread. Error: failed (no EGL, no surfaceless platform,
  // no OpenGL 3.3), with what is missing.
  [[nodiscard]] static Result<std::unique_ptr<HeadlessContext>> create();
  ~HeadlessContext();
  [[nodiscard]] Result<void> make_current();
  [[nodiscard]] std::string renderer() const;  // GL_RENDERER

 private:
  struct Impl;
  explicit HeadlessContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
