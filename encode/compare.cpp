#include "encode/compare.h"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <system_error>

#include "encode/internal/compared_file.h"
#include "encode/internal/sequence_folder.h"
#include "encode/take_source.h"

namespace framespool {
namespace {

class ComparingSink final : public FrameSink {
 public:
  ComparingSink(std::unique_ptr<ComparedFile> file, std::string name, ComparisonRules rules,
                std::shared_ptr<ComparisonReport> report)
      : file_(std::move(file)),
        name_(std::move(name)),
        rules_(std::move(rules)),
        report_(std::move(report)) {}

  Result<void> begin(const SinkFormat& format) override {
    format_ = format;
    return file_->begin(format);
  }
  Result<void> write(const FrameView& frame) override;
  Result<SinkSummary> finish() override;
  void abandon() noexcept override { file_.reset(); }
  void interrupt() noexcept override { interrupted_.store(true); }
  [[nodiscard]] std::uint64_t pictures_written() const override { return pictures_.load(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  void count(std::uint64_t number, const SampleScore& score);
  [[nodiscard]] Result<void> check_time(std::uint64_t number, std::int64_t expected_ns);
  [[nodiscard]] std::optional<Error> verdict() const;

  std::unique_ptr<ComparedFile> file_;
  const std::string name_;
  const ComparisonRules rules_;
  const std::shared_ptr<ComparisonReport> report_;
  SinkFormat format_;
  double ssim_sum_ = 0, error_sum_ = 0, samples_ = 0;  // errors as shares of the peak
  std::atomic<bool> interrupted_{false};
  std::atomic<std::uint64_t> pictures_{0};
};

Result<void> ComparingSink::write(const FrameView& frame) {
  for (std::uint32_t i = 0; i < frame.repeat; ++i) {
    if (interrupted_.load()) return fail(ErrorKind::cancelled, name_, "was cancelled");
    const std::uint64_t number = frame.number + i;
    const auto score = file_->compare(frame, number);
    if (!score) return tl::unexpected(score.error());
    const std::int64_t expected_ns =
        format_.variable_rate ? frame.pts_ns : step_time_ns(number - format_.first_number, format_.rate);
    if (rules_.check_times)
      if (auto good = check_time(number, expected_ns); !good) return good;
    count(number, *score);
  }
  return {};
}

// Matroska rounds to milliseconds, and two pictures never share a stamp.
Result<void> ComparingSink::check_time(std::uint64_t number, std::int64_t expected_ns) {
  constexpr std::int64_t kTolerance_ns = 2'000'000;
  const auto time_ns = file_->time_ns();
  if (!time_ns || std::abs(*time_ns - expected_ns) <= kTolerance_ns) return {};
  return fail(ErrorKind::failed, name_,
              fmt::format("picture {} stands at {:.4f} s instead of {:.4f} s", number,
                          static_cast<double>(*time_ns) * 1e-9, static_cast<double>(expected_ns) * 1e-9));
}

void ComparingSink::count(std::uint64_t number, const SampleScore& sample) {
  const PictureScore score{number, sample.same, sample.psnr_db, sample.ssim};
  ComparisonReport& report = *report_;
  if (report.pictures == 0) {
    report.measured_in = file_->measured_in();
    report.exact_wanted = rules_.exact || (file_->exact_by_nature() && !rules_.min_psnr_db);
    report.worst_psnr = report.worst_ssim = score;
  }
  ++report.pictures;
  if (score.same) ++report.same;
  if (!score.same && !report.first_different) report.first_different = number;
  if (score.psnr_db < report.worst_psnr.psnr_db) report.worst_psnr = score;
  if (score.ssim < report.worst_ssim.ssim) report.worst_ssim = score;
  ssim_sum_ += score.ssim;
  error_sum_ += static_cast<double>(sample.error.sum) / (sample.peak * sample.peak);
  samples_ += static_cast<double>(sample.error.samples);
  report.mean_ssim = ssim_sum_ / static_cast<double>(report.pictures);
  if (error_sum_ > 0) report.psnr_db = -10 * std::log10(error_sum_ / samples_);
  pictures_.fetch_add(1);
  if (rules_.on_picture) rules_.on_picture(score);
}

std::optional<Error> ComparingSink::verdict() const {
  const ComparisonReport& report = *report_;
  if (report.exact_wanted) {
    if (!report.first_different) return std::nullopt;
    return Error{
        ErrorKind::failed,
        name_,
        fmt::format("{} of {} pictures differ from the take, the first is picture {}, the worst picture {} "
                    "({:.1f} dB)",
                    report.pictures - report.same, report.pictures, *report.first_different,
                    report.worst_psnr.number, report.worst_psnr.psnr_db),
        {}};
  }
  const double least = rules_.min_psnr_db.value_or(kLeastPsnr_db);
  if (report.worst_psnr.psnr_db >= least) return std::nullopt;
  return Error{ErrorKind::failed,
               name_,
               fmt::format("picture {} is too unlike its frame: PSNR {:.1f} dB, at least {:g} wanted",
                           report.worst_psnr.number, report.worst_psnr.psnr_db, least),
               {}};
}

Result<SinkSummary> ComparingSink::finish() {
  if (auto ended = file_->finish(); !ended) return tl::unexpected(ended.error());
  if (const auto wrong = verdict()) return tl::unexpected(*wrong);
  SinkSummary summary;
  summary.pictures = pictures_.load();
  summary.output = name_;
  summary.notes = file_->notes();
  abandon();
  return summary;
}

Result<OutputTarget> target_of(std::string_view other) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(other, ignored);
  const bool pattern = other.find('%') != std::string_view::npos && !std::filesystem::exists(other, ignored);
  if (folder || pattern) return parse_output(other);
  if (!std::filesystem::exists(other, ignored))
    return fail(ErrorKind::usage, std::string(other), "there is no such file or folder");
  OutputTarget target;
  target.kind = OutputKind::movie;
  target.path = other;
  return target;
}

}  // namespace

Result<std::unique_ptr<ExportJob>> make_comparison(const std::filesystem::path& take, std::string_view other,
                                                   const ExportOptions& options, ComparisonRules rules,
                                                   std::shared_ptr<ComparisonReport> report) {
  if (auto good = check_options(options); !good) return tl::unexpected(good.error());
  const auto target = target_of(other);
  if (!target) return tl::unexpected(target.error());
  auto file = open_compared(*target, options);
  if (!file) return tl::unexpected(file.error());
  auto source = TakeSource::open(take, options);
  if (!source) return tl::unexpected(source.error());
  auto sink =
      std::make_unique<ComparingSink>(std::move(*file), target->shown(), std::move(rules), std::move(report));
  return std::make_unique<ExportJob>(std::move(*source), std::move(sink), options, target->kind);
}

Result<std::unique_ptr<ExportJob>> make_verification(const std::filesystem::path& take,
                                                     std::string_view output, const ExportOptions& options,
                                                     std::shared_ptr<ComparisonReport> report) {
  if (output == "-")
    return fail(ErrorKind::usage, "--verify", "cannot read again what went to standard output",
                "keep it in a file and use `framespool compare`");
  const auto target = parse_output(output);
  if (!target) return tl::unexpected(target.error());
  ComparisonRules rules;
  rules.exact = target->kind == OutputKind::png_sequence || options.lossless;
  // The coarsest settings may leave nothing of noise but its mean.
  if (!rules.exact && options.crf > 30) rules.min_psnr_db = kLeastPsnr_db / 2;
  rules.check_times = target->kind == OutputKind::movie;
  return make_comparison(take,
                         target->kind == OutputKind::movie ? target->path.string() : std::string(output),
                         options, std::move(rules), std::move(report));
}

}  // namespace framespool
