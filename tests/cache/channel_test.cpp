// Frames of other programs: how they come into takes, what a program may do, and what it may do wrong.
#include "cache/channel_server.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <semaphore>
#include <thread>

#include "cache/core/channel_socket.h"
#include "cache/slot_ring.h"
#include "tests/cache/channel_fixture.h"

namespace framespool {
namespace {

using Kind = ChannelEvent::Kind;

TEST_F(ChannelTest, AProgramThatEndsLeavesAWholeTake) {
  OtherProcess program([](const std::string& address) {
    Drawing drawing(address);
    for (int frame = 0; frame < 300; ++frame)
      if (!drawing.swap()) return 1;
    return 0;
  });
  start();
  program.tell(server().address());
  EXPECT_EQ(program.status(), 0);
  const auto takes = finish();
  ASSERT_EQ(takes.size(), 1u);
  EXPECT_EQ(takes[0].path, path());
  EXPECT_EQ(takes[0].presented, 300u);
  EXPECT_EQ(takes[0].dropped, 0u);
  EXPECT_EQ(takes[0].summary->frames, 300u);
  expect_whole("take.fspool", 300);
  EXPECT_NE(open()->info().program, "") << "the program's own name";
  EXPECT_EQ(open()->frame_info(0)->format, PixelFormat::bgra8);
  EXPECT_EQ(open()->frame_info(0)->clock, ClockKind::realtime);
  ASSERT_EQ(events(Kind::take_ended).size(), 1u);
  EXPECT_EQ(events(Kind::take_ended)[0].frames, 300u);
}

TEST_F(ChannelTest, NothingIsMadeOfAProgramThatShowsNothing) {
  start();
  {
    Drawing drawing(server().address());
    EXPECT_FALSE(drawing.producer().connected());
  }
  EXPECT_TRUE(finish().empty());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ChannelTest, WithoutAnAddressNothingHappens) {
  Drawing drawing("");
  EXPECT_FALSE(drawing.swap());
  EXPECT_FALSE(drawing.producer().connected());
}

TEST_F(ChannelTest, EachDrawableHasItsTake) {
  start();
  {
    std::ofstream taken(path("take-2.fspool"));
    taken << "somebody's";
  }
  Drawing first(server().address(), 1), second(server().address(), 2);
  for (int frame = 0; frame < 10; ++frame) EXPECT_TRUE(first.swap());
  wait_for(Kind::take_begun);
  for (int frame = 0; frame < 7; ++frame) EXPECT_TRUE(second.swap({8, 2}));
  first.producer().disconnect();
  second.producer().disconnect();
  EXPECT_EQ(finish().size(), 2u);
  expect_whole("take.fspool", 10);
  expect_whole("take-3.fspool", 7);
}

TEST_F(ChannelTest, EveryFrameKeepsItsOwnSize) {
  auto all = server_options();
  all.take.slot_budget_bytes = 64 << 10;  // so that larger ones need another ring, not only another cut
  start(all);
  const FrameSize sizes[] = {{4, 4}, {1, 1}, {33, 7}, {100, 100}, {5, 5}, {640, 400}, {640, 401}, {3, 3}, {1000, 900}};
  Drawing drawing(server().address());
  for (const FrameSize size : sizes) EXPECT_TRUE(drawing.swap(size)) << size.width;
  drawing.producer().disconnect();
  const auto takes = finish();
  ASSERT_EQ(takes.size(), 1u);
  expect_whole("take.fspool", std::size(sizes));
  const auto reader = open();
  for (std::uint64_t index = 0; index < std::size(sizes); ++index) {
    EXPECT_EQ(reader->frame_info(index)->width, sizes[index].width);
    EXPECT_EQ(reader->frame_info(index)->height, sizes[index].height);
    EXPECT_EQ((reader->frame_info(index)->flags & kFrameSizeChanged) != 0, index != 0);
  }
}

TEST_F(ChannelTest, AFrameForWhichThereIsNoMemoryIsDroppedAndTheOthersAreNot) {
  auto all = server_options();
  all.memory_bytes = 1 << 20;
  start(all);
  Drawing drawing(server().address());
  EXPECT_TRUE(drawing.swap());
  EXPECT_FALSE(drawing.swap({1000, 1000}));
  EXPECT_FALSE(drawing.swap({1000, 1001}));
  EXPECT_TRUE(drawing.swap());
  drawing.producer().disconnect();
  const auto takes = finish();
  EXPECT_EQ(takes.at(0).dropped, 2u);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 2u);
  EXPECT_EQ(reader->frame_info(1)->dropped_before, 2u);
  EXPECT_EQ(reader->frame_info(1)->drop_reason, DropReason::no_free_slot);
  expect_drawn(*reader, 1);
}

TEST_F(ChannelTest, ASecondDrawableGetsWhatMemoryIsLeftAndThenNone) {
  auto all = server_options();
  all.memory_bytes = 100 << 10;
  all.take.slot_budget_bytes = 64 << 10;
  start(all);
  Drawing first(server().address(), 1), second(server().address(), 2), third(server().address(), 3);
  EXPECT_TRUE(first.swap());
  EXPECT_TRUE(second.swap());
  EXPECT_FALSE(third.swap());
  EXPECT_TRUE(first.swap());
  wait_for(Kind::refused);
  EXPECT_EQ(finish().size(), 2u);
}

TEST_F(ChannelTest, InRealTimeEveryDueFrameIsStoredOrCountedAsDropped) {
  auto all = server_options();
  all.every_frame = false;
  all.take.slot_budget_bytes = 2 * (4096 + 640 * 400 * 4);
  start(all);
  Drawing drawing(server().address());
  std::uint64_t stored = 0;
  for (int frame = 0; frame < 200; ++frame) stored += drawing.swap({640, 400}) ? 1 : 0;
  drawing.producer().disconnect();
  const auto takes = finish();
  EXPECT_EQ(takes.at(0).summary->frames, stored);
  EXPECT_EQ(takes.at(0).dropped + stored, 200u);
  EXPECT_LE(takes.at(0).summary->dropped, takes.at(0).dropped) << "drops after the last frame have none to stand before";
  const auto reader = open();
  for (std::uint64_t index = 1; index < stored; ++index)
    ASSERT_EQ(reader->frame_info(index)->presented,
              reader->frame_info(index - 1)->presented + 1 + reader->frame_info(index)->dropped_before);
  expect_drawn(*reader, stored - 1);
}

TEST_F(ChannelTest, TheLimitTakesTheFirstFrameOfEachStep) {
  auto all = server_options();
  all.limit = Rational{60, 1};
  start(all);
  Drawing drawing(server().address());
  const std::int64_t begin = clock_ns();
  for (std::uint64_t swap = 0; swap < 240; ++swap) drawing.swap({}, begin + step_time_ns(swap, {240, 1}));
  EXPECT_EQ(drawing.due(), 60u);
  drawing.producer().disconnect();
  finish();
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 60u);
  EXPECT_EQ(reader->frame_info(0)->pts_ns, 0);
  EXPECT_EQ(reader->frame_info(59)->pts_ns, step_time_ns(59 * 4, {240, 1}));
}

TEST_F(ChannelTest, APauseIsCutOut) {
  start();
  Drawing drawing(server().address());
  const std::int64_t before = clock_ns();
  EXPECT_TRUE(drawing.swap({}, before));
  server().pause();
  EXPECT_FALSE(drawing.swap());
  server().resume();
  const std::int64_t after = clock_ns();
  EXPECT_TRUE(drawing.swap({}, after));
  drawing.producer().disconnect();
  finish();
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 2u);
  const auto frame = *reader->frame_info(1);
  EXPECT_TRUE(frame.flags & kFrameAfterPause);
  EXPECT_GT(frame.paused_before_ns, 0);
  EXPECT_EQ(frame.pts_ns, after - before - frame.paused_before_ns);
}

TEST_F(ChannelTest, PausedFromTheStartTheTakeBeginsWithTheFirstFrameAfterIt) {
  auto all = server_options();
  all.paused = true;
  start(all);
  Drawing drawing(server().address());
  for (int swap = 0; swap < 5; ++swap) EXPECT_FALSE(drawing.swap());
  server().toggle();
  wait_for(Kind::recording);
  EXPECT_TRUE(drawing.swap());
  drawing.producer().disconnect();
  EXPECT_EQ(finish().at(0).presented, 6u);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 1u);
  EXPECT_EQ(reader->frame_info(0)->pts_ns, 0);
  EXPECT_FALSE(reader->frame_info(0)->flags & kFrameAfterPause);
}

TEST_F(ChannelTest, StopEndsTheTakeAndResumeBeginsAnother) {
  start();
  Drawing drawing(server().address());
  for (int frame = 0; frame < 5; ++frame) EXPECT_TRUE(drawing.swap());
  server().toggle();
  EXPECT_FALSE(drawing.swap());
  wait_for(Kind::take_ended);
  EXPECT_EQ(open()->state(), TakeState::complete);
  EXPECT_FALSE(drawing.swap());
  server().toggle();
  for (int frame = 0; frame < 3; ++frame) EXPECT_TRUE(drawing.swap());
  EXPECT_EQ(finish().size(), 2u);
  EXPECT_EQ(open("take.fspool")->frame_count(), 5u);
  const auto second = open("take-2.fspool");
  ASSERT_EQ(second->frame_count(), 3u);
  EXPECT_EQ(second->frame_info(0)->presented, 0u);
}

TEST_F(ChannelTest, NoMoreFramesThanWereAskedFor) {
  auto all = server_options();
  all.frames = 10;
  start(all);
  Drawing drawing(server().address());
  for (int frame = 0; frame < 100; ++frame) EXPECT_TRUE(drawing.swap());
  wait_for(Kind::frames_reached);
  finish();
  expect_whole("take.fspool", 10);
}

TEST_F(ChannelTest, AForkedChildHasATakeOfItsOwn) {
  OtherProcess program([](const std::string& address) {
    Drawing drawing(address);
    for (int frame = 0; frame < 5; ++frame)
      if (!drawing.swap()) return 1;
    // The child goes on with the same object, and outlives its parent.
    if (::fork() != 0) ::_exit(drawing.swap() ? 0 : 2);
    for (int frame = 0; frame < 20; ++frame)
      if (!drawing.swap({5, 5})) return 1;
    return 0;
  });
  start();
  program.tell(server().address());
  EXPECT_EQ(program.status(), 0);
  wait_for(Kind::take_ended, 2);
  auto takes = finish();
  ASSERT_EQ(takes.size(), 2u);
  std::sort(takes.begin(), takes.end(), [](auto& a, auto& b) { return a.summary->frames < b.summary->frames; });
  EXPECT_EQ(takes[0].summary->frames, 6u);
  EXPECT_EQ(takes[1].summary->frames, 20u);
  EXPECT_NE(takes[0].pid, takes[1].pid);
}

TEST_F(ChannelTest, AProgramMayCloseEveryDescriptor) {
  OtherProcess program([](const std::string& address) {
    Drawing drawing(address);
    for (int frame = 0; frame < 5; ++frame)
      if (!drawing.swap()) return 1;
    ::close_range(3, ~0u, 0);
    const int reused = ::fcntl(2, F_DUPFD, 200);  // what now has the socket's number is the program's
    const std::int64_t later = clock_ns() + 1'000'000'000;
    static_cast<void>(drawing.swap({}, later));
    drawing.producer().disconnect();
    return ::fcntl(reused, F_GETFD) >= 0 ? 0 : 2;
  });
  start();
  program.tell(server().address());
  EXPECT_EQ(program.status(), 0);
  finish();
  EXPECT_GE(open()->frame_count(), 5u);
}

TEST_F(ChannelTest, ATakeThatCannotBeMadeIsSaidAndTheProgramGoesOn) {
  auto all = server_options();
  all.take.path = path("no such folder/take.fspool");
  start(all);
  Drawing drawing(server().address());
  static_cast<void>(drawing.swap());
  wait_for(Kind::take_failed);
  for (int frame = 0; frame < 200; ++frame) static_cast<void>(drawing.swap());  // ends, though every frame waits
  const auto takes = finish();
  ASSERT_EQ(takes.size(), 1u);
  EXPECT_NE(takes[0].error->line().find("folder"), std::string::npos) << takes[0].error->line();
}

TEST_F(ChannelTest, NoticesArrive) {
  start();
  Drawing drawing(server().address());
  EXPECT_TRUE(send_notice(channel::NoticeKind::cannot_capture, "the context is older than OpenGL 3.0"));
  wait_for(Kind::notice);
  EXPECT_EQ(events(Kind::notice)[0].text, "the context is older than OpenGL 3.0");
  EXPECT_EQ(events(Kind::notice)[0].notice, channel::NoticeKind::cannot_capture);
  EXPECT_EQ(events(Kind::notice)[0].pid, ::getpid());
  EXPECT_TRUE(finish().empty());
}

// By a program that is gone before anybody listens: while the server is busy telling the first, the others wait for it.
TEST_F(ChannelTest, NoticesOfTheLastMomentArrive) {
  constexpr int kNotices = 5;
  std::binary_semaphore is_telling(0), may_go_on(0);
  std::atomic<int> told = 0;
  auto all = server_options();
  all.on_event = [&](const ChannelEvent& event) {
    if (event.kind != Kind::notice || told++ > 0) return;
    is_telling.release();
    may_go_on.acquire();
  };
  start(all);
  Drawing drawing(server().address());
  ASSERT_TRUE(send_notice(channel::NoticeKind::loaded, ""));
  is_telling.acquire();
  for (int i = 1; i < kNotices; ++i) ASSERT_TRUE(send_notice(channel::NoticeKind::remark, "a last word"));
  std::jthread ending([&] { static_cast<void>(server().finish()); });
  while (server().state() != channel::State::stopped) std::this_thread::yield();
  may_go_on.release();
  ending.join();
  EXPECT_EQ(told, kNotices);
}

// What a program does to memory that it shares with us
// --------------------------------------------------------------------------------------------------------

// A program that speaks the protocol by hand.
class HostileChannel : public ChannelTest {
 protected:
  ~HostileChannel() override {
    if (socket_ >= 0) ::close(socket_);
  }
  void connect(const channel::Hello& hello = {}) {
    socket_ = channel::connect_to(server().address().c_str());
    ASSERT_GE(socket_, 0);
    ASSERT_TRUE(channel::send_packet(socket_, hello));
    struct {
      channel::Header header;
      std::uint32_t words[2];
    } answer{};
    const auto received = channel::receive_packet(socket_, &answer, sizeof answer, 10'000);
    type_ = answer.header.type;
    if (received.descriptors[0] < 0) return;
    auto ring = SlotRing::attach(received.descriptors[0]);
    ASSERT_TRUE(ring) << ring.error().line();
    ring_.emplace(std::move(*ring));
    EXPECT_NE(::ftruncate(received.descriptors[0], 0), 0) << "the memory can be taken away";
    EXPECT_NE(::ftruncate(received.descriptors[1], 0), 0) << "the memory can be taken away";
    for (const int descriptor : received.descriptors) ::close(descriptor);
  }
  void commit(const channel::FrameNote& note, std::size_t payload_bytes) {
    const auto slot = ring_->try_acquire();
    ASSERT_TRUE(slot);
    std::memcpy(ring_->header_page(*slot).data(), &note, sizeof note);
    ring_->commit(*slot, payload_bytes);
  }
  void expect_refused() {
    wait_for(Kind::take_failed, ++refused_);
    EXPECT_NE(events(Kind::take_failed).back().error->line().find("wrote over"), std::string::npos);
    finish();
  }
  static channel::FrameNote good_note() {
    channel::FrameNote note;
    note.width = note.height = 4;
    note.time_ns = 1;
    return note;
  }
  int socket_ = -1;
  std::size_t refused_ = 0;
  channel::Message type_{};
  std::optional<SlotRing> ring_;
};

TEST_F(HostileChannel, GoodNotesAreTaken) {
  start();
  connect();
  commit(good_note(), 64);
  finish();
  EXPECT_EQ(open()->frame_count(), 1u);
}

TEST_F(HostileChannel, NotesThatMakeNoSenseEndTheTakeAndKeepTheFramesBefore) {
  const std::function<void(channel::FrameNote&)> wrongs[] = {
      [](auto& note) { note.magic ^= 1; },
      [](auto& note) { note.width = 5; },
      [](auto& note) { note.width = note.height = 0; },
      [](auto& note) { note.width = 1u << 31; },
      [](auto& note) { note.time_ns = -1; },
      [](auto& note) { note.cut_ns = INT64_MAX; },
      [](auto& note) { note.pixel_format = 3; },
      [](auto& note) { note.drop_reason = 9; },
  };
  for (const auto& wrong : wrongs) {
    SCOPED_TRACE(&wrong - wrongs);
    std::filesystem::remove(path());
    start();
    ring_.reset();
    connect();
    commit(good_note(), 64);
    auto note = good_note();
    wrong(note);
    commit(note, 64);
    expect_refused();
    EXPECT_EQ(open()->frame_count(), 1u);
    EXPECT_EQ(open()->state(), TakeState::complete);
    ::close(std::exchange(socket_, -1));
  }
}

TEST_F(HostileChannel, SlotsOutsideTheMemoryAreNotTouched) {
  for (int wrong = 0; wrong < 4; ++wrong) {
    SCOPED_TRACE(wrong);
    start();
    ring_.reset();
    connect();
    // Behind two words at the beginning of the ring's page stands how many bytes a slot has.
    auto* slot_bytes = reinterpret_cast<std::uint64_t*>(ring_->header_page(0).data() - 4096) + 2;
    const auto slot = ring_->try_acquire();
    const auto note = good_note();
    std::memcpy(ring_->header_page(*slot).data(), &note, sizeof note);
    if (wrong == 0) *slot_bytes = ~std::uint64_t{0} / 4096 * 4096;
    if (wrong == 1) *slot_bytes = 4095;
    ring_->commit(wrong == 2 ? 70 : *slot, wrong == 3 ? (std::size_t{1} << 40) : 64);
    expect_refused();
    ::close(std::exchange(socket_, -1));
    std::filesystem::remove(path());
  }
}

TEST_F(HostileChannel, AnotherVersionIsRefused) {
  start();
  channel::Hello hello;
  hello.version = channel::kVersion + 1;
  connect(hello);
  EXPECT_EQ(type_, channel::Message::refused);
  EXPECT_TRUE(finish().empty());
}

TEST_F(HostileChannel, NonsenseIsHungUpOn) {
  start();
  socket_ = channel::connect_to(server().address().c_str());
  ASSERT_TRUE(channel::send_packet(socket_, "nonsense", 8));
  char byte = 0;
  EXPECT_EQ(channel::receive_packet(socket_, &byte, 1, 10'000).what, channel::Received::What::hang_up);
  EXPECT_TRUE(finish().empty());
}

}  // namespace
}  // namespace framespool
