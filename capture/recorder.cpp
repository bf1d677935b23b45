#include "capture/recorder.h"

#include <epoxy/gl.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "cache/frame_buffer.h"
#include "capture/internal/pacing.h"
#include "capture/internal/readback_path.h"
#include "capture/internal/timeline.h"

namespace framespool {
namespace {

tl::unexpected<Error> no_frame(GrabStatus status) {
  return fail(ErrorKind::failed, "capturing a frame", to_string(status));
}

GrabSource source_of(const CaptureTarget& target) {
  return {target.framebuffer, target.width, target.height};
}

}  // namespace

struct Recorder::Impl {
  Impl(Readback wanted, const RecorderOptions& options)
      : path(wanted),
        rate(options.take.info.rate),
        clock(options.take.info.clock),
        pacing(rate, RealtimePacing::jitter_allowance_ns(rate)) {}

  [[nodiscard]] bool fixed_step() const { return clock == ClockKind::fixed_step; }
  [[nodiscard]] TakeWriter::Wait patience() const {
    return fixed_step() ? TakeWriter::Wait::yes : TakeWriter::Wait::no;
  }

  Result<CaptureOutcome> capture(const CaptureTarget& target, std::int64_t time_ns);
  Result<CaptureOutcome> capture_direct(const CaptureTarget& target, std::int64_t pts_ns);
  Result<CaptureOutcome> capture_in_ring(const CaptureTarget& target, std::int64_t pts_ns);

  // Moves the oldest readback into a slot. False: `wait` is no and no slot is free.
  Result<bool> store_oldest(TakeWriter::Wait wait);
  // Moves what has been read back already, as far as there are slots.
  Result<void> store_finished();
  Result<void> store_all();

  [[nodiscard]] FrameInfo describe(const CaptureTarget& target, std::int64_t pts_ns,
                                   const GrabFacts& facts) const;
  // Everything that counts from one stored frame to the next starts anew.
  void count_stored(const FrameInfo& info);
  CaptureOutcome drop(DropReason reason);

  // Used by the render thread only, but for the atomics and for writer->stats().
  ReadbackPath path;
  std::unique_ptr<TakeWriter> writer;
  const Rational rate;
  const ClockKind clock;
  RealtimePacing pacing;
  Timeline timeline;
  std::array<FrameInfo, ReadbackRing::kDepth> in_flight;  // by entry of the ring
  std::uint32_t last_width = 0, last_height = 0;          // of the frame stored last; 0: none was
  std::uint32_t unstamped_drops = 0;
  DropReason drop_reason = DropReason::none;
  std::string mark;  // of the next frame
  bool ended = false;

  // Written by the render thread, read by any.
  std::atomic<std::uint64_t> presented = 0, stored = 0, dropped = 0, late_for_disk = 0;
  std::atomic<std::int64_t> recorded_ns = 0;
  std::atomic<bool> paused = false;
};

Result<CaptureOutcome> Recorder::Impl::capture(const CaptureTarget& target, std::int64_t time_ns) {
  if (ended) return fail(ErrorKind::failed, "capturing a frame", "the recording has ended");
  presented.fetch_add(1, std::memory_order_relaxed);
  if (timeline.is_paused()) return CaptureOutcome::paused;
  if (auto bytes = frame_bytes(target.width, target.height); !bytes) return tl::unexpected(bytes.error());

  std::int64_t pts_ns = 0;
  if (fixed_step()) {
    pts_ns = step_time_ns(stored.load(std::memory_order_relaxed), rate);
    static_cast<void>(timeline.at(time_ns));  // so that a pause knows that recording has begun
  } else {
    pts_ns = timeline.at(time_ns);
    if (!pacing.is_due(pts_ns)) {
      if (auto moved = store_finished(); !moved) return tl::unexpected(moved.error());
      return CaptureOutcome::not_due;
    }
    pacing.take(pts_ns);
  }
  return path.is_ring() ? capture_in_ring(target, pts_ns) : capture_direct(target, pts_ns);
}

Result<CaptureOutcome> Recorder::Impl::capture_direct(const CaptureTarget& target, std::int64_t pts_ns) {
  auto slot = writer->acquire(*frame_bytes(target.width, target.height), patience());
  if (!slot) return tl::unexpected(slot.error());
  if (!*slot) return drop(DropReason::no_free_slot);
  GrabFacts facts;
  const GrabStatus status = path.read(source_of(target), (*slot)->payload(), facts);
  if (status != GrabStatus::ok) return no_frame(status);
  const FrameInfo info = describe(target, pts_ns, facts);
  if (auto committed = writer->commit(std::move(**slot), info); !committed)
    return tl::unexpected(committed.error());
  count_stored(info);
  return CaptureOutcome::stored;
}

Result<CaptureOutcome> Recorder::Impl::capture_in_ring(const CaptureTarget& target, std::int64_t pts_ns) {
  if (auto moved = store_finished(); !moved) return tl::unexpected(moved.error());
  PackBufferRing& ring = path.ring();
  if (ring.order().full()) {
    // What is read back and still here found no slot.
    if (!fixed_step())
      return drop(ring.oldest_is_ready() ? DropReason::no_free_slot : DropReason::readback_busy);
    if (auto moved = store_oldest(TakeWriter::Wait::yes); !moved) return tl::unexpected(moved.error());
  }
  const auto entry = static_cast<std::size_t>(ring.order().next());
  GrabFacts facts;
  const GrabStatus status = path.start(source_of(target), facts);
  if (status != GrabStatus::ok) return no_frame(status);
  in_flight[entry] = describe(target, pts_ns, facts);
  count_stored(in_flight[entry]);
  return CaptureOutcome::stored;
}

Result<bool> Recorder::Impl::store_oldest(TakeWriter::Wait wait) {
  PackBufferRing& ring = path.ring();
  const FrameInfo& info = in_flight[static_cast<std::size_t>(ring.order().oldest())];
  auto slot = writer->acquire(info.payload_bytes, wait);
  if (!slot) return tl::unexpected(slot.error());
  if (!*slot) return false;
  const GrabStatus status = ring.copy_oldest((*slot)->payload().data(), info.payload_bytes);
  if (status != GrabStatus::ok) return no_frame(status);
  if (auto committed = writer->commit(std::move(**slot), info); !committed)
    return tl::unexpected(committed.error());
  return true;
}

Result<void> Recorder::Impl::store_finished() {
  if (!path.is_ring()) return {};
  PackBufferRing& ring = path.ring();
  while (!ring.order().empty() && ring.oldest_is_ready()) {
    auto moved = store_oldest(patience());
    if (!moved) return tl::unexpected(moved.error());
    if (!*moved) break;
  }
  return {};
}

Result<void> Recorder::Impl::store_all() {
  if (!path.is_ring()) return {};
  Result<void> result;
  for (int left = path.ring().order().in_flight(); left > 0; --left) {
    auto moved = store_oldest(TakeWriter::Wait::yes);
    if (!moved && result) result = tl::unexpected(moved.error());  // one lost frame does not cost the others
  }
  return result;
}

FrameInfo Recorder::Impl::describe(const CaptureTarget& target, std::int64_t pts_ns,
                                   const GrabFacts& facts) const {
  FrameInfo info;
  info.presented = presented.load(std::memory_order_relaxed) - 1;
  info.pts_ns = pts_ns;
  info.rate = rate;
  info.clock = clock;
  info.width = target.width;
  info.height = target.height;
  info.stride_bytes = std::size_t{target.width} * kBytesPerPixel;
  info.payload_bytes = info.stride_bytes * target.height;
  info.format = path.format();
  info.row_order = RowOrder::bottom_up;
  info.dropped_before = unstamped_drops;
  info.drop_reason = drop_reason;
  if (const auto pause = timeline.unstamped_pause_ns()) {
    info.flags |= kFrameAfterPause;
    info.paused_before_ns = *pause;
  }
  if (last_width != 0 && (last_width != target.width || last_height != target.height))
    info.flags |= kFrameSizeChanged;
  if (facts.srgb) info.flags |= kFrameSrgbFramebuffer;
  info.mark = mark;
  return info;
}

void Recorder::Impl::count_stored(const FrameInfo& info) {
  timeline.stamped();
  unstamped_drops = 0;
  drop_reason = DropReason::none;
  mark.clear();
  last_width = info.width;
  last_height = info.height;
  const std::uint64_t count = stored.fetch_add(1, std::memory_order_relaxed) + 1;
  recorded_ns.store(fixed_step() ? step_time_ns(count, rate) : info.pts_ns + step_time_ns(1, rate),
                    std::memory_order_relaxed);
}

CaptureOutcome Recorder::Impl::drop(DropReason reason) {
  ++unstamped_drops;
  drop_reason = reason;
  dropped.fetch_add(1, std::memory_order_relaxed);
  if (reason == DropReason::no_free_slot) late_for_disk.fetch_add(1, std::memory_order_relaxed);
  return CaptureOutcome::dropped;
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::~Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::begin(const RecorderOptions& options,
                                                  const CaptureTarget& target) {
  if (!is_valid(options.take.info.rate))
    return fail(ErrorKind::usage, "recording", "the frame rate is not a positive number up to 1000000");
  auto bytes = frame_bytes(target.width, target.height);
  if (!bytes) return tl::unexpected(bytes.error());
  std::size_t slot_bytes = *bytes;
  if (options.width != 0 || options.height != 0) {
    auto largest = frame_bytes(options.width, options.height);
    if (!largest) return tl::unexpected(largest.error());
    slot_bytes = std::max(slot_bytes, *largest);
  }

  auto impl = std::make_unique<Impl>(options.readback, options);
  {
    // Before the take is made, so that what cannot be recorded leaves no file behind.
    auto trial = FrameBuffer::allocate("capture.trial", *bytes);
    if (!trial) return tl::unexpected(trial.error());
    const GrabStatus status =
        impl->path.choose_format(options.pixels, source_of(target), trial->span().first(*bytes));
    if (status != GrabStatus::ok) return no_frame(status);
  }
  TakeWriterOptions take = options.take;
  take.first_payload_bytes = slot_bytes;
  auto writer = TakeWriter::create(take);
  if (!writer) return tl::unexpected(writer.error());
  impl->writer = std::move(*writer);
  return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

Result<CaptureOutcome> Recorder::capture_frame(const CaptureTarget& target, std::int64_t time_ns) {
  // Before anything else: a readback that only begins could still be called stored.
  if (auto stopped = impl_->writer->stopped()) return tl::unexpected(std::move(*stopped));
  return impl_->capture(target, time_ns);
}

void Recorder::pause(std::int64_t time_ns) {
  impl_->timeline.pause(time_ns);
  impl_->paused.store(true, std::memory_order_relaxed);
}

void Recorder::resume(std::int64_t time_ns) {
  impl_->timeline.resume(time_ns);
  impl_->paused.store(false, std::memory_order_relaxed);
}

void Recorder::mark(const std::string& text) {
  impl_->mark += (impl_->mark.empty() ? "" : "; ") + text;
}

Result<TakeSummary> Recorder::end() {
  if (impl_->ended) return fail(ErrorKind::failed, "ending the recording", "it has ended already");
  impl_->ended = true;
  // What stopped the writer stops this too, and finish() tells; a frame lost in OpenGL is told after the take
  // is safe.
  auto drained = impl_->store_all();
  auto summary = impl_->writer->finish();
  if (!summary) return summary;
  if (!drained && !summary->stopped_for_space) return tl::unexpected(drained.error());
  summary->dropped = impl_->dropped.load(std::memory_order_relaxed);
  return summary;
}

std::optional<Error> Recorder::stopped() const { return impl_->writer->stopped(); }

RecorderStats Recorder::stats() const {
  RecorderStats stats;
  stats.presented = impl_->presented.load(std::memory_order_relaxed);
  stats.stored = impl_->stored.load(std::memory_order_relaxed);
  stats.dropped = impl_->dropped.load(std::memory_order_relaxed);
  stats.late_for_disk = impl_->late_for_disk.load(std::memory_order_relaxed);
  stats.recorded_ns = impl_->recorded_ns.load(std::memory_order_relaxed);
  stats.paused = impl_->paused.load(std::memory_order_relaxed);
  stats.readback = impl_->path.name();
  stats.writer = impl_->writer->stats();
  return stats;
}

}  // namespace framespool
