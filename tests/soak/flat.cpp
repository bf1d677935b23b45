// Peak memory of exports of 1, 10 and 100 times as many frames, each in a process of its own.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

#include "cache/take_reader.h"
#include "encode/export_job.h"
#include "encode/make_export.h"
#include "tests/soak/soak.h"

namespace framespool::soak {

namespace {

constexpr long kAllowedBytes = std::max(2L * kWidth * kHeight * 4, 2L << 20);
constexpr long kAllowedLaterBytes = 128 << 10;
constexpr std::size_t kMostTimes = 200;
constexpr long kIndexBytes = 72;  // what MP4 and MOV keep for a frame

// The program's first shape kept every frame that it was asked for; this asks for all and does nothing.
bool extract_and_do_nothing(const std::filesystem::path& take) {
  auto reader = TakeReader::open(take);
  auto buffer = FrameBuffer::allocate("soak.frame", kWidth * kHeight * 4);
  if (!reader || !buffer) return false;
  for (std::uint64_t k = 0; k < (*reader)->frame_count(); ++k)
    if (!(*reader)->read_frame(k, buffer->span().first(kWidth * kHeight * 4))) return false;
  return true;
}

bool export_take(const std::filesystem::path& take, const std::filesystem::path& output) {
  ExportOptions options;
  options.overwrite = true;
  options.preset = "ultrafast";
  options.jobs = 2;
  auto job = make_export(take, output.string(), options);
  if (!job) return false;
  (*job)->start();
  return (*job)->wait().has_value();
}

// What `work` gives, done in a child; nothing when it came to nothing.
template <class Result>
std::optional<Result> in_child(const std::function<std::optional<Result>()>& work) {
  std::array<int, 2> ends{};
  std::fflush(stdout);
  if (::pipe(ends.data()) != 0) return std::nullopt;
  const pid_t child = ::fork();
  if (child == 0) {
    const std::optional<Result> result = work();
    const bool told = result && ::write(ends[1], &*result, sizeof *result) == static_cast<ssize_t>(sizeof *result);
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  Result result{};
  const bool came = child > 0 && ::read(ends[0], &result, sizeof result) == static_cast<ssize_t>(sizeof result);
  ::close(ends[0]);
  if (child > 0) ::waitpid(child, nullptr, 0);
  return came ? std::optional(result) : std::nullopt;
}

bool judge(const std::string& name, const std::array<long, 3>& peaks, long allowed) {
  const auto [least, most] = std::minmax_element(peaks.begin(), peaks.end());
  const bool good = *least > 0 && *most - *least <= allowed;
  fmt::print("{:<22} {:>12} {:>12} {:>12} {:>10} {:>10}  {}\n", name, peaks[0], peaks[1], peaks[2],
             *most - *least, allowed, good ? "ok" : "GREW");
  return good;
}

// `work` again and again in one process. The first times may still meet the first call of something, and which of malloc's
// pages the threads touch is chance: peaks level off, those of many threads late. What leaks goes on growing.
bool judge_again(const std::string& name, std::size_t times, const std::function<bool()>& work) {
  using Peaks = std::array<long, kMostTimes>;
  const auto peaks = in_child<Peaks>([&]() -> std::optional<Peaks> {
    Peaks seen{};
    for (std::size_t time = 0; time < times; ++time) {
      if (!work()) return std::nullopt;
      seen[time] = peak_resident_bytes();
    }
    return seen;
  });
  if (!peaks) {
    fmt::print("{:<22} failed\n", name);
    return false;
  }
  const long half = (*peaks)[times / 2 - 1], second = (*peaks)[1] - peaks->front(), later = (*peaks)[times - 1] - half;
  const bool good = half - peaks->front() <= kAllowedBytes && later <= kAllowedLaterBytes;
  fmt::print("{:<22} {:>12} bytes more at the second time, {} by the {}th, {} from there to the {}th  {}\n", name, second,
             half - peaks->front(), times / 2, later, times, good ? "ok" : "GREW");
  return good;
}

}  // namespace

bool run_flat(std::uint64_t most_frames) {
  const Folder folder;
  const std::array<std::uint64_t, 3> counts{most_frames / 100, most_frames / 10, most_frames};
  const std::array<const char*, 3> takes{"few.fspool", "more.fspool", "many.fspool"};
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (auto made = make_take(folder / takes[i], counts[i]); !made) {
      fmt::print("{}\n", made.error().line());
      return false;
    }
  bool good = true;
  fmt::print("{:<22} {:>12} {:>12} {:>12} {:>10} {:>10}\n", "peak resident, bytes", counts[0], counts[1],
             counts[2], "spread", "allowed");
  const auto compare = [&](const std::string& name, long allowed,
                           const std::function<bool(const char*)>& work) {
    std::array<long, 3> peaks{};
    for (std::size_t i = 0; i < peaks.size(); ++i)
      peaks[i] = in_child<long>([&]() -> std::optional<long> {
                   if (!work(takes[i])) return std::nullopt;
                   return peak_resident_bytes();
                 }).value_or(-1);
    good = judge(name, peaks, allowed) && good;
  };
  compare("extract, do nothing", kAllowedBytes,
          [&](const char* take) { return extract_and_do_nothing(folder / take); });
  const long index = static_cast<long>(most_frames) * kIndexBytes;
  for (const char* const output : {"images", "a.mkv", "a.mp4", "a.mov"}) {
    const std::string name = output;
    const bool indexed = name == "a.mp4" || name == "a.mov";
    compare(name, kAllowedBytes + (indexed ? index : 0),
            [&](const char* take) { return export_take(folder / take, folder / output); });
    // Images have two compressors beside the worker: level by the 80th time, which few frames reach as soon as many.
    const bool images = name == "images";
    good = judge_again(name + ", again", images ? kMostTimes : 40,
                       [&] { return export_take(folder / takes[images ? 0 : 1], folder / output); }) &&
           good;
  }
  return good;
}

}  // namespace framespool::soak
