// Each thing that can be wrong gives one clear line, the right status, and costs nothing that was there
// before.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "tests/e2e/support/end_to_end.h"

namespace framespool::e2e {
namespace {

using testing::HasSubstr;

class BadInput : public EndToEnd {
 protected:
  std::string three_frames() { return import(flat_frames(3, 4, 4), "4x4"); }

  Finished record_with(std::vector<std::string> options) {
    options.insert(options.begin(), {"record", "-o", in("new.fspool"), "--frames", "2"});
    return framespool(std::move(options));
  }

  void flip_bit(const std::string& path, std::uint64_t offset) {
    Bytes bytes = file_bytes(path);
    bytes.at(offset) ^= 1;
    write(fs::path(path).filename().string(), bytes);
  }
};

TEST_F(BadInput, UnknownOptionsAndCommands) {
  expect_error(framespool({"--nonsense"}), 2, {"--nonsense"});
  expect_error(framespool({"nonsense"}), 2, {"nonsense"});
  expect_error(framespool({"record", "--nonsense"}), 2,
               {"record: ", "--nonsense", "see framespool record --help"});
  expect_error(framespool({"export"}), 2, {"export: ", "TAKE"});
  expect_error(framespool({"export", "a", "b", "c"}), 2, {"export: ", "c"});
  expect_error(framespool({"import", "raw", "-o", "a"}), 2, {"import: ", "--size"});
  expect_error(framespool({"record", "--frames"}), 2, {"record: ", "--frames"});
  expect_error(framespool({"record", "--frames", "2", "--duration", "3"}), 2, {"record: ", "--duration"});
  expect_error(framespool({"export", "a", "b", "--progress", "dots"}), 2, {"--progress", "dots"});
}

TEST_F(BadInput, NoDisplay) {
  expect_error(framespool({}, {.environment = {"DISPLAY", "WAYLAND_DISPLAY"}}), 1,
               {"no display", "framespool record"});
}

TEST_F(BadInput, NoEgl) {
  const RunOptions nothing{
      .environment = {"DISPLAY", "WAYLAND_DISPLAY", "__EGL_VENDOR_LIBRARY_FILENAMES=/nonexistent.json"}};
  expect_error(framespool({"record", "-o", in("a.fspool"), "--frames", "2"}, nothing), 1, {"EGL"});
  EXPECT_FALSE(fs::exists(in("a.fspool")));
}

TEST_F(BadInput, NoSuchScene) {
  expect_error(record_with({"no such scene"}), 2, {"no such scene"});
  expect_error(record_with({in("missing.frag")}), 2, {"missing.frag"});
  EXPECT_FALSE(fs::exists(in("new.fspool")));
}

TEST_F(BadInput, BrokenShader) {
  write("broken.frag", std::string("void mainImage(out vec4 c, in vec2 p)\n{\n  c = nonsense;\n}\n"));
  expect_error(record_with({in("broken.frag")}), 2, {"broken.frag:3", "nonsense"});
  write("empty.frag", std::string());
  expect_error(record_with({in("empty.frag")}), 2, {"empty.frag"});
  expect_error(record_with({folder().string()}), 2, {folder().string()});
  EXPECT_FALSE(fs::exists(in("new.fspool")));
}

TEST_F(BadInput, Sizes) {
  for (const std::string size :
       {"0x720", "1280x0", "-5x5", "99999x99999", "99999999999999x1", "1280", "x", "", "wide", "1280x720x3"})
    expect_error(record_with({"--size", size}), 2, {"--size: ", "\"" + size + "\""});
  EXPECT_FALSE(fs::exists(in("new.fspool")));
}

TEST_F(BadInput, Numbers) {
  const std::string take = three_frames();
  for (const std::string fps : {"0", "-1", "fast", "1/0", "nan"})
    expect_error(record_with({"--fps", fps}), 2, {"--fps: "});
  for (const std::string reserve : {"-1", "much", "5X"})
    expect_error(record_with({"--reserve", reserve}), 2, {"--reserve: "});
  expect_error(record_with({"--memory", "much"}), 2, {"--memory: "});
  expect_error(record_with({"--memory", "2M"}), 2, {"3686400 bytes", "memory set aside"});  // a frame of 1280x720
  expect_error(framespool({"record", "-o", in("new.fspool"), "--frames", "0"}), 2, {"--frames: "});
  expect_error(framespool({"record", "-o", in("new.fspool"), "--duration", "0"}), 2, {"--duration: "});
  for (const std::string crf : {"-1", "52", "best"})
    expect_error(framespool({"export", take, in("a.mp4"), "--crf", crf}), 2, {"--crf"});
  for (const std::string speed : {"0", "-1", "inf"})
    expect_error(framespool({"export", take, in("a.mp4"), "--speed", speed}), 2, {"--speed"});
  for (const std::string jobs : {"0", "-1", "1000"})
    expect_error(framespool({"export", take, in("i/"), "--jobs", jobs}), 2, {"--jobs"});
  for (const std::string range : {"3", "2:1", "1:1", "a:b", "-1:2"})
    expect_error(framespool({"export", take, in("i/"), "--range", range}), 2, {"--range"});
  expect_error(framespool({"export", take, in("i/"), "--range", "5:9"}), 2, {});
  expect_error(framespool({"export", take, in("a.mp4"), "--preset", "sluggish"}), 2, {"sluggish"});
  EXPECT_EQ(files_in(folder()).size(), 2u);  // the take and the raw frames
}

TEST_F(BadInput, MissingTake) {
  for (const std::string command : {"info", "verify", "repair"})
    expect_error(framespool({command, in("missing.fspool")}), 2, {"missing.fspool"});
  expect_error(framespool({"export", in("missing.fspool"), in("images")}), 2, {"missing.fspool"});
  expect_error(framespool({"cut", in("missing.fspool"), "--range", "0:1", "-o", in("b")}), 2,
               {"missing.fspool"});
  EXPECT_TRUE(files_in(folder()).empty());
}

TEST_F(BadInput, EmptyFilesFoldersAndOtherKinds) {
  write("empty.fspool", std::string());
  write("text.fspool", std::string(20000, 'x'));
  fs::create_directory(in("folder.fspool"));
  for (const std::string name : {"empty.fspool", "text.fspool", "folder.fspool"}) {
    for (const std::string command : {"info", "verify", "repair"})
      expect_error(framespool({command, in(name)}), 2, {name});
    expect_error(framespool({"export", in(name), in("images")}), 2, {name});
    EXPECT_FALSE(fs::exists(in("images")));
  }
}

TEST_F(BadInput, ATakeFromANewerVersion) {
  const std::string take = three_frames();
  Bytes bytes = file_bytes(take);
  bytes[8] = 2;
  std::memset(bytes.data() + 32, 0, 8);
  const std::uint64_t checksum = XXH3_64bits(bytes.data(), 4096);
  std::memcpy(bytes.data() + 32, &checksum, 8);
  write("newer.fspool", bytes);
  expect_error(framespool({"info", in("newer.fspool")}), 2, {"newer"});
}

TEST_F(BadInput, ATakeCutShort) {
  const std::string take = three_frames();
  const RawTake whole = read_raw_take(take);
  const Bytes bytes = file_bytes(take);
  // Behind the header, in a record's page, in its payload, between records, before the end block.
  std::vector<std::uint64_t> lengths{1, 40, 4095, 4096, 12287, 12288, bytes.size() - 4096, bytes.size() - 1};
  for (const RawFrame& frame : whole.frames)
    lengths.insert(lengths.end(), {frame.header_offset + 1, frame.payload_offset, frame.payload_offset + 10,
                                   frame.payload_offset + frame.payload_bytes});
  for (const std::uint64_t length : lengths) {
    SCOPED_TRACE(length);
    write("cut.fspool", Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
    const auto kept = static_cast<std::size_t>(std::count_if(
        whole.frames.begin(), whole.frames.end(),
        [&](const RawFrame& frame) { return frame.payload_offset + frame.payload_bytes <= length; }));
    const Finished info = framespool({"info", in("cut.fspool")});
    if (info.status != 0) {  // not even the first block is there
      EXPECT_EQ(kept, 0u);
      expect_error(info, 2, {"cut.fspool", "not a take"});
      continue;
    }
    EXPECT_THAT(info.out, HasSubstr("interrupted"));
    const Finished exported = framespool({"export", in("cut.fspool"), in("images"), "--quiet"});
    const std::size_t images = files_in(in("images")).size();
    EXPECT_EQ(exported.status, images > 0 ? 0 : 2) << exported.err;
    EXPECT_THAT(info.out, HasSubstr(fmt::format(": {} frame", images)));
    // The padding behind a payload belongs to its record: without it the frame may count or not.
    EXPECT_LE(images, kept);
    EXPECT_GE(images + 1, kept);
    fs::remove_all(in("images"));
  }
}

TEST_F(BadInput, RepairFinishesAnInterruptedTake) {
  const std::string take = three_frames();
  const RawTake whole = read_raw_take(take);
  Bytes bytes = file_bytes(take);
  bytes.resize(whole.frames[2].payload_offset + 5);  // torn in the middle of the last frame
  write("torn.fspool", bytes);
  EXPECT_THAT(framespool({"info", in("torn.fspool")}).out,
              HasSubstr("2 frames, 4x4, 60 fps, 0.03 s, interrupted"));
  expect_success(framespool({"repair", in("torn.fspool")}));
  EXPECT_THAT(framespool({"info", in("torn.fspool")}).out,
              HasSubstr("2 frames, 4x4, 60 fps, 0.03 s, complete"));
  EXPECT_EQ(read_raw_take(in("torn.fspool")).rgb(1), whole.rgb(1));
  EXPECT_THAT(framespool({"repair", in("torn.fspool")}).out, HasSubstr("complete already"));
}

TEST_F(BadInput, DamageInTheMiddleIsNamedAndCostsOneFrame) {
  const std::string take = three_frames();
  flip_bit(take, read_raw_take(take).frames[1].payload_offset + 7);
  const Finished verified = framespool({"verify", take});
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.out, HasSubstr("frame 1"));
  EXPECT_THAT(verified.err, HasSubstr("framespool: " + take));
  EXPECT_EQ(framespool({"export", take, in("strict/"), "--strict", "--quiet"}).status, 1);
  expect_success(framespool({"export", take, in("salvaged/"), "--salvage", "--quiet"}));
  EXPECT_TRUE(fs::exists(in("salvaged/image-0000.png")));
  EXPECT_TRUE(fs::exists(in("salvaged/image-0002.png")));
  const Finished hashes = framespool({"info", take, "--hashes"});
  EXPECT_EQ(hashes.status, 1);
  EXPECT_THAT(hashes.out, HasSubstr("damaged"));
}

TEST_F(BadInput, ATakeStillBeingWritten) {
  const std::string take = in("growing.fspool");
  Running recording(
      framespool_command({"record", "-o", take, "--size", "64x48", "--fps", "20", "--realtime", "--quiet"}),
      {});
  ASSERT_TRUE(recording.until([&] { return fs::exists(take) && read_raw_take(take).frames.size() >= 3; }));
  const Finished info = framespool({"info", take});
  expect_success(info);
  EXPECT_THAT(info.out, HasSubstr("being recorded"));
  expect_error(framespool({"repair", take}), 2, {"growing.fspool"});
  expect_error(framespool({"takes", "remove", take}), 2, {"growing.fspool"});
  expect_error(framespool({"record", "-o", take, "--frames", "1", "--overwrite"}), 2, {"growing.fspool"});
  expect_success(framespool({"export", take, in("images"), "--quiet"}));  // what is finished so far
  EXPECT_GE(files_in(in("images")).size(), 3u);
  recording.send(SIGINT);
  const Finished done = recording.wait();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(framespool({"info", take}).out, HasSubstr("complete"));
}

TEST_F(BadInput, ATakeThatExistsIsKept) {
  const std::string take = three_frames();
  expect_error(framespool({"record", "-o", take, "--frames", "1", "--size", "4x4"}), 2,
               {take, "--overwrite"});
  expect_error(framespool({"import", in("raw frames"), "-o", take, "--size", "4x4"}), 2, {take});
  EXPECT_EQ(read_raw_take(take).frames.size(), 3u);
}

TEST_F(BadInput, ATakeWhereNoFileCanBe) {
  expect_error(framespool({"record", "-o", in("missing/a.fspool"), "--frames", "1"}), 2, {"missing"});
  expect_error(framespool({"record", "-o", folder().string(), "--frames", "1", "--overwrite"}), 2,
               {folder().string()});
}

TEST_F(BadInput, OutputFoldersThatCannotBe) {
  const std::string take = three_frames();
  write("file", std::string("in the way"));
  expect_error(framespool({"export", take, in("file/images")}), 2, {in("file"), "is not a folder"});
  expect_error(framespool({"export", take, in("no/such/images/")}), 2, {"no/such", "create it first"});
  expect_error(framespool({"export", take, in("no/such/a.mp4")}), 2, {"no/such", "create it first"});
  EXPECT_EQ(file_bytes(in("file")).size(), 10u);
}

TEST_F(BadInput, OutputFoldersThatCannotBeWritten) {
  const std::string take = three_frames();
  // Modes do not bind root, but nobody makes files in /sys/kernel.
  if (::geteuid() == 0 && fs::exists("/sys/kernel")) {
    expect_error(framespool({"export", take, "/sys/kernel/"}), 1, {"/sys/kernel"});
    expect_error(framespool({"export", take, "/sys/kernel/a.mp4"}), 1, {"/sys/kernel"});
    return;
  }
  fs::create_directory(in("locked"));
  ::chmod(in("locked").c_str(), 0555);
  expect_error(framespool({"export", take, in("locked")}), 1, {"locked"});
  expect_error(framespool({"export", take, in("locked/a.mp4")}), 1, {"locked"});
}

TEST_F(BadInput, OutputFoldersThatHoldFrames) {
  const std::string take = three_frames();
  export_to(take, "images/");
  write("images/image-0007.png", std::string("an old one"));
  write("images/notes.txt", std::string("mine"));
  const Bytes before = file_bytes(in("images/image-0000.png"));
  expect_error(framespool({"export", take, in("images/")}), 2, {"images", "--overwrite"});
  EXPECT_EQ(file_bytes(in("images/image-0000.png")), before);
  export_to(take, "images/", {"--overwrite"});
  EXPECT_EQ(files_in(in("images")).size(), 4u);  // the old one is gone, the notes are not
  EXPECT_TRUE(fs::exists(in("images/notes.txt")));
}

TEST_F(BadInput, AMovieThatExistsIsKept) {
  const std::string take = three_frames();
  write("a.mp4", std::string("precious"));
  expect_error(framespool({"export", take, in("a.mp4")}), 2, {"a.mp4", "--overwrite"});
  EXPECT_EQ(file_bytes(in("a.mp4")).size(), 8u);
  EXPECT_EQ(count_pictures(export_to(take, "a.mp4", {"--overwrite"})), 3u);
}

TEST_F(BadInput, UnknownEndings) {
  const std::string take = three_frames();
  for (const std::string name : {"a.avi", "a.gif", "a.jpg", "a.png", "two-%d-%d.png", "bad-%s.png"}) {
    expect_error(framespool({"export", take, in(name)}), 2, {name});
    EXPECT_FALSE(fs::exists(in(name)));
  }
}

TEST_F(BadInput, ImportsThatDoNotFit) {
  write("raw", Bytes(4 * 4 * 4 * 2 + 10));
  const Finished done = framespool({"import", in("raw"), "-o", in("a.fspool"), "--size", "4x4", "--quiet"});
  expect_error(done, 1, {"raw", "middle of frame 2", "10 of 64 bytes", "2 whole frames kept"});
  EXPECT_EQ(read_raw_take(in("a.fspool")).frames.size(), 2u);
  write("nothing", std::string());
  expect_error(framespool({"import", in("nothing"), "-o", in("b.fspool"), "--size", "4x4"}), 2, {"nothing"});
  EXPECT_FALSE(fs::exists(in("b.fspool")));
  expect_error(framespool({"import", in("missing"), "-o", in("b.fspool"), "--size", "4x4"}), 2, {"missing"});
  expect_error(framespool({"import", folder().string(), "-o", in("b.fspool"), "--size", "4x4"}), 2,
               {"folder"});
}

TEST_F(BadInput, ACacheInMemoryIsSaidOutLoud) {
  if (!fs::is_directory("/dev/shm")) GTEST_SKIP() << "there is no /dev/shm";
  const fs::path cache = "/dev/shm/framespool e2e " + std::to_string(::getpid());
  const Finished done = framespool({"record", "--frames", "2", "--size", "4x4"},
                                   {.environment = {"FRAMESPOOL_CACHE=" + cache.string()}});
  expect_success(done);
  EXPECT_THAT(done.err, HasSubstr("warning: "));
  EXPECT_THAT(done.err, HasSubstr("is in memory (tmpfs)"));
  EXPECT_EQ(files_in(cache).size(), 1u);
  fs::remove_all(cache);
}

TEST_F(BadInput, AReaderThatGoesAway) {
  const std::string take = record(scenes().front(), "320x180", 60);
  const Finished done =
      run({"bash", "-c", "\"$0\" export \"$1\" - --quiet | head -c 1000 >/dev/null; exit ${PIPESTATUS[0]}",
           FRAMESPOOL_PROGRAM, take});
  expect_error(done, 1, {"standard output"});
  EXPECT_EQ(framespool({"info", take}, {.output = "/dev/full"}).status, 1);
}

// Long results outgrow the stream's buffer, so that printing itself meets the broken stream.
TEST_F(BadInput, AReaderThatGoesAwayIsOneLineAndNoAbort) {
  const std::string take = record(scenes().front(), "8x8", 600);
  // A pipe whose reader has gone for certain, and a device that is full.
  for (const std::string into : {"exec 3> >(:); wait $!;", "exec 3> /dev/full;"}) {
    const Finished done = run({"bash", "-c", into + " \"$0\" info \"$1\" --hashes >&3", FRAMESPOOL_PROGRAM, take});
    EXPECT_EQ(done.status, 1) << into << done.err;
    EXPECT_THAT(done.err, testing::StartsWith("framespool: standard output: ")) << into;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << into << done.err;
  }
}

TEST_F(BadInput, ARecordingOutlivesItsTerminal) {
  for (const std::string into : {"2> /dev/full", "2>&-", "2>&1 | true"}) {
    run({"bash", "-c", "\"$0\" record silk -o \"$1\" --size 64x48 --frames 30 --overwrite " + into,
         FRAMESPOOL_PROGRAM, in("kept.fspool")});
    EXPECT_THAT(framespool({"info", in("kept.fspool")}).out, testing::HasSubstr("30 frames")) << into;
    EXPECT_THAT(framespool({"info", in("kept.fspool")}).out, testing::HasSubstr("complete")) << into;
  }
}

TEST_F(BadInput, ClosedStandardStreamsFailAndNeverHang) {
  const std::string take = three_frames();
  const auto status = [&](const std::string& rest) {
    return run({"timeout", "20", "bash", "-c", "\"$0\" " + rest, FRAMESPOOL_PROGRAM, take,
                in("closed.fspool")})
        .status;
  };
  EXPECT_EQ(status("import - -o \"$2\" --size 4x4 <&-"), 1);
  EXPECT_EQ(status("export \"$1\" - >&-"), 1);
}

}  // namespace
}  // namespace framespool::e2e
