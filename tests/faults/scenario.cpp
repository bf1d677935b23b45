#include "tests/faults/scenario.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "cache/take_reader.h"

namespace framespool::faults {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<char>;

constexpr std::uint32_t kSide = 16;
constexpr std::uint64_t kFrames = 8;
// Pictures of noise so large that they go past the page cache.
constexpr std::uint64_t kLargeSide = 512, kLargeFrames = 3;

Bytes contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The pixels of every frame that a take holds; nullopt where it does not open.
std::optional<std::vector<std::vector<std::byte>>> frames_of(const fs::path& take) {
  auto reader = TakeReader::open(take);
  if (!reader) return std::nullopt;
  std::vector<std::vector<std::byte>> frames;
  for (std::uint64_t i = 0; i < (*reader)->frame_count(); ++i) {
    const auto info = (*reader)->frame_info(i);
    if (!info) return std::nullopt;
    std::vector<std::byte> pixels(info->payload_bytes);
    if (!(*reader)->read_frame(i, pixels)) return std::nullopt;
    frames.push_back(std::move(pixels));
  }
  return frames;
}

std::string difference(std::size_t frame, const std::vector<std::byte>& is, const std::vector<std::byte>& should_be) {
  if (is.size() != should_be.size())
    return fmt::format("frame {} is wrong: {} bytes instead of {}", frame, is.size(), should_be.size());
  std::size_t differing = 0, first = is.size();
  for (std::size_t at = is.size(); at-- > 0;)
    if (is[at] != should_be[at]) ++differing, first = at;
  return fmt::format("frame {} is wrong: {} of {} bytes, the first is byte {}: {} instead of {}", frame, differing,
                     is.size(), first, std::to_integer<int>(is[first]), std::to_integer<int>(should_be[first]));
}

std::string temporary_files_in(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().filename().string().starts_with(".framespool-"))
      return "a temporary file is left: " + entry.path().filename().string();
  return "";
}

// A take under its own name from the first frame on: what is written stays.
class Recording : public Scenario {
 public:
  Recording(std::string called, std::vector<std::string> words) : Scenario(std::move(called)), words_(std::move(words)) {}
  [[nodiscard]] std::vector<std::string> command(const fs::path& work) const override {
    std::vector<std::string> words = words_;
    std::replace(words.begin(), words.end(), std::string("TAKE"), (work / "t.fspool").string());
    return words;
  }
  void prepare_reference(const fs::path& work) override { frames_ = frames_of(work / "t.fspool").value_or(frames_); }
  [[nodiscard]] std::string judge(const fs::path& work, bool succeeded, std::uint64_t before) const override {
    if (frames_.empty()) return "there is no reference";
    const fs::path take = work / "t.fspool";
    const std::uint64_t kept_for_sure = std::min<std::uint64_t>(before, frames_.size());
    if (!fs::exists(take) || fs::file_size(take) == 0)
      return succeeded ? "it made no take" : kept_for_sure > 0 ? "frames that were written are gone" : "";
    const auto frames = frames_of(take);
    if (!frames) return kept_for_sure > 0 || succeeded ? "the take does not open" : "";
    if (frames->size() > frames_.size()) return "the take has frames that nobody recorded";
    for (std::size_t k = 0; k < frames->size(); ++k)
      if ((*frames)[k] != frames_[k]) return difference(k, (*frames)[k], frames_[k]);
    if (succeeded && frames->size() != frames_.size()) return "it claims success and frames are missing";
    if (frames->size() < kept_for_sure)
      return fmt::format("{} frames were written, {} are kept", kept_for_sure, frames->size());
    return temporary_files_in(work);
  }

 private:
  std::vector<std::string> words_;
  std::vector<std::vector<std::byte>> frames_;
};

// All or nothing: the whole file under its name, or no file.
class WholeFile : public Scenario {
 public:
  WholeFile(std::string called, std::vector<std::string> words, std::string file)
      : Scenario(std::move(called)), words_(std::move(words)), file_(std::move(file)) {}
  [[nodiscard]] std::vector<std::string> command(const fs::path& work) const override {
    std::vector<std::string> words = words_;
    std::replace(words.begin(), words.end(), std::string("FILE"), (work / file_).string());
    return words;
  }
  void prepare_reference(const fs::path& work) override {
    reference_ = contents(work / file_);
    frames_ = frames_of(work / file_);
  }
  [[nodiscard]] std::string judge(const fs::path& work, bool succeeded, std::uint64_t) const override {
    if (reference_.empty()) return "there is no reference";
    const fs::path path = work / file_;
    if (fs::exists(path) != succeeded) return succeeded ? "the file is not there" : "it failed and left its file";
    // Two takes have their own session in every block: there the frames count.
    // Matroska numbers its tracks at random.
    const bool same = frames_                          ? frames_of(path) == frames_
                      : path.extension() == ".mkv" ? contents(path).size() == reference_.size()
                                                   : contents(path) == reference_;
    if (succeeded && !same) return "the file is another than without faults";
    return temporary_files_in(work);
  }

 private:
  std::vector<std::string> words_;
  std::string file_;
  Bytes reference_;
  std::optional<std::vector<std::vector<std::byte>>> frames_;
};

// Pictures from the first on, each whole.
class Sequence : public Scenario {
 public:
  Sequence(std::string called, std::vector<std::string> words) : Scenario(std::move(called)), words_(std::move(words)) {}
  [[nodiscard]] std::vector<std::string> command(const fs::path& work) const override {
    std::vector<std::string> words = words_;
    std::replace(words.begin(), words.end(), std::string("FOLDER"), (work / "out").string() + "/");
    return words;
  }
  void prepare_reference(const fs::path& work) override { pictures_ = pictures_in(work / "out"); }
  [[nodiscard]] std::string judge(const fs::path& work, bool succeeded, std::uint64_t) const override {
    if (pictures_.empty()) return "there is no reference";
    const auto pictures = pictures_in(work / "out");
    if (succeeded && pictures != pictures_) return "it claims success and pictures are missing or wrong";
    auto expected = pictures_.begin();
    for (const auto& picture : pictures) {
      if (expected == pictures_.end() || picture.first != expected->first) return "a picture in between is missing";
      if (picture.second != expected->second) return picture.first + " is not whole";
      ++expected;
    }
    return temporary_files_in(work);
  }

 private:
  static std::map<std::string, Bytes> pictures_in(const fs::path& folder) {
    std::map<std::string, Bytes> pictures;
    if (fs::exists(folder))
      for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".png") pictures[entry.path().filename().string()] = contents(entry.path());
    return pictures;
  }
  std::vector<std::string> words_;
  std::map<std::string, Bytes> pictures_;
};

// A take that was cut off: its frames stay, whatever happens to the repair.
class Repair : public Scenario {
 public:
  Repair(std::string called, fs::path torn) : Scenario(std::move(called)), torn_(std::move(torn)), frames_(frames_of(torn_)) {}
  void set_up(const fs::path& work) override { fs::copy_file(torn_, work / "t.fspool"); }
  [[nodiscard]] std::vector<std::string> command(const fs::path& work) const override {
    return e2e::framespool_command({"repair", "--quiet", (work / "t.fspool").string()});
  }
  void prepare_reference(const fs::path&) override {}
  [[nodiscard]] std::string judge(const fs::path& work, bool succeeded, std::uint64_t) const override {
    auto reader = TakeReader::open(work / "t.fspool");
    if (!reader) return "the take does not open any more";
    if (succeeded && (*reader)->state() != TakeState::complete) return "it claims success and did not repair";
    return frames_of(work / "t.fspool") == frames_ ? "" : "frames are lost or wrong";
  }

 private:
  fs::path torn_;
  std::optional<std::vector<std::vector<std::byte>>> frames_;
};

void write_noise(const fs::path& path, std::uint64_t bytes) {
  std::ofstream file(path, std::ios::binary);
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < bytes; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    file.put(static_cast<char>(state >> 56));
  }
}

void must_run(const std::vector<std::string>& command) {
  const auto finished = e2e::run(command);
  if (finished.status == 0) return;
  std::printf("faults: %s\n", finished.err.c_str());
  std::exit(2);
}

}  // namespace

std::vector<std::unique_ptr<Scenario>> make_scenarios(const fs::path& folder) {
  const std::string raw = folder / "frames.rgba", take = folder / "take.fspool", torn = folder / "torn.fspool";
  write_noise(raw, kFrames * kSide * kSide * 4);
  const std::string large_raw = folder / "large.rgba", large = folder / "large.fspool";
  write_noise(large_raw, kLargeFrames * kLargeSide * kLargeSide * 4);
  const std::string size = fmt::format("{0}x{0}", kSide);
  const auto program = [](std::vector<std::string> words) { return e2e::framespool_command(std::move(words)); };
  must_run(program({"import", raw, "-o", take, "--size", size, "--quiet"}));
  must_run(program({"import", large_raw, "-o", large, "--size", fmt::format("{0}x{0}", kLargeSide), "--quiet"}));
  fs::copy_file(take, torn);
  fs::resize_file(torn, fs::file_size(torn) - 5 * 4096);  // end block, index and half of the last frame

  std::vector<std::unique_ptr<Scenario>> all;
  all.push_back(std::make_unique<Recording>(
      "import", program({"import", raw, "-o", "TAKE", "--size", size, "--reserve", "0", "--quiet"})));
  all.push_back(std::make_unique<WholeFile>(
      "cut", program({"cut", take, "--range", "1:7", "-o", "FILE", "--quiet"}), "cut.fspool"));
  all.push_back(std::make_unique<Repair>("repair", torn));
  all.push_back(std::make_unique<Sequence>("png, 1 job", program({"export", take, "FOLDER", "--jobs", "1", "--quiet"})));
  all.push_back(std::make_unique<Sequence>("png, 3 jobs", program({"export", take, "FOLDER", "--jobs", "3", "--quiet"})));
  for (const char* ending : {"mp4", "mkv"})
    all.push_back(std::make_unique<WholeFile>(ending, program({"export", take, "FILE", "--quiet"}),
                                              std::string("movie.") + ending));
  const std::vector<std::string> record{"record", "poster", "-o", "TAKE", "--size", "64x36", "--frames",
                                        "6",      "--reserve", "0", "--quiet"};
  all.push_back(std::make_unique<Recording>("record", program(record)));
  std::vector<std::string> buffered = record;
  buffered.push_back("--buffered");
  all.push_back(std::make_unique<Recording>("record buffered", program(buffered)));
  all.push_back(std::make_unique<Recording>("record, ring", std::vector<std::string>{FRAMESPOOL_RING_RECORDER, "TAKE"}));
  all.push_back(
      std::make_unique<Recording>("channel", std::vector<std::string>{FRAMESPOOL_CHANNEL_RECORDER, "TAKE"}));
  all.push_back(std::make_unique<Sequence>("png, direct", program({"export", large, "FOLDER", "--jobs", "2", "--quiet"})));
  return all;
}

}  // namespace framespool::faults
