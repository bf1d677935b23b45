// A framebuffer object of the recording size with one RGBA8 color texture.
#pragma once

#include <cstdint>

#include "cache/error.h"

namespace framespool {

class RenderTarget {
 public:
  [[nodiscard]] static Result<RenderTarget> create(std::uint32_t width, std::uint32_t height);
  RenderTarget(RenderTarget&& other) noexcept;
  RenderTarget& operator=(RenderTarget&& other) noexcept;
  ~RenderTarget();
  void bind() const;  // for drawing, with the viewport set to the whole of it
  [[nodiscard]] std::uint32_t framebuffer() const { return framebuffer_; }
  [[nodiscard]] std::uint32_t texture() const { return texture_; }
  [[nodiscard]] std::uint32_t width() const { return width_; }
  [[nodiscard]] std::uint32_t height() const { return height_; }

 private:
  RenderTarget() = default;
  std::uint32_t framebuffer_ = 0, texture_ = 0, width_ = 0, height_ = 0;
};

}  // namespace framespool
