// One drawable of the program that is recorded: the way from its context into the frame channel.
#pragma once

#include "cache/core/frame_producer.h"
#include "capture/preload/platform.h"
#include "capture/preload/reader.h"
#include "capture/preload/time_share.h"

namespace framespool::preload {

// Static storage: constant-initialised, trivially destructible. One thread at a time.
class Surface {
 public:
  void begin(const Platform& platform, void* display, std::uint64_t drawable);
  // `step` as clock::on_swap() gave it. `is_all_presented`: not only what changed.
  void on_swap(std::uint64_t step, bool is_all_presented);
  // Whether the picture that the driver sends in the swap itself, on this thread, is to be looked at. Then after_swap() must be
  // called before anything else.
  [[nodiscard]] bool waits_for_picture() const { return waits_for_picture_; }
  void after_swap();
  // Instead of after_swap(): the swap was left in the middle. Never calls OpenGL.
  void abandon_swap();

  // The context is about to be released here.
  void finish_readbacks() { store_finished(true); }
  // `context` is going. Gives back its OpenGL names if it is current here, forgets them otherwise.
  void forget_context(void* context);
  // The drawable or its display is going, or the place is needed: stores what is on the way as far as OpenGL
  // can be asked, and ends the take.
  void end(bool may_call_gl);

 private:
  [[nodiscard]] Reader& reader() { return readers_.current(); }
  void turn_to(void* context, const GlFunctions& gl);
  void take(const FrameTicket& ticket);
  [[nodiscard]] bool is_too_soon(const FrameTicket& ticket);
  void take_direct(Reader& reader, const GrabSource& source, FrameTicket ticket);
  void wait_for_picture(PictureJob::Kind kind, const FrameTicket& ticket, void* pixels, const GrabFacts& facts);
  void commit_picture();
  void read_after_swap();
  void take_in_ring(Reader& reader, const GrabSource& source, const FrameTicket& ticket);
  // Moves finished readbacks into slots. With `all` it waits for every one.
  void store_finished(bool all);
  // They cannot be reached any more, or would come too late.
  void drop_frames_under_way();
  [[nodiscard]] SwapFacts facts_now(std::uint64_t step);
  void complain(GrabStatus status);

  const Platform* platform_ = nullptr;
  void* display_ = nullptr;
  std::uint64_t drawable_ = 0;
  FrameProducer producer_;
  Readers readers_;
  bool takes_turns_ = false;  // several contexts have drawn here
  bool is_all_presented_ = false, waits_for_picture_ = false, has_picture_ = false;
  PictureJob picture_;
  FrameTicket pictured_{};
  GrabFacts pictured_facts_{};  // of the window, as OpenGL told last
  TimeShare share_;  // of reading directly, in real time
  int cores_ = 1;    // read in begin()
  FrameTicket in_flight_[ReadbackRing::kDepth] = {};  // by entry of reader()'s ring
  FrameProducer::PixelFacts in_flight_pixels_[ReadbackRing::kDepth] = {};
  // For the greeting; looked up now and then while there is no connection.
  std::uint32_t width_ = 0, height_ = 0;
  bool is_gles_ = false;
  std::int64_t next_look_ns_ = 0;
  GrabStatus complained_ = GrabStatus::ok;  // said already
};

}  // namespace framespool::preload
