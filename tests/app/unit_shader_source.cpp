#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/scene/shader_source.h"

namespace framespool {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ShaderSource, CommentsBecomeBlanksOfTheSameLength) {
  EXPECT_EQ(blank_comments("a//b\nc/*d\ne*/f"), "a   \nc   \n   f");
  EXPECT_EQ(blank_comments("a / b * c"), "a / b * c");
  EXPECT_EQ(blank_comments("x /* never closed"), "x                ");
  EXPECT_EQ(blank_comments("//a\\\nstill\ncode"), "    \n     \ncode");
}

TEST(ShaderSource, AShadertoyShaderGetsItsUniformsAndAMain) {
  const auto full =
      make_fragment_source("void mainImage(out vec4 c, in vec2 p) { c = vec4(iTime); }", "a.frag");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, StartsWith("#version 330 core\n"));
  EXPECT_THAT(*full, HasSubstr("uniform float iTime;"));
  EXPECT_THAT(*full, HasSubstr("#line 1\nvoid mainImage("));
  EXPECT_THAT(*full, HasSubstr("void main()"));
}

TEST(ShaderSource, APlainShaderKeepsItsMainAndGetsNoUniforms) {
  const auto full = make_fragment_source("out vec4 c; void main() { c = vec4(1); }", "a.frag");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, Not(HasSubstr("iTime")));
  EXPECT_THAT(*full, Not(HasSubstr("framespool_color")));
}

TEST(ShaderSource, AMainInACommentIsNoMain) {
  const auto full =
      make_fragment_source("// void main()\nvoid mainImage(out vec4 c, in vec2 p) {}", "a.frag");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, HasSubstr("mainImage(framespool_pixel"));
}

TEST(ShaderSource, AMainThatCallsMainImageIsPlain) {
  const auto full = make_fragment_source(
      "void mainImage(out vec4 c, in vec2 p) {}\nout vec4 o;\nvoid main( ) { mainImage(o, gl_FragCoord.xy); "
      "}",
      "a");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, Not(HasSubstr("framespool_pixel")));
}

TEST(ShaderSource, WithoutAnyMainItSaysWhatIsMissing) {
  const auto full = make_fragment_source("float f() { return 1.0; }", "dir/a.frag");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::usage);
  EXPECT_EQ(full.error().line(),
            "dir/a.frag: this fragment shader has neither void mainImage(out vec4, in vec2) nor void main()");
}

TEST(ShaderSource, OldDialectsAreTranslated) {
  const auto full =
      make_fragment_source("varying vec2 v;\nvoid main() { gl_FragColor = texture2D(t, v); }", "a");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, HasSubstr("#define varying in\n"));
  EXPECT_THAT(*full, HasSubstr("#define texture2D texture\n"));
  EXPECT_THAT(*full, HasSubstr("out vec4 framespool_color;\n"));
}

struct Version {
  const char* written;
  const char* used;
};
class ShaderVersion : public testing::TestWithParam<Version> {};

TEST_P(ShaderVersion, IsKeptWhenItIsNewEnough) {
  const auto full = make_fragment_source("// first a comment\n\n" + std::string(GetParam().written) +
                                             "\nvoid main() { gl_FragColor = vec4(1); }",
                                         "a");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, StartsWith(GetParam().used));
  EXPECT_EQ(full->find("#version", 1), full->npos) << *full;
}

INSTANTIATE_TEST_SUITE_P(All, ShaderVersion,
                         testing::Values(Version{"#version 120", "#version 330 core\n"},
                                         Version{"#version 300 es", "#version 330 core\n"},
                                         Version{"#version 330 core", "#version 330 core\n"},
                                         Version{" # version 430", "#version 430 core\n"},
                                         Version{"#version", "#version 330 core\n"},
                                         Version{"#version 99999999999999", "#version 330 core\n"},
                                         Version{"#version -5", "#version 330 core\n"}));

TEST(ShaderSource, LineNumbersSurviveTakenDirectives) {
  const auto full = make_fragment_source("#version 330\n#extension GL_A : enable\nvoid main() {}", "a");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, StartsWith("#version 330 core\n#extension GL_A : enable\n#line 1\n"));
  const std::string code = full->substr(full->find("#line 1\n") + 8);
  EXPECT_EQ(std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(code.find("void")), '\n'), 2);
}

TEST(ShaderSource, ConditionalExtensionsStayWhereTheyAre) {
  const auto full = make_fragment_source("#ifdef X\n#extension GL_A : enable\n#endif\nvoid main() {}", "a");
  ASSERT_TRUE(full);
  EXPECT_THAT(*full, HasSubstr("#ifdef X\n#extension GL_A : enable\n#endif"));
}

}  // namespace
}  // namespace framespool
