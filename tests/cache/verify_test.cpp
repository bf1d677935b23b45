#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using namespace layout;

class Verify : public TakeTest {
 protected:
  VerifyReport verify() {
    auto report = verify_take(path());
    EXPECT_TRUE(report) << report.error().line();
    return report.value_or(VerifyReport{});
  }
  static bool speaks_of(const VerifyReport& report, const std::string& text) {
    for (const std::string& problem : report.problems)
      if (problem.find(text) != std::string::npos) return true;
    return false;
  }
};

TEST_F(Verify, FindsNothingInAWholeTake) {
  record(600);
  const VerifyReport report = verify();
  EXPECT_EQ(report.state, TakeState::complete);
  EXPECT_EQ(report.frames, 600u);
  EXPECT_EQ(report.problem_count, 0u) << report.problems.front();
}

TEST_F(Verify, FindsNothingWrongInAnInterruptedTake) {
  record_interrupted(300);
  truncate_to(record_offset(299) + 5000);
  const VerifyReport report = verify();
  EXPECT_EQ(report.state, TakeState::interrupted);
  EXPECT_EQ(report.frames, 299u);
  EXPECT_EQ(report.problem_count, 0u);
}

TEST_F(Verify, NamesAFrameWithAWrongPayload) {
  record(5);
  flip_bit(record_offset(2) + kPage);
  const VerifyReport report = verify();
  EXPECT_EQ(report.state, TakeState::damaged);
  EXPECT_EQ(report.frames, 4u);
  EXPECT_EQ(report.problem_count, 1u);
  EXPECT_TRUE(speaks_of(report, "frame 2 "));
}

TEST_F(Verify, NamesTheLastFrameOfACompleteTake) {
  record(5);
  flip_bit(record_offset(4) + kPage);
  const VerifyReport report = verify();
  EXPECT_EQ(report.state, TakeState::damaged);
  EXPECT_TRUE(speaks_of(report, "frame 4 "));
}

TEST_F(Verify, NamesEveryLostFrame) {
  record(9);
  overwrite(record_offset(3), pixels_of(1, 3 * 8192 / 4, 1));
  const VerifyReport report = verify();
  EXPECT_EQ(report.state, TakeState::damaged);
  EXPECT_EQ(report.frames, 6u);
  EXPECT_EQ(report.problem_count, 3u);
  for (const char* frame : {"frame 3 ", "frame 4 ", "frame 5 "}) EXPECT_TRUE(speaks_of(report, frame)) << frame;
}

TEST_F(Verify, KnowsDamageThatLosesNoFrame) {
  const std::uint64_t index = record_offset(256) - kIndexBlockBytes;
  const struct {
    std::uint64_t offset;
    const char* text;
  } places[] = {{60, "file header"},
                {kPointerOffset[0] + 45, "pointer block at byte 4096"},
                {kPointerOffset[1] + 45, "pointer block at byte 8192"},
                {index + 45, "block at byte"},
                {index + kPage + 45, "index block 0"}};
  record(300);
  for (const auto& place : places) {
    flip_bit(place.offset);
    const VerifyReport report = verify();
    EXPECT_EQ(report.state, TakeState::complete) << place.text;
    EXPECT_EQ(report.frames, 300u);
    EXPECT_EQ(report.problem_count, 1u) << place.text;
    EXPECT_TRUE(speaks_of(report, place.text)) << report.problems.front();
    flip_bit(place.offset);
  }
}

TEST_F(Verify, KnowsAnIndexThatLies) {
  record(256);
  const std::uint64_t index = record_offset(256) - kIndexBlockBytes;
  overwrite(index + kPage + 8, {std::byte{99}});
  reseal_index(index);
  EXPECT_TRUE(speaks_of(verify(), "index block 0 is wrong about frame 0"));
}

TEST_F(Verify, KeepsAThousandProblemsAndCountsAll) {
  record(1100);
  for (std::uint64_t i = 0; i < 1050; ++i) flip_bit(record_offset(i) + kPage);
  const VerifyReport report = verify();
  EXPECT_EQ(report.frames, 50u);
  EXPECT_EQ(report.problem_count, 1050u);
  EXPECT_EQ(report.problems.size(), 1000u);
}

TEST_F(Verify, ReportsProgressAndCanBeCancelled) {
  record(10);
  std::uint64_t last = 0;
  const auto count = [](void* context, std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, 10u);
    *static_cast<std::uint64_t*>(context) = done;
    return true;
  };
  ASSERT_TRUE(verify_take(path(), count, &last));
  EXPECT_EQ(last, 10u);
  const auto stop = [](void*, std::uint64_t, std::uint64_t) { return false; };
  const auto report = verify_take(path(), stop);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::cancelled);
}

class Repair : public Verify {
 protected:
  RepairReport repair() {
    auto report = repair_take(path());
    EXPECT_TRUE(report) << report.error().line();
    return report.value_or(RepairReport{});
  }
};

TEST_F(Repair, LeavesAWholeTakeAlone) {
  record(300);
  const Pixels before = bytes_at(0, file_bytes());
  const RepairReport report = repair();
  EXPECT_TRUE(report.was_complete);
  EXPECT_EQ(report.frames, 300u);
  EXPECT_EQ(bytes_at(0, file_bytes()), before);
}

TEST_F(Repair, MakesAnInterruptedTakeTheSameAsAFinishedOne) {
  record_interrupted(600);
  const RepairReport report = repair();
  EXPECT_FALSE(report.was_complete);
  EXPECT_EQ(report.frames, 600u);
  EXPECT_EQ(report.bytes_cut, 0u);
  EXPECT_EQ(verify().state, TakeState::complete);
  EXPECT_EQ(verify().problem_count, 0u);
  const std::uint64_t repaired_bytes = file_bytes();
  expect_all_exact(*open(), 600);
  EXPECT_EQ(open()->summary().duration_ns, step_time_ns(599, {60, 1}) + step_time_ns(1, {60, 1}));
  std::filesystem::remove(path());
  record(600);
  EXPECT_EQ(file_bytes(), repaired_bytes);
}

TEST_F(Repair, CutsATornTail) {
  for (const std::uint64_t frames : {3u, 256u, 257u, 520u}) {
    std::filesystem::remove(path());
    record_interrupted(frames);
    truncate_to(record_offset(frames - 1) + 8191);
    EXPECT_EQ(repair().bytes_cut, 8191u) << frames;
    const auto reader = open();
    EXPECT_EQ(reader->state(), TakeState::complete);
    expect_all_exact(*reader, frames - 1);
    EXPECT_EQ(verify().problem_count, 0u);
  }
}

TEST_F(Repair, CutsFramesWhosePayloadNeverArrived) {
  record_interrupted(6);
  overwrite(record_offset(5) + kPage, Pixels(64));
  EXPECT_EQ(repair().frames, 5u);
  expect_all_exact(*open(), 5);
}

TEST_F(Repair, ClosesATakeWithoutFrames) {
  record_interrupted(0);
  EXPECT_EQ(repair().frames, 0u);
  EXPECT_EQ(open()->state(), TakeState::complete);
}

TEST_F(Repair, KeepsTheNumbersOfFramesBehindALostOne) {
  record_interrupted(600);
  flip_bit(record_offset(300) + 44);
  const RepairReport report = repair();
  EXPECT_EQ(report.frames, 599u);
  EXPECT_EQ(report.lost, 1u);
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::damaged) << "one frame is gone for good";
  ASSERT_EQ(reader->frame_count(), 600u);
  expect_damaged(*reader, 300);
  expect_exact(*reader, 299);
  expect_exact(*reader, 301);
  expect_exact(*reader, 599);
}

TEST_F(Repair, RewritesADamagedFileHeaderAndPointers) {
  record(300);
  overwrite(0, Pixels(kFirstRecord));
  EXPECT_FALSE(repair().was_complete);
  EXPECT_EQ(verify().problem_count, 0u);
  expect_all_exact(*open(), 300);
  EXPECT_EQ(open()->info().scene, "pixels");
}

TEST_F(Repair, IndexesAgainBehindADamagedIndexBlock) {
  record_interrupted(256 * 3 + 9);
  flip_bit(record_offset(512) - kIndexBlockBytes + kPage + 1);
  repair();
  const auto reader = open();
  EXPECT_LT(reader->read_calls(), 20u);
  expect_all_exact(*reader, 256 * 3 + 9);
}

TEST_F(Repair, RefusesATakeThatIsBeingRecorded) {
  const auto writer = begin(options());
  write(*writer, 0);
  const auto report = repair_take(path());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::usage);
  EXPECT_NE(report.error().line().find("still being recorded"), std::string::npos);
  ASSERT_TRUE(writer->finish());
  expect_all_exact(*open(), 1);
}

TEST_F(Repair, RefusesWhatIsNoTake) {
  overwrite_new(pixels_of(1, 5000, 1));
  EXPECT_EQ(repair_take(path()).error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace framespool
