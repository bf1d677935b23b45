#include "capture/gl_functions_epoxy.h"

#include <epoxy/gl.h>

namespace framespool {

const GlFunctions& epoxy_gl_functions() {
  static const GlFunctions functions = [] {
    GlFunctions table;
    // What epoxy's names point to before their first use looks the function up then: no context is needed
    // here.
#define FRAMESPOOL_GL_EPOXY(result, name, parameters) table.name = gl##name;
    FRAMESPOOL_GL_REQUIRED(FRAMESPOOL_GL_EPOXY)
    FRAMESPOOL_GL_OPTIONAL(FRAMESPOOL_GL_EPOXY)
#undef FRAMESPOOL_GL_EPOXY
    return table;
  }();
  return functions;
}

}  // namespace framespool
