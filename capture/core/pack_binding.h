// Binds a pixel pack buffer for as long as it lives, then what the host had bound.
#pragma once

#include "capture/core/gl_functions.h"

namespace framespool {

class PackBinding {
 public:
  PackBinding(const GlFunctions& gl, GlName buffer);
  ~PackBinding();
  PackBinding(const PackBinding&) = delete;
  PackBinding& operator=(const PackBinding&) = delete;

 private:
  const GlFunctions& gl_;
  GlName host_ = 0;
  GlName bound_ = 0;
};

}  // namespace framespool
