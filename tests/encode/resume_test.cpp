// Going on with a sequence: what stands there is kept, made again or refused, and nothing of anybody's is
// lost.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include "encode/internal/atomic_file.h"
#include "encode/internal/png_match.h"
#include "encode/make_export.h"
#include "tests/encode/support.h"

namespace framespool {
namespace {

using test::FakeFrames;
using test::names_in;
using test::patterned;
using test::Picture;
using test::read_text;
using test::TempFolder;
using test::write_text;
using testing::HasSubstr;

class Resume : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path image(std::uint64_t number) const {
    return images_ / ("image-000" + std::to_string(number) + ".png");
  }
  Result<ExportSummary> export_frames(ExportOptions options = {}, FakeFrames frames = {.count = 8}) {
    auto sink = make_sink(parse_output(images_.string() + "/").value(), options);
    if (!sink) return tl::unexpected(sink.error());
    ExportJob job(test::fake_source(std::move(frames)), std::move(*sink), options, OutputKind::png_sequence);
    return job.wait();
  }
  Result<ExportSummary> resume(int jobs = 2, bool alpha = false) {
    ExportOptions options;
    options.resume = true;
    options.jobs = jobs;
    options.alpha = alpha;
    return export_frames(options);
  }
  std::vector<std::string> contents() {
    std::vector<std::string> all;
    for (const std::string& name : names_in(images_)) all.push_back(name + read_text(images_ / name));
    return all;
  }

  TempFolder folder_;
  std::filesystem::path images_ = folder_ / "images";
};

TEST_F(Resume, KeepsWhatIsThereAndMakesTheRest) {
  ASSERT_TRUE(export_frames());
  const auto whole = contents();
  for (const int jobs : {1, 2, 4}) {
    for (const std::uint64_t number : {2, 5, 6, 7}) std::filesystem::remove(image(number));
    const auto before = std::filesystem::last_write_time(image(0));
    const auto resumed = resume(jobs);
    ASSERT_TRUE(resumed) << resumed.error().line();
    EXPECT_EQ(resumed->sink.pictures, 8u);
    EXPECT_EQ(resumed->sink.kept, 4u);
    EXPECT_THAT(resumed->sink.notes.at(0), HasSubstr("4 of 8 images"));
    EXPECT_EQ(contents(), whole);
    EXPECT_EQ(std::filesystem::last_write_time(image(0)), before);
  }
}

TEST_F(Resume, OfNothingMakesAll) {
  const auto made = resume();
  ASSERT_TRUE(made) << made.error().line();
  EXPECT_EQ(made->sink.kept, 0u);
  EXPECT_EQ(names_in(images_).size(), 8u);
}

TEST_F(Resume, MakesAgainWhatIsCutOffOrBrokenOrEmpty) {
  ASSERT_TRUE(export_frames());
  const auto whole = contents();
  const std::string picture = read_text(image(3));
  for (const std::size_t length : {0ul, 4ul, 8ul, 20ul, 33ul, 50ul, 66ul, 67ul, picture.size() / 2, picture.size() - 1}) {
    write_text(image(3), picture.substr(0, length));
    const auto resumed = resume();
    ASSERT_TRUE(resumed) << length << ": " << resumed.error().line();
    EXPECT_EQ(resumed->sink.kept, 7u) << length;
    EXPECT_EQ(contents(), whole) << length;
  }
  // A flipped bit behind the first rows, and zeros where a power cut took the data.
  std::string flipped = picture;
  flipped[picture.size() - 30] = static_cast<char>(flipped[picture.size() - 30] ^ 1);
  for (const std::string& broken : {flipped, std::string(picture.size(), '\0')}) {
    write_text(image(3), broken);
    ASSERT_TRUE(resume());
    EXPECT_EQ(contents(), whole);
  }
}

TEST_F(Resume, RefusesAnImageThatShowsSomethingElse) {
  ASSERT_TRUE(export_frames());
  for (const std::string& strange :
       {read_text(image(4)), std::string("a text of somebody's, longer than forty bytes, not a picture")}) {
    write_text(image(3), strange);
    std::filesystem::remove(image(7));
    const auto resumed = resume();
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().kind, ErrorKind::usage);
    EXPECT_THAT(resumed.error().line(), HasSubstr("image-0003.png"));
    EXPECT_EQ(read_text(image(3)), strange);
    EXPECT_FALSE(std::filesystem::exists(image(7)));
  }
}

TEST_F(Resume, RefusesImagesOfAnotherForm) {
  ASSERT_TRUE(export_frames());
  const auto before = contents();
  EXPECT_FALSE(resume(2, true)) << "RGB is not what --alpha makes";
  EXPECT_EQ(contents(), before);
}

TEST_F(Resume, RefusesNumbersAndNamesThatAreNotOfThisExport) {
  ASSERT_TRUE(export_frames());
  for (const std::string name : {"image-0008.png", "image-00003.png", "image-3.png"}) {
    write_text(images_ / name, "x");
    std::filesystem::remove(image(7));
    const auto resumed = resume();
    ASSERT_FALSE(resumed) << name;
    EXPECT_THAT(resumed.error().line(), HasSubstr(name));
    EXPECT_FALSE(std::filesystem::exists(image(7)));
    std::filesystem::remove(images_ / name);
  }
  write_text(images_ / "notes.txt", "x");
  EXPECT_TRUE(resume());
}

TEST_F(Resume, ChecksEveryPictureThatAFrameStandsFor) {
  ExportOptions options;
  options.fps = Rational{120, 1};
  ASSERT_TRUE(export_frames(options, {.count = 4}));
  const auto whole = contents();
  ASSERT_EQ(whole.size(), 8u);
  std::filesystem::remove(image(1));
  std::filesystem::remove(image(6));
  options.resume = true;
  const auto resumed = export_frames(options, {.count = 4});
  ASSERT_TRUE(resumed) << resumed.error().line();
  EXPECT_EQ(resumed->sink.kept, 6u);
  EXPECT_EQ(contents(), whole);
}

TEST_F(Resume, IsNotForMoviesNorWithOverwrite) {
  ExportOptions options;
  options.resume = true;
  for (const std::string output : {"a.mp4", "a.mkv", "-"}) {
    const auto sink =
        make_sink(parse_output(output == "-" ? output : (folder_ / output).string()).value(), options);
    ASSERT_FALSE(sink) << output;
    EXPECT_EQ(sink.error().kind, ErrorKind::usage);
    EXPECT_THAT(sink.error().line(), HasSubstr("--resume"));
  }
  options.overwrite = true;
  const auto both = export_frames(options);
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().kind, ErrorKind::usage);
}

TEST_F(Resume, TakesAwayWhatAKilledExportLeftAndNothingElse) {
  std::filesystem::create_directory(images_);
  auto folder = open_folder(images_);
  ASSERT_TRUE(folder);
  AtomicFile alive;  // of an export that goes on in the same folder
  ASSERT_EQ(alive.create(folder->get()), 0);
  write_text(images_ / ".framespool-4711-3.tmp", "half an image");
  write_text(images_ / ".framespool-notes", "mine");
  ASSERT_TRUE(resume());
  const auto names = names_in(images_);
  EXPECT_EQ(names.size(), 8u + 2u);
  EXPECT_FALSE(std::filesystem::exists(images_ / ".framespool-4711-3.tmp"));
  EXPECT_TRUE(std::filesystem::exists(images_ / ".framespool-notes"));
}

// The matcher alone, with files that other programs could have written.
TEST(PngMatch, SeesOneWrongSampleAnywhere) {
  TempFolder folder;
  ASSERT_EQ(test::run_program("convert -size 7x5 gradient:red-blue -define png:color-type=2 PNG24:" +
                              (folder / "a.png").string())
                .status,
            0);
  const UniqueFd file(::open((folder / "a.png").c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<std::byte> pixels(7 * 5 * 3);
  ASSERT_EQ(
      test::run_program("convert " + (folder / "a.png").string() + " RGB:" + (folder / "a.rgb").string())
          .status,
      0);
  const std::string raw = read_text(folder / "a.rgb");
  ASSERT_EQ(raw.size(), pixels.size());
  std::transform(raw.begin(), raw.end(), pixels.begin(), [](char c) { return static_cast<std::byte>(c); });
  PngMatcher matcher;
  const auto match = [&] {
    ::lseek(file.get(), 0, SEEK_SET);
    return matcher.match(file.get(), {pixels, 7, 5, 3}).value();
  };
  EXPECT_EQ(match(), PngMatch::same);
  for (std::byte& sample : pixels) {
    sample ^= std::byte{1};
    EXPECT_EQ(match(), PngMatch::other);
    sample ^= std::byte{1};
  }
  EXPECT_EQ(match(), PngMatch::same);
}

}  // namespace
}  // namespace framespool
