// One export: one worker thread that reads one frame from a source into one reused buffer, flips it in place,
// hands it to a sink, and publishes how far it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "encode/export_options.h"
#include "encode/output_target.h"
#include "encode/sink.h"
#include "encode/source.h"

namespace framespool {

enum class ExportState { waiting, running, cancelling, done, cancelled, failed };
[[nodiscard]] const char* to_string(ExportState state);  // its name, as above

// A snapshot; every field is monotonic while the job runs.
struct ExportProgress {
  ExportState state = ExportState::waiting;
  std::uint64_t pictures_done = 0;   // written by the sink
  std::uint64_t pictures_total = 0;  // 0 until the source has begun
  std::uint64_t bytes_written = 0;
  double fraction = 0;  // 1.0 only when the output stands under its final name
  double elapsed_s = 0;
  double pictures_per_s = 0;
  double remaining_s = -1;  // -1: not known yet
};

struct ExportSummary {
  SinkSummary sink;
  std::uint64_t frames_read = 0;
  std::uint64_t frames_repeated = 0;
  std::uint64_t frames_skipped = 0;
  std::uint64_t frames_damaged = 0;  // left out by salvage
  double elapsed_s = 0;
};

class ExportJob {
 public:
  // `output` decides, with the source's clock, how frames are placed in time (retiming.h).
  ExportJob(std::unique_ptr<FrameSource> source, std::unique_ptr<FrameSink> sink, ExportOptions options,
            OutputKind output);
  // Cancels and joins.
  ~ExportJob();
  ExportJob(const ExportJob&) = delete;
  ExportJob& operator=(const ExportJob&) = delete;

  void start();   // once
  void cancel();  // any thread, also from a signal watcher, any time; returns at once
  [[nodiscard]] ExportProgress progress() const;  // any thread, never blocks
  [[nodiscard]] bool finished() const;            // any thread, never blocks
  // Joins the worker and gives the result. Error cancelled after cancel(). Once.
  [[nodiscard]] Result<ExportSummary> wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace framespool
