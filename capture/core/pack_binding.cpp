#include "capture/core/pack_binding.h"

#include <GL/gl.h>
#include <GL/glext.h>

namespace framespool {

PackBinding::PackBinding(const GlFunctions& gl, GlName buffer) : gl_(gl), bound_(buffer) {
  int host = 0;
  gl_.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &host);
  host_ = static_cast<GlName>(host);
  if (host_ != bound_) gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, bound_);
}

PackBinding::~PackBinding() {
  if (host_ != bound_) gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, host_);
}

}  // namespace framespool
