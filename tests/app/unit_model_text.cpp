#include <gtest/gtest.h>

#include "app/model/text.h"

namespace framespool {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Text, ClockShowsTenthsAndHoursOnlyWhenThereAreAny) {
  EXPECT_EQ(clock_text(0), "0:00.0");
  EXPECT_EQ(clock_text(-5), "0:00.0");
  EXPECT_EQ(clock_text(7'490'000'000), "0:07.4");
  EXPECT_EQ(clock_text(61 * kSecond), "1:01.0");
  EXPECT_EQ(clock_text(3599 * kSecond + 999'999'999), "59:59.9");
  EXPECT_EQ(clock_text(3723 * kSecond), "1:02:03.0");
}

TEST(Text, DurationsChangeTheirUnitsWithTheirLength) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(6.87), "6.9 s");
  EXPECT_EQ(duration_text(59.96), "1 min 00 s");
  EXPECT_EQ(duration_text(62), "1 min 02 s");
  EXPECT_EQ(duration_text(3720), "1 h 02 min");
  EXPECT_EQ(duration_text(3 * 86400), "3 days");
  EXPECT_EQ(duration_text(1e12), "over 99 days");
}

TEST(Text, BytesAreDecimalWithThreeDigits) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(812'300), "812 kB");
  EXPECT_EQ(bytes_text(999'600), "1.0 MB");
  EXPECT_EQ(bytes_text(3'690'000), "3.7 MB");
  EXPECT_EQ(bytes_text(512'000'000), "512 MB");
  EXPECT_EQ(bytes_text(1'250'000'000), "1.25 GB");
  EXPECT_EQ(bytes_text(250'000'000'000), "250 GB");
}

TEST(Text, AHundredPercentIsSaidOnlyOfTheWhole) {
  EXPECT_EQ(percent_text(0), "0 %");
  EXPECT_EQ(percent_text(0.9999), "99 %");
  EXPECT_EQ(percent_text(1), "100 %");
  EXPECT_EQ(percent_text(7), "100 %");
}

TEST(Text, AgesAndCounts) {
  EXPECT_EQ(age_text(5 * kSecond), "just now");
  EXPECT_EQ(age_text(-5 * kSecond), "just now");
  EXPECT_EQ(age_text(125 * kSecond), "2 min ago");
  EXPECT_EQ(age_text(86400 * kSecond), "yesterday");
  EXPECT_EQ(age_text(86400 * 3 * kSecond), "3 days ago");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(1234567), "1,234,567");
}

}  // namespace
}  // namespace framespool
