// Owners for OpenGL names. Every glDelete* of this folder is here.
#pragma once

#include <epoxy/gl.h>

#include <utility>

namespace framespool {

// Owns one name; destroys it in the context that is current then. 0 is "none".
template <class Kind>
class GlName {
 public:
  GlName() = default;
  explicit GlName(GLuint name) : name_(name) {}
  GlName(GlName&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
  GlName& operator=(GlName&& other) noexcept {
    const GlName released(std::exchange(name_, std::exchange(other.name_, 0)));
    return *this;
  }
  ~GlName() {
    if (name_ != 0) Kind::destroy(name_);
  }
  [[nodiscard]] GLuint get() const { return name_; }

  // A new name of a kind that glGen* makes; shaders and programs are made by their own calls.
  [[nodiscard]] static GlName generate() {
    GLuint name = 0;
    Kind::generate(name);
    return GlName(name);
  }

 private:
  GLuint name_ = 0;
};

struct TextureKind {
  static void generate(GLuint& name) { glGenTextures(1, &name); }
  static void destroy(GLuint name) { glDeleteTextures(1, &name); }
};
struct FramebufferKind {
  static void generate(GLuint& name) { glGenFramebuffers(1, &name); }
  static void destroy(GLuint name) { glDeleteFramebuffers(1, &name); }
};
struct RenderbufferKind {
  static void generate(GLuint& name) { glGenRenderbuffers(1, &name); }
  static void destroy(GLuint name) { glDeleteRenderbuffers(1, &name); }
};
struct BufferKind {
  static void generate(GLuint& name) { glGenBuffers(1, &name); }
  static void destroy(GLuint name) { glDeleteBuffers(1, &name); }
};
struct VertexArrayKind {
  static void generate(GLuint& name) { glGenVertexArrays(1, &name); }
  static void destroy(GLuint name) { glDeleteVertexArrays(1, &name); }
};
struct ShaderKind {
  static void destroy(GLuint name) { glDeleteShader(name); }
};
struct ProgramKind {
  static void destroy(GLuint name) { glDeleteProgram(name); }
};

using GlTexture = GlName<TextureKind>;
using GlFramebuffer = GlName<FramebufferKind>;
using GlRenderbuffer = GlName<RenderbufferKind>;
using GlBuffer = GlName<BufferKind>;
using GlVertexArray = GlName<VertexArrayKind>;
using GlShader = GlName<ShaderKind>;
using GlProgram = GlName<ProgramKind>;

}  // namespace framespool
