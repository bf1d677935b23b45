// The ledger beside the progress bar: what the window plots is what the export holds.
#include <cstdlib>
#include <sstream>

#include "tests/gui/studio_test.h"

namespace framespool::testing_gui {
namespace {

struct Held {
  std::uint64_t live_bytes = 0, peak_bytes = 0;
};

TEST_F(StudioWindow, PlotsWhatAnExportHoldsWhileItRuns) {
  const auto held = [this](const std::string& tag) {
    Held found;
    std::istringstream(log_->state("memory:" + tag)) >> found.live_bytes >> found.peak_bytes;
    return found;
  };
  write_take("long", 2, 3600);
  start();
  ASSERT_TRUE(shows_widget("memory-plot"));
  EXPECT_EQ(log_->state("memory:export.frame"), "") << "nothing is exported yet";
  ASSERT_TRUE(shows_widget("take:long"));
  click("take:long");
  key("ctrl+m");
  ASSERT_TRUE(shows_state("sheet", "movie"));
  key("Return");
  ASSERT_TRUE(shows([&] { return log_->progress(1) > 0.001; }, kLong));
  // One frame and two pictures, whatever the length of the movie.
  ASSERT_TRUE(shows([&] { return held("export.frame").live_bytes > 0; }));
  const Held frame = held("export.frame");
  EXPECT_EQ(frame.live_bytes, frame.peak_bytes);
  EXPECT_EQ(frame.live_bytes % 4096, 0u);
  ASSERT_TRUE(shows([&] { return held("export.picture").live_bytes > 0; }));
  ASSERT_TRUE(shows([&] { return log_->progress(1) > 0.005; }, kLong));
  screenshot("8-memory");
  EXPECT_EQ(held("export.frame").peak_bytes, frame.peak_bytes) << "it does not grow";

  key("Escape");
  ASSERT_TRUE(shows_state("export:1", "cancelled", kLong));
  ASSERT_TRUE(
      shows([&] { return held("export.frame").live_bytes == 0 && held("export.picture").live_bytes == 0; }));
  EXPECT_EQ(held("export.frame").peak_bytes, frame.peak_bytes) << "the peak stays to be seen";
}

}  // namespace
}  // namespace framespool::testing_gui
