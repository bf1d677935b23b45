// Writes one take: a fixed set of shared slots filled by one producer thread, drained by one writer thread
// onto the disk. Memory is the slots and never more.
//
//   auto writer = TakeWriter::create(options);
//   if (auto slot = writer->acquire(bytes, TakeWriter::Wait::no)) { fill slot->payload(); writer->commit(...); }
//   auto summary = writer->finish();
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "cache/error.h"
#include "cache/take_info.h"

namespace framespool {

class SlotRing;

struct TakeWriterOptions {
  std::filesystem::path path;
  TakeInfo info;                      // session and creation time are filled in by create()
  std::size_t first_payload_bytes = 0;  // size of the first frame: slots are cut for it
  // Memory of all slots together, fixed for the recording. 0: max(64 MiB, 4 frames of the first size).
  std::size_t slot_budget_bytes = 0;
  // Free space to leave on the file system. nullopt: smaller of max(256 MB, 2 s of video) and 5 % of it.
  std::optional<std::uint64_t> reserve_bytes;
  // An existing take is replaced by the new one once that has its first frame on the disk, not before: a recording
  // that cannot begin, or ends without a frame, leaves it as it was. Until then the new one is
  // ".framespool-PID-N.tmp" in the same folder.
  bool overwrite = false;
  // All of it or nothing: a new take that was stopped early is removed by finish(), or with the writer where that was
  // never called, and one that it replaces stays until finish() has closed the new one.
  bool only_whole = false;
  bool direct_io = true;  // false: the buffered fallback, also taken where O_DIRECT gives EINVAL
};

// One slot between acquire() and commit(). Destroyed without commit() it goes back unused. Several may be held at
// once; frames are written in the order of commit(). Must not outlive its writer.
class Slot {
 public:
  Slot(Slot&& other) noexcept;
  Slot& operator=(Slot&& other) noexcept;
  ~Slot();
  // Page-aligned memory of exactly the bytes asked for. Valid until commit() or destruction.
  [[nodiscard]] std::span<std::byte> payload() const { return payload_; }

 private:
  friend class TakeWriter;
  Slot(SlotRing& ring, std::uint32_t number, std::span<std::byte> payload)
      : ring_(&ring), number_(number), payload_(payload) {}
  SlotRing* ring_ = nullptr;  // null once committed or moved from
  std::uint32_t number_ = 0;
  std::span<std::byte> payload_;
};

// Read by any thread at any time.
struct TakeWriterStats {
  std::uint64_t frames_committed = 0;
  std::uint64_t frames_written = 0;  // on the disk's side of write()
  std::uint64_t bytes_written = 0;
  double bytes_per_second = 0;         // over the last second or so
  std::uint64_t free_bytes = 0;        // of the file system, after the reserve
  std::uint32_t slots_total = 0;
  std::uint32_t slots_free = 0;
  bool direct_io = false;
};

class TakeWriter {
 public:
  enum class Wait { no, yes };

  // Creates the file, takes the writer's lock, writes the header, starts the writer thread.
  // SIGXFSZ, where nobody handles it, is ignored from then on: a file size limit then is a full disk like any other
  // instead of the end of the process.
  // Errors: usage (exists and !overwrite; a path that is no file), no_space, failed.
  [[nodiscard]] static Result<std::unique_ptr<TakeWriter>> create(const TakeWriterOptions& options);
  // Releases; does not finish: a take whose writer was only destroyed is "interrupted".
  ~TakeWriter();
  TakeWriter(const TakeWriter&) = delete;
  TakeWriter& operator=(const TakeWriter&) = delete;

  // A slot for a payload of `bytes`. With Wait::no, an empty optional when none is free; with Wait::yes it
  // blocks until one is. A size that needs larger slots drains the writer first, then re-cuts them.
  // Errors: usage (cannot fit into the budget), and whatever stopped the writer thread (no_space, failed).
  // Thread: the producer only.
  [[nodiscard]] Result<std::optional<Slot>> acquire(std::size_t bytes, Wait wait);

  // Hands a filled slot to the writer thread. `sequence`, `dropped_total`, `stride_bytes`, `payload_bytes`, `rate` and
  // `clock` of `info` are set by the writer, everything else is stored as given. The frame is acknowledged (survives
  // kill -9) once stats().frames_written counts it. Thread: the producer only.
  // Errors: usage (width and height do not give the slot's bytes, a time is negative or above 2^62 ns),
  // and whatever stopped the writer thread.
  [[nodiscard]] Result<void> commit(Slot slot, const FrameInfo& info);

  // Waits for the last slot, writes the index and the end block, truncates, closes. Once.
  // After no_space the take is finished all the same: the summary says stopped_for_space.
  [[nodiscard]] Result<TakeSummary> finish();
  // Instead of finish(): removes what was written so far. A take that it was to replace and has not yet, stays.
  void abandon();

  // Non-null text once the writer thread has stopped by itself (reserve reached, disk full, I/O error).
  [[nodiscard]] std::optional<Error> stopped() const;
  [[nodiscard]] TakeWriterStats stats() const;
  [[nodiscard]] const std::filesystem::path& path() const;

 private:
  struct Impl;
  explicit TakeWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
