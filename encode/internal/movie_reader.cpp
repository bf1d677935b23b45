#include "encode/internal/movie_reader.h"

#include <fmt/format.h>

#include <cerrno>

#include "encode/internal/av_error.h"

namespace framespool {

Result<MovieReader> MovieReader::open(const std::filesystem::path& path,
                                      const std::optional<RawPictures>& raw) {
  if (auto loaded = load_av_libraries(); !loaded) return tl::unexpected(loaded.error());
  MovieReader reader;
  reader.path_ = path;
  AvDictionary settings;
  const AVInputFormat* format = nullptr;
  if (raw) {
    format = av_find_input_format("rawvideo");
    settings.set("pixel_format", av_get_pix_fmt_name(raw->format));
    settings.set("video_size", fmt::format("{}x{}", raw->width, raw->height).c_str());
  }
  AVFormatContext* opened = nullptr;
  // "file:" because a name may hold a colon.
  const std::string url = "file:" + path.string();
  if (const int failed = avformat_open_input(&opened, url.c_str(), format, settings.get()); failed < 0) {
    if (failed == AVERROR(ENOENT)) return fail(ErrorKind::usage, path.string(), "there is no such file");
    Error error = av_failure(path.string(), "opening it as a movie", failed);
    error.kind = ErrorKind::usage;
    return tl::unexpected(error);
  }
  reader.container_.reset(opened);
  if (const int failed = avformat_find_stream_info(opened, nullptr); failed < 0)
    return tl::unexpected(av_failure(path.string(), "looking at its streams", failed));
  const AVCodec* codec = nullptr;
  reader.stream_ = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
  if (reader.stream_ < 0 || !codec)
    return fail(ErrorKind::usage, path.string(), "holds no video that can be decoded");
  reader.decoder_.reset(avcodec_alloc_context3(codec));
  reader.packet_.reset(av_packet_alloc());
  reader.picture_.reset(av_frame_alloc());
  if (!reader.decoder_ || !reader.packet_ || !reader.picture_)
    return fail(ErrorKind::failed, path.string(), "memory is short");
  const AVStream& stream = *opened->streams[reader.stream_];
  if (const int failed = avcodec_parameters_to_context(reader.decoder_.get(), stream.codecpar); failed < 0)
    return tl::unexpected(av_failure(path.string(), "describing its video", failed));
  reader.decoder_->pkt_timebase = stream.time_base;
  // One picture at a time: threads would each hold some of their own. What is damaged is an error, not
  // guessed at.
  reader.decoder_->thread_count = 1;
  reader.decoder_->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
  if (const int failed = avcodec_open2(reader.decoder_.get(), codec, nullptr); failed < 0)
    return tl::unexpected(av_failure(path.string(), "opening a decoder", failed));
  return reader;
}

// False when there is nothing more to feed.
Result<bool> MovieReader::feed() {
  while (!fed_all_) {
    const int read = av_read_frame(container_.get(), packet_.get());
    if (read == AVERROR_EOF) {
      fed_all_ = true;
      avcodec_send_packet(decoder_.get(), nullptr);
      return true;
    }
    if (read < 0) return tl::unexpected(av_failure(path_.string(), "reading it", read));
    const bool ours = packet_->stream_index == stream_;
    const int sent = ours ? avcodec_send_packet(decoder_.get(), packet_.get()) : 0;
    av_packet_unref(packet_.get());
    if (sent < 0) return tl::unexpected(av_failure(path_.string(), "decoding a picture", sent));
    if (ours) return true;
  }
  return false;
}

Result<const AVFrame*> MovieReader::next() {
  while (true) {
    const int got = avcodec_receive_frame(decoder_.get(), picture_.get());
    if (got == 0) {
      if ((picture_->flags & AV_FRAME_FLAG_CORRUPT) != 0)
        return fail(ErrorKind::failed, path_.string(), "a picture is damaged");
      const std::int64_t pts = picture_->best_effort_timestamp;
      pts_ = pts == AV_NOPTS_VALUE ? std::nullopt : std::optional(pts);
      if (!first_pts_) first_pts_ = pts_;
      return picture_.get();
    }
    if (got == AVERROR_EOF) return nullptr;
    if (got != AVERROR(EAGAIN)) return tl::unexpected(av_failure(path_.string(), "decoding a picture", got));
    const auto fed = feed();
    if (!fed) return tl::unexpected(fed.error());
    if (!*fed) return nullptr;
  }
}

std::optional<std::int64_t> MovieReader::time_ns() const {
  if (!pts_ || !first_pts_) return std::nullopt;
  return av_rescale_q(*pts_ - *first_pts_, container_->streams[stream_]->time_base,
                      AVRational{1, 1'000'000'000});
}

}  // namespace framespool
