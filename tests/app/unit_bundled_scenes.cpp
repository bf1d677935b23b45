#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/platform/assets.h"
#include "app/scene/scene.h"

namespace framespool {
namespace {

TEST(BundledScenes, AreAtLeastFiveAndEachSaysWhatItIs) {
  EXPECT_GE(bundled_scenes().size(), 5u);
  for (const SceneDescription& scene : bundled_scenes()) {
    EXPECT_THAT(scene.name, testing::MatchesRegex("[a-z]+"));
    EXPECT_FALSE(scene.title.empty()) << scene.name;
    EXPECT_FALSE(scene.summary.empty()) << scene.name;
    EXPECT_EQ(scene.summary.find('\n'), scene.summary.npos) << scene.name;
  }
}

TEST(BundledScenes, EveryShaderFileIsListed) {
  std::set<std::string> listed;
  for (const SceneDescription& scene : bundled_scenes()) listed.insert(scene.name);
  const auto assets = assets_directory();
  ASSERT_TRUE(assets) << assets.error().line();
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(*assets / "scenes")) {
    if (file.path().extension() != ".frag") continue;
    EXPECT_TRUE(listed.contains(file.path().stem().string())) << file.path();
    ++files;
  }
  EXPECT_GE(files, 4);
}

}  // namespace
}  // namespace framespool
