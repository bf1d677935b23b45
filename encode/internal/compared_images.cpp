// A folder of PNGs, each read by libpng and compared in the pixels it holds.
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "encode/internal/atomic_file.h"
#include "encode/internal/compared_file.h"
#include "encode/internal/png_reader.h"
#include "encode/internal/sequence_folder.h"

namespace framespool {
namespace {

constexpr std::size_t kPixel = 4;

// All of a picture as RGBA.
class WholePicture final : public PngRows {
 public:
  WholePicture(std::uint32_t width, std::uint32_t height, std::byte* pixels)
      : width_(width), height_(height), pixels_(pixels) {}
  bool header(const PngHeader& header) override {
    header_ = header;
    return header.width == width_ && header.height == height_;
  }
  std::byte* place(std::uint32_t y) override { return pixels_ + std::size_t{y} * width_ * kPixel; }
  void done(std::uint32_t) override {}
  [[nodiscard]] const PngHeader& header() const { return header_; }

 private:
  std::uint32_t width_, height_;
  std::byte* pixels_;
  PngHeader header_;
};

class ComparedImages final : public ComparedFile {
 public:
  ComparedImages(OutputTarget target, bool ranged) : target_(std::move(target)), ranged_(ranged) {}

  Result<void> begin(const SinkFormat&) override {
    auto folder = open_folder(target_.path);
    if (!folder) return tl::unexpected(folder.error());
    folder_ = std::move(*folder);
    auto memory = PngMemory::create();
    if (!memory) return tl::unexpected(memory.error());
    memory_ = std::move(*memory);
    return {};
  }
  Result<SampleScore> compare(const FrameView& frame, std::uint64_t number) override;
  Result<void> finish() override;
  std::string measured_in() const override { return alpha_ ? "RGBA" : "RGB"; }
  bool exact_by_nature() const override { return true; }

 private:
  [[nodiscard]] Result<void> read(const UniqueFd& file, WholePicture& picture, std::uint64_t number);

  const OutputTarget target_;
  const bool ranged_;
  UniqueFd folder_;
  std::optional<PngMemory> memory_;
  FrameBuffer pixels_;
  PictureScorer scorer_;
  bool alpha_ = false;
  std::uint64_t end_ = 0;
};

Result<void> ComparedImages::read(const UniqueFd& file, WholePicture& picture, std::uint64_t number) {
  const std::string name = target_.image_path(number).string();
  const PngRead read = read_png(file.get(), picture, PngRows::Form::rgba8, *memory_);
  switch (read.outcome) {
    case PngRead::Outcome::whole:
      return {};
    case PngRead::Outcome::refused:
      return fail(ErrorKind::failed, name,
                  fmt::format("is {}x{}, not of the size of its frame", picture.header().width,
                              picture.header().height));
    case PngRead::Outcome::not_png:
      return fail(ErrorKind::failed, name, "is not a PNG");
    case PngRead::Outcome::damaged:
      return fail(ErrorKind::failed, name, fmt::format("is damaged: {}", read.reason.data()));
    case PngRead::Outcome::failed:
      break;
  }
  return tl::unexpected(system_error(name, read.error_number != 0 ? read.error_number : ENOMEM));
}

Result<SampleScore> ComparedImages::compare(const FrameView& frame, std::uint64_t number) {
  end_ = number + 1;
  const UniqueFd file(
      ::openat(folder_.get(), target_.image_name(number).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT)
    return fail(ErrorKind::failed, target_.image_path(number).string(), "is missing");
  if (!file) return tl::unexpected(system_error(target_.image_path(number).string(), errno));
  const std::size_t stride = std::size_t{frame.width} * kPixel;
  if (auto room = pixels_.ensure("compare.image", stride * frame.height); !room)
    return tl::unexpected(room.error());
  if (auto room = memory_->ensure(png_reading_bytes(frame.width)); !room) return tl::unexpected(room.error());
  WholePicture picture(frame.width, frame.height, pixels_.data());
  if (auto whole = read(file, picture, number); !whole) return tl::unexpected(whole.error());
  alpha_ = (picture.header().colour_type & PNG_COLOR_MASK_ALPHA) != 0;
  return scorer_.score_rgb(
      {frame.pixels.data(), frame.stride_bytes, kPixel, frame.format == PixelFormat::bgra8},
      {pixels_.data(), stride, kPixel, false}, frame.width, frame.height, alpha_ ? 4 : 3);
}

Result<void> ComparedImages::finish() {
  if (ranged_) return {};
  const auto standing = survey_images(target_, 0, end_);
  if (!standing) return tl::unexpected(standing.error());
  if (standing->outside > 0)
    return fail(ErrorKind::failed, target_.shown(),
                fmt::format("also holds {}, for which there is no frame",
                            target_.image_name(standing->first_outside)));
  return {};
}

}  // namespace

std::unique_ptr<ComparedFile> compared_images(const OutputTarget& target, bool ranged) {
  return std::make_unique<ComparedImages>(target, ranged);
}

Result<std::unique_ptr<ComparedFile>> open_compared(const OutputTarget& target,
                                                    const ExportOptions& options) {
  if (target.kind == OutputKind::png_sequence) return compared_images(target, options.range.has_value());
  const std::string ending = target.path.extension().string();
  const bool headerless = options.raw_format == RawFormat::rgb24 && (ending == ".rgb" || ending == ".raw");
  return compared_movie(target.path, headerless);
}

}  // namespace framespool
