// A framebuffer object of the recording size with one RGBA8 color texture.
#pragma once

#include <cstdint>
#include <memory>

#include "cache/error.h"

namespace framespool {

class RenderTarget {
 public:
  // Wants a context current, as do bind() and the destructor. Leaves texture and framebuffer bindings as they
  // were. Errors: usage (a size of 0, or more than this driver's textures hold); failed (no graphics memory).
  [[nodiscard]] static Result<RenderTarget> create(std::uint32_t width, std::uint32_t height);
  RenderTarget(RenderTarget&& other) noexcept;
  RenderTarget& operator=(RenderTarget&& other) noexcept;
  ~RenderTarget();
  void bind() const;  // for drawing and reading, with the viewport set to the whole of it
  [[nodiscard]] std::uint32_t framebuffer() const;
  // Bottom-up, sampled linearly, clamped to its edge. Scenes may leave alpha below 1 (premultiplied): draw it
  // over something, or without blending.
  [[nodiscard]] std::uint32_t texture() const;
  [[nodiscard]] std::uint32_t width() const { return width_; }
  [[nodiscard]] std::uint32_t height() const { return height_; }

 private:
  struct Names;
  RenderTarget(std::unique_ptr<Names> names, std::uint32_t width, std::uint32_t height);
  std::unique_ptr<Names> names_;
  std::uint32_t width_ = 0, height_ = 0;
};

}  // namespace framespool
