// Binds a pixel pack buffer for as long as it lives, then what the host had bound. Does nothing where there
// are none.
#pragma once

#include "capture/core/gl_capabilities.h"

namespace framespool {

class PackBinding {
 public:
  PackBinding(const GlFunctions& gl, const GlCapabilities& can, GlName buffer);
  ~PackBinding();
  PackBinding(const PackBinding&) = delete;
  PackBinding& operator=(const PackBinding&) = delete;

 private:
  const GlFunctions& gl_;
  const GlCapabilities& can_;
  GlName host_ = 0;
  GlName bound_ = 0;
};

}  // namespace framespool
