// Everything a reader of the window depends on, in its most harmful position while the frame is presented. As far as the current
// context has it: OpenGL, OpenGL ES 3 or OpenGL ES 2. A host that aborts on errors, as some do in debug builds.
#pragma once

#include <epoxy/gl.h>

#include <vector>

class Hostility {
 public:
  // Of the context that is current, here and in every call.
  Hostility();
  void before_drawing() const;
  void before_swapping() const;
  // What of all that is there, in words.
  void tell() const;
  [[nodiscard]] std::vector<GLuint> framebuffers() const { return {0, framebuffers_[0], framebuffers_[1]}; }

 private:
  void select_no_read_buffer() const;

  bool is_desktop_ = false;
  bool is_version_3_ = false;  // of either
  bool has_rows_ = false, has_pack_buffer_ = false, has_srgb_switch_ = false, has_reversal_ = false, has_read_buffer_ = false;
  GLuint framebuffers_[2] = {}, texture_ = 0, pack_buffer_ = 0;
};
