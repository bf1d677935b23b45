// Every piece of OpenGL state that reading a framebuffer depends on: saved on construction, changed only
// through the functions here, put back on destruction. No glPushAttrib: core profiles have none.
// The pixel pack buffer binding has its own guard, PackBinding.
#pragma once

#include "capture/core/gl_capabilities.h"

namespace framespool {

class HostState {
 public:
  HostState(const GlFunctions& gl, const GlCapabilities& can);
  ~HostState();
  HostState(const HostState&) = delete;
  HostState& operator=(const HostState&) = delete;

  // Where there is one binding for both, `read` goes there.
  void bind_framebuffers(GlName read, GlName draw);
  void bind_renderbuffer(GlName renderbuffer);
  // Of the framebuffer bound for reading; for one framebuffer in the lifetime of this object.
  void select_read_buffer(GlEnum buffer);
  // Blits obey the scissor test, and GL_FRAMEBUFFER_SRGB decides whether they convert.
  void set_blit_state();
  // Tightly packed rows in the order OpenGL has them, unscaled.
  void set_pack_state();

 private:
  static constexpr int kPackParameters = 8;
  static constexpr int kTransferParameters = 9;

  void switch_scissor(bool on);
  [[nodiscard]] int pack_parameters_here() const;
  void choose_read_buffer(GlEnum buffer) const;

  const GlFunctions& gl_;
  const GlCapabilities& can_;
  GlName host_read_ = 0, host_draw_ = 0, host_renderbuffer_ = 0;
  GlName read_ = 0, draw_ = 0, renderbuffer_ = 0;
  GlName read_buffer_owner_ = 0;
  int host_read_buffer_ = 0;
  bool read_buffer_changed_ = false, scissor_changed_ = false, srgb_changed_ = false;
  bool pack_changed_ = false;
  int host_pack_[kPackParameters] = {}, host_pack_inversion_ = 0;
  float host_transfer_[kTransferParameters] = {};
};

}  // namespace framespool
