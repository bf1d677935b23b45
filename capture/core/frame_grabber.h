// Grabs one frame of the current context's framebuffer: the one place that calls glReadPixels.
// Leaves every OpenGL state and error as it found it, whatever the host has set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "capture/core/gl_capabilities.h"

namespace framespool {

enum class GrabStatus {
  ok,
  no_context,
  no_fences,     // the ring needs buffer objects and fences
  bad_size,      // 0, or over 32768
  short_memory,  // `bytes` is less than width * height * 4
  no_such_framebuffer,
  incomplete_framebuffer,
  no_color_buffer,        // nothing at color attachment 0
  integer_color,          // its pixels are integers, not colours
  framebuffer_too_small,  // the attachment is smaller than width x height
  no_window_size,         // not one pixel of the window can be read
  no_memory,              // the driver cannot make the resolve or pixel pack buffer
  gl_error,               // glReadPixels raised an error all the same
};
// "the framebuffer is incomplete", ...
[[nodiscard]] const char* to_string(GrabStatus status);

enum class GrabFormat { rgba, bgra };

// The whole width x height from the lower left corner of the framebuffer's color attachment 0, for
// framebuffer 0 of its back buffer (the front one where there is no other).
struct GrabSource {
  std::uint32_t framebuffer = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

// What was seen on the way.
struct GrabFacts {
  int samples = 0;    // above 0: multisampled, was resolved
  bool alpha = false;  // the buffer has an alpha channel
  bool srgb = false;  // the driver calls the buffer's encoding sRGB; the bytes are never converted
};

// Contexts of any version from OpenGL 1.1 and OpenGL ES 2.0 on. Before OpenGL 3.0, OpenGL ES 3.0 and
// ARB_framebuffer_object OpenGL cannot be asked about a framebuffer: then nothing is checked, and `samples`
// and `srgb` stay 0. Holds OpenGL names of one context, which must be current in every call and in the
// destructor.
class FrameGrabber {
 public:
  // `gl` must outlive the grabber.
  explicit FrameGrabber(const GlFunctions& gl);
  ~FrameGrabber();
  FrameGrabber(const FrameGrabber&) = delete;
  FrameGrabber& operator=(const FrameGrabber&) = delete;

  [[nodiscard]] const GlCapabilities& capabilities() const { return can_; }
  [[nodiscard]] const GlFunctions& functions() const { return gl_; }

  // Rows bottom-up, tightly packed, 4 bytes a pixel, into `memory`. Returns when they are there.
  // `memory` is not touched after an error other than gl_error.
  [[nodiscard]] GrabStatus read(const GrabSource& source, GrabFormat format, void* memory, std::size_t bytes,
                                GrabFacts* facts = nullptr);

  // The same into a buffer object of at least `bytes`; returns at once.
  [[nodiscard]] GrabStatus read_into_buffer(const GrabSource& source, GrabFormat format, GlName buffer,
                                            std::size_t bytes, GrabFacts* facts = nullptr);

  // Sets the size of framebuffer 0 by looking which pixels can be read, starting from the size that `source`
  // says: what a window system tells may be newer or older than the buffer. For software renderers, where
  // reading a pixel costs next to nothing once the frame is drawn; elsewhere OpenGL does not promise what it
  // relies on.
  [[nodiscard]] GrabStatus measure_window(GrabSource& source);

 private:
  class Pass;

  [[nodiscard]] GrabStatus grab(const GrabSource& source, GrabFormat format, GlName buffer, void* memory,
                                std::size_t bytes, GrabFacts* facts);

  const GlFunctions& gl_;
  GlCapabilities can_;
  // Where multisampled framebuffers are resolved into; made when first needed, kept.
  GlName resolve_framebuffer_ = 0, resolve_renderbuffer_ = 0;
  std::uint32_t resolve_width_ = 0, resolve_height_ = 0;
  GlEnum resolve_format_ = 0;
};

}  // namespace framespool
