#include <gtest/gtest.h>

#include "app/platform/hotkey.h"

namespace framespool {
namespace {

constexpr std::uint16_t kShift = 1, kControl = 4, kAlt = 8;

TEST(HotkeyNames, FunctionKeysLettersAndNamedKeys) {
  EXPECT_EQ(parse_hotkey("F9")->keysym, 0xffc6u);
  EXPECT_EQ(parse_hotkey("f1")->keysym, 0xffbeu);
  EXPECT_EQ(parse_hotkey("F24")->keysym, 0xffd5u);
  EXPECT_EQ(parse_hotkey("R")->keysym, static_cast<unsigned>('r'));
  EXPECT_EQ(parse_hotkey("7")->keysym, static_cast<unsigned>('7'));
  EXPECT_EQ(parse_hotkey("Pause")->keysym, 0xff13u);
  EXPECT_EQ(parse_hotkey("none")->keysym, 0u);
}

TEST(HotkeyNames, Modifiers) {
  EXPECT_EQ(parse_hotkey("F9")->modifiers, 0);
  EXPECT_EQ(parse_hotkey("Ctrl+F10")->modifiers, kControl);
  EXPECT_EQ(parse_hotkey("Alt+Shift+r")->modifiers, kAlt | kShift);
}

TEST(HotkeyNames, NonsenseIsRefused) {
  for (const char* text :
       {"", "F0", "F25", "F999", "Hyper+F9", "Ctrl+", "+", "F9x", "Ctrl+none", "\xc3\xa4"}) {
    const auto key = parse_hotkey(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace framespool
