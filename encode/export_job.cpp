#include "encode/export_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "encode/flip.h"
#include "encode/retiming.h"

namespace framespool {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error cancelled() {
  return {ErrorKind::cancelled, "export", "was cancelled", {}};
}

}  // namespace

const char* to_string(ExportState state) {
  switch (state) {
    case ExportState::waiting:
      return "waiting";
    case ExportState::running:
      return "running";
    case ExportState::cancelling:
      return "cancelling";
    case ExportState::done:
      return "done";
    case ExportState::cancelled:
      return "cancelled";
    case ExportState::failed:
      return "failed";
  }
  return "";
}

struct ExportJob::Impl {
  std::unique_ptr<FrameSource> source;  // used by the worker only, once started
  std::unique_ptr<FrameSink> sink;      // likewise, but for its counters and interrupt()
  ExportOptions options;
  OutputKind output;
  FrameBuffer frame;  // the one frame of an export

  // Written by the worker (state: also by cancel()), read by any thread.
  std::atomic<ExportState> state{ExportState::waiting};
  std::atomic<std::uint64_t> pictures_total{0};
  std::atomic<std::int64_t> started_ns{0};
  std::atomic<std::int64_t> ended_ns{0};
  std::atomic<bool> ended{false};

  std::stop_source stop;
  Result<ExportSummary> result = tl::unexpected(cancelled());  // written by the worker, read after joining it
  std::jthread worker;  // last, so that it is joined before anything it uses goes away

  void run();
  Result<ExportSummary> transfer_safely() noexcept;
  Result<ExportSummary> transfer();
  Result<void> hand_on(const SourceFrame& frame, const PlacedFrame& placed);
};

ExportJob::ExportJob(std::unique_ptr<FrameSource> source, std::unique_ptr<FrameSink> sink,
                     ExportOptions options, OutputKind output)
    : impl_(std::make_unique<Impl>()) {
  impl_->source = std::move(source);
  impl_->sink = std::move(sink);
  impl_->options = std::move(options);
  impl_->output = output;
}

ExportJob::~ExportJob() {
  cancel();
  if (impl_->worker.joinable()) impl_->worker.join();
}

void ExportJob::start() {
  if (impl_->worker.joinable() || impl_->ended.load()) return;
  impl_->started_ns.store(now_ns());
  // Stays as it is when cancel() came first; the worker then ends at once.
  ExportState expected = ExportState::waiting;
  impl_->state.compare_exchange_strong(expected, ExportState::running);
  impl_->worker = std::jthread([impl = impl_.get()] { impl->run(); });
}

void ExportJob::cancel() {
  if (impl_->ended.load()) return;
  impl_->stop.request_stop();
  impl_->sink->interrupt();
  for (const ExportState from : {ExportState::waiting, ExportState::running}) {
    ExportState expected = from;
    impl_->state.compare_exchange_strong(expected, ExportState::cancelling);
  }
}

// The errors made here are so short that no string allocates: nobody above could catch anything.
Result<ExportSummary> ExportJob::Impl::transfer_safely() noexcept {
  try {
    return transfer();
  } catch (const std::bad_alloc&) {
    return tl::unexpected(out_of_memory());
  } catch (const std::system_error&) {
    return fail(ErrorKind::failed, "export", "no more threads");
  }
}

void ExportJob::Impl::run() {
  result = transfer_safely();
  if (!result) {
    sink->abandon();
    // Whatever a sink or source called it, an export that was asked to stop and did not finish was cancelled.
    if (stop.stop_requested() && result.error().kind != ErrorKind::no_space) {
      result = tl::unexpected(cancelled());
      if (const std::uint64_t kept = sink->pictures_written(); kept > 0 && output == OutputKind::png_sequence) {
        try {
          result.error().remedy = fmt::format("{} finished pictures are kept", kept);
        } catch (const std::bad_alloc&) {  // cancelled all the same
        }
      }
    }
  }
  source.reset();
  frame = FrameBuffer();
  ended_ns.store(now_ns());
  state.store(result                                        ? ExportState::done
              : result.error().kind == ErrorKind::cancelled ? ExportState::cancelled
                                                            : ExportState::failed);
  ended.store(true);
}

Result<ExportSummary> ExportJob::Impl::transfer() {
  const auto propagate = [](const auto& failed) { return tl::unexpected(failed.error()); };
  if (stop.stop_requested()) return tl::unexpected(cancelled());
  source->obey(stop.get_token());
  const auto info = source->begin();
  if (!info) return propagate(info);
  const Pacing pacing = choose_pacing(output, info->clock, options);
  auto retimer = Retimer::create(pacing, *info, options);
  if (!retimer) return propagate(retimer);
  if (retimer->pictures() == 0 && !info->open_ended)
    return fail(ErrorKind::usage, "export", "would hold no picture at this rate and speed");
  const SinkFormat format{info->width,
                          info->height,
                          retimer->output_rate(),
                          retimer->first_number(),
                          retimer->pictures(),
                          pacing == Pacing::kept_stamps};
  if (auto begun = sink->begin(format); !begun) return propagate(begun);
  pictures_total.store(retimer->pictures());

  ExportSummary summary;
  while (true) {
    if (stop.stop_requested()) return tl::unexpected(cancelled());
    const auto next = source->next_frame(frame);
    if (!next) return propagate(next);
    if (!*next) break;
    ++summary.frames_read;
    const auto placed = retimer->place(**next);
    if (!placed) return propagate(placed);
    if (placed->repeat == 0) continue;
    if (auto handed_on = hand_on(**next, *placed); !handed_on) return propagate(handed_on);
  }
  if (auto ended_well = source->end(); !ended_well) return propagate(ended_well);
  if (stop.stop_requested()) return tl::unexpected(cancelled());

  auto finished = sink->finish();
  if (!finished) return propagate(finished);
  summary.sink = std::move(*finished);
  summary.frames_repeated = retimer->repeated();
  summary.frames_skipped = retimer->skipped();
  summary.frames_damaged = source->damaged();
  for (std::string& note : source->notes()) summary.sink.notes.push_back(std::move(note));
  summary.elapsed_s = static_cast<double>(now_ns() - started_ns.load()) * 1e-9;
  pictures_total.store(summary.sink.pictures);
  return summary;
}

Result<void> ExportJob::Impl::hand_on(const SourceFrame& next, const PlacedFrame& placed) {
  const FrameInfo& info = next.info;
  const std::span<std::byte> pixels = frame.span().first(info.payload_bytes);
  if (info.row_order == RowOrder::bottom_up) flip_rows(pixels, info.stride_bytes, info.height);
  if (stop.stop_requested()) return tl::unexpected(cancelled());
  return sink->write(FrameView{pixels, info.width, info.height, info.stride_bytes, info.format, placed.number,
                               placed.repeat, placed.pts_ns});
}

ExportProgress ExportJob::progress() const {
  ExportProgress progress;
  progress.state = impl_->state.load();
  progress.pictures_total = impl_->pictures_total.load();
  progress.pictures_done = impl_->sink->pictures_written();
  progress.bytes_written = impl_->sink->bytes_written();
  const std::int64_t started = impl_->started_ns.load();
  if (started == 0) return progress;
  const bool over = progress.state == ExportState::done || progress.state == ExportState::cancelled ||
                    progress.state == ExportState::failed;
  const std::int64_t until = over ? impl_->ended_ns.load() : now_ns();
  progress.elapsed_s = static_cast<double>(until - started) * 1e-9;

  const auto done = static_cast<double>(progress.pictures_done);
  const auto total = static_cast<double>(progress.pictures_total);
  if (progress.elapsed_s > 0) progress.pictures_per_s = done / progress.elapsed_s;
  if (total > 0 && done > 0) {
    progress.fraction = std::min(done / total, 0.999);  // the last step is the final name
    progress.remaining_s = std::max(0.0, total - done) / progress.pictures_per_s;
  }
  if (progress.state == ExportState::done) {
    progress.fraction = 1;
    progress.remaining_s = 0;
  }
  return progress;
}

bool ExportJob::finished() const {
  return impl_->ended.load();
}

Result<ExportSummary> ExportJob::wait() {
  if (!impl_->worker.joinable() && !impl_->ended.load()) start();
  if (impl_->worker.joinable()) impl_->worker.join();
  // Moved: tl::expected's copies are noexcept, and those of its texts need memory.
  return std::move(impl_->result);
}

}  // namespace framespool
