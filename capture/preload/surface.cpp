#include "capture/preload/surface.h"

#include <GL/gl.h>
#include <sched.h>
#include <time.h>

#include "capture/preload/clock/clock.h"

namespace framespool::preload {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * kSecond_ns + now.tv_nsec;
}

// That this process may run on.
int core_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::size_t bytes_of(const FrameTicket& ticket) {
  return std::size_t{ticket.width} * ticket.height * 4;
}

}  // namespace

void Surface::begin(const Platform& platform, void* display, std::uint64_t drawable) {
  platform_ = &platform;
  display_ = display;
  drawable_ = drawable;
  width_ = height_ = 0;
  next_look_ns_ = 0;
  complained_ = GrabStatus::ok;
  share_ = {};
  cores_ = core_count();
  waits_for_picture_ = false;
  takes_turns_ = false;
}

SwapFacts Surface::facts_now(std::uint64_t step) {
  SwapFacts facts{.time_ns = now_ns(), .drawable = drawable_, .api = platform_->api, .step = step};
  if (step != 0) facts.clock = clock::report();
  // The size and kind are for the greeting. Asking costs more than an idle swap may.
  if (!producer_.connected() && facts.time_ns >= next_look_ns_) {
    next_look_ns_ = facts.time_ns + kSecond_ns;
    static_cast<void>(platform_->size_of(display_, drawable_, width_, height_));
    GlCapabilities can;
    const GlFunctions* gl = platform_->functions();
    if (gl != nullptr && platform_->context_for(display_, drawable_) != nullptr)
      if (const unsigned char* version = gl->GetString(GL_VERSION))
        is_gles_ = parse_gl_version(reinterpret_cast<const char*>(version), can) && can.es;
  }
  facts.width = width_;
  facts.height = height_;
  facts.is_gles = is_gles_;
  return facts;
}

void Surface::on_swap(std::uint64_t step, bool is_all_presented) {
  is_all_presented_ = is_all_presented;
  FrameTicket ticket;
  switch (producer_.on_swap(facts_now(step), ticket)) {
    case FrameProducer::Swap::due:
      take(ticket);
      break;
    case FrameProducer::Swap::idle:
    case FrameProducer::Swap::not_due:
      store_finished(false);
      break;
  }
}

// What another context has under way could only be had in its own next turn, behind the frames of this one. So the first turn
// drops it, and from then on nothing is left under way.
void Surface::turn_to(void* context, const GlFunctions& gl) {
  if (reader().context() == context) return;
  takes_turns_ = takes_turns_ || reader().context() != nullptr;
  drop_frames_under_way();
  readers_.turn_to(context, gl);
  while (reader().has_frames_under_way()) reader().frames_under_way().discard_oldest();  // dropped then
}

void Surface::take(const FrameTicket& ticket) {
  void* context = platform_->context_for(display_, drawable_);
  const GlFunctions* gl = context == nullptr ? nullptr : platform_->functions();
  GrabSource source;
  if (gl != nullptr) turn_to(context, *gl);
  // On a software driver the size is found out below; asking the X server is the slower way.
  const bool is_guess_good_enough =
      gl != nullptr && reader().grabber().capabilities().software && width_ > 0 && height_ > 0;
  if (is_guess_good_enough) {
    source.width = width_;
    source.height = height_;
  } else if (gl == nullptr || !platform_->size_of(display_, drawable_, source.width, source.height)) {
    producer_.drop_unread(ticket);
    complain(GrabStatus::no_context);
    return;
  }
  if (is_too_soon(ticket)) {
    producer_.drop_unread(ticket);
    return;
  }
  if (reader().grabber().capabilities().software) {
    const GrabStatus status = reader().grabber().measure_window(source);
    if (status != GrabStatus::ok) {
      producer_.drop_unread(ticket);
      complain(status);
      return;
    }
  }
  width_ = source.width;
  height_ = source.height;
  if (producer_.every_frame()) store_finished(true);
  producer_.repeat_before(ticket);
  if (reader().ring(producer_.every_frame() || takes_turns_) != nullptr)
    take_in_ring(reader(), source, ticket);
  else
    take_direct(reader(), source, ticket);
}

// On a GPU reading goes on beside the program.
bool Surface::is_too_soon(const FrameTicket& ticket) {
  if (producer_.every_frame() || producer_.has_limit() || !reader().grabber().capabilities().software) return false;
  return !share_.allows(ticket.time_ns);
}

void Surface::take_direct(Reader& reader, const GrabSource& source, FrameTicket ticket) {
  void* pixels = producer_.acquire(ticket, source.width, source.height);
  if (pixels == nullptr) return;
  using Use = PictureTrial::Use;
  GrabFormat format = reader.format().next();
  const bool may_be_pictured = is_all_presented_ && reader.grabber().capabilities().software && reader.grabber().capabilities().bgra;
  const Use use = may_be_pictured
                      ? reader.pictures().next(!reader.format().is_over() && format == GrabFormat::bgra, source.width, source.height)
                      : Use::none;
  if (use == Use::copy) {
    wait_for_picture(PictureJob::Kind::copy, ticket, pixels, pictured_facts_);
    return;
  }
  if (use == Use::compare) format = GrabFormat::bgra;
  GrabFacts facts;
  const std::int64_t begun_ns = now_ns();
  const GrabStatus status = reader.grabber().read(source, format, pixels, bytes_of(ticket), &facts);
  const std::int64_t taken_ns = now_ns() - begun_ns;
  share_.spent(taken_ns, producer_.storing_ns(), cores_);
  if (status != GrabStatus::ok) {
    producer_.give_back(ticket);
    complain(status);
    return;
  }
  if (!reader.format().is_over()) reader.format().count(format, taken_ns);
  // A committed slot keeps its pixels until it is acquired again.
  if (use == Use::compare) wait_for_picture(PictureJob::Kind::compare, ticket, pixels, facts);
  producer_.commit(ticket, {.is_bgra = format == GrabFormat::bgra, .is_srgb = facts.srgb});
}

void Surface::wait_for_picture(PictureJob::Kind kind, const FrameTicket& ticket, void* pixels,
                               const GrabFacts& facts) {
  picture_ = {.kind = kind,
              .pixels = static_cast<std::uint32_t*>(pixels),
              .width = ticket.width,
              .height = ticket.height,
              .has_alpha = facts.alpha,
              .memory = reader().pictures().memory()};
  if (kind == PictureJob::Kind::copy) {
    picture_.when_whole = [](void* surface) { static_cast<Surface*>(surface)->commit_picture(); };
    picture_.owner = this;
  }
  pictured_ = ticket;
  pictured_facts_ = facts;
  waits_for_picture_ = true;
  has_picture_ = false;
  set_job_of_this_swap(&picture_);
}

// Before the X server is told of the picture: what it has shown is in the take.
void Surface::commit_picture() {
  producer_.commit(pictured_, {.is_bgra = true, .is_srgb = pictured_facts_.srgb});
  has_picture_ = true;
}

void Surface::after_swap() {
  if (!waits_for_picture_) return;
  set_job_of_this_swap(nullptr);
  waits_for_picture_ = false;
  if (picture_.kind == PictureJob::Kind::copy) {
    share_.spent(picture_.took_ns, producer_.storing_ns(), cores_);
    if (!has_picture_) read_after_swap();
  }
  reader().pictures().count(picture_);
}

// Its picture may have come, and may be in the take: then all is well. Else the frame is dropped; what is in the back buffer by
// now is anybody's guess. A picture that did not come says nothing of the pictures to come.
void Surface::abandon_swap() {
  set_job_of_this_swap(nullptr);
  if (!waits_for_picture_) return;
  waits_for_picture_ = false;
  if (picture_.kind == PictureJob::Kind::copy && !has_picture_) producer_.give_back(pictured_);
  if (picture_.is_whole()) reader().pictures().count(picture_);
}

// OpenGL leaves open what is in the back buffer after a swap. Mesa's software drivers have one such buffer, which they copy from
// and keep; so the frame is still there, and a notice tells. Where the size has changed meanwhile the buffer is
// gone: then the frame is dropped, which is counted and said. Nothing is read here while pictures come: reading so early
// makes Mesa ask for the window's size too early for the program's next frame.
void Surface::read_after_swap() {
  GrabStatus status = GrabStatus::no_context;
  if (platform_->context_for(display_, drawable_) == reader().context()) {
    GrabSource source{.width = pictured_.width, .height = pictured_.height};
    status = reader().grabber().measure_window(source);
    if (status == GrabStatus::ok && (source.width != pictured_.width || source.height != pictured_.height))
      status = GrabStatus::no_window_size;
    if (status == GrabStatus::ok)
      status = reader().grabber().read(source, GrabFormat::bgra, picture_.pixels, bytes_of(pictured_));
  }
  if (status == GrabStatus::ok) {
    commit_picture();
    static_cast<void>(send_notice(channel::NoticeKind::remark,
                                  "a picture of the driver's did not come; the frame was read after its swap"));
    return;
  }
  producer_.give_back(pictured_);
  complain(status);
}

void Surface::take_in_ring(Reader& reader, const GrabSource& source, const FrameTicket& ticket) {
  store_finished(false);
  PackBufferRing& ring = *reader.ring(false);
  if (ring.order().full()) {
    producer_.drop_unread(ticket);
    return;
  }
  const int entry = ring.order().next();
  const GrabFormat format = reader.format().next();
  GrabFacts facts;
  const GrabStatus status = ring.start(source, format, &facts);
  if (status != GrabStatus::ok) {
    producer_.drop_unread(ticket);
    complain(status);
    return;
  }
  in_flight_[entry] = ticket;
  in_flight_[entry].width = source.width;
  in_flight_[entry].height = source.height;
  in_flight_pixels_[entry] = {.is_bgra = format == GrabFormat::bgra, .is_srgb = facts.srgb};
}

void Surface::store_finished(bool all) {
  if (!reader().has_frames_under_way()) return;
  if (platform_->context_for(display_, drawable_) != reader().context()) return;
  PackBufferRing& ring = reader().frames_under_way();
  while (!ring.order().empty() && (all || ring.oldest_is_ready())) {
    const int entry = ring.order().oldest();
    FrameTicket& ticket = in_flight_[entry];
    void* pixels = producer_.acquire(ticket, ticket.width, ticket.height);
    if (pixels == nullptr) {
      ring.discard_oldest();
      continue;
    }
    const GrabStatus status = ring.copy_oldest(pixels, bytes_of(ticket));
    if (status == GrabStatus::ok)
      producer_.commit(ticket, in_flight_pixels_[entry]);
    else
      producer_.give_back(ticket);
  }
}

void Surface::drop_frames_under_way() {
  if (!reader().has_frames_under_way()) return;
  const ReadbackRing& order = reader().frames_under_way().order();
  for (int i = 0; i < order.in_flight(); ++i)
    producer_.drop_unread(in_flight_[(order.oldest() + i) % ReadbackRing::kDepth]);
}

void Surface::forget_context(void* context) {
  Reader* its = readers_.of(context);
  if (its == nullptr) return;
  if (its == &reader() && platform_->context_for(display_, drawable_) == context) store_finished(true);
  if (its == &reader()) drop_frames_under_way();
  if (platform_->current_context() == context)
    its->release();
  else
    its->forget();
}

void Surface::end(bool may_call_gl) {
  if (may_call_gl) store_finished(true);
  drop_frames_under_way();
  readers_.end(may_call_gl ? platform_->current_context() : nullptr);
  producer_.disconnect();
}

void Surface::complain(GrabStatus status) {
  if (status == complained_) return;
  complained_ = status;
  static_cast<void>(send_notice(channel::NoticeKind::cannot_capture, to_string(status)));
}

}  // namespace framespool::preload
