// What was exported is proven against the take, and what is wrong with it is found and named.
#include <algorithm>
#include <array>
#include <set>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class Compare : public EndToEnd {
 protected:
  std::string take() {
    if (!fs::exists(in("a.fspool"))) record(scenes().front(), "96x64", 12);
    return in("a.fspool");
  }
  void flip_pixel(const std::string& name) {
    const std::string path = in(name);
    expect_success(run({"convert", path, "-fill", "#010203", "-draw", "point 5,7", "PNG24:" + path}));
  }
};

TEST_F(Compare, AnExportVerifiesWhatItWrote) {
  const std::vector<std::vector<std::string>> kinds{{"images"},
                                                    {"alpha", "--alpha"},
                                                    {"part", "--range", "3:9"},
                                                    {"fast", "--speed", "2"},
                                                    {"a.mp4"},
                                                    {"b.mkv", "--lossless"},
                                                    {"c.mov", "--crf", "51"},
                                                    {"d.mp4", "--bit-depth", "10"},
                                                    {"e.mkv", "--chroma", "444"},
                                                    {"f.mp4", "--fps", "25", "--range", "2:11"}};
  for (auto kind : kinds) {
    const std::string output = in(kind.front());
    std::vector<std::string> command{"export", take(), output, "--verify"};
    command.insert(command.end(), kind.begin() + 1, kind.end());
    const Finished done = framespool(command);
    expect_success(done);
    EXPECT_THAT(done.out, HasSubstr(output + ": verified: ")) << output;
    const bool exact =
        kind.front().find('.') == std::string::npos || (kind.size() > 1 && kind[1] == "--lossless");
    if (exact) {
      EXPECT_THAT(done.out, HasSubstr("all the same in every sample"));
    } else {
      EXPECT_THAT(done.out,
                  ContainsRegex("PSNR [0-9.]+ dB, at worst [0-9.]+ .picture [0-9]+.; SSIM 0.[0-9]+"));
    }
  }
  expect_error(framespool({"export", take(), "-", "--verify"}), 2, {"--verify", "compare"});
}

TEST_F(Compare, OneWrongPixelIsFound) {
  export_to(take(), "images");
  flip_pixel("images/image-0007.png");
  const Finished found = framespool({"compare", take(), in("images"), "--quiet"});
  expect_error(found, 1, {"1 of 12 pictures differ", "the first is picture 7"});
  expect_success(framespool({"compare", take(), in("images"), "--quiet", "--min-psnr", "20"}));
  const Finished json = framespool({"compare", take(), in("images"), "--quiet", "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"first_different\": 7"));
  EXPECT_THAT(json.out, HasSubstr("\"same\": 11"));
}

TEST_F(Compare, MissingDamagedAndSurplusImagesAreNamed) {
  export_to(take(), "images");
  const Bytes picture = file_bytes(in("images/image-0004.png"));
  write("images/image-0004.png",
        Bytes(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(picture.size() / 2)));
  expect_error(framespool({"compare", take(), in("images"), "--quiet"}), 1, {"image-0004.png", "is damaged"});
  fs::remove(in("images/image-0004.png"));
  expect_error(framespool({"compare", take(), in("images"), "--quiet"}), 1, {"image-0004.png", "is missing"});
  write("images/image-0004.png", picture);
  write("images/image-0012.png", picture);
  expect_error(framespool({"compare", take(), in("images"), "--quiet"}), 1, {"image-0012.png", "no frame"});
  expect_success(framespool({"compare", take(), in("images"), "--range", "0:12", "--quiet"}));
}

TEST_F(Compare, AMovieOfOtherFramesIsFound) {
  const std::string other = record(scenes().back(), "96x64", 12, "b.fspool");
  ASSERT_NE(scenes().back(), scenes().front());
  export_to(other, "a.mp4");
  expect_error(framespool({"compare", take(), in("a.mp4"), "--quiet"}), 1, {"a.mp4", "picture", "20 wanted"});
  export_to(other, "b.mkv", {"--lossless"});
  expect_error(framespool({"compare", take(), in("b.mkv"), "--quiet"}), 1, {"12 of 12 pictures differ"});
}

TEST_F(Compare, AMovieThatIsTooShortOrTooLongOrOfAnotherSizeIsFound) {
  export_to(take(), "short.mp4", {"--range", "0:11"});
  expect_error(framespool({"compare", take(), in("short.mp4"), "--quiet"}), 1,
               {"ends after 11 pictures", "picture 11 is missing"});
  export_to(take(), "whole.mp4");
  expect_error(framespool({"compare", take(), in("whole.mp4"), "--range", "0:11", "--quiet"}), 1,
               {"goes on after"});
  const std::string other = record(scenes().front(), "64x64", 12, "b.fspool");
  expect_error(framespool({"compare", other, in("whole.mp4"), "--quiet"}), 1, {"96x64", "64x64"});
  const Bytes movie = file_bytes(in("whole.mp4"));
  write("cut.mkv", Bytes(movie.begin(), movie.begin() + 400));
  EXPECT_NE(framespool({"compare", take(), in("cut.mkv"), "--quiet"}).status, 0);
}

TEST_F(Compare, EveryPictureHasItsLine) {
  export_to(take(), "a.mp4");
  const Finished done = framespool({"compare", take(), in("a.mp4"), "--per-frame", "--quiet"});
  expect_success(done);
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '\n'), 12);
  EXPECT_THAT(done.out, ContainsRegex("^0 [0-9.]+ [0-9.]+\n1 "));
}

// Grey texture of little contrast. Brighter as a whole a picture loses most in PSNR, with its texture turned
// round in SSIM.
TEST_F(Compare, TheWorstPictureIsNamedForEachMeasure) {
  constexpr std::size_t kPixels = 64 * 48, kBrighter = 7, kTurnedRound = 4;
  Bytes frames;
  for (std::size_t k = 0; k < 12; ++k)
    for (std::size_t i = 0; i < kPixels; ++i) {
      const auto grey = static_cast<std::uint8_t>((i / 4 + i / 256 + k / 6) % 2 == 0 ? 122 : 134);
      frames.insert(frames.end(), {grey, grey, grey, 255});
    }
  const std::string movie = export_to(import(frames, "64x48"), "a.mp4", {"--crf", "4"});
  for (std::size_t i = 0; i < kPixels * 4; ++i) {
    if (i % 4 == 3) continue;
    std::uint8_t& bright = frames[kBrighter * kPixels * 4 + i];
    bright = static_cast<std::uint8_t>(bright + 40);
    std::uint8_t& turned = frames[kTurnedRound * kPixels * 4 + i];
    turned = static_cast<std::uint8_t>(256 - turned);
  }
  const std::string other = import(frames, "64x48", {}, "b.fspool");
  EXPECT_THAT(
      framespool({"compare", other, movie, "--min-psnr", "10"}).out,
      ContainsRegex(
          "PSNR [0-9.]+ dB, at worst [0-9.]+ .picture 7.; SSIM [0-9.]+, at worst -?[0-9.]+ .picture 4.\n"));
  const Finished json = framespool({"compare", other, movie, "--min-psnr", "10", "--quiet", "--json"});
  expect_success(json);
  EXPECT_THAT(json.out, HasSubstr("\"worst_psnr_picture\": 7"));
  EXPECT_THAT(json.out, HasSubstr("\"worst_ssim_picture\": 4"));
  expect_error(framespool({"compare", other, movie, "--quiet"}), 1, {"picture 7 is too unlike its frame"});
}

TEST_F(Compare, FilesOfOtherProgramsAreComparedToo) {
  export_to(take(), "images");
  const std::string images = in("images/image-%04d.png");
  // Another codec that is exact, another matrix and range, a lossy one with 4:2:2.
  expect_success(run({"ffmpeg", "-v", "error", "-framerate", "60", "-i", images, "-c:v", "ffv1", "-pix_fmt",
                      "gbrp", in("a.mkv")}));
  EXPECT_THAT(framespool({"compare", take(), in("a.mkv")}).out, HasSubstr("all the same in every sample"));
  expect_success(run({"ffmpeg",
                      "-v",
                      "error",
                      "-framerate",
                      "60",
                      "-i",
                      images,
                      "-c:v",
                      "libx264",
                      "-crf",
                      "8",
                      "-vf",
                      "scale=out_color_matrix=smpte170m:out_range=full",
                      "-pix_fmt",
                      "yuv422p",
                      "-colorspace",
                      "smpte170m",
                      "-color_range",
                      "pc",
                      in("b.mkv")}));
  expect_success(framespool({"compare", take(), in("b.mkv"), "--min-psnr", "35", "--quiet"}));
  expect_error(framespool({"compare", take(), in("missing.mp4")}), 2, {"no such file"});
  write("text.mp4", std::string("no movie at all"));
  EXPECT_EQ(framespool({"compare", take(), in("text.mp4")}).status, 2);
}

TEST_F(Compare, RawVideoIsExact) {
  for (const std::string format : {"y4m", "rgb24"}) {
    RunOptions into;
    into.output = in(format == "y4m" ? "a.y4m" : "a.rgb");
    expect_success(framespool({"export", take(), "-", "--raw-format", format, "--quiet"}, into));
    const Finished done =
        framespool({"compare", take(), into.output->string(), "--raw-format", format, "--exact"});
    expect_success(done);
    EXPECT_THAT(done.out, HasSubstr("all the same in every sample"));
  }
}

// ---- colours

struct Patch {
  int red, green, blue;
};
constexpr Patch kPatches[] = {{0, 0, 0},   {255, 255, 255}, {255, 0, 0},     {0, 255, 0},
                              {0, 0, 255}, {255, 255, 0},   {128, 128, 128}, {13, 90, 201}};

class Colours : public EndToEnd {
 protected:
  // 16 rows of patches of 32 columns, then 16 rows of a grey ramp of 256 columns.
  std::string golden() {
    Bytes frame;
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x < 256; ++x) {
        const Patch& patch = kPatches[x / 32];
        for (const int value :
             {y < 16 ? patch.red : x, y < 16 ? patch.green : x, y < 16 ? patch.blue : x, 255})
          frame.push_back(static_cast<std::uint8_t>(value));
      }
    Bytes frames;
    for (int i = 0; i < 3; ++i) frames.insert(frames.end(), frame.begin(), frame.end());
    return import(frames, "256x32", {"--top-down"});
  }
  // BT.709, limited range, as docs/design.md wants it.
  static std::array<double, 3> expected(const Patch& patch, int bits) {
    const double r = patch.red / 255.0, g = patch.green / 255.0, b = patch.blue / 255.0,
                 step = 1 << (bits - 8);
    const double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return {step * (16 + 219 * y), step * (128 + 224 * (b - y) / (2 * (1 - 0.0722))),
            step * (128 + 224 * (r - y) / (2 * (1 - 0.2126)))};
  }
};

TEST_F(Colours, OfPatchesAndRampsSurviveEveryKindOfMovie) {
  const std::string take = golden();
  struct Kind {
    std::string pixel_format, profile;
    int bits, chroma_step;
    std::vector<std::string> options;
  };
  const Kind kinds[] = {
      {"yuv420p", "High", 8, 2, {}},
      {"yuv444p", "High 4:4:4 Predictive", 8, 1, {"--chroma", "444"}},
      {"yuv420p10le", "High 10", 10, 2, {"--bit-depth", "10"}},
      {"yuv444p10le", "High 4:4:4 Predictive", 10, 1, {"--bit-depth", "10", "--chroma", "444"}}};
  for (const Kind& kind : kinds) {
    SCOPED_TRACE(kind.pixel_format);
    auto options = kind.options;
    options.insert(options.end(), {"--crf", "1", "--overwrite"});
    const std::string movie = export_to(take, "a.mp4", options);
    EXPECT_EQ(probe(movie, "pix_fmt"), kind.pixel_format);
    EXPECT_EQ(probe(movie, "profile"), kind.profile);
    const Bytes raw = decode(movie, kind.pixel_format);
    const std::size_t bytes = kind.bits > 8 ? 2 : 1, step = static_cast<std::size_t>(kind.chroma_step);
    const auto sample = [&](std::size_t plane, std::size_t x, std::size_t y) {
      const std::size_t width = plane == 0 ? 256 : 256 / step, luma = 256 * 32, chroma = luma / step / step;
      const std::size_t begin = plane == 0 ? 0 : luma + (plane - 1) * chroma;
      if (plane > 0) x /= step, y /= step;
      const std::size_t at = (begin + y * width + x) * bytes;
      return bytes == 1 ? int{raw.at(at)} : raw.at(at) | raw.at(at + 1) << 8;
    };
    for (std::size_t patch = 0; patch < 8; ++patch)
      for (std::size_t plane = 0; plane < 3; ++plane)
        EXPECT_NEAR(sample(plane, patch * 32 + 16, 8), expected(kPatches[patch], kind.bits).at(plane),
                    kind.bits == 8 ? 1.5 : 4)
            << "patch " << patch << ", plane " << plane;
    // The ramp: every grey in its place, and more of them told apart by more bits.
    std::set<int> levels;
    for (std::size_t x = 0; x < 256; ++x) {
      const int grey = static_cast<int>(x);
      const int luma = sample(0, x, 24);
      EXPECT_NEAR(luma, expected({grey, grey, grey}, kind.bits)[0], kind.bits == 8 ? 2 : 6) << x;
      levels.insert(luma);
    }
    if (kind.bits == 8) {
      EXPECT_LE(levels.size(), 220u);
    } else {
      EXPECT_GE(levels.size(), 225u);
    }
  }
  const std::string exact = export_to(take, "a.mkv", {"--lossless"});
  EXPECT_EQ(decode(exact, "rgb24").size(), 256u * 32 * 3 * 3);
  const Bytes decoded = decode(exact, "rgb24");
  EXPECT_TRUE(Bytes(decoded.begin(), decoded.begin() + 256 * 32 * 3) == read_raw_take(take).rgb(0));
}

// ITU-T H.273: primaries 1 and matrix 1 are BT.709, matrix 0 RGB, transfer 13 sRGB.
TEST_F(Colours, AreTaggedInTheStreamAndInTheContainer) {
  const std::string take = golden();
  const auto holds = [](const std::string& file, const std::string& wanted) {
    const Bytes bytes = file_bytes(file);
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end(), [](std::uint8_t a, char b) {
             return a == static_cast<std::uint8_t>(b);
           }) != bytes.end();
  };
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"--chroma", "444"}, {"--bit-depth", "10"}, {"--lossless"}}) {
    const bool rgb = !options.empty() && options[0] == "--lossless";
    for (const std::string ending : {".mp4", ".mov", ".mkv"}) {
      auto all = options;
      all.emplace_back("--overwrite");
      const std::string movie = export_to(take, "a" + ending, all);
      const std::string bare = in("bare.h264");
      fs::remove(bare);
      expect_success(run({"ffmpeg", "-v", "error", "-i", movie, "-c", "copy", "-bsf:v", "h264_mp4toannexb",
                          "-f", "h264", bare}));
      for (const std::string& file : {movie, bare}) {
        EXPECT_EQ(probe(file, "color_space"), rgb ? "gbr" : "bt709") << file;
        EXPECT_EQ(probe(file, "color_primaries"), "bt709") << file;
        EXPECT_EQ(probe(file, "color_transfer"), "iec61966-2-1") << file;
        EXPECT_EQ(probe(file, "color_range"), rgb ? "pc" : "tv") << file;
      }
      const char matrix = rgb ? 0 : 1;
      if (ending == ".mkv") {
        EXPECT_TRUE(holds(movie, std::string("\x55\xb1\x81", 3) + matrix));
        EXPECT_TRUE(holds(movie, std::string("\x55\xba\x81\x0d", 4)));
        EXPECT_TRUE(holds(movie, std::string("\x55\xbb\x81\x01", 4)));
      } else {
        const std::string kind = ending == ".mp4" ? "nclx" : "nclc";
        EXPECT_TRUE(holds(movie, "colr" + kind + std::string("\0\1\0\x0d\0", 5) + matrix)) << movie;
      }
    }
  }
}

TEST_F(Colours, OptionsThatSayNothingHereAreRefused) {
  const std::string take = import(flat_frames(2, 8, 8), "8x8");
  const auto refused = [&](const std::string& output, std::vector<std::string> options) {
    options.insert(options.begin(), {"export", take, output == "-" ? output : in(output), "--quiet"});
    const Finished done = framespool(options);
    expect_error(done, 2, {options[4]});
    EXPECT_FALSE(fs::exists(in(output)));
  };
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--crf", "20"},
                                             {"--preset", "slow"},
                                             {"--codec", "libx264"},
                                             {"--lossless"},
                                             {"--vfr"},
                                             {"--bit-depth", "10"},
                                             {"--chroma", "444"},
                                             {"--raw-format", "rgb24"}})
    refused("images", options);
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{
           {"--alpha"}, {"--png", "small"}, {"--resume"}, {"--raw-format", "y4m"}})
    refused("a.mp4", options);
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{
           {"--alpha"}, {"--crf", "20"}, {"--jobs", "2"}, {"--bit-depth", "10"}})
    refused("-", options);
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--crf", "20", "--lossless"},
                                             {"--bit-depth", "10", "--lossless"},
                                             {"--chroma", "444", "--lossless"},
                                             {"--bit-depth", "9"}})
    refused("a.mp4", options);
}

}  // namespace
}  // namespace framespool::e2e
