#include "cache/take_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "cache/internal/drain_slots.h"
#include "cache/internal/take_drain.h"
#include "cache/slot_ring.h"

namespace framespool {
namespace {

std::size_t budget_for(const TakeWriterOptions& options) {
  if (options.slot_budget_bytes != 0) return options.slot_budget_bytes;
  return SlotRing::default_budget(options.first_payload_bytes, false);  // for larger frames there is no other ring
}

}  // namespace

Slot::Slot(Slot&& other) noexcept
    : ring_(std::exchange(other.ring_, nullptr)), number_(other.number_), payload_(other.payload_) {}

Slot& Slot::operator=(Slot&& other) noexcept {
  std::swap(ring_, other.ring_);
  std::swap(number_, other.number_);
  std::swap(payload_, other.payload_);
  return *this;
}

Slot::~Slot() {
  if (ring_ != nullptr) ring_->give_back(number_);
}

struct TakeWriter::Impl {
  explicit Impl(SlotRing slots) : ring(std::move(slots)) {}
  ~Impl() { join(); }

  void join();
  void write_records();

  SlotRing ring;
  std::unique_ptr<TakeDrain> take;
  std::atomic<std::uint64_t> frames_committed{0};  // written by the producer, read by any
  bool joined = false;
  std::jthread writer;
};

void TakeWriter::Impl::join() {
  if (std::exchange(joined, true)) return;
  ring.close_producer();
  if (writer.joinable()) writer.join();
}

void TakeWriter::Impl::write_records() {
  drain_slots(
      ring,
      [this](const SlotRing::Ready& ready) {
        return take->append(ring.record(ready.slot, ready.payload_bytes), ready.payload_bytes);
      },
      [this] { return take->settle(); });
}

TakeWriter::TakeWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TakeWriter::~TakeWriter() = default;

Result<std::unique_ptr<TakeWriter>> TakeWriter::create(const TakeWriterOptions& options) {
  TakeDrain::ignore_file_size_signal();
  auto ring = SlotRing::create(budget_for(options), options.first_payload_bytes);
  if (!ring) return tl::unexpected(ring.error());
  auto impl = std::make_unique<Impl>(std::move(*ring));
  auto take = TakeDrain::begin(options, [slots = &impl->ring] { slots->close_consumer(); });
  if (!take) return tl::unexpected(take.error());
  impl->take = std::move(*take);
  impl->writer = std::jthread([own = impl.get()] { own->write_records(); });
  return std::unique_ptr<TakeWriter>(new TakeWriter(std::move(impl)));
}

Result<std::optional<Slot>> TakeWriter::acquire(std::size_t bytes, Wait wait) {
  SlotRing& ring = impl_->ring;
  if (auto reason = impl_->take->stop_reason()) return tl::unexpected(std::move(*reason));
  if (bytes > ring.largest_payload()) {
    if (!ring.wait_until_drained()) return tl::unexpected(*impl_->take->stop_reason());
    if (ring.free_count() != ring.slot_count())
      return fail(ErrorKind::usage, "slots", "a larger frame cannot begin while a slot is still held");
    if (auto cut = ring.cut(bytes); !cut) return tl::unexpected(cut.error());
  }
  const auto slot = wait == Wait::yes ? ring.acquire() : ring.try_acquire();
  if (!slot && wait == Wait::yes) return tl::unexpected(*impl_->take->stop_reason());
  if (!slot) return std::nullopt;
  return Slot(ring, *slot, ring.payload(*slot, bytes));
}

Result<void> TakeWriter::commit(Slot slot, const FrameInfo& info) {
  if (auto reason = impl_->take->stop_reason()) return tl::unexpected(std::move(*reason));
  const auto bytes = frame_bytes(info.width, info.height);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto is_time = [](std::int64_t ns) { return ns >= 0 && ns <= layout::kMaxTime; };
  if (*bytes != slot.payload_.size() || !is_time(info.pts_ns) || !is_time(info.paused_before_ns))
    return fail(ErrorKind::usage, fmt::format("frame {}", impl_->frames_committed.load()),
                "its size or its time does not fit its slot");
  FrameInfo stored = info;
  stored.stride_bytes = info.width * kBytesPerPixel;
  stored.payload_bytes = *bytes;
  const auto page = impl_->ring.header_page(slot.number_).first<layout::kPage>();
  describe_frame(stored, impl_->take->info(), page);
  impl_->frames_committed.fetch_add(1, std::memory_order_relaxed);
  std::exchange(slot.ring_, nullptr)->commit(slot.number_, *bytes);
  return {};
}

Result<TakeSummary> TakeWriter::finish() {
  impl_->join();
  return impl_->take->finish();
}

void TakeWriter::abandon() {
  impl_->join();
  impl_->take->abandon();
}

std::optional<Error> TakeWriter::stopped() const { return impl_->take->stop_reason(); }

TakeWriterStats TakeWriter::stats() const {
  TakeWriterStats stats = impl_->take->stats();
  stats.frames_committed = impl_->frames_committed.load(std::memory_order_relaxed);
  stats.slots_total = impl_->ring.slot_count();
  stats.slots_free = impl_->ring.free_count();
  return stats;
}

const std::filesystem::path& TakeWriter::path() const { return impl_->take->path(); }

}  // namespace framespool
