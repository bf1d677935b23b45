#include "capture/core/host_errors.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include "capture/core/pack_binding.h"

namespace framespool {

HostErrors::HostErrors(const GlFunctions& gl, const GlCapabilities& can) : gl_(gl), can_(can) {
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
    default:
      raise_invalid_operation();
      break;
  }
}

// No buffer object can be given data while none is bound.
void HostErrors::raise_invalid_operation() {
  if (gl_.BindBuffer == nullptr || gl_.BufferData == nullptr || !(can_.es || can_.at_least(1, 5))) return;
  int host_buffer = 0;
  gl_.GetIntegerv(GL_ARRAY_BUFFER_BINDING, &host_buffer);
  gl_.BindBuffer(GL_ARRAY_BUFFER, 0);
  gl_.BufferData(GL_ARRAY_BUFFER, 1, nullptr, GL_STATIC_DRAW);
  gl_.BindBuffer(GL_ARRAY_BUFFER, static_cast<GlName>(host_buffer));
}

void HostErrors::raise_invalid_framebuffer_operation() {
  if (!can_.framebuffer_binding) return;  // it cannot have been raised
  const GlEnum target = can_.separate_bindings ? GL_READ_FRAMEBUFFER : GL_FRAMEBUFFER;
  int host_framebuffer = 0;
  gl_.GetIntegerv(can_.separate_bindings ? GL_READ_FRAMEBUFFER_BINDING : GL_FRAMEBUFFER_BINDING,
                  &host_framebuffer);
  PackBinding nothing_bound(gl_, can_, 0);
  GlName empty = 0;
  unsigned char pixel[4] = {};
  gl_.GenFramebuffers(1, &empty);
  gl_.BindFramebuffer(target, empty);
  gl_.ReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
  gl_.BindFramebuffer(target, static_cast<GlName>(host_framebuffer));
  gl_.DeleteFramebuffers(1, &empty);
}

}  // namespace framespool
