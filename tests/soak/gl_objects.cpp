#include <epoxy/gl.h>

#include <vector>

#include "tests/soak/soak.h"

namespace framespool::soak {

long count_gl_objects() {
  using Is = GLboolean(GLuint);
  std::vector<Is*> kinds{glIsBuffer,  glIsFramebuffer, glIsProgram, glIsQuery,      glIsRenderbuffer,
                         glIsSampler, glIsShader,      glIsTexture, glIsVertexArray};
  if (epoxy_gl_version() >= 41) {
    kinds.push_back(glIsProgramPipeline);
    kinds.push_back(glIsTransformFeedback);
  }
  long count = 0;
  for (Is* const is : kinds)
    for (GLuint name = 1; name < 65536; ++name) count += is(name) == GL_TRUE ? 1 : 0;
  return count;
}

}  // namespace framespool::soak
