// Opens and closes for ever.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/render_target.h"
#include "cache/ledger.h"
#include "cache/take_reader.h"
#include "capture/headless_context.h"
#include "capture/recorder.h"
#include "encode/make_export.h"
#include "tests/allocation/malloc_watch.h"
#include "tests/soak/soak.h"

namespace framespool::soak {

namespace {

constexpr long kAllowedBytes = 64 * 1024;
constexpr std::uint64_t kFrames = 2;

Result<void> read_take(const std::filesystem::path& take) {
  auto reader = TakeReader::open(take);
  if (!reader) return tl::unexpected(reader.error());
  auto buffer = FrameBuffer::allocate("soak.frame", kWidth * kHeight * 4);
  if (!buffer) return tl::unexpected(buffer.error());
  for (std::uint64_t k = 0; k < (*reader)->frame_count(); ++k)
    if (auto read = (*reader)->read_frame(k, buffer->span().first(kWidth * kHeight * 4)); !read)
      return tl::unexpected(read.error());
  return {};
}

ExportOptions export_options() {
  ExportOptions options;
  options.overwrite = true;
  options.preset = "ultrafast";
  options.jobs = 2;
  return options;
}

Result<void> write_sink(const std::filesystem::path& output) {
  auto target = parse_output(output.string());
  if (!target) return tl::unexpected(target.error());
  auto sink = make_sink(*target, export_options());
  if (!sink) return tl::unexpected(sink.error());
  SinkFormat format;
  format.width = kWidth;
  format.height = kHeight;
  format.rate = {60, 1};
  format.pictures = kFrames;
  if (auto begun = (*sink)->begin(format); !begun) return begun;
  static const std::vector<std::byte> pixels(kWidth * kHeight * 4, std::byte{99});
  FrameView view;
  view.pixels = pixels;
  view.width = kWidth;
  view.height = kHeight;
  view.stride_bytes = kWidth * 4;
  for (; view.number < kFrames; ++view.number)
    if (auto written = (*sink)->write(view); !written) return written;
  if (auto finished = (*sink)->finish(); !finished) return tl::unexpected(finished.error());
  return {};
}

Result<void> export_take(const std::filesystem::path& take, const std::filesystem::path& output) {
  auto job = make_export(take, output.string(), export_options());
  if (!job) return tl::unexpected(job.error());
  (*job)->start();
  if (auto done = (*job)->wait(); !done) return tl::unexpected(done.error());
  return {};
}

// The context is current.
Result<void> record(const std::filesystem::path& take) {
  auto target = RenderTarget::create(kWidth, kHeight);
  if (!target) return tl::unexpected(target.error());
  RecorderOptions options;
  options.take.path = take;
  options.take.info.rate = {60, 1};
  options.take.overwrite = true;
  options.take.reserve_bytes = 0;
  options.take.slot_budget_bytes = 1 << 20;
  const CaptureTarget source{target->framebuffer(), kWidth, kHeight};
  auto recorder = Recorder::begin(options, source);
  if (!recorder) return tl::unexpected(recorder.error());
  for (std::uint64_t k = 0; k < kFrames; ++k)
    if (auto captured = (*recorder)->capture_frame(source, 0); !captured)
      return tl::unexpected(captured.error());
  if (auto ended = (*recorder)->end(); !ended) return tl::unexpected(ended.error());
  return {};
}

Result<void> record_headless(const std::filesystem::path& take) {
  auto context = HeadlessContext::create();
  if (!context) return tl::unexpected(context.error());
  return record(take);
}

// More than a warm-up and a cycle or two of every kind need.
long warm_up(long cycles) {
  return std::clamp(cycles / 4, 10L, 200L);
}
// Who asked for memory is looked up for each malloc of these, which takes its time.
long watched(long cycles) {
  return std::min(cycles, 50L);
}

bool repeat(const Row& row, long times) {
  for (long i = 0; i < times; ++i)
    if (const auto done = row.once(); !done) {
      fmt::print("{}: {}\n", row.name, done.error().line());
      return false;
    }
  return true;
}

}  // namespace

std::optional<Growth> grow(const Row& row) {
  test::watch_mallocs(row.theirs_apart);
  if (!repeat(row, warm_up(row.cycles))) return std::nullopt;
  Growth growth;
  const std::size_t booked = Ledger::instance().live_bytes();
  const long objects = row.in_context ? count_gl_objects() : 0;
  const Usage before = measure();
  test::Mallocs ours = test::our_mallocs();
  const test::Mallocs theirs = test::their_mallocs();
  if (!repeat(row, row.cycles)) return std::nullopt;
  const Usage after = measure();
  growth.heap_bytes = after.heap_bytes - before.heap_bytes;
  growth.resident_bytes = after.resident_bytes - before.resident_bytes;
  growth.mapped_bytes = after.mapped_bytes - before.mapped_bytes;
  growth.descriptors = after.descriptors - before.descriptors;
  growth.threads = after.threads - before.threads;
  if (row.in_context) growth.gl_objects = count_gl_objects() - objects;
  if (!row.theirs_apart) {
    test::watch_mallocs(true);
    ours = test::our_mallocs();
    if (!repeat(row, watched(row.cycles))) return std::nullopt;
  }
  growth.our_blocks = test::our_mallocs().live_blocks - ours.live_blocks;
  if (row.theirs_apart) growth.their_bytes = test::their_mallocs().live_bytes - theirs.live_bytes;
  test::watch_mallocs(false);
  growth.booked_bytes = static_cast<long>(Ledger::instance().live_bytes()) - static_cast<long>(booked);
  return growth;
}

void print_heading() {
  fmt::print("{:<26} {:>7} {:>11} {:>11} {:>11} {:>4} {:>8} {:>11} {:>11} {:>14}\n", "growth of", "cycles",
             "heap, bytes", "resident", "mapped", "fds", "threads", "GL objects", "our blocks",
             "theirs, bytes");
}

void print(const Row& row, const Growth& growth, const char* verdict) {
  const std::string theirs = growth.their_bytes ? std::to_string(*growth.their_bytes) : "-";
  const std::string objects = growth.gl_objects ? std::to_string(*growth.gl_objects) : "-";
  fmt::print("{:<26} {:>7} {:>11} {:>11} {:>11} {:>4} {:>8} {:>11} {:>11} {:>14}  {}\n", row.name, row.cycles,
             growth.heap_bytes, growth.resident_bytes, growth.mapped_bytes, growth.descriptors,
             growth.threads, objects, growth.our_blocks, theirs, verdict);
  std::fflush(stdout);
}

bool run(const Row& row, const Growth& baseline) {
  const auto growth = grow(row);
  if (!growth) return false;
  // Told apart, the heap is exact, and what is not in it was mapped.
  const long theirs = growth->their_bytes ? *growth->their_bytes : std::max(0L, baseline.heap_bytes);
  const long heap = growth->heap_bytes - theirs;
  const long resident = growth->their_bytes ? growth->mapped_bytes - std::max(0L, baseline.mapped_bytes)
                                            : growth->resident_bytes - std::max(0L, baseline.resident_bytes);
  const bool good = heap <= kAllowedBytes && resident <= kAllowedBytes && growth->descriptors == 0 &&
                    growth->threads == 0 && growth->gl_objects.value_or(0) == 0 &&
                    growth->our_blocks <= row.allowed_blocks && growth->booked_bytes == 0;
  print(row, *growth, good ? "ok" : "GREW");
  if (!good) fmt::print("live, of ours:\n{}", test::live_blocks_by_caller(true));
  return good;
}

bool run_cycles(long cycles, std::string_view only) {
  const auto wanted = [&](const char* name) { return std::string_view(name).starts_with(only); };
  const Folder folder;
  const auto take = folder / "a.fspool";
  if (auto made = make_take(take, kFrames); !made) {
    fmt::print("{}\n", made.error().line());
    return false;
  }
  bool good = true;
  print_heading();
  const auto written = folder / "b.fspool";
  for (const Row& row : {
           Row{"take writer", cycles, [&] { return make_take(written, kFrames); }},
           Row{"take reader", cycles, [&] { return read_take(take); }},
           Row{"PNG sink", cycles, [&] { return write_sink(folder / "images"); }},
           Row{"movie sink", cycles, [&] { return write_sink(folder / "a.mp4"); }},
           Row{"export job, images", cycles, [&] { return export_take(take, folder / "images"); }},
           Row{"export job, movie", cycles, [&] { return export_take(take, folder / "a.mp4"); }},
       })
    if (wanted(row.name)) good = run(row) && good;
  if (wanted("recorder")) {
    auto context = HeadlessContext::create();
    if (!context) {
      fmt::print("{}\n", context.error().line());
      return false;
    }
    good = run({"recorder", cycles, [&] { return record(written); }, true}) && good;
  }
  if (wanted("context and recorder")) {
    const long contexts = std::max(cycles / 10, 1L);
    // Without Mesa's surfaceless platform there is no baseline, and everything counts as ours.
    const Row alone{"driver alone (baseline)", contexts, use_driver_alone};
    const auto driver = grow(alone);
    if (driver) print(alone, *driver, "");
    good = run({"context and recorder", contexts, [&] { return record_headless(written); }},
               driver.value_or(Growth{})) &&
           good;
  }
  return good;
}

}  // namespace framespool::soak
