#include "capture/core/host_state.h"

#include <GL/gl.h>
#include <GL/glext.h>

namespace framespool {
namespace {

template <class Value>
struct Parameter {
  GlEnum name;
  Value neutral;
};

// The first exists everywhere, the next three where rows have a length, the last four on the desktop.
constexpr Parameter<int> kPack[] = {
    {GL_PACK_ALIGNMENT, 4},    {GL_PACK_ROW_LENGTH, 0},  {GL_PACK_SKIP_ROWS, 0},
    {GL_PACK_SKIP_PIXELS, 0},  {GL_PACK_SWAP_BYTES, 0},  {GL_PACK_LSB_FIRST, 0},
    {GL_PACK_IMAGE_HEIGHT, 0}, {GL_PACK_SKIP_IMAGES, 0},
};
constexpr int kPackAlignment = 1, kPackRows = 4, kPackDesktop = 8;

// Compatibility profiles apply these to what glReadPixels returns.
constexpr Parameter<float> kTransfer[] = {
    {GL_MAP_COLOR, 0}, {GL_RED_SCALE, 1},  {GL_GREEN_SCALE, 1}, {GL_BLUE_SCALE, 1}, {GL_ALPHA_SCALE, 1},
    {GL_RED_BIAS, 0},  {GL_GREEN_BIAS, 0}, {GL_BLUE_BIAS, 0},   {GL_ALPHA_BIAS, 0},
};

GlName get_name(const GlFunctions& gl, GlEnum binding) {
  int name = 0;
  gl.GetIntegerv(binding, &name);
  return static_cast<GlName>(name);
}

}  // namespace

HostState::HostState(const GlFunctions& gl, const GlCapabilities& can) : gl_(gl), can_(can) {
  // GL_FRAMEBUFFER_BINDING and GL_DRAW_FRAMEBUFFER_BINDING are the same.
  if (can_.framebuffer_binding) {
    host_draw_ = get_name(gl, GL_FRAMEBUFFER_BINDING);
    host_read_ = can_.separate_bindings ? get_name(gl, GL_READ_FRAMEBUFFER_BINDING) : host_draw_;
    host_renderbuffer_ = get_name(gl, GL_RENDERBUFFER_BINDING);
  }
  read_ = host_read_;
  draw_ = host_draw_;
  renderbuffer_ = host_renderbuffer_;
  static_assert(sizeof kPack / sizeof kPack[0] == kPackParameters);
  static_assert(sizeof kTransfer / sizeof kTransfer[0] == kTransferParameters);
}

HostState::~HostState() {
  if (read_buffer_changed_) {
    bind_framebuffers(read_buffer_owner_, draw_);
    choose_read_buffer(static_cast<GlEnum>(host_read_buffer_));
  }
  bind_framebuffers(host_read_, host_draw_);
  bind_renderbuffer(host_renderbuffer_);
  if (scissor_changed_) switch_scissor(true);
  if (srgb_changed_) gl_.Enable(GL_FRAMEBUFFER_SRGB);
  if (!pack_changed_) return;
  for (int i = 0; i < pack_parameters_here(); ++i)
    if (host_pack_[i] != kPack[i].neutral) gl_.PixelStorei(kPack[i].name, host_pack_[i]);
  if (host_pack_inversion_ != 0) gl_.PixelStorei(can_.pack_inversion, host_pack_inversion_);
  for (int i = 0; can_.compatibility && i < kTransferParameters; ++i)
    if (host_transfer_[i] != kTransfer[i].neutral) gl_.PixelTransferf(kTransfer[i].name, host_transfer_[i]);
}

void HostState::bind_framebuffers(GlName read, GlName draw) {
  if (!can_.framebuffer_binding) return;
  if (!can_.separate_bindings) {
    if (read_ != read) gl_.BindFramebuffer(GL_FRAMEBUFFER, read);
    read_ = draw_ = read;
    return;
  }
  if (read_ != read) gl_.BindFramebuffer(GL_READ_FRAMEBUFFER, read);
  if (draw_ != draw) gl_.BindFramebuffer(GL_DRAW_FRAMEBUFFER, draw);
  read_ = read;
  draw_ = draw;
}

void HostState::bind_renderbuffer(GlName renderbuffer) {
  if (renderbuffer_ != renderbuffer) gl_.BindRenderbuffer(GL_RENDERBUFFER, renderbuffer);
  renderbuffer_ = renderbuffer;
}

void HostState::select_read_buffer(GlEnum buffer) {
  if (!can_.read_buffer) return;
  gl_.GetIntegerv(GL_READ_BUFFER, &host_read_buffer_);
  read_buffer_owner_ = read_;
  if (static_cast<GlEnum>(host_read_buffer_) == buffer) return;
  choose_read_buffer(buffer);
  read_buffer_changed_ = true;
}

void HostState::choose_read_buffer(GlEnum buffer) const {
  (can_.read_buffer_nv ? gl_.ReadBufferNV : gl_.ReadBuffer)(buffer);
}

void HostState::set_blit_state() {
  if (gl_.IsEnabled(GL_SCISSOR_TEST)) {
    scissor_changed_ = true;
    switch_scissor(false);
  }
  if (can_.srgb_control && gl_.IsEnabled(GL_FRAMEBUFFER_SRGB)) {
    srgb_changed_ = true;
    gl_.Disable(GL_FRAMEBUFFER_SRGB);
  }
}

void HostState::switch_scissor(bool on) {
  // glEnable would switch the test of every viewport; a blit obeys the first, and glIsEnabled asks for it.
  if (can_.indexed_scissor) {
    (on ? gl_.Enablei : gl_.Disablei)(GL_SCISSOR_TEST, 0);
  } else {
    (on ? gl_.Enable : gl_.Disable)(GL_SCISSOR_TEST);
  }
}

int HostState::pack_parameters_here() const {
  if (!can_.pack_rows) return kPackAlignment;
  if (can_.es) return kPackRows;
  return kPackDesktop;
}

void HostState::set_pack_state() {
  pack_changed_ = true;
  for (int i = 0; i < pack_parameters_here(); ++i) {
    gl_.GetIntegerv(kPack[i].name, &host_pack_[i]);
    if (host_pack_[i] != kPack[i].neutral) gl_.PixelStorei(kPack[i].name, kPack[i].neutral);
  }
  if (can_.pack_inversion != 0) gl_.GetIntegerv(can_.pack_inversion, &host_pack_inversion_);
  if (host_pack_inversion_ != 0) gl_.PixelStorei(can_.pack_inversion, 0);
  for (int i = 0; can_.compatibility && i < kTransferParameters; ++i) {
    gl_.GetFloatv(kTransfer[i].name, &host_transfer_[i]);
    if (host_transfer_[i] != kTransfer[i].neutral)
      gl_.PixelTransferf(kTransfer[i].name, kTransfer[i].neutral);
  }
}

}  // namespace framespool
