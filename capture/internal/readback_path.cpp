#include "capture/internal/readback_path.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "cache/ledger.h"
#include "capture/gl_functions_epoxy.h"

namespace framespool {
namespace {

constexpr int kTimedReads = 3;
// Less is noise, and RGBA is what people expect to find in a take.
constexpr std::int64_t kNoise_ns = 20'000;

bool wants_ring(Readback wanted, const GlCapabilities& can) {
  return can.fences && (wanted == Readback::ring || (wanted == Readback::automatic && !can.software));
}

}  // namespace

ReadbackPath::ReadbackPath(Readback wanted) : grabber_(epoxy_gl_functions()) {
  if (wants_ring(wanted, grabber_.capabilities())) ring_.emplace(grabber_);
}

ReadbackPath::~ReadbackPath() {
  if (booked_bytes_ > 0) Ledger::instance().forget(this);
}

void ReadbackPath::book_ring() {
  const std::size_t bytes = ring_->buffer_bytes();
  if (bytes == booked_bytes_) return;
  if (std::exchange(booked_bytes_, 0) > 0) Ledger::instance().forget(this);
  if (bytes > 0) Ledger::instance().adopt("capture.readback", this, bytes);
  booked_bytes_ = bytes;
}

GrabStatus ReadbackPath::choose_format(PixelChoice wanted, const GrabSource& source,
                                       std::span<std::byte> memory) {
  std::int64_t rgba_ns = 0, bgra_ns = 0;
  if (wanted == PixelChoice::bgra && !grabber_.capabilities().bgra) wanted = PixelChoice::rgba;
  format_ = wanted == PixelChoice::bgra ? GrabFormat::bgra : GrabFormat::rgba;
  // Also when there is nothing to choose: what cannot be read is better known before recording starts.
  if (const auto status = time_reads(format_, source, memory, rgba_ns); status != GrabStatus::ok)
    return status;
  if (wanted != PixelChoice::automatic || !grabber_.capabilities().bgra) return GrabStatus::ok;
  if (const auto status = time_reads(GrabFormat::bgra, source, memory, bgra_ns); status != GrabStatus::ok)
    return status;
  if (bgra_ns < rgba_ns - std::max(kNoise_ns, rgba_ns / 8)) format_ = GrabFormat::bgra;
  return GrabStatus::ok;
}

GrabStatus ReadbackPath::time_reads(GrabFormat format, const GrabSource& source, std::span<std::byte> memory,
                                    std::int64_t& shortest_ns) {
  using Clock = std::chrono::steady_clock;
  shortest_ns = std::numeric_limits<std::int64_t>::max();
  // The first also waits for whatever is still being drawn and is not timed.
  for (int i = 0; i <= kTimedReads; ++i) {
    const auto begun = Clock::now();
    GrabStatus status;
    if (ring_) {
      status = ring_->start(source, format);
      book_ring();
      if (status == GrabStatus::ok) status = ring_->copy_oldest(memory.data(), memory.size());
    } else {
      status = grabber_.read(source, format, memory.data(), memory.size());
    }
    if (status != GrabStatus::ok) return status;
    const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun).count();
    if (i > 0) shortest_ns = std::min<std::int64_t>(shortest_ns, taken);
  }
  return GrabStatus::ok;
}

PixelFormat ReadbackPath::format() const {
  return format_ == GrabFormat::bgra ? PixelFormat::bgra8 : PixelFormat::rgba8;
}

const char* ReadbackPath::name() const {
  static_assert(ReadbackRing::kDepth == 3);
  const bool bgra = format_ == GrabFormat::bgra;
  if (ring_) return bgra ? "ring of 3, BGRA" : "ring of 3, RGBA";
  return bgra ? "direct, BGRA" : "direct, RGBA";
}

}  // namespace framespool
