#include "encode/png_sequence_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "cache/uninterrupted.h"
#include "encode/internal/atomic_file.h"
#include "encode/internal/missing_room.h"
#include "encode/internal/png_encoder.h"
#include "encode/internal/sequence_folder.h"

namespace framespool {
namespace {

// libdeflate's level for `small`: the highest that is about as fast as the ffmpeg program on every kind of
// picture.
constexpr int kSmallLevel = 5;
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

Error already_there(const OutputTarget& target, const std::string& what) {
  return {ErrorKind::usage, target.shown(), fmt::format("already holds {}", what),
          "choose another name, go on with --resume, or replace what is there with --overwrite"};
}

Error not_ours(const OutputTarget& target, const std::string& name, const char* why) {
  return {ErrorKind::usage, target.shown(), fmt::format("holds {}, {}", name, why),
          "nothing of it was changed: choose another name, or replace what is there with --overwrite"};
}

// Pictures pass through the slots in turn: number k of the handed-on pictures uses slot k % N, is compressed
// by whichever thread is free, and gets its name when all before it have theirs.
class PngSequenceSink final : public FrameSink {
 public:
  PngSequenceSink(OutputTarget target, const ExportOptions& options, std::vector<PngEncoder> encoders);
  ~PngSequenceSink() override { abandon(); }

  Result<void> begin(const SinkFormat& format) override;
  Result<void> write(const FrameView& frame) override;
  Result<SinkSummary> finish() override;
  void abandon() noexcept override;
  void interrupt() noexcept override;
  [[nodiscard]] std::uint64_t pictures_written() const override { return pictures_.load(); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return bytes_.load(); }

 private:
  enum class Stage { empty, loading, loaded, compressing, written };
  struct Slot {
    explicit Slot(PngEncoder made) : encoder(std::move(made)) {}
    Stage stage = Stage::empty;  // guarded by mutex_
    std::uint64_t number = 0;    // set while loading, constant until empty again
    PngEncoder encoder;          // used by the worker while loading, by one thread while compressing
    AtomicFile file;
    PngWritten written;
    // For --resume: what became of the picture that was there.
    std::string name;
    bool keep = false;             // it is the right one
    bool replace = false;          // it was broken
    std::optional<Error> refused;  // it is something else
  };
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] Result<void> write_once(const FrameView& frame, std::uint64_t number);
  void run_thread(const std::stop_token& stop);
  void compress_next(Lock& lock);
  void make_picture(Slot& slot);
  void look_at_standing(Slot& slot);
  [[nodiscard]] Result<void> look_at_folder(const SinkFormat& format);
  [[nodiscard]] std::optional<Error> strangers(const ImageSurvey& survey) const;
  void commit_written();
  [[nodiscard]] std::optional<Error> commit(Slot& slot);
  [[nodiscard]] Error error_of(const Slot& slot, int error_number, const char* reason) const;
  [[nodiscard]] std::string missing_for(const Slot& slot, int error_number) const;

  const OutputTarget target_;
  const bool overwrite_;
  const bool resume_;
  const bool ranged_;
  UniqueFd folder_;
  bool folder_made_ = false;    // by us, hence ours to remove when nothing came of it
  std::uint64_t end_ = kNoEnd;  // of the numbers; not known while the take is still growing
  std::uint64_t expected_ = 0;  // pictures; 0: not known
  std::vector<Slot> slots_;
  std::uint64_t kept_ = 0;  // guarded by mutex_

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t handed_on_ = 0;       // guarded by mutex_: pictures that entered a slot,
  std::uint64_t started_ = 0;         // of those, taken up by a thread,
  std::uint64_t committed_ = 0;       // of those, standing under their names
  std::optional<Error> error_;        // guarded by mutex_: the first in the order of the pictures
  bool old_sequence_stands_ = false;  // guarded by mutex_
  std::atomic<bool> interrupted_{false};
  std::atomic<std::uint64_t> pictures_{0};  // written under mutex_, read by any thread
  std::atomic<std::uint64_t> bytes_{0};
  std::vector<std::jthread> threads_;  // none with one job
};

PngSequenceSink::PngSequenceSink(OutputTarget target, const ExportOptions& options,
                                 std::vector<PngEncoder> encoders)
    : target_(std::move(target)),
      overwrite_(options.overwrite),
      resume_(options.resume),
      ranged_(options.range.has_value()) {
  slots_.reserve(encoders.size());
  for (PngEncoder& encoder : encoders) slots_.emplace_back(std::move(encoder));
}

Result<void> PngSequenceSink::begin(const SinkFormat& format) {
  expected_ = format.pictures;
  folder_made_ = ::mkdir(target_.path.c_str(), 0777) == 0;
  if (!folder_made_ && errno != EEXIST) return tl::unexpected(system_error(target_.path.string(), errno));
  auto folder = open_folder(target_.path);
  if (!folder) return tl::unexpected(folder.error());
  folder_ = std::move(*folder);

  remove_leftovers(folder_.get());
  if (auto good = look_at_folder(format); !good) return good;

  if (slots_.size() > 1)
    for (std::size_t i = 0; i < slots_.size(); ++i)
      threads_.emplace_back([this](const std::stop_token& stop) { run_thread(stop); });
  return {};
}

Result<void> PngSequenceSink::look_at_folder(const SinkFormat& format) {
  const bool narrow = ranged_ || resume_;
  const std::uint64_t first = narrow ? format.first_number : 0;
  if (narrow && format.pictures > 0) end_ = first + format.pictures;
  const auto standing = survey_images(target_, first, end_);
  if (!standing) return tl::unexpected(standing.error());
  if (resume_) {
    if (auto stranger = strangers(*standing)) return tl::unexpected(*stranger);
    return {};
  }
  if (standing->inside > 0 && !overwrite_)
    return tl::unexpected(already_there(target_, standing->describe(target_)));
  old_sequence_stands_ = standing->inside > 0 && !ranged_;
  return {};
}

// Images that can be no part of what is being continued, by their names alone.
std::optional<Error> PngSequenceSink::strangers(const ImageSurvey& survey) const {
  if (!survey.odd_name.empty())
    return not_ours(target_, survey.odd_name, "which is not how this export writes its names");
  if (survey.outside > 0 && !ranged_)
    return not_ours(target_, target_.image_name(survey.first_outside), "which is no part of this export");
  return std::nullopt;
}

Result<void> PngSequenceSink::write(const FrameView& frame) {
  for (std::uint32_t i = 0; i < frame.repeat; ++i)
    if (auto written = write_once(frame, frame.number + i); !written) return written;
  return {};
}

Result<void> PngSequenceSink::write_once(const FrameView& frame, std::uint64_t number) {
  Lock lock(mutex_);
  Slot& slot = slots_[handed_on_ % slots_.size()];
  changed_.wait(lock, [&] { return slot.stage == Stage::empty || error_; });
  if (error_) return tl::unexpected(*error_);
  if (interrupted_.load()) return fail(ErrorKind::cancelled, target_.path.string(), "was cancelled");

  slot.stage = Stage::loading;
  slot.number = number;
  lock.unlock();
  auto loaded = slot.encoder.load(frame);
  lock.lock();
  if (!loaded) {
    slot.stage = Stage::empty;
    return loaded;
  }
  slot.stage = Stage::loaded;
  ++handed_on_;
  if (threads_.empty())
    compress_next(lock);
  else
    changed_.notify_all();
  if (error_) return tl::unexpected(*error_);
  return {};
}

void PngSequenceSink::run_thread(const std::stop_token& stop) {
  Lock lock(mutex_);
  while (true) {
    changed_.wait(lock, stop, [&] { return started_ < handed_on_; });
    if (started_ == handed_on_) return;  // asked to stop, and nothing handed on is left undone
    compress_next(lock);
  }
}

// Takes up the next picture and carries it as far as its name, or as far as the pictures before it allow.
void PngSequenceSink::compress_next(Lock& lock) {
  Slot& slot = slots_[started_++ % slots_.size()];
  slot.stage = Stage::compressing;
  const bool hopeless = error_.has_value();
  lock.unlock();
  if (!hopeless) {
    try {
      make_picture(slot);
    } catch (const std::bad_alloc&) {
      slot.keep = false;
      slot.refused = out_of_memory();
    }
  }
  lock.lock();
  slot.stage = Stage::written;
  commit_written();
  changed_.notify_all();
}

void PngSequenceSink::make_picture(Slot& slot) {
  slot.name.clear();
  fmt::format_to(std::back_inserter(slot.name), "{}{:0{}}{}", target_.prefix, slot.number, target_.digits,
                 target_.suffix);
  if (resume_) {
    look_at_standing(slot);
    if (slot.keep || slot.refused) return;
  }
  slot.encoder.compress();
  if (const int failed = slot.file.create(folder_.get()); failed != 0)
    slot.written = PngWritten{0, 0, failed, false, {}};
  else
    slot.written = slot.encoder.write(slot.file.fd());
  if (slot.written.direct_bytes == 0) slot.file.begin_write_back();
}

// Decoding proves what comparing sizes or times could not: that the file is whole, and of this very frame. It
// costs about as much as compressing does.
void PngSequenceSink::look_at_standing(Slot& slot) {
  slot.keep = slot.replace = false;
  const UniqueFd file(::openat(folder_.get(), slot.name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return;
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) {
    slot.refused = error_of(slot, errno, "");
    return;
  }
  const auto match = S_ISREG(about.st_mode) ? slot.encoder.match(file.get()) : PngMatch::other;
  if (!match) {
    slot.refused = match.error();
    return;
  }
  switch (*match) {
    case PngMatch::same:
      slot.keep = true;
      slot.written.bytes = static_cast<std::uint64_t>(about.st_size);
      return;
    case PngMatch::broken:
      slot.replace = true;
      return;
    case PngMatch::other:
      slot.refused = not_ours(target_, slot.name, "which shows something else than this export would");
      return;
    case PngMatch::unknown:
      slot.refused = error_of(slot, slot.encoder.match_error_number(), "");
  }
}

// Under mutex_: a rename takes microseconds, and doing it in order is what makes the folder a sequence at
// every moment.
void PngSequenceSink::commit_written() {
  while (committed_ < started_) {
    Slot& slot = slots_[committed_ % slots_.size()];
    if (slot.stage != Stage::written) return;
    try {
      if (!error_) error_ = commit(slot);
    } catch (const std::bad_alloc&) {
      error_ = out_of_memory();
    }
    slot.file.discard();
    slot.stage = Stage::empty;
    ++committed_;
  }
}

std::optional<Error> PngSequenceSink::commit(Slot& slot) {
  if (slot.refused) return slot.refused;
  if (slot.keep) {
    ++kept_;
    pictures_.fetch_add(1);
    bytes_.fetch_add(slot.written.bytes);
    return std::nullopt;
  }
  if (!slot.written.ok) {
    slot.file.discard();  // before the room is looked at
    return error_of(slot, slot.written.error_number, slot.written.reason.data());
  }
  if (old_sequence_stands_) {
    if (auto removed = remove_images(target_); !removed) return removed.error();
    old_sequence_stands_ = false;
  }
  const int failed = slot.file.commit(slot.name.c_str(), overwrite_ || slot.replace, false);
  if (failed == EEXIST) return already_there(target_, slot.name);
  if (failed != 0) return error_of(slot, failed, "");
  pictures_.fetch_add(1);
  bytes_.fetch_add(slot.written.bytes);
  return std::nullopt;
}

Error PngSequenceSink::error_of(const Slot& slot, int error_number, const char* reason) const {
  Error error;
  error.what = target_.image_path(slot.number).string();
  error.why = fmt::format("libpng says: {}", reason);
  if (error_number != 0) error = system_error(error.what, error_number);
  if (error.kind == ErrorKind::no_space) error.why += ": " + missing_for(slot, error_number);
  const std::uint64_t kept = pictures_.load();
  error.remedy = kept == 0   ? "no picture is kept"
                 : kept == 1 ? "the 1 picture before it is kept, and --resume goes on from there"
                             : fmt::format("the {} pictures before it are kept, and --resume goes on from there", kept);
  return error;
}

// The others are taken to become as large as those before and this one.
std::string PngSequenceSink::missing_for(const Slot& slot, int error_number) const {
  const std::uint64_t kept = pictures_.load(), size = slot.encoder.file_bytes();
  // A limit on file sizes is met by each picture alone.
  if (error_number == EFBIG) return missing_room(folder_.get(), error_number, {0, kept, 1, size, 0});
  return missing_room(folder_.get(), error_number, {expected_, kept, kept + 1, bytes_.load() + size, 0});
}

Result<SinkSummary> PngSequenceSink::finish() {
  {
    Lock lock(mutex_);
    changed_.wait(lock, [&] { return committed_ == handed_on_; });
    if (error_) return tl::unexpected(*error_);
    // Only now is it known where a take ended that was still growing.
    if (resume_ && end_ == kNoEnd && handed_on_ > 0) {
      const std::uint64_t last = slots_[(handed_on_ - 1) % slots_.size()].number;
      const auto standing = survey_images(target_, 0, last + 1);
      if (!standing) return tl::unexpected(standing.error());
      if (auto stranger = strangers(*standing)) return tl::unexpected(*stranger);
    }
    // A sequence without a picture replaces an old one all the same.
    if (old_sequence_stands_)
      if (auto removed = remove_images(target_); !removed) return tl::unexpected(removed.error());
  }
  // Once for all pictures; waiting for each would take longer than compressing it.
  if (uninterrupted([this] { return ::syncfs(folder_.get()); }) != 0)
    return tl::unexpected(system_error(target_.path.string(), errno));
  SinkSummary summary{pictures_.load(), bytes_.load(), target_.shown(), {}, kept_};
  if (kept_ > 0)
    summary.notes.push_back(
        fmt::format("{} of {} images were there already, were checked and kept", kept_, summary.pictures));
  abandon();
  return summary;
}

void PngSequenceSink::abandon() noexcept {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins: what was handed on is whole then, and named
  slots_.clear();
  folder_.reset();
  if (folder_made_ && pictures_.load() == 0)
    ::rmdir(target_.path.c_str());  // refuses when something is in it
  folder_made_ = false;
}

void PngSequenceSink::interrupt() noexcept {
  interrupted_.store(true);
}

}  // namespace

Result<std::unique_ptr<FrameSink>> make_png_sequence_sink(const OutputTarget& target,
                                                          const ExportOptions& options) {
  struct stat folder {};
  if (::stat(target.path.c_str(), &folder) == 0) {
    if (!S_ISDIR(folder.st_mode)) return fail(ErrorKind::usage, target.shown(), "is a file, not a folder");
    if (::access(target.path.c_str(), W_OK | X_OK) != 0)
      return tl::unexpected(system_error(target.path.string(), errno));
    // A range, and what is to be continued, are looked at when the numbers are known.
    if (!options.overwrite && !options.range && !options.resume) {
      const auto standing = survey_images(target, 0, kNoEnd);
      if (!standing) return tl::unexpected(standing.error());
      if (standing->inside > 0) return tl::unexpected(already_there(target, standing->describe(target)));
    }
  } else if (errno == ENOENT || errno == ENOTDIR) {
    const auto parent = parent_of(target.path.lexically_normal());
    if (auto good = check_folder(parent, target.shown()); !good) return tl::unexpected(good.error());
  } else {
    return tl::unexpected(system_error(target.shown(), errno));
  }

  const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  const std::size_t jobs = options.jobs > 0 ? static_cast<std::size_t>(options.jobs) : cores;
  const int level =
      options.png_level < 0 && options.png_effort == PngEffort::small ? kSmallLevel : options.png_level;
  const auto hold = jobs > 1 || options.resume ? PngEncoder::Hold::copy : PngEncoder::Hold::nothing;
  std::vector<PngEncoder> encoders;
  for (std::size_t i = 0; i < jobs; ++i) {
    auto encoder = PngEncoder::create(level, options.alpha, hold);
    if (!encoder) return tl::unexpected(encoder.error());
    encoders.push_back(std::move(*encoder));
  }
  return std::make_unique<PngSequenceSink>(target, options, std::move(encoders));
}

}  // namespace framespool
