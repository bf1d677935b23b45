#include "capture/core/gl_functions.h"

namespace framespool {

const char* load_gl_functions(GlFunctions& functions, GlProcLoader get_proc) {
#define FRAMESPOOL_GL_LOAD(result, name, parameters) \
  functions.name = reinterpret_cast<result(*) parameters>(get_proc("gl" #name));
  FRAMESPOOL_GL_REQUIRED(FRAMESPOOL_GL_LOAD)
  FRAMESPOOL_GL_OPTIONAL(FRAMESPOOL_GL_LOAD)
#undef FRAMESPOOL_GL_LOAD
#define FRAMESPOOL_GL_CHECK(result, name, parameters) \
  if (functions.name == nullptr) return "gl" #name;
  FRAMESPOOL_GL_REQUIRED(FRAMESPOOL_GL_CHECK)
#undef FRAMESPOOL_GL_CHECK
  return nullptr;
}

}  // namespace framespool
