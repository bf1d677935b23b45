#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/progress_text.h"

namespace framespool {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ProgressSample halfway() {
  ProgressSample sample;
  sample.action = "export";
  sample.done = 141;
  sample.total = 300;
  sample.per_second = 123.4;
  sample.elapsed_s = 1.2;
  sample.remaining_s = 2.1;
  sample.memory_bytes = 118'000'000;
  return sample;
}

// Columns on the screen: no bytes that continue a character, no escape sequences.
int columns_of(std::string_view text) {
  int columns = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\x1b') {
      at = text.find('m', at);
      continue;
    }
    columns += (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
  }
  return columns;
}

TEST(Percent, ReachesAHundredOnlyWhenAllIsDone) {
  ProgressSample sample = halfway();
  EXPECT_EQ(percent(sample), 47);
  sample.fraction = 0.9999999;
  EXPECT_EQ(percent(sample), 99);
  sample.fraction = 1;
  EXPECT_EQ(percent(sample), 100);
  sample.fraction = 0;
  EXPECT_EQ(percent(sample), 0);
}

TEST(FormatBar, ShowsEverythingWhereThereIsRoom) {
  EXPECT_EQ(format_bar(halfway(), {.columns = 90}),
            "export [##########            ]   47 %  141/300 frames  0:03 left    123 frames/s  118 MB");
}

TEST(FormatBar, IsShorterThanTheTerminalAtEveryWidth) {
  for (const bool utf8 : {false, true})
    for (const bool colour : {false, true})
      for (int columns = 6; columns <= 200; ++columns) {
        const std::string bar = format_bar(halfway(), {columns, utf8, colour});
        EXPECT_LT(columns_of(bar), columns) << bar;
        if (columns >= 8) {
          EXPECT_THAT(bar, HasSubstr("47 %")) << columns;
        }
      }
}

TEST(FormatBar, LeavesOutTheLeastImportantFirst) {
  EXPECT_THAT(format_bar(halfway(), {.columns = 75}), Not(HasSubstr("118 MB")));
  EXPECT_THAT(format_bar(halfway(), {.columns = 75}), HasSubstr("123 frames/s"));
  EXPECT_THAT(format_bar(halfway(), {.columns = 60}), Not(HasSubstr("frames/s")));
  EXPECT_THAT(format_bar(halfway(), {.columns = 60}), HasSubstr("left"));
}

TEST(FormatBar, FillsInEighthsOfABlock) {
  ProgressSample sample = halfway();
  sample.fraction = 0;
  EXPECT_THAT(format_bar(sample, {.columns = 90, .utf8 = true}), Not(HasSubstr("█")));
  sample.fraction = 0.015;  // less than a block of forty
  EXPECT_THAT(format_bar(sample, {.columns = 140, .utf8 = true}), HasSubstr("[▌"));
  sample.fraction = 1;
  EXPECT_THAT(format_bar(sample, {.columns = 140, .utf8 = true}), HasSubstr("█]"));
}

TEST(FormatBar, HasNoBarWithoutATotal) {
  ProgressSample sample = halfway();
  sample.action = "record";
  sample.total = 0;
  EXPECT_EQ(format_bar(sample, {.columns = 90}), "record  141 frames  0:01    123 frames/s  118 MB");
}

TEST(FormatBar, SaysThatItIsCancelling) {
  ProgressSample sample = halfway();
  sample.state = "cancelling";
  EXPECT_THAT(format_bar(sample, {.columns = 90}), HasSubstr("cancelling"));
}

TEST(FormatBar, CountsDrops) {
  ProgressSample sample = halfway();
  sample.dropped = 3;
  EXPECT_THAT(format_bar(sample, {.columns = 120}), HasSubstr("3 dropped"));
}

TEST(FormatPlain, IsALineForALog) {
  EXPECT_EQ(format_plain(halfway()), "export: 47 %, 141/300 frames, 123 frames/s, 0:03 left, 118 MB");
}

TEST(FormatJson, IsOneObject) {
  EXPECT_EQ(format_json(halfway()),
            R"({"action": "export", "state": "running", "frames": 141, "percent": 47, "total": 300, )"
            R"("fraction": 0.47, "frames_per_s": 123.4, "elapsed_s": 1.2, "remaining_s": 2.1, )"
            R"("bytes": 0, "memory_bytes": 118000000, "dropped": 0})");
}

}  // namespace
}  // namespace framespool
