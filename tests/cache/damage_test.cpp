// One short test for each way to break a take.
#include "tests/cache/take_fixture.h"

namespace framespool {
namespace {

using namespace layout;

ErrorKind error_of_open(const std::filesystem::path& path) {
  const auto reader = TakeReader::open(path);
  EXPECT_FALSE(reader) << "opened";
  return reader ? ErrorKind::cancelled : reader.error().kind;
}

std::string message_of_open(const std::filesystem::path& path) {
  const auto reader = TakeReader::open(path);
  return reader ? "opened" : reader.error().line();
}

class NotATake : public TakeTest {};

TEST_F(NotATake, BecauseItIsMissing) {
  EXPECT_EQ(error_of_open(path()), ErrorKind::usage);
  EXPECT_NE(message_of_open(path()).find("there is no such file"), std::string::npos);
}

TEST_F(NotATake, BecauseItIsEmpty) {
  overwrite_new({});
  EXPECT_EQ(error_of_open(path()), ErrorKind::usage);
  EXPECT_NE(message_of_open(path()).find("is empty"), std::string::npos);
}

TEST_F(NotATake, BecauseItIsAFolder) {
  EXPECT_EQ(error_of_open(path().parent_path()), ErrorKind::usage);
  EXPECT_NE(message_of_open(path().parent_path()).find("is a folder"), std::string::npos);
}

TEST_F(NotATake, BecauseItIsADevice) { EXPECT_EQ(error_of_open("/dev/null"), ErrorKind::usage); }

TEST_F(NotATake, BecauseItIsAnotherKindOfFile) {
  for (const std::size_t bytes : {1u, 7u, 100u, 4095u, 4096u, 5000u, 300'000u}) {
    overwrite_new(pixels_of(7, static_cast<std::uint32_t>(bytes), 1));
    truncate_to(bytes);
    EXPECT_EQ(error_of_open(path()), ErrorKind::usage) << bytes;
    EXPECT_NE(message_of_open(path()).find("is not a take"), std::string::npos) << bytes;
  }
}

TEST_F(NotATake, BecauseItIsAHugeFileOfNothing) {
  overwrite_new(Pixels(10));
  truncate_to(std::uint64_t{1} << 42);  // sparse
  EXPECT_EQ(error_of_open(path()), ErrorKind::usage);
}

TEST_F(NotATake, BecauseItIsOfANewerVersion) {
  record(2);
  overwrite(kVersionAt, {std::byte{2}});
  reseal(0);
  EXPECT_EQ(error_of_open(path()), ErrorKind::usage);
  EXPECT_NE(message_of_open(path()).find("format version 2, this program reads version 1"), std::string::npos);
}

TEST_F(NotATake, BecauseEverythingInItIsOfANewerVersion) {
  record(2);
  for (std::uint64_t page = 0; page < file_bytes(); page += kPage) overwrite(page + kVersionAt, {std::byte{2}});
  EXPECT_NE(message_of_open(path()).find("format version 2"), std::string::npos);
}

using Damage = TakeTest;

TEST_F(Damage, OfTheVersionAloneIsAFlippedBit) {
  record(2);
  overwrite(kVersionAt, {std::byte{2}});
  expect_all_exact(*open(), 2);
}

TEST_F(Damage, OfTheFileHeaderLosesNothing) {
  record(5);
  overwrite(0, Pixels(kPage));
  const auto reader = open();
  expect_all_exact(*reader, 5);
  EXPECT_EQ(reader->info().program, "cache_test");
  EXPECT_EQ(reader->info().scene, "pixels");
  EXPECT_EQ(reader->info().rate, (Rational{60, 1}));
  EXPECT_EQ(reader->state(), TakeState::complete);
}

TEST_F(Damage, OfEverythingBeforeTheFirstRecordLosesNothing) {
  record(300);
  overwrite(0, pixels_of(3, kFirstRecord / 4, 1));
  expect_all_exact(*open(), 300);
}

TEST_F(Damage, OfEverythingBeforeTheSecondRecordCostsOneFrame) {
  record(5);
  overwrite(0, pixels_of(3, static_cast<std::uint32_t>(record_offset(1) / 4), 1));
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 5u);
  EXPECT_EQ(reader->state(), TakeState::damaged);
  expect_damaged(*reader, 0);
  for (std::uint64_t i = 1; i < 5; ++i) expect_exact(*reader, i);
}

TEST_F(Damage, OfAPayloadNamesTheFrameAndCostsNoOther) {
  record(5);
  flip_bit(record_offset(2) + kPage + 33, 5);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 5u);
  for (std::uint64_t i = 0; i < 5; ++i) i == 2 ? expect_damaged(*reader, i) : expect_exact(*reader, i);
}

// A hostile file could otherwise make opening scan its length over and over.
TEST_F(Damage, OfManyFramesInFrontOfATornOneIsScannedOnce) {
  record_interrupted(250);
  for (std::uint64_t number = 1; number < 249; ++number) overwrite(record_offset(number), pixels_of(number, 32, 32));
  flip_bit(record_offset(249) + kPage + 5);
  const auto reader = open();
  EXPECT_LT(reader->read_calls(), 200u);
  expect_all_exact(*reader, 1);
}

TEST_F(Damage, OfAHeaderNamesTheFrameAndCostsNoOther) {
  for (const bool interrupted : {false, true}) {
    std::filesystem::remove(path());
    interrupted ? record_interrupted(6) : static_cast<void>(record(6));
    flip_bit(record_offset(3) + kFramePts, 2);
    const auto reader = open();
    ASSERT_EQ(reader->frame_count(), 6u);
    for (std::uint64_t i = 0; i < 6; ++i) i == 3 ? expect_damaged(*reader, i) : expect_exact(*reader, i);
    if (interrupted) {
      EXPECT_EQ(reader->state(), TakeState::damaged);
    }
  }
}

TEST_F(Damage, OfALongStretchCostsOnlyTheFramesInIt) {
  record_interrupted(40, {32, 32});
  overwrite(record_offset(10, {32, 32}) + 100,
            pixels_of(1, static_cast<std::uint32_t>((record_offset(20, {32, 32}) - record_offset(10, {32, 32})) / 4), 1));
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 40u);
  for (std::uint64_t i = 0; i < 40; ++i) i >= 10 && i <= 20 ? expect_damaged(*reader, i) : expect_exact(*reader, i);
}

TEST_F(Damage, OfTheLastHeaderOfACompleteTakeIsNamed) {
  record(4);
  flip_bit(record_offset(3) + 5);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 4u);
  expect_damaged(*reader, 3);
  expect_exact(*reader, 2);
}

TEST_F(Damage, OfAnyIndexBlockCostsNothing) {
  constexpr std::uint64_t kFrames = 256 * 4 + 10;
  record(kFrames);
  const std::uint64_t entries[] = {kPage + 5, 60, 0};  // in the entries, in the header, in the magic
  for (std::uint64_t block = 0; block < 4; ++block) {
    const std::uint64_t offset = record_offset((block + 1) * 256) - kIndexBlockBytes + entries[block % 3];
    flip_bit(offset, 3);
    const auto reader = open();
    ASSERT_EQ(reader->frame_count(), kFrames);
    for (std::uint64_t i = kFrames; i-- > 0;) ASSERT_NO_FATAL_FAILURE(expect_exact(*reader, i)) << "block " << block;
    flip_bit(offset, 3);
  }
}

TEST_F(Damage, OfOnePointerBlockIsCoveredByTheOther) {
  record_interrupted(256 * 3 + 5);
  for (const std::uint64_t pointer : kPointerOffset) {
    flip_bit(pointer + 50);
    const auto reader = open();
    EXPECT_LT(reader->read_calls(), 700u) << "one index block further back at most";
    expect_all_exact(*reader, 256 * 3 + 5);
    flip_bit(pointer + 50);
  }
}

TEST_F(Damage, OfBothPointerBlocksCostsNothing) {
  record(600);
  for (const std::uint64_t pointer : kPointerOffset) overwrite(pointer, Pixels(kPage));
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::complete);
  expect_all_exact(*reader, 600);
}

TEST_F(Damage, OfTheEndBlockMakesTheTakeInterrupted) {
  record(3);
  flip_bit(file_bytes() - kPage + 60);
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::interrupted);
  expect_all_exact(*reader, 3);
}

TEST_F(Damage, ByBytesBehindTheEndCostsNothing) {
  record(3);
  overwrite(file_bytes(), pixels_of(1, 5000, 1));
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::complete);
  expect_all_exact(*reader, 3);
}

// What a power cut may leave: the length is there, the data is not.
TEST_F(Damage, OfPayloadsAtTheEndOfAnInterruptedTakeIsATornTail) {
  record_interrupted(6);
  overwrite(record_offset(4) + kPage, Pixels(64));
  overwrite(record_offset(5) + kPage, Pixels(64));
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::interrupted);
  expect_all_exact(*reader, 4);
}

TEST_F(Damage, ByZeroesAtTheEndIsATornTail) {
  record_interrupted(6);
  truncate_to(record_offset(5) + 3);
  truncate_to(record_offset(5) + 3'000'000);
  const auto reader = open();
  EXPECT_EQ(reader->state(), TakeState::interrupted);
  expect_all_exact(*reader, 5);
}

TEST_F(Damage, ByForeignRecordsIsNotTakenForFrames) {
  record_interrupted(4);
  const Pixels foreign = bytes_at(record_offset(2), 2 * kPage);
  std::filesystem::remove(path());
  record_interrupted(4);
  overwrite(record_offset(2), foreign);
  const auto reader = open();
  ASSERT_EQ(reader->frame_count(), 4u);
  expect_damaged(*reader, 2);
  expect_exact(*reader, 3);
}

TEST_F(Damage, ByAnOldRecordInAnotherPlaceIsNotTakenForThatFrame) {
  record(5);
  overwrite(record_offset(3), bytes_at(record_offset(1), 2 * kPage));
  const auto reader = open();
  expect_damaged(*reader, 3);
  expect_exact(*reader, 1);
  expect_exact(*reader, 4);
}

// Every checksum is right in these: only the numbers lie.
class Hostile : public TakeTest {
 protected:
  void put(std::uint64_t page, std::size_t at, std::uint64_t value, std::size_t bytes) {
    Pixels field(bytes);
    for (std::size_t i = 0; i < bytes; ++i) field[i] = static_cast<std::byte>(value >> (8 * i));
    overwrite(page + at, field);
    reseal(page);
  }
};

TEST_F(Hostile, NumbersInARecordAreNotBelieved) {
  struct Lie {
    std::size_t at;
    std::uint64_t value;
    std::size_t bytes;
  };
  const Lie lies[] = {
      {kFrameSequence, ~0ull, 8},     {kFrameSequence, 1'000'000, 8},        {kFramePts, ~0ull, 8},
      {kFramePts, 1ull << 63, 8},     {kFrameWidth, 0, 4},                   {kFrameWidth, 0xffffffff, 4},
      {kFrameHeight, 0x80000000, 4},  {kFrameStride, ~0ull, 8},              {kFrameStride, 0, 8},
      {kFramePayloadBytes, ~0ull, 8}, {kFramePayloadBytes, 1ull << 62, 8},   {kFramePayloadBytes, 0, 8},
      {kFrameFormat, 77, 4},          {kFrameRowOrder, 0, 4},                {kFrameEncoding, 9, 4},
      {kFrameDropReason, 99, 4},      {kFramePaused, ~0ull, 8},              {kFrameFacts, 0, 8},
      {kFrameFacts + 8, 0, 8},        {kFrameFacts + 8, ~0ull, 8},           {kFrameFacts + kFactClock, 3, 4},
      {kPageBytesAt, 8192, 4},
  };
  for (const Lie& lie : lies) {
    std::filesystem::remove(path());
    record_interrupted(4);
    put(record_offset(1), lie.at, lie.value, lie.bytes);
    const auto reader = open();
    ASSERT_EQ(reader->frame_count(), 4u) << lie.at;
    expect_damaged(*reader, 1);
    expect_exact(*reader, 0);
    expect_exact(*reader, 3);
  }
}

TEST_F(Hostile, AHugePayloadIsBoundedByTheFile) {
  record_interrupted(3);
  const std::uint64_t page = record_offset(2);
  put(page, kFrameWidth, 32768, 4);
  put(page, kFrameHeight, 32768, 4);
  put(page, kFrameStride, 32768 * 4, 8);
  put(page, kFramePayloadBytes, 1ull << 32, 8);
  expect_all_exact(*open(), 2);
}

TEST_F(Hostile, TextLengthsAreBounded) {
  record(1);
  put(0, kFileFacts + kFactScene, 0xffff, 2);
  EXPECT_LE(open()->info().scene.size(), 255u);
}

TEST_F(Hostile, PointersThatLieCostNothing) {
  record(600);
  for (const std::uint64_t index : {std::uint64_t{1}, ~std::uint64_t{0}, ~std::uint64_t{0} - 4095, kFirstRecord,
                                    std::uint64_t{4096}, std::uint64_t{1} << 62}) {
    for (const std::uint64_t pointer : kPointerOffset) {
      put(pointer, kPointerGeneration, ~0ull, 8);
      put(pointer, kPointerIndex, index, 8);
    }
    expect_all_exact(*open(), 600);
  }
}

TEST_F(Hostile, AChainThatLeadsInCirclesEnds) {
  record(256 * 3);
  const std::uint64_t last = record_offset(256 * 3) - kIndexBlockBytes;
  for (std::size_t level = 0; level < kIndexBackLevels; ++level) put(last, kIndexBack + 8 * level, last, 8);
  expect_all_exact(*open(), 256 * 3);
}

TEST_F(Hostile, AnIndexThatClaimsTooMuchIsNotBelieved) {
  record(256 * 2);
  const std::uint64_t last = record_offset(256 * 2) - kIndexBlockBytes;
  put(last, kIndexNumber, 1ull << 40, 8);
  expect_all_exact(*open(), 256 * 2);
}

TEST_F(Hostile, AnEndBlockThatClaimsTooMuchIsNotBelieved) {
  record(3);
  put(file_bytes() - kPage, kEndFrames, 1ull << 60, 8);
  expect_all_exact(*open(), 3);
}

}  // namespace
}  // namespace framespool
