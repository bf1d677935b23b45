#include "encode/movie_sink.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <limits>

#include "encode/internal/atomic_file.h"
#include "encode/internal/av_error.h"
#include "encode/internal/av_output.h"
#include "encode/internal/encoder_thread.h"
#include "encode/internal/h264_encoder.h"
#include "encode/internal/missing_room.h"
#include "encode/internal/picture_converter.h"

namespace framespool {
namespace {

// Fine enough for kept stamps (11 microseconds) and known to every player.
constexpr AVRational kStampTimeBase{1, 90'000};
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// The muxer by name, from the ending that parse_output let through.
const char* muxer_name(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == ".mkv") return "matroska";
  return ending == ".mov" ? "mov" : "mp4";
}

Error already_stands(const std::filesystem::path& path) {
  return {ErrorKind::usage, path.string(), "exists already",
          "choose another name, or replace it with --overwrite"};
}

// The export worker converts; a thread of the sink hands the pictures to libx264, which has threads of its
// own, and writes what comes out. Pictures in flight are the two of EncoderThread and libx264's look-ahead: a
// fixed number, whatever the length of the movie. From begin() to finish() encoder, container and output
// belong to that thread.
class MovieSink final : public FrameSink {
 public:
  MovieSink(std::filesystem::path path, ExportOptions options)
      : path_(std::move(path)), options_(std::move(options)) {}
  ~MovieSink() override { abandon(); }

  Result<void> begin(const SinkFormat& format) override;
  Result<void> write(const FrameView& frame) override;
  Result<SinkSummary> finish() override;
  void abandon() noexcept override;
  void interrupt() noexcept override { interrupted_.store(true); }
  [[nodiscard]] std::uint64_t pictures_written() const override { return pictures_.load(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return bytes_.load(); }

 private:
  [[nodiscard]] Result<void> open_container();
  [[nodiscard]] Result<void> encode(const DrawnPicture& drawn);
  [[nodiscard]] Result<void> send(const AVFrame* picture);
  [[nodiscard]] Result<void> take_packets();
  [[nodiscard]] Error failure(const char* doing, int av_error) const;
  [[nodiscard]] Error full_disk(int error_number) const;
  void note_letterbox(const FrameView& frame);

  const std::filesystem::path path_;
  const ExportOptions options_;
  SinkFormat format_;
  UniqueFd folder_;
  AtomicFile file_;
  std::unique_ptr<AvOutput> output_;
  AvPtr<AVFormatContext> container_;
  AvPtr<AVCodecContext> encoder_;
  AvPtr<AVPacket> packet_;
  std::optional<PictureConverter> converter_;
  AVRational time_base_{1, 60};
  std::int64_t next_pts_ = 0;  // in time_base_; encoder thread
  std::vector<std::string> notes_;
  bool letterbox_noted_ = false;
  std::atomic<bool> interrupted_{false};
  std::atomic<std::uint64_t> pictures_{0};  // written by the encoder thread, read by any
  std::atomic<std::uint64_t> bytes_{0};
  std::optional<EncoderThread> thread_;  // last: what it uses outlives it
};

// The movie goes and gives back what it took; FFmpeg's buffer holds the last of what the pictures came to.
Error MovieSink::full_disk(int error_number) const {
  Error error = system_error(path_.string(), error_number);
  const std::uint64_t pictures = pictures_.load(), written = output_->bytes();
  const std::int64_t position = avio_seek(container_->pb, 0, SEEK_CUR);
  const std::uint64_t bytes = position > 0 ? std::max(written, static_cast<std::uint64_t>(position)) : written;
  const std::string of = format_.pictures > 0 ? fmt::format(" of {}", format_.pictures) : "";
  error.why += fmt::format(" after {}{} pictures: {}", pictures, of,
                           missing_room(file_.fd(), error_number, {format_.pictures, 0, pictures, bytes, written}));
  error.remedy = "free some space and export again; nothing was kept of it";
  return error;
}

Error MovieSink::failure(const char* doing, int av_error) const {
  // The system's own reason says more than what FFmpeg makes of it.
  Error error = output_ && output_->error_number() != 0
                    ? system_error(path_.string(), output_->error_number())
                    : av_failure(path_.string(), doing, av_error);
  const bool full = output_ && output_->error_number() != 0 && error.kind == ErrorKind::no_space;
  return full ? full_disk(output_->error_number()) : error;
}

Result<void> MovieSink::begin(const SinkFormat& format) {
  format_ = format;
  if (format.rate.numerator > std::numeric_limits<int>::max() ||
      format.rate.denominator > std::numeric_limits<int>::max())
    return fail(ErrorKind::usage, "frame rate", "is too fine a fraction for a movie",
                "give another with --fps");
  // On the grid the time base is one picture, so that no time stamp is ever rounded.
  time_base_ = format.variable_rate ? kStampTimeBase
                                    : AVRational{static_cast<int>(format.rate.denominator),
                                                 static_cast<int>(format.rate.numerator)};
  auto converter = PictureConverter::create(h264_pictures(options_), format.width, format.height,
                                            EncoderThread::kPictures);
  if (!converter) return tl::unexpected(converter.error());
  converter_ = std::move(*converter);
  if (converter_->padded())
    notes_.push_back(fmt::format("{}x{} was padded to {}x{} by repeating the edge: H.264 needs even sizes",
                                 format.width, format.height, converter_->coded_width(),
                                 converter_->coded_height()));

  const AVOutputFormat* const muxer = av_guess_format(muxer_name(path_), nullptr, nullptr);
  if (!muxer)
    return fail(ErrorKind::failed, path_.string(),
                fmt::format("this FFmpeg build cannot write {}", muxer_name(path_)));
  auto encoder = open_h264(
      options_, {static_cast<int>(converter_->coded_width()), static_cast<int>(converter_->coded_height()),
                 format.rate, time_base_, (muxer->flags & AVFMT_GLOBALHEADER) != 0});
  if (!encoder) return tl::unexpected(encoder.error());
  encoder_ = std::move(*encoder);
  packet_.reset(av_packet_alloc());
  container_.reset(avformat_alloc_context());
  if (!packet_ || !container_) return fail(ErrorKind::failed, path_.string(), "memory is short");
  container_->oformat = muxer;
  return open_container();
}

Result<void> MovieSink::open_container() {
  auto folder = open_folder(parent_of(path_));
  if (!folder) return tl::unexpected(folder.error());
  folder_ = std::move(*folder);
  remove_leftovers(folder_.get());
  if (const int failed = file_.create(folder_.get()); failed != 0)
    return tl::unexpected(system_error(path_.string(), failed));
  auto output = AvOutput::create(file_.fd());
  if (!output) return tl::unexpected(output.error());
  output_ = std::move(*output);
  container_->pb = output_->context();
  container_->flags |= AVFMT_FLAG_CUSTOM_IO;

  AVStream* const stream = avformat_new_stream(container_.get(), nullptr);
  if (!stream) return fail(ErrorKind::failed, path_.string(), "memory is short");
  if (const int failed = avcodec_parameters_from_context(stream->codecpar, encoder_.get()); failed < 0)
    return tl::unexpected(failure("describing the stream", failed));
  stream->time_base = time_base_;
  stream->avg_frame_rate = encoder_->framerate;
  stream->sample_aspect_ratio = {1, 1};
  // The index of MP4 and MOV stands behind the pictures. Moving it to the front ("faststart") would read and
  // write the whole movie a second time; fragments would keep even less in memory but are understood by fewer
  // programs. What the muxer keeps is one entry a picture, at most 72 bytes. The time scale is the rate's
  // numerator or a power of two of it, hence exact. Matroska counts in milliseconds: its stamps are rounded,
  // its nominal rate is exact.
  AvDictionary settings;
  settings.set("movflags", "+write_colr");
  if (const int failed = avformat_write_header(container_.get(), settings.get()); failed < 0)
    return tl::unexpected(failure("writing the header", failed));
  thread_.emplace([this](const DrawnPicture& drawn) { return encode(drawn); });
  return {};
}

void MovieSink::note_letterbox(const FrameView& frame) {
  if (letterbox_noted_ || (frame.width == format_.width && frame.height == format_.height)) return;
  letterbox_noted_ = true;
  notes_.push_back(
      fmt::format("frames of another size than {}x{} ({}x{} was the first of them) were scaled to fit",
                  format_.width, format_.height, frame.width, frame.height));
}

Result<void> MovieSink::write(const FrameView& frame) {
  note_letterbox(frame);
  if (interrupted_.load()) return fail(ErrorKind::cancelled, path_.string(), "was cancelled");
  if (auto room = thread_->wait_for_room(); !room) return room;
  const auto picture = converter_->convert(frame);
  if (!picture) return tl::unexpected(picture.error());
  thread_->hand_on({*picture, frame.repeat, frame.pts_ns});
  return {};
}

Result<void> MovieSink::encode(const DrawnPicture& drawn) {
  for (std::uint32_t i = 0; i < drawn.repeat; ++i) {
    if (interrupted_.load()) return fail(ErrorKind::cancelled, path_.string(), "was cancelled");
    if (format_.variable_rate) {
      const std::int64_t stamp = av_rescale_q(drawn.pts_ns, AVRational{1, kNsPerSecond}, time_base_);
      next_pts_ = std::max(next_pts_, stamp);  // two frames never share a stamp
    }
    drawn.picture->pts = next_pts_++;
    if (auto sent = send(drawn.picture); !sent) return sent;
  }
  return {};
}

Result<void> MovieSink::send(const AVFrame* picture) {
  if (const int failed = avcodec_send_frame(encoder_.get(), picture); failed < 0)
    return tl::unexpected(failure("compressing a picture", failed));
  return take_packets();
}

Result<void> MovieSink::take_packets() {
  while (true) {
    const int received = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return {};
    if (received < 0) return tl::unexpected(failure("compressing a picture", received));
    packet_->stream_index = 0;
    // The last packet's duration is what makes the movie end where its last picture does.
    packet_->duration =
        format_.variable_rate ? av_rescale_q(1, av_inv_q(encoder_->framerate), time_base_) : 1;
    av_packet_rescale_ts(packet_.get(), time_base_, container_->streams[0]->time_base);
    if (const int failed = av_interleaved_write_frame(container_.get(), packet_.get()); failed < 0)
      return tl::unexpected(failure("writing a picture", failed));
    bytes_.store(output_->bytes());
    pictures_.fetch_add(1);
    if (interrupted_.load()) return fail(ErrorKind::cancelled, path_.string(), "was cancelled");
  }
}

Result<SinkSummary> MovieSink::finish() {
  if (auto sent = thread_->finish(); !sent) return tl::unexpected(sent.error());
  if (auto flushed = send(nullptr); !flushed) return tl::unexpected(flushed.error());
  if (const int failed = av_write_trailer(container_.get()); failed < 0)
    return tl::unexpected(failure("writing the index", failed));
  avio_flush(container_->pb);
  if (output_->error_number() != 0) return tl::unexpected(failure("writing the index", AVERROR(EIO)));
  if (interrupted_.load()) return fail(ErrorKind::cancelled, path_.string(), "was cancelled");
  bytes_.store(output_->bytes());
  // Before the movie has its name: from then on nothing may fail any more, not even for lack of memory.
  SinkSummary summary{pictures_.load(), bytes_.load(), path_, std::move(notes_)};
  const int failed = file_.commit(path_.filename().c_str(), options_.overwrite, true);
  if (failed == EEXIST) return tl::unexpected(already_stands(path_));
  if (failed != 0) {
    Error error = system_error(path_.string(), failed);
    if (error.kind == ErrorKind::no_space) error.remedy = "free some space and export again; nothing was kept of it";
    return tl::unexpected(std::move(error));
  }
  abandon();
  return summary;
}

void MovieSink::abandon() noexcept {
  thread_.reset();
  packet_.reset();
  encoder_.reset();
  container_.reset();
  output_.reset();
  converter_.reset();
  file_.discard();
  folder_.reset();
}

}  // namespace

Result<std::unique_ptr<FrameSink>> make_movie_sink(const std::filesystem::path& path,
                                                   const ExportOptions& options) {
  struct stat standing {};
  if (::stat(path.c_str(), &standing) == 0) {
    if (S_ISDIR(standing.st_mode)) return fail(ErrorKind::usage, path.string(), "is a folder");
    if (!options.overwrite) return tl::unexpected(already_stands(path));
  }
  if (auto good = check_folder(parent_of(path), path.string()); !good) return tl::unexpected(good.error());
  if (auto loaded = load_av_libraries(); !loaded) return tl::unexpected(loaded.error());
  if (auto good = check_h264(options); !good) return tl::unexpected(good.error());
  return std::make_unique<MovieSink>(path, options);
}

}  // namespace framespool
