// kill -9 of a drawing program loses no frame that it committed; kill -9 of the recorder leaves the program undisturbed.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>

#include "tests/cache/channel_fixture.h"

namespace framespool {
namespace {

using Kind = ChannelEvent::Kind;

// How a take is written, the size of its frames, how often to kill.
struct Trials {
  bool direct;
  FrameSize size;
  int count;
};
void PrintTo(const Trials& trials, std::ostream* out) {
  *out << trials.size.width << "x" << trials.size.height
       << (trials.direct ? " direct" : " buffered");
}

class ChannelKilled : public ChannelTest, public testing::WithParamInterface<Trials> {
 protected:
  // Some frames, and then a moment that nobody chose.
  void let_it_draw(const SharedCount& committed) {
    const std::uint64_t frames = random_() % (GetParam().size.width > 1000 ? 8 : 60);
    while (*committed < frames) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 3000));
  }
  [[nodiscard]] ChannelServerOptions trial_options() {
    auto all = server_options();
    all.take.direct_io = GetParam().direct;
    all.take.overwrite = true;
    return all;
  }
  std::mt19937 random_{std::random_device{}()};
};

TEST_P(ChannelKilled, TheDrawingProgramLosesNoFrame) {
  const FrameSize size = GetParam().size;
  std::uint64_t total = 0, handed_over = 0;
  for (int trial = 0; trial < GetParam().count; ++trial) {
    const SharedCount committed;
    OtherProcess program([&](const std::string& address) {
      Drawing drawing(address);
      while (true)
        if (drawing.swap(size)) ++*committed;
      return 0;
    });
    start(trial_options());
    program.tell(server().address());
    let_it_draw(committed);
    program.kill_now();
    const std::uint64_t promised = *committed;
    const auto takes = finish();

    if (promised == 0 && takes.empty()) continue;
    ASSERT_EQ(takes.size(), 1u);
    ASSERT_FALSE(takes[0].error) << takes[0].error->line();
    const std::uint64_t kept = takes[0].summary->frames;
    ASSERT_GE(kept, promised) << "trial " << trial;
    ASSERT_LE(kept, promised + 1) << "one may have been committed and not counted yet";
    ASSERT_NO_FATAL_FAILURE(expect_whole("take.fspool", kept)) << "trial " << trial;
    total += kept;
    handed_over += promised;
  }
  EXPECT_GT(total, 0u);
  std::cout << "row: the program | " << testing::PrintToString(GetParam()) << " | " << GetParam().count << " | "
            << handed_over << " | " << total << '\n';
}

TEST_P(ChannelKilled, TheRecorderLeavesTheProgramUndisturbed) {
  const FrameSize size = GetParam().size;
  std::uint64_t handed_over = 0, kept = 0;
  for (int trial = 0; trial < GetParam().count; ++trial) {
    std::filesystem::remove(path());
    const SharedCount committed, drawn_after;
    int address[2];
    ASSERT_EQ(::pipe(address), 0);
    // Both are forked from a process without threads.
    OtherProcess program([&](const std::string& where) {
      Drawing drawing(where);
      while (*drawn_after < 20) {
        errno = 77;
        const bool stored = drawing.swap(size);
        if (errno != 77) return 2;
        if (stored)
          ++*committed;
        else if (!drawing.producer().connected())
          ++*drawn_after;
      }
      return 0;
    });
    auto how = trial_options();
    how.every_frame = trial % 2 == 0;
    OtherProcess recorder([&](const std::string&) {
      auto server = ChannelServer::start(how);
      if (!server) return 1;
      const std::string& text = (*server)->address();
      if (::write(address[1], text.data(), text.size()) < 0) return 1;
      while (true) ::pause();
    });
    recorder.tell("go");
    char text[200] = {};
    const auto length = ::read(address[0], text, sizeof text);
    ASSERT_GT(length, 0);
    program.tell(std::string(text, static_cast<std::size_t>(length)));
    let_it_draw(committed);
    recorder.kill_now();
    EXPECT_EQ(program.status(), 0);
    ::close(address[0]);
    ::close(address[1]);
    handed_over += *committed;

    if (!std::filesystem::exists(path())) continue;
    const auto reader = TakeReader::open(path());
    if (!reader) continue;  // before its first frame
    EXPECT_EQ((*reader)->state(), TakeState::interrupted);
    for (std::uint64_t index = 0; index < (*reader)->frame_count(); ++index)
      ASSERT_NO_FATAL_FAILURE(expect_drawn(**reader, index));
    kept += (*reader)->frame_count();
  }
  // What lies in the slots of a recorder that was killed is lost with it; what it had written is not.
  std::cout << "row: the recorder | " << testing::PrintToString(GetParam()) << " | " << GetParam().count << " | "
            << handed_over << " | " << kept << '\n';
}

INSTANTIATE_TEST_SUITE_P(Trials, ChannelKilled,
                         testing::Values(Trials{true, {4, 4}, 30}, Trials{false, {4, 4}, 30},
                                         Trials{true, {1920, 1080}, 4}, Trials{false, {1920, 1080}, 4}));

}  // namespace
}  // namespace framespool
