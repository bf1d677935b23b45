#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "app/cli/expand_rgb.h"
#include "app/cli/format.h"
#include "app/cli/frame_hash.h"
#include "app/cli/json.h"

namespace framespool {
namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(FormatBytes, KeepsThreeFigures) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(1), "1 byte");
  EXPECT_EQ(format_bytes(999), "999 bytes");
  EXPECT_EQ(format_bytes(1000), "1 kB");
  EXPECT_EQ(format_bytes(999'499), "999 kB");
  EXPECT_EQ(format_bytes(999'600), "1.00 MB");
  EXPECT_EQ(format_bytes(1'234'567), "1.23 MB");
  EXPECT_EQ(format_bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(format_bytes(123'456'789'000), "123 GB");
  EXPECT_EQ(format_bytes(~0ull), "18.4 EB");
}

TEST(FormatClock, GrowsWithTheTime) {
  EXPECT_EQ(format_clock(0), "0:00");
  EXPECT_EQ(format_clock(3.9), "0:03");
  EXPECT_EQ(format_clock(754), "12:34");
  EXPECT_EQ(format_clock(3723), "1:02:03");
  EXPECT_EQ(format_clock(-5), "0:00");
  EXPECT_EQ(format_clock(1e300), "277777:46:40");
}

TEST(FormatAge, IsRough) {
  EXPECT_EQ(format_age(-5), "just now");
  EXPECT_EQ(format_age(59'000'000'000), "just now");
  EXPECT_EQ(format_age(300'000'000'000), "5 min");
  EXPECT_EQ(format_age(3 * 3'600'000'000'000), "3 h");
  EXPECT_EQ(format_age(12 * 24 * 3'600'000'000'000), "12 days");
}

TEST(FormatTake, IsTheFirstLineOfInfo) {
  EXPECT_EQ(format_take(412, 1280, 720, {60, 1}, 6'866'666'666, TakeState::complete),
            "412 frames, 1280x720, 60 fps, 6.87 s, complete");
  EXPECT_EQ(format_take(1, 3, 5, {30000, 1001}, 33'366'666, TakeState::interrupted),
            "1 frame, 3x5, 30000/1001 fps, 0.03 s, interrupted");
  EXPECT_EQ(format_take(0, 0, 0, {60, 1}, 0, TakeState::being_recorded),
            "0 frames, 60 fps, 0.00 s, being recorded");
}

TEST(JsonString, EscapesWhatMustBe) {
  EXPECT_EQ(json_string("plain"), "\"plain\"");
  EXPECT_EQ(json_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(json_string("line\nbreak\ttab\x01"), "\"line\\u000abreak\\u0009tab\\u0001\"");
  EXPECT_EQ(json_string("Übung 映像 🎬"), "\"Übung 映像 🎬\"");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json_string("a\xff"
                        "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(json_string("\xc3"), "\"\xef\xbf\xbd\"");                                  // cut short
  EXPECT_EQ(json_string("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");                  // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
  EXPECT_EQ(json_string("\xf4\x90\x80\x80").size(), 2u + 4 * 3);                       // beyond U+10FFFF
}

TEST(JsonObject, KeepsTheOrder) {
  JsonObject object;
  object.add("b", "text").add("a", std::uint64_t{7}).add("c", 0.5).add("d", true).add("e", std::int64_t{-1});
  object.add("f", 1.0 / 0.0).add_raw("g", "[1]");
  EXPECT_EQ(object.text(), R"({"b": "text", "a": 7, "c": 0.5, "d": true, "e": -1, "f": null, "g": [1]})");
  EXPECT_EQ(JsonObject().text(), "{}");
}

TEST(ExpandRgb, SpreadsThePixelsOverTheWholeBlock) {
  auto pixels = bytes_of({0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  expand_rgb_in_place(pixels);
  EXPECT_EQ(pixels, bytes_of({1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255}));
  std::vector<std::byte> nothing;
  expand_rgb_in_place(nothing);
  EXPECT_TRUE(nothing.empty());
}

FrameInfo two_by_two(PixelFormat format = PixelFormat::rgba8, RowOrder order = RowOrder::bottom_up) {
  FrameInfo info;
  info.width = 2;
  info.height = 2;
  info.stride_bytes = 8;
  info.payload_bytes = 16;
  info.format = format;
  info.row_order = order;
  return info;
}

TEST(FrameHash, SeesThroughFormatAndRowOrder) {
  const auto rgba = bytes_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  const auto bgra = bytes_of({3, 2, 1, 4, 7, 6, 5, 8, 11, 10, 9, 12, 15, 14, 13, 16});
  const auto flipped = bytes_of({9, 10, 11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8});
  const auto hash = frame_hash(two_by_two(), rgba);
  EXPECT_EQ(frame_hash(two_by_two(PixelFormat::bgra8), bgra), hash);
  EXPECT_EQ(frame_hash(two_by_two(PixelFormat::rgba8, RowOrder::top_down), flipped), hash);
  EXPECT_NE(frame_hash(two_by_two(), bgra), hash);
  EXPECT_NE(frame_hash(two_by_two(), flipped), hash);
}

TEST(FrameHash, KnowsTimeAndShape) {
  const std::vector<std::byte> pixels(16);
  FrameInfo later = two_by_two();
  later.pts_ns = 1;
  FrameInfo wide = two_by_two();
  wide.width = 4;
  wide.height = 1;
  wide.stride_bytes = 16;
  EXPECT_NE(frame_hash(later, pixels), frame_hash(two_by_two(), pixels));
  EXPECT_NE(frame_hash(wide, pixels), frame_hash(two_by_two(), pixels));
}

TEST(FrameHash, TurnsLongRowsOverInPieces) {
  FrameInfo info = two_by_two();
  info.width = 3000;  // more than one piece
  info.height = 1;
  info.stride_bytes = info.payload_bytes = 12000;
  std::vector<std::byte> rgba(12000), bgra(12000);
  for (std::size_t at = 0; at < rgba.size(); ++at) rgba[at] = static_cast<std::byte>(at * 7 % 251);
  for (std::size_t at = 0; at < rgba.size(); at += 4)
    bgra[at] = rgba[at + 2], bgra[at + 1] = rgba[at + 1], bgra[at + 2] = rgba[at],
    bgra[at + 3] = rgba[at + 3];
  const auto hash = frame_hash(info, rgba);
  info.format = PixelFormat::bgra8;
  EXPECT_EQ(frame_hash(info, bgra), hash);
}

}  // namespace
}  // namespace framespool
