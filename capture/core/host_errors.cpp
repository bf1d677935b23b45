#include "capture/core/host_errors.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include "capture/core/pack_binding.h"

namespace framespool {

HostErrors::HostErrors(const GlFunctions& gl) : gl_(gl) {
  // Bounded: a lost context answers with an error for ever.
  while (count_ < kMost) {
    const GlEnum error = gl_.GetError();
    if (error == GL_NO_ERROR) break;
    pending_[count_++] = error;
  }
}

HostErrors::~HostErrors() {
  for (int i = 0; i < count_; ++i) raise(pending_[i]);
}

GlEnum HostErrors::take_own() {
  const GlEnum first = gl_.GetError();
  for (int i = 0; first != GL_NO_ERROR && i < kMost && gl_.GetError() != GL_NO_ERROR; ++i) {
  }
  return first;
}

void HostErrors::raise(GlEnum error) {
  switch (error) {
    case GL_INVALID_ENUM:
      gl_.PixelStorei(GL_NONE, 0);
      break;
    case GL_INVALID_VALUE:
      gl_.PixelStorei(GL_PACK_ALIGNMENT, 3);
      break;
    case GL_INVALID_FRAMEBUFFER_OPERATION:
      raise_invalid_framebuffer_operation();
      break;
    default: {
      PackBinding nothing_bound(gl_, 0);
      gl_.UnmapBuffer(GL_PIXEL_PACK_BUFFER);
      break;
    }
  }
}

void HostErrors::raise_invalid_framebuffer_operation() {
  int host_read_framebuffer = 0;
  gl_.GetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &host_read_framebuffer);
  PackBinding nothing_bound(gl_, 0);
  GlName empty = 0;
  unsigned char pixel[4] = {};
  gl_.GenFramebuffers(1, &empty);
  gl_.BindFramebuffer(GL_READ_FRAMEBUFFER, empty);
  gl_.ReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
  gl_.BindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GlName>(host_read_framebuffer));
  gl_.DeleteFramebuffers(1, &empty);
}

}  // namespace framespool
