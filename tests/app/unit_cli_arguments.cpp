#include <gtest/gtest.h>

#include "app/cli/arguments.h"

namespace framespool {
namespace {

std::string refused(const auto& result) {
  return result ? "accepted" : result.error().line();
}

TEST(ParseSize, TakesWidthAndHeight) {
  EXPECT_EQ(parse_size("--size", "1280x720").value(), (FrameSize{1280, 720}));
  EXPECT_EQ(parse_size("--size", "1x1").value(), (FrameSize{1, 1}));
  EXPECT_EQ(parse_size("--size", "32768x32768").value(), (FrameSize{32768, 32768}));
}

TEST(ParseSize, RefusesWhatIsOutOfRange) {
  for (const char* text :
       {"0x720", "1280x0", "0x0", "-1x5", "5x-1", "32769x1", "1x32769", "99999999999999999999x2"})
    EXPECT_EQ(refused(parse_size("--size", text)),
              "--size: \"" + std::string(text) + "\" is out of range; width and height go from 1 to 32768");
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", "12", "x", "12x", "x12", "12x5x3", "a x b", "12 x5", "1.5x2", "0x10x3", "12X5", "+1x2"})
    EXPECT_EQ(refused(parse_size("--size", text)),
              "--size: \"" + std::string(text) + "\" is not a size; write WIDTHxHEIGHT, as in 1280x720");
}

TEST(ParseCount, TakesWholeNumbersWithinTheBounds) {
  EXPECT_EQ(parse_count("--frames", "1", 1, 10).value(), 1u);
  EXPECT_EQ(parse_count("--frames", "10", 1, 10).value(), 10u);
  for (const char* text : {"0", "11", "-1", "", "1.5", "1e3", "7 ", "18446744073709551616", "many"})
    EXPECT_EQ(refused(parse_count("--frames", text, 1, 10)),
              "--frames: \"" + std::string(text) + "\" is not a whole number from 1 to 10");
}

TEST(ParseDecimal, RefusesWhatIsNotFinite) {
  EXPECT_DOUBLE_EQ(parse_decimal("--crf", "17.5", 0, 51).value(), 17.5);
  for (const char* text : {"nan", "inf", "-1", "52", "", "18dB"})
    EXPECT_EQ(refused(parse_decimal("--crf", text, 0, 51)),
              "--crf: \"" + std::string(text) + "\" is not a number from 0 to 51");
}

TEST(ParseDuration, KnowsSecondsMinutesAndHours) {
  EXPECT_EQ(parse_duration_ns("--duration", "5").value(), 5'000'000'000);
  EXPECT_EQ(parse_duration_ns("--duration", "2.5s").value(), 2'500'000'000);
  EXPECT_EQ(parse_duration_ns("--duration", "10m").value(), 600'000'000'000);
  EXPECT_EQ(parse_duration_ns("--duration", "1h").value(), 3'600'000'000'000);
}

TEST(ParseDuration, RefusesNothingForeverAndNonsense) {
  for (const char* text : {"0", "0s", "800h", "999999999999h"})
    EXPECT_NE(refused(parse_duration_ns("--duration", text)).find("is out of range"), std::string::npos)
        << text;
  for (const char* text : {"", "-5", "5 s", "5min", "s", "1.2.3", "nan"})
    EXPECT_NE(refused(parse_duration_ns("--duration", text)).find("is not a duration"), std::string::npos)
        << text;
}

TEST(ParseByteCount, KnowsPowersOf1000AndOf1024) {
  EXPECT_EQ(parse_byte_count("--reserve", "0").value(), 0u);
  EXPECT_EQ(parse_byte_count("--reserve", "500000").value(), 500'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "5k").value(), 5'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "5K").value(), 5'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "1.5M").value(), 1'500'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "2G").value(), 2'000'000'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "2GB").value(), 2'000'000'000u);
  EXPECT_EQ(parse_byte_count("--reserve", "256MiB").value(), 268'435'456u);
  EXPECT_EQ(parse_byte_count("--reserve", "7B").value(), 7u);
  for (const char* text : {"", "M", "-1", "5X", "5MM", "5iB", "5 M", "1..2G", "99999999T"})
    EXPECT_NE(refused(parse_byte_count("--reserve", text)), "accepted") << text;
}

TEST(ParseRange, IsHalfOpenAndNeverEmpty) {
  const FrameRange range = parse_range("--range", "10:20").value();
  EXPECT_EQ(range.first, 10u);
  EXPECT_EQ(range.end, 20u);
  EXPECT_EQ(refused(parse_range("--range", "5:5")),
            "--range: \"5:5\" is empty; A:B means the frames from A up to, not with, B");
  for (const char* text : {"", "5", ":", "5:", ":5", "-1:5", "1:2:3", "a:b", "1-2"})
    EXPECT_NE(refused(parse_range("--range", text)).find("is not a range"), std::string::npos) << text;
  EXPECT_NE(refused(parse_range("--range", "9:3")).find("is empty"), std::string::npos);
}

TEST(ParseRateOption, NamesTheOption) {
  EXPECT_EQ(parse_rate_option("--fps", "30000/1001").value(), (Rational{30000, 1001}));
  for (const char* text : {"0", "-1", "abc", "1/0", "", "1e300", "2000000"})
    EXPECT_EQ(refused(parse_rate_option("--fps", text)).rfind("--fps: ", 0), 0u) << text;
}

TEST(FramesIn, CountsTheFramesThatBeginBeforeTheEnd) {
  EXPECT_EQ(frames_in(5'000'000'000, {60, 1}), 300u);
  EXPECT_EQ(frames_in(1'000'000'000, {24, 1}), 24u);
  EXPECT_EQ(frames_in(1, {60, 1}), 1u);
  EXPECT_EQ(frames_in(1'000'000'000, {30000, 1001}), 30u);  // the 30th begins at 0.968 s
  EXPECT_EQ(frames_in(1'001'000'000, {30000, 1001}), 30u);  // and the 31st exactly at the end
  EXPECT_EQ(frames_in(1'001'000'001, {30000, 1001}), 31u);
}

}  // namespace
}  // namespace framespool
