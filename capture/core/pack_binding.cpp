#include "capture/core/pack_binding.h"

#include <GL/gl.h>
#include <GL/glext.h>

namespace framespool {

PackBinding::PackBinding(const GlFunctions& gl, const GlCapabilities& can, GlName buffer)
    : gl_(gl), can_(can), bound_(buffer) {
  if (!can_.pack_buffers) return;
  int host = 0;
  gl_.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &host);
  host_ = static_cast<GlName>(host);
  if (host_ != bound_) gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, bound_);
}

PackBinding::~PackBinding() {
  if (can_.pack_buffers && host_ != bound_) gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, host_);
}

}  // namespace framespool
