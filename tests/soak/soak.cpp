// soak cycles N [NAME]  opens and closes everything, or what NAME begins, N times: memory, descriptors,
// threads stay soak window N         the same of the window soak flat FRAMES      exports takes of FRAMES /
// 100, FRAMES / 10 and FRAMES frames: peak memory stays
#include "tests/soak/soak.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

#include "cache/take_writer.h"

namespace framespool::soak {

namespace {

long count_entries(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return std::distance(begin(entries), end(entries));
}

// Resident bytes of the heap and of nameless mappings that may be executed. One arena: see
// start_over_without_caches().
long heap_and_made_code() {
  std::ifstream maps("/proc/self/smaps");
  long bytes = 0;
  bool wanted = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range, rights, offset, device, inode, name;
    words >> range;
    if (range == "Rss:") {
      long kilobytes = 0;
      words >> kilobytes;
      if (wanted) bytes += kilobytes * 1024;
    } else if (!range.ends_with(':')) {
      words >> rights >> offset >> device >> inode >> name;
      wanted = name == "[heap]" || (name.empty() && rights.find('x') != std::string::npos);
    }
  }
  return bytes;
}

}  // namespace

Usage measure() {
  ::malloc_trim(0);
  const auto heap = ::mallinfo2();
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  const long resident_bytes = resident * ::sysconf(_SC_PAGESIZE);
  return {static_cast<long>(heap.uordblks + heap.hblkhd), resident_bytes,
          resident_bytes - heap_and_made_code(), count_entries("/proc/self/fd"),
          count_entries("/proc/self/task")};
}

long peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) * 1024;
  return 0;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "framespool-soak-XXXXXX").string();
  if (::mkdtemp(name.data())) path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<void> make_take(const std::filesystem::path& path, std::uint64_t frames) {
  TakeWriterOptions options;
  options.path = path;
  options.info.rate = {60, 1};
  options.first_payload_bytes = kWidth * kHeight * 4;
  options.slot_budget_bytes = 1 << 20;
  options.reserve_bytes = 0;
  options.overwrite = true;
  auto writer = TakeWriter::create(options);
  if (!writer) return tl::unexpected(writer.error());
  for (std::uint64_t k = 0; k < frames; ++k) {
    auto slot = (*writer)->acquire(options.first_payload_bytes, TakeWriter::Wait::yes);
    if (!slot) return tl::unexpected(slot.error());
    const auto pixels = (*slot)->payload();
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::byte>((i * 7 + k * 13) >> 3);
    FrameInfo info;
    info.width = kWidth;
    info.height = kHeight;
    info.pts_ns = step_time_ns(k, {60, 1});
    if (auto done = (*writer)->commit(std::move(**slot), info); !done) return done;
  }
  if (auto done = (*writer)->finish(); !done) return tl::unexpected(done.error());
  return {};
}

}  // namespace framespool::soak

namespace {

// What threads keep in malloc's caches counts as in use, and pins pages, and so does each arena: that comes
// and goes with the number of threads that met, as much as 80 kB after 10,000 contexts of Mesa's, none of
// which anybody still held. Without them what is left is exact.
void start_over_without_caches(char** argv) {
  if (std::getenv("GLIBC_TUNABLES") != nullptr) return;
  ::setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1", 1);
  ::execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace framespool::soak;
  const std::string_view what = argc >= 3 ? argv[1] : "";
  const long count = argc >= 3 ? std::strtol(argv[2], nullptr, 10) : 0;
  if (what == "cycles" || what == "window") start_over_without_caches(argv);
  if (count > 0 && what == "window") return run_window_cycles(count) ? 0 : 1;
  if (count > 0 && what == "cycles") return run_cycles(count, argc > 3 ? argv[3] : "") ? 0 : 1;
  if (count >= 100 && what == "flat") return run_flat(static_cast<std::uint64_t>(count)) ? 0 : 1;
  std::fprintf(stderr, "usage: soak cycles N [NAME] | soak window N | soak flat FRAMES (100 or more)\n");
  return 2;
}
