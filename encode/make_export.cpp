#include "encode/make_export.h"

#include <unistd.h>

#include "encode/internal/sequence_folder.h"
#include "encode/movie_sink.h"
#include "encode/png_sequence_sink.h"
#include "encode/raw_video_sink.h"
#include "encode/take_source.h"

namespace framespool {

Result<std::unique_ptr<FrameSource>> make_take_source(const std::filesystem::path& take,
                                                      const ExportOptions& options) {
  return TakeSource::open(take, options);
}

Result<std::unique_ptr<FrameSink>> make_sink(const OutputTarget& target, const ExportOptions& options) {
  if (auto good = check_options(options); !good) return tl::unexpected(good.error());
  if (options.resume && target.kind != OutputKind::png_sequence)
    return fail(ErrorKind::usage, "--resume",
                "continues a sequence of images; a movie that was not finished cannot be continued",
                "export it again without --resume: an unfinished movie leaves nothing behind");
  switch (target.kind) {
    case OutputKind::movie:
      return make_movie_sink(target.path, options);
    case OutputKind::raw_video:
      return make_raw_video_sink(STDOUT_FILENO, options);
    case OutputKind::png_sequence:
      break;
  }
  return make_png_sequence_sink(target, options);
}

bool holds_images(const OutputTarget& target) {
  return target.kind == OutputKind::png_sequence && has_image(target);
}

Result<std::unique_ptr<ExportJob>> make_export(const std::filesystem::path& take, std::string_view output,
                                               const ExportOptions& options) {
  const auto target = parse_output(output);
  if (!target) return tl::unexpected(target.error());
  auto sink = make_sink(*target, options);
  if (!sink) return tl::unexpected(sink.error());
  auto source = make_take_source(take, options);
  if (!source) return tl::unexpected(source.error());
  return std::make_unique<ExportJob>(std::move(*source), std::move(*sink), options, target->kind);
}

}  // namespace framespool
