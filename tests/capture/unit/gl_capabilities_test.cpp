#include "capture/core/gl_capabilities.h"

#include <gtest/gtest.h>

namespace framespool {
namespace {

TEST(GlVersion, OfADesktopContext) {
  GlCapabilities can;
  ASSERT_TRUE(parse_gl_version("4.5 (Core Profile) Mesa 22.3.6", can));
  EXPECT_EQ(can.major, 4);
  EXPECT_EQ(can.minor, 5);
  EXPECT_FALSE(can.es);
  EXPECT_TRUE(can.at_least(4, 5));
  EXPECT_TRUE(can.at_least(3, 9));
  EXPECT_FALSE(can.at_least(4, 6));
  EXPECT_FALSE(can.at_least(5, 0));
}

TEST(GlVersion, OfAnEsContext) {
  GlCapabilities can;
  ASSERT_TRUE(parse_gl_version("OpenGL ES 3.2 Mesa 22.3.6", can));
  EXPECT_EQ(can.major, 3);
  EXPECT_EQ(can.minor, 2);
  EXPECT_TRUE(can.es);
}

TEST(GlVersion, OfNoContextAndOfOthersIsRefused) {
  for (const char* text : {"", "4", "4.", "OpenGL ES-CM 1.1", "OpenGL ES ", "v4.5"}) {
    GlCapabilities can;
    EXPECT_FALSE(parse_gl_version(text, can)) << text;
    EXPECT_EQ(can.major, 0) << text;
  }
}

TEST(Renderer, SoftwareOnesAreKnown) {
  EXPECT_TRUE(is_software_renderer("llvmpipe (LLVM 15.0.6, 256 bits)"));
  EXPECT_TRUE(is_software_renderer("softpipe"));
  EXPECT_TRUE(is_software_renderer("Mesa DRI swrast"));
  EXPECT_FALSE(is_software_renderer("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
  EXPECT_FALSE(is_software_renderer("NVIDIA H200/PCIe/SSE2"));
  EXPECT_FALSE(is_software_renderer(""));
}

TEST(GlFunctions, LoadingNamesTheFirstOneMissing) {
  GlFunctions functions;
  EXPECT_STREQ(load_gl_functions(functions, [](const char*) -> void* { return nullptr; }), "glDisable");
}

TEST(GlFunctions, OptionalOnesMayBeMissing) {
  GlFunctions functions;
  const auto without_fences = [](const char* name) -> void* {
    static int something = 0;
    return std::string_view(name) == "glFenceSync" ? nullptr : &something;
  };
  EXPECT_EQ(load_gl_functions(functions, without_fences), nullptr);
  EXPECT_EQ(functions.FenceSync, nullptr);
  EXPECT_NE(functions.ReadPixels, nullptr);
}

}  // namespace
}  // namespace framespool
