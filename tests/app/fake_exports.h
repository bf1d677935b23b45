// Exports without files: a source of tiny frames that waits at a gate, and a sink that only counts.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "app/model/export_queue.h"
#include "encode/output_target.h"

namespace framespool {

// Closed, it holds every export at its first frame.
class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class TinySource final : public FrameSource {
 public:
  TinySource(std::uint64_t frames, std::shared_ptr<Gate> gate) : frames_(frames), gate_(std::move(gate)) {}
  Result<SourceInfo> begin() override {
    SourceInfo info;
    info.frames = frames_;
    info.width = info.height = 1;
    return info;
  }
  Result<std::optional<SourceFrame>> next_frame(FrameBuffer& buffer) override {
    gate_->wait();
    if (given_ == frames_) return std::nullopt;
    if (auto ready = buffer.ensure("test", 4); !ready) return tl::unexpected(ready.error());
    SourceFrame frame;
    frame.index = frame.info.sequence = given_;
    frame.info.pts_ns = step_time_ns(given_, frame.info.rate);
    frame.info.width = frame.info.height = 1;
    frame.info.stride_bytes = frame.info.payload_bytes = 4;
    if (++given_ < frames_) frame.next_pts_ns = step_time_ns(given_, frame.info.rate);
    return frame;
  }
  Result<void> end() override { return {}; }

 private:
  std::uint64_t frames_, given_ = 0;
  std::shared_ptr<Gate> gate_;
};

class CountingSink final : public FrameSink {
 public:
  Result<void> begin(const SinkFormat&) override { return {}; }
  Result<void> write(const FrameView& frame) override {
    written_ += frame.repeat;
    return {};
  }
  Result<SinkSummary> finish() override {
    SinkSummary summary;
    summary.pictures = written_;
    summary.bytes = 1234;
    summary.notes = {"padded"};
    return summary;
  }
  void abandon() noexcept override {}
  void interrupt() noexcept override {}
  std::uint64_t pictures_written() const override { return written_; }
  std::uint64_t bytes_written() const override { return 0; }

 private:
  std::atomic<std::uint64_t> written_ = 0;
};

struct FakeExports {
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::shared_ptr<std::atomic<int>> made = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> resumed = std::make_shared<std::atomic<int>>(0);  // of those, with resume

  // Outputs whose name has "refused" in it cannot be made.
  [[nodiscard]] ExportFactory factory() const {
    return [gate = gate, made = made, resumed = resumed](const ExportRequest& request) -> Result<std::unique_ptr<ExportJob>> {
      ++*made;
      if (request.options.resume) ++*resumed;
      if (request.output.string().find("refused") != std::string::npos)
        return fail(ErrorKind::failed, request.output.string(), "permission denied", "choose another folder");
      return std::make_unique<ExportJob>(std::make_unique<TinySource>(3, gate),
                                         std::make_unique<CountingSink>(), request.options,
                                         OutputKind::png_sequence);
    };
  }
};

}  // namespace framespool
