#include <gtest/gtest.h>

#include <vector>

#include "capture/preload/picture.h"

namespace framespool::preload {
namespace {

using Use = PictureTrial::Use;

const char here = 0, there = 0;

PictureJob compared(bool equal, bool telling = true) {
  return {.kind = PictureJob::Kind::compare, .height = 1, .memory = &here, .rows = 1, .is_equal = equal,
          .has_colour = telling, .has_direction = telling};
}
PictureJob copied(bool arrived) {
  return {.kind = PictureJob::Kind::copy, .height = 1, .rows = arrived ? 1u : 0u};
}
Use next(PictureTrial& trial, bool tried = false) { return trial.next(tried, 64, 48); }

PictureTrial proved() {
  PictureTrial trial;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(next(trial, true), Use::compare);
    trial.count(compared(true));
  }
  return trial;
}

TEST(PictureTrial, CopiesAfterThreeEqualPicturesWhatLiesWhereTheyLay) {
  PictureTrial trial = proved();
  EXPECT_EQ(next(trial), Use::copy);
  EXPECT_EQ(trial.memory(), &here);
}

TEST(PictureTrial, IsNotConvincedByPicturesThatLookTheSameUpsideDown) {
  PictureTrial trial;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(next(trial, true), Use::compare);
    trial.count(compared(true, false));
  }
  int looks = 0;
  for (int i = 0; i < 320; ++i) looks += next(trial) == Use::compare ? 1 : 0;
  EXPECT_EQ(looks, 10);
}

TEST(PictureTrial, WantsProofsOfEachSizeAgain) {
  PictureTrial trial = proved();
  EXPECT_EQ(trial.next(true, 64, 47), Use::compare);
  EXPECT_EQ(trial.memory(), nullptr);
}

TEST(PictureTrial, EndsWithTheFirstPictureThatIsNotTheFrame) {
  PictureTrial trial = proved();
  trial.count(compared(false));
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(next(trial, true), Use::none);
}

TEST(PictureTrial, LooksAgainEvery1024Frames) {
  PictureTrial trial = proved();
  int looks = 0;
  for (int i = 0; i < 10240; ++i) {
    if (next(trial) == Use::compare) {
      ++looks;
      trial.count(compared(true));
    } else {
      trial.count(copied(true));
    }
  }
  EXPECT_EQ(looks, 10);
}

TEST(PictureTrial, CountsOnNoPictureAfterOneThatDidNotCome) {
  PictureTrial trial = proved();
  trial.count(copied(false));
  for (int i = 0; i < 40; ++i) ASSERT_NE(next(trial), Use::copy);
}

TEST(PictureTrial, EndsWhereNoneEverComes) {
  PictureTrial trial;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(next(trial, true), Use::compare);
    PictureJob job = compared(true);
    job.rows = 0;
    trial.count(job);
  }
  EXPECT_EQ(next(trial, true), Use::none);
}

struct Pixels {
  std::vector<std::uint32_t> window = {0x11223344, 0x55667788, 0x00010203, 0x40506070};  // 2x2, top-down
  std::vector<std::uint32_t> frame = std::vector<std::uint32_t>(4);
  PictureJob job{.pixels = frame.data(), .width = 2, .height = 2, .has_alpha = true};
  void add(int y, std::uint32_t rows, std::uint32_t width = 2) {
    add_part(job, {.data = window.data() + y * 2, .stride = 8, .width = width, .height = rows, .x = 0, .y = y});
  }
};

TEST(PictureJob, TurnsThePictureUpsideDown) {
  Pixels pixels;
  pixels.add(0, 2);
  EXPECT_TRUE(pixels.job.is_whole());
  EXPECT_EQ(pixels.frame, (std::vector<std::uint32_t>{0x00010203, 0x40506070, 0x11223344, 0x55667788}));
}

TEST(PictureJob, TakesAPictureThatComesInParts) {
  Pixels pixels;
  pixels.job.has_alpha = false;
  pixels.add(0, 1);
  EXPECT_FALSE(pixels.job.is_whole());
  pixels.add(1, 1);
  EXPECT_TRUE(pixels.job.is_whole());
  EXPECT_EQ(pixels.frame, (std::vector<std::uint32_t>{0xff010203, 0xff506070, 0xff223344, 0xff667788}));
}

TEST(PictureJob, IsToldWhenThePictureIsWholeAndNotBefore) {
  Pixels pixels;
  int calls = 0;
  pixels.job.owner = &calls;
  pixels.job.when_whole = [](void* owner) { ++*static_cast<int*>(owner); };
  pixels.add(0, 1);
  EXPECT_EQ(calls, 0);
  pixels.add(1, 1);
  EXPECT_EQ(calls, 1);
}

TEST(PictureJob, TakesNoPictureOutOfOtherMemoryThanTheOneThatProvedToBeTheFrame) {
  Pixels pixels;
  pixels.job.memory = &there;
  pixels.add(0, 2);
  EXPECT_FALSE(pixels.job.is_whole());
  EXPECT_EQ(pixels.frame, std::vector<std::uint32_t>(4));
  pixels.job.memory = pixels.window.data();
  pixels.add(0, 2);
  EXPECT_TRUE(pixels.job.is_whole());
}

TEST(PictureJob, IsUnfitWhenThePictureToCompareComesOutOfOtherMemory) {
  Pixels pixels;
  pixels.job.kind = PictureJob::Kind::compare;
  pixels.job.memory = &there;
  pixels.add(0, 2);
  EXPECT_TRUE(pixels.job.is_unfit);
}

// Every beginning, middle and end that the vector code can have, against what it stands for.
TEST(PictureJob, CopiesEveryWidthAtEveryAlignmentAndNoPixelBeside) {
  constexpr std::uint32_t kHeight = 3, kUntouched = 0x5a5a5a5a, kRoom = 4;  // pixels in 16 bytes
  for (std::uint32_t width = 1; width <= 100; ++width)
    for (const bool has_alpha : {false, true})
      for (std::uint32_t at = 0; at < kRoom * kRoom; ++at) {
        const std::uint32_t to = at % kRoom, from = at / kRoom, stride = width + 5;
        std::vector<std::uint32_t> window(kRoom + stride * kHeight), frame(2 * kRoom + width * kHeight, kUntouched);
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(frame.data()) % 16, 0u);
        for (std::size_t i = 0; i < window.size(); ++i) window[i] = static_cast<std::uint32_t>(i + 1) * 0x9e3779b1u;
        std::vector<std::uint32_t> expected = frame;
        for (std::uint32_t y = 0; y < kHeight; ++y)
          for (std::uint32_t x = 0; x < width; ++x)
            expected[to + (kHeight - 1 - y) * width + x] = window[from + y * stride + x] | (has_alpha ? 0 : 0xff000000);
        PictureJob job{.pixels = frame.data() + to, .width = width, .height = kHeight, .has_alpha = has_alpha};
        add_part(job, {.data = window.data() + from, .stride = std::size_t{stride} * 4, .width = width, .height = kHeight});
        ASSERT_TRUE(job.is_whole());
        ASSERT_TRUE(frame == expected) << width << " wide, written at " << to << ", read at " << from;
      }
}

TEST(PictureJob, RefusesPartsThatAreNotTheWholeWindow) {
  Pixels from_the_middle, narrow;
  from_the_middle.add(1, 1);
  EXPECT_TRUE(from_the_middle.job.is_unfit);
  narrow.add(0, 2, 1);
  EXPECT_TRUE(narrow.job.is_unfit);
}

TEST(PictureJob, SeesWhetherAPictureCouldHaveBeenTakenForAnother) {
  Pixels pixels;
  pixels.job.kind = PictureJob::Kind::compare;
  pixels.frame = {0x00010203, 0x40506070, 0x11223344, 0x55667788};
  pixels.add(0, 2);
  EXPECT_TRUE(pixels.job.is_equal && pixels.job.has_colour && pixels.job.has_direction);
  Pixels grey;
  grey.job.kind = PictureJob::Kind::compare;
  grey.window = grey.frame = {0xff333333, 0xff333333, 0xff333333, 0xff333333};
  grey.job.pixels = grey.frame.data();
  grey.add(0, 2);
  EXPECT_TRUE(grey.job.is_equal);
  EXPECT_FALSE(grey.job.has_colour || grey.job.has_direction);
}

}  // namespace
}  // namespace framespool::preload
