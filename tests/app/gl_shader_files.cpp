// Fragment shaders from files: what works, and what each kind of broken file says.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/app/gl_fixture.h"

namespace framespool {
namespace {

namespace fs = std::filesystem;
using test::Pixels;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class ShaderFile : public test::GlTest {
 protected:
  void SetUp() override {
    GlTest::SetUp();
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              ("shaders-" + std::string(test->name()) + "-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& text, const fs::path& name = "a.frag") {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  // What the user reads when `path` is asked for as a scene; every such error asks for exit status 2.
  static std::string refusal(const fs::path& path) {
    const auto scene = make_scene(path.string());
    if (scene) {
      ADD_FAILURE() << "it was accepted";
      return {};
    }
    EXPECT_EQ(scene.error().kind, ErrorKind::usage);
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    EXPECT_EQ(scene.error().line().find('\n'), std::string::npos) << scene.error().line();
    return scene.error().line();
  }

  // The colour, RGBA from the lowest byte, of the one pixel that a shader draws at time 2 s.
  std::uint32_t colour_of(const std::string& text) {
    const auto scene = make_scene(write(text).string());
    if (!scene) {
      ADD_FAILURE() << scene.error().line();
      return 0;
    }
    return draw(**scene, 1, 1, 120)[0];
  }

  fs::path folder_;
};

constexpr std::uint32_t kGreen = 0xff00ff00u, kRed = 0xff0000ffu;
const std::string kGreenShadertoy = "void mainImage(out vec4 c, in vec2 p) { c = vec4(0, 1, 0, 1); }\n";

TEST_F(ShaderFile, ShadertoyUniformsCarryTheFrame) {
  EXPECT_EQ(colour_of("void mainImage(out vec4 c, in vec2 p) {\n"
                      "  bool ok = iTime == 2.0 && iFrame == 120 && iResolution == vec3(1) && abs(iTimeDelta "
                      "* 60.0 - 1.0) < 1e-4\n"
                      "    && abs(iFrameRate - 60.0) < 1e-2 && iMouse == vec4(0) && iDate.w == 36482.0 && p "
                      "== vec2(0.5);\n"
                      "  c = ok ? vec4(0, 1, 0, 1) : vec4(1, 0, 0, 1);\n}\n"),
            kGreen);
}

TEST_F(ShaderFile, BookOfShadersDialectWorks) {
  EXPECT_EQ(
      colour_of(
          "#ifdef GL_ES\nprecision mediump float;\n#endif\n"
          "uniform vec2 u_resolution;\nuniform vec2 u_mouse;\nuniform float u_time;\n"
          "void main() {\n  vec2 st = gl_FragCoord.xy / u_resolution;\n"
          "  gl_FragColor = vec4(u_mouse.x, u_time == 2.0 && st == vec2(0.5) ? 1.0 : 0.0, 0.0, 1.0);\n}\n"),
      kGreen);
}

TEST_F(ShaderFile, GlslViewerDialectWorks) {
  EXPECT_EQ(
      colour_of(
          "#version 120\nvarying vec2 v_texcoord;\nuniform int u_frame;\nuniform float u_delta;\n"
          "void main() { gl_FragColor = vec4(0.0, v_texcoord.x == 0.5 && u_frame == 120 && u_delta > 0.0,"
          " 0.0, 1.0); }\n"),
      kGreen);
}

TEST_F(ShaderFile, ModernDialectWithItsOwnOutputWorks) {
  EXPECT_EQ(colour_of("#version 330 core\nout vec4 result;\nvoid main() { result = vec4(0, 1, 0, 1); }\n"),
            kGreen);
}

TEST_F(ShaderFile, UniformsOfAnotherTypeAreLeftAlone) {
  EXPECT_EQ(colour_of("uniform int u_time;\nvoid main() { gl_FragColor = vec4(u_time, 1, 0, 1); }\n"),
            kGreen);
}

TEST_F(ShaderFile, AlphaIsKept) {
  EXPECT_EQ(colour_of("void mainImage(out vec4 c, in vec2 p) { c = vec4(0, 1, 0, 0); }"), 0x0000ff00u);
}

TEST_F(ShaderFile, AByteOrderMarkAndWindowsLineEndsAreFine) {
  EXPECT_EQ(
      colour_of(
          "\xEF\xBB\xBFvoid mainImage(out vec4 c,\r\n  in vec2 p) {\r\n  c = vec4(0, 1, 0, 1);\r\n}\r\n"),
      kGreen);
}

TEST_F(ShaderFile, CommentsMayHoldAnyBytes) {
  EXPECT_EQ(colour_of("// caf\xC3\xA9, \xE4\xF6\xFC @ $ ' \"\n" + kGreenShadertoy), kGreen);
}

TEST_F(ShaderFile, PathsWithSpacesAndOtherLettersWork) {
  const auto scene = make_scene(write(kGreenShadertoy, "mein schöner Schatten 影.frag").string());
  ASSERT_TRUE(scene) << scene.error().line();
  EXPECT_EQ(draw(**scene, 1, 1, 0)[0], kGreen);
  EXPECT_THAT(refusal(write("void main() { x }", "grün 影 b.frag")), HasSubstr("grün 影 b.frag:1: "));
}

TEST_F(ShaderFile, ASyntaxErrorNamesFileAndLine) {
  const fs::path path =
      write("// one\n/* two\nthree */\nvoid mainImage(out vec4 c, in vec2 p) {\n  c = vec4(1.0)\n}\n");
  EXPECT_THAT(refusal(path), StartsWith("the scene does not compile: " + path.string() + ":6: "));
}

TEST_F(ShaderFile, AnUndefinedFunctionNamesFileAndLine) {
  const fs::path path =
      write("#version 300 es\nprecision highp float;\nout vec4 c;\nvoid main() {\n  c = nowhere();\n}\n");
  EXPECT_THAT(refusal(path), StartsWith("the scene does not compile: " + path.string() + ":5: "));
  EXPECT_THAT(refusal(path), HasSubstr("nowhere"));
}

TEST_F(ShaderFile, FurtherErrorsAreCounted) {
  const fs::path path =
      write("void mainImage(out vec4 c, in vec2 p) {\n  c.x = one;\n  c.y = two;\n  c.z = three;\n}\n");
  EXPECT_THAT(refusal(path), HasSubstr(":2: "));
  EXPECT_THAT(refusal(path), EndsWith("(and 2 more errors)"));
}

TEST_F(ShaderFile, AFunctionThatIsDeclaredButNowhereDefinedFailsToLink) {
  const fs::path path =
      write("float later(float x);\nvoid mainImage(out vec4 c, in vec2 p) { c = vec4(later(iTime)); }\n");
  EXPECT_THAT(refusal(path), StartsWith("the scene does not compile: " + path.string()));
  EXPECT_THAT(refusal(path), HasSubstr("later"));
}

TEST_F(ShaderFile, TexturesAreRefusedWithAReason) {
  const fs::path path = write("void mainImage(out vec4 c, in vec2 p) {\n  c = texture(iChannel0, p);\n}\n");
  EXPECT_THAT(refusal(path), HasSubstr(":2: "));
  EXPECT_THAT(refusal(path),
              HasSubstr("iChannel0 to iChannel3 (textures, buffers, sound) are not supported"));
}

TEST_F(ShaderFile, AFileWithoutAMainIsRefused) {
  EXPECT_THAT(refusal(write("float f() { return 1.0; }")),
              HasSubstr("neither void mainImage(out vec4, in vec2) nor"));
}

TEST_F(ShaderFile, AnEmptyFileIsRefused) {
  EXPECT_THAT(refusal(write("")), EndsWith("a.frag: the file is empty"));
  EXPECT_THAT(refusal(write(" \n\t\n")), EndsWith("a.frag: the file is empty"));
}

TEST_F(ShaderFile, ABinaryFileIsRefused) {
  EXPECT_THAT(refusal(write(std::string("\x89PNG\r\n\x1a\n\0\0\0", 11))),
              EndsWith("not text, so not a fragment shader"));
  EXPECT_THAT(refusal(write(std::string(1, '\0') + kGreenShadertoy)),
              EndsWith("not text, so not a fragment shader"));
}

TEST_F(ShaderFile, AHugeFileIsRefused) {
  std::string text = kGreenShadertoy;
  text.resize((1u << 20) + 1, ' ');
  EXPECT_THAT(refusal(write(text)), EndsWith("larger than 1 MiB, the most a shader may be"));
  text.resize(1u << 20);
  EXPECT_EQ(colour_of(text), kGreen);
}

TEST_F(ShaderFile, AFolderIsRefused) {
  EXPECT_EQ(refusal(folder_), folder_.string() + ": this is a folder, not a fragment shader");
}

TEST_F(ShaderFile, ADeviceOrPipeIsRefused) {
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero: this is not a regular file");
  ASSERT_EQ(mkfifo((folder_ / "pipe.frag").c_str(), 0600), 0);
  EXPECT_THAT(refusal(folder_ / "pipe.frag"), EndsWith("this is not a regular file"));
}

TEST_F(ShaderFile, AMissingFileIsRefused) {
  EXPECT_EQ(refusal(folder_ / "none.frag"), (folder_ / "none.frag").string() + ": no such file");
  EXPECT_EQ(refusal(write(kGreenShadertoy) / "below.frag"),
            (folder_ / "a.frag/below.frag").string() + ": no such file");
}

TEST_F(ShaderFile, AnUnreadableFileIsRefused) {
  const fs::path path = write(kGreenShadertoy);
  fs::permissions(path, fs::perms::none);
  // The superuser reads everything, so root becomes nobody for the length of the attempt.
  const bool root = geteuid() == 0;
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(root ? seteuid(kNobody) : 0, 0);
  const std::string said = refusal(path);
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  EXPECT_EQ(said, path.string() + ": permission denied");
}

TEST_F(ShaderFile, ANameBeyondTheFileSystemsLimitIsRefused) {
  EXPECT_THAT(refusal(folder_ / std::string(5000, 'x')), EndsWith("file name too long"));
}

TEST_F(ShaderFile, AnUnknownNameListsTheBundledScenes) {
  EXPECT_THAT(refusal("nosuchscene"),
              MatchesRegex("no such scene: 'nosuchscene'; the bundled ones are silk, .*"));
  EXPECT_THAT(refusal(""), StartsWith("no such scene: ''"));
}

TEST_F(ShaderFile, AFileInThisFolderNeedsNoSlash) {
  write(kGreenShadertoy, "plainname");
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const auto scene = make_scene("plainname");
  fs::current_path(before);
  ASSERT_TRUE(scene) << scene.error().line();
  EXPECT_EQ(draw(**scene, 1, 1, 0)[0], kGreen);
}

TEST_F(ShaderFile, AfterARefusalTheNextSceneDraws) {
  refusal(write("void main() { broken }"));
  EXPECT_EQ(colour_of(kGreenShadertoy), kGreen);
  EXPECT_NE(colour_of(kGreenShadertoy), kRed);
}

TEST_F(ShaderFile, AMissingBundledFileSaysWhich) {
  setenv("FRAMESPOOL_ASSETS", folder_.c_str(), 1);
  const std::string said = refusal("silk");
  unsetenv("FRAMESPOOL_ASSETS");
  EXPECT_EQ(said, (folder_ / "scenes/silk.frag").string() + ": no such file");
}

}  // namespace
}  // namespace framespool
