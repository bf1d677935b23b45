#include "capture/core/frame_grabber.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include "capture/core/color_buffer.h"
#include "capture/core/host_errors.h"
#include "capture/core/host_state.h"
#include "capture/core/pack_binding.h"

namespace framespool {
namespace {

constexpr std::uint32_t kMaxDimension = 32768;
constexpr std::size_t kBytesPerPixel = 4;

}  // namespace

const char* to_string(GrabStatus status) {
  switch (status) {
    case GrabStatus::ok:
      return "grabbed";
    case GrabStatus::no_context:
      return "no OpenGL context is current on this thread";
    case GrabStatus::no_fences:
      return "the OpenGL context has no pixel pack buffers with fences";
    case GrabStatus::bad_size:
      return "a frame is 1 to 32768 pixels wide and high";
    case GrabStatus::short_memory:
      return "the memory given is smaller than the frame";
    case GrabStatus::no_such_framebuffer:
      return "there is no such framebuffer object";
    case GrabStatus::incomplete_framebuffer:
      return "the framebuffer is incomplete";
    case GrabStatus::no_color_buffer:
      return "the framebuffer has no color attachment 0";
    case GrabStatus::integer_color:
      return "the framebuffer holds integers, not colours";
    case GrabStatus::framebuffer_too_small:
      return "the framebuffer is smaller than the frame asked for";
    case GrabStatus::no_window_size:
      return "the size of the window cannot be found out";
    case GrabStatus::no_memory:
      return "the OpenGL driver has no memory left for a frame";
    case GrabStatus::gl_error:
      return "the OpenGL driver refused to read the framebuffer";
  }
  return "";
}

// One grab: what is bound and asked on the way lives here, and HostState puts it back.
class FrameGrabber::Pass {
 public:
  Pass(FrameGrabber& grabber, const GrabSource& source)
      : grabber_(grabber), gl_(grabber.gl_), source_(source), state_(grabber.gl_, grabber.can_) {}

  // Leaves the framebuffer to read from bound, single-sampled, with its read buffer set.
  [[nodiscard]] GrabStatus prepare(GrabFacts& facts) {
    // Bound for drawing too, because the number of samples is asked of that one.
    state_.bind_framebuffers(source_.framebuffer, source_.framebuffer);
    const GlEnum buffer_name = grabbed_buffer(gl_, grabber_.can_, source_.framebuffer);
    if (!grabber_.can_.framebuffers) {
      state_.select_read_buffer(buffer_name);
      int alpha_bits = 0;
      gl_.GetIntegerv(GL_ALPHA_BITS, &alpha_bits);
      facts.alpha = alpha_bits > 0;
      return GrabStatus::ok;
    }
    const bool complete_as_is = complete();
    if (source_.framebuffer == 0 && !complete_as_is) return GrabStatus::incomplete_framebuffer;
    state_.select_read_buffer(buffer_name);
    // Before OpenGL 4.2 a read buffer without an attachment made the framebuffer incomplete.
    if (!complete_as_is && !complete()) return GrabStatus::incomplete_framebuffer;

    const ColorBuffer buffer = describe_color_buffer(gl_, grabber_.can_, buffer_name);
    if (!buffer.present) return GrabStatus::no_color_buffer;
    if (buffer.integer) return GrabStatus::integer_color;
    if (is_smaller(buffer)) return GrabStatus::framebuffer_too_small;
    facts.alpha = buffer.bits[3] > 0;
    facts.srgb = buffer.srgb;
    gl_.GetIntegerv(GL_SAMPLES, &facts.samples);
    return facts.samples > 0 ? resolve(buffer) : GrabStatus::ok;
  }

  // For framebuffer 0; false when nothing can be read.
  [[nodiscard]] bool measure(std::uint32_t& width, std::uint32_t& height) {
    state_.bind_framebuffers(0, 0);
    state_.select_read_buffer(grabbed_buffer(gl_, grabber_.can_, 0));
    state_.set_pack_state();
    const PackBinding nothing_bound(gl_, grabber_.can_, 0);
    if (!can_read(0, 0)) return false;
    width = first_that_cannot(width, [&](std::uint32_t x) { return can_read(x, 0); });
    height = first_that_cannot(height, [&](std::uint32_t y) { return can_read(0, y); });
    return true;
  }

  void read_pixels(GrabFormat format, GlName buffer, void* memory) {
    state_.set_pack_state();
    PackBinding binding(gl_, grabber_.can_, buffer);
    gl_.ReadPixels(0, 0, static_cast<int>(source_.width), static_cast<int>(source_.height),
                   format == GrabFormat::bgra ? GL_BGRA : GL_RGBA, GL_UNSIGNED_BYTE, memory);
  }

 private:
  // A pixel that is not there leaves the memory as it was.
  [[nodiscard]] bool can_read(std::uint32_t x, std::uint32_t y) const {
    constexpr unsigned char kMarks[] = {0x5a, 0xa5};
    for (const unsigned char before : kMarks) {
      unsigned char pixel[kBytesPerPixel] = {before, before, before, before};
      gl_.ReadPixels(static_cast<int>(x), static_cast<int>(y), 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
      for (const unsigned char byte : pixel)
        if (byte != before) return true;
    }
    return false;
  }

  // The smallest number for which `can` is false, by halving; it is true for 0 and up to that number. Two
  // questions when `guess` is right.
  template <class Can>
  [[nodiscard]] static std::uint32_t first_that_cannot(std::uint32_t guess, const Can& can) {
    std::uint32_t can_up_to = 0, cannot = kMaxDimension;
    if (guess > 0 && guess < kMaxDimension) {
      if (can(guess))
        can_up_to = guess;
      else
        cannot = guess;
      if (cannot == guess && guess > 1) {
        if (can(guess - 1)) return guess;
        cannot = guess - 1;
      }
    }
    while (cannot - can_up_to > 1) {
      const std::uint32_t middle = can_up_to + (cannot - can_up_to) / 2;
      (can(middle) ? can_up_to : cannot) = middle;
    }
    return cannot;
  }

  [[nodiscard]] bool complete() const {
    return gl_.CheckFramebufferStatus(GL_READ_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  }

  // glReadPixels past the edge is no error and leaves the memory as it was: somebody else's old pixels.
  [[nodiscard]] bool is_smaller(const ColorBuffer& buffer) {
    int width = 0, height = 0;
    if (buffer.object_type == GL_RENDERBUFFER) {
      state_.bind_renderbuffer(buffer.object);
      gl_.GetRenderbufferParameteriv(GL_RENDERBUFFER, GL_RENDERBUFFER_WIDTH, &width);
      gl_.GetRenderbufferParameteriv(GL_RENDERBUFFER, GL_RENDERBUFFER_HEIGHT, &height);
    } else if (buffer.object_type == GL_TEXTURE && grabber_.can_.direct_state) {
      gl_.GetTextureLevelParameteriv(buffer.object, buffer.level, GL_TEXTURE_WIDTH, &width);
      gl_.GetTextureLevelParameteriv(buffer.object, buffer.level, GL_TEXTURE_HEIGHT, &height);
    } else {
      return false;  // OpenGL does not know a window's size, and older ones want a texture bound to ask
    }
    return static_cast<std::uint32_t>(width) < source_.width ||
           static_cast<std::uint32_t>(height) < source_.height;
  }

  [[nodiscard]] GrabStatus resolve(const ColorBuffer& buffer) {
    if (!make_resolve_target(resolve_format(buffer))) return GrabStatus::no_memory;
    state_.set_blit_state();
    state_.bind_framebuffers(source_.framebuffer, grabber_.resolve_framebuffer_);
    const auto width = static_cast<int>(source_.width), height = static_cast<int>(source_.height);
    gl_.BlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    state_.bind_framebuffers(grabber_.resolve_framebuffer_, grabber_.resolve_framebuffer_);
    return GrabStatus::ok;
  }

  [[nodiscard]] bool make_resolve_target(GlEnum format) {
    FrameGrabber& own = grabber_;
    if (own.resolve_width_ == source_.width && own.resolve_height_ == source_.height &&
        own.resolve_format_ == format)
      return true;
    if (own.resolve_framebuffer_ == 0) {
      gl_.GenFramebuffers(1, &own.resolve_framebuffer_);
      gl_.GenRenderbuffers(1, &own.resolve_renderbuffer_);
    }
    state_.bind_renderbuffer(own.resolve_renderbuffer_);
    gl_.RenderbufferStorage(GL_RENDERBUFFER, format, static_cast<int>(source_.width),
                            static_cast<int>(source_.height));
    state_.bind_framebuffers(source_.framebuffer, own.resolve_framebuffer_);
    gl_.FramebufferRenderbuffer(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                                own.resolve_renderbuffer_);
    const bool made = gl_.CheckFramebufferStatus(GL_DRAW_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
    own.resolve_width_ = made ? source_.width : 0;
    own.resolve_height_ = made ? source_.height : 0;
    own.resolve_format_ = made ? format : 0;
    return made;
  }

  FrameGrabber& grabber_;
  const GlFunctions& gl_;
  const GrabSource& source_;
  HostState state_;
};

FrameGrabber::FrameGrabber(const GlFunctions& gl) : gl_(gl), can_(query_gl_capabilities(gl)) {}

FrameGrabber::~FrameGrabber() {
  if (resolve_framebuffer_ == 0) return;
  gl_.DeleteFramebuffers(1, &resolve_framebuffer_);
  gl_.DeleteRenderbuffers(1, &resolve_renderbuffer_);
}

GrabStatus FrameGrabber::read(const GrabSource& source, GrabFormat format, void* memory, std::size_t bytes,
                              GrabFacts* facts) {
  return grab(source, format, 0, memory, bytes, facts);
}

GrabStatus FrameGrabber::read_into_buffer(const GrabSource& source, GrabFormat format, GlName buffer,
                                          std::size_t bytes, GrabFacts* facts) {
  return grab(source, format, buffer, nullptr, bytes, facts);
}

GrabStatus FrameGrabber::measure_window(GrabSource& source) {
  if (can_.major == 0) return GrabStatus::no_context;
  HostErrors errors(gl_, can_);
  bool measured = false;
  {
    Pass pass(*this, source);
    measured = pass.measure(source.width, source.height);
  }
  const GlEnum own = errors.take_own();
  return measured && own == GL_NO_ERROR ? GrabStatus::ok : GrabStatus::no_window_size;
}

GrabStatus FrameGrabber::grab(const GrabSource& source, GrabFormat format, GlName buffer, void* memory,
                              std::size_t bytes, GrabFacts* facts) {
  if (can_.major == 0) return GrabStatus::no_context;
  if (source.width == 0 || source.height == 0 || source.width > kMaxDimension ||
      source.height > kMaxDimension)
    return GrabStatus::bad_size;
  if (bytes < std::size_t{source.width} * source.height * kBytesPerPixel) return GrabStatus::short_memory;

  HostErrors errors(gl_, can_);
  if (source.framebuffer != 0 && (!can_.framebuffer_binding || gl_.IsFramebuffer == nullptr ||
                                  gl_.IsFramebuffer(source.framebuffer) == 0))
    return GrabStatus::no_such_framebuffer;
  GrabStatus status;
  GrabFacts seen;
  {
    Pass pass(*this, source);
    status = pass.prepare(seen);
    if (status == GrabStatus::ok) pass.read_pixels(format, buffer, memory);
  }
  const GlEnum own = errors.take_own();
  if (own != GL_NO_ERROR && status == GrabStatus::ok)
    status = own == GL_OUT_OF_MEMORY ? GrabStatus::no_memory : GrabStatus::gl_error;
  if (facts != nullptr) *facts = seen;
  return status;
}

}  // namespace framespool
