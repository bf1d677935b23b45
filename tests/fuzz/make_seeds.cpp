// Writes the corpus' first members: small takes of every kind in their compact form. `fuzz_seeds FOLDER`
#include <unistd.h>
#include <xxhash.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cache/internal/blocks.h"
#include "cache/take_reader.h"
#include "cache/take_writer.h"
#include "tests/fuzz/compact_take.h"

namespace {

namespace fs = std::filesystem;
using namespace framespool;
using Bytes = std::vector<std::uint8_t>;

Bytes contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `frames` frames of 8x8 pixels, each of one colour; `bytes` of the file are kept (0: all).
Bytes record(const fs::path& folder, std::uint64_t frames, bool finish, std::uint32_t width = 8) {
  const fs::path path = folder / "seed.fspool";
  fs::remove(path);
  TakeWriterOptions options;
  options.path = path;
  options.info.rate = {60, 1};
  options.info.program = "fuzz";
  options.info.scene = "seed";
  options.first_payload_bytes = std::size_t{width} * width * kBytesPerPixel;
  options.slot_budget_bytes = 1 << 20;
  options.reserve_bytes = 0;
  auto writer = TakeWriter::create(options);
  for (std::uint64_t number = 0; writer && number < frames; ++number) {
    auto slot = (*writer)->acquire(options.first_payload_bytes, TakeWriter::Wait::yes);
    if (!slot || !*slot) break;
    // Of each page only the first bytes go into the compact form.
    for (std::size_t at = 0; at < (*slot)->payload().size(); ++at)
      (*slot)->payload()[at] = at % 4096 < 700 ? static_cast<std::byte>(number + 1) : std::byte{0};
    FrameInfo info;
    info.presented = number;
    info.pts_ns = step_time_ns(number, {60, 1});
    info.width = info.height = width;
    if (!(*writer)->commit(std::move(**slot), info)) break;
  }
  if (writer && finish) static_cast<void>((*writer)->finish());
  if (writer) writer->reset();
  return contents(path);
}

void save(const fs::path& folder, const std::string& name, int what, const Bytes& take) {
  const Bytes compact = fuzz::compact(take);
  std::ofstream file(folder / name, std::ios::binary);
  file.put(static_cast<char>(what));
  file.write(reinterpret_cast<const char*>(compact.data()), static_cast<std::streamsize>(compact.size()));
}

// All records of the first index block but its first and last become holes: a long take with two index blocks in few bytes.
Bytes hollow(Bytes take, std::size_t record_bytes) {
  const std::size_t first = layout::kFirstRecord;
  for (std::size_t number = 1; number < 255; ++number)
    std::memset(take.data() + first + number * record_bytes, 0, record_bytes);
  return take;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  const fs::path out = arguments[1];
  fs::create_directories(out);
  const fs::path work = fs::temp_directory_path() / ("framespool-seeds-" + std::to_string(::getpid()));
  fs::create_directories(work);

  save(out, "seed-empty", 6, record(work, 0, true));
  for (const std::uint64_t frames : {1, 2, 3}) {
    const std::string number = std::to_string(frames);
    const Bytes whole = record(work, frames, true), interrupted = record(work, frames, false);
    save(out, "seed-complete-" + number, static_cast<int>(frames) * 2, whole);
    save(out, "seed-interrupted-" + number, static_cast<int>(frames) * 2, interrupted);
    save(out, "seed-growing-" + number, 1 + (4 << 4), whole);
    save(out, "seed-still-growing-" + number, 3 + (2 << 4), interrupted);
    Bytes torn = interrupted;
    torn.resize(torn.size() - 4096 - 100);
    save(out, "seed-torn-" + number, 0, torn);
    Bytes headless = whole;
    std::fill_n(headless.begin(), layout::kFirstRecord, std::uint8_t{0});
    save(out, "seed-headless-" + number, 0, headless);
    Bytes gap = whole;
    gap[layout::kFirstRecord + 50] ^= 1;
    save(out, "seed-gap-" + number, 0, gap);
  }
  save(out, "seed-large-frames", 0, record(work, 2, true, 40));
  save(out, "seed-long", 0, hollow(record(work, 257, true), 8192));
  save(out, "seed-long-growing", 1 + (6 << 4), hollow(record(work, 257, false), 8192));
  fs::remove_all(work);
  return 0;
}
