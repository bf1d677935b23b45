// The PNG encoder's parts on one 1080p frame of each kind of content: packing, row filters, our compressor
// with vector code and without, libdeflate and zlib on the same filtered rows. The counter KB is the size of
// the result.
#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <zlib.h>

#include <memory>
#include <string>

#include "bench/content.h"
#include "encode/internal/png_compressor.h"

namespace {

using namespace framespool::png;
using framespool::bench::Content;

constexpr std::uint32_t kWidth = 1920, kHeight = 1080;

const std::vector<std::byte>& frame_of(Content content) {
  static const std::vector<std::byte> frames[] = {make_content(Content::shader, kWidth, kHeight, 0),
                                                  make_content(Content::interface, kWidth, kHeight, 0),
                                                  make_content(Content::noise, kWidth, kHeight, 0)};
  return frames[static_cast<std::size_t>(content)];
}

ImageView view_of(Content content) {
  return {frame_of(content).data(), kWidth, kHeight, std::size_t{kWidth} * 4, SourceLayout::rgba8, 3};
}

std::vector<std::byte> rows_of(Content content) {
  std::vector<std::byte> scratch(scratch_bytes(kWidth, 3)), rows(rows_bytes(kWidth, kHeight, 3) + kRowSlack);
  filter_rows(view_of(content), scratch, rows);
  rows.resize(rows_bytes(kWidth, kHeight, 3));
  return rows;
}

void set_size(benchmark::State& state, std::size_t bytes) {
  state.counters["KB"] = static_cast<double>(bytes) / 1024;
}

void ours(benchmark::State& state, Content content, const PngKernels* kernels) {
  if (!kernels) return state.SkipWithError("this processor has no AVX2");
  std::vector<std::byte> scratch(scratch_bytes(kWidth, 3)), out(compressed_bound(kWidth, kHeight, 3));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = compress(view_of(content), scratch, out, *kernels);
  set_size(state, bytes);
}

void filters(benchmark::State& state, Content content, const PngKernels* kernels) {
  if (!kernels) return state.SkipWithError("this processor has no AVX2");
  std::vector<std::byte> scratch(scratch_bytes(kWidth, 3)), rows(rows_bytes(kWidth, kHeight, 3) + kRowSlack);
  for (auto _ : state) filter_rows(view_of(content), scratch, rows, *kernels);
}

// The kernels one by one, over all rows of the picture.
struct Rows {
  explicit Rows(Content content) : bytes(pitch * (kHeight + 1)) {
    for (std::size_t y = 0; y < kHeight; ++y)
      best_kernels().pack_row(source(content, y), kWidth, SourceLayout::rgba8, 3, row(y + 1));
  }
  static const std::uint8_t* source(Content content, std::size_t y) {
    return reinterpret_cast<const std::uint8_t*>(frame_of(content).data()) + y * kWidth * 4;
  }
  std::uint8_t* row(std::size_t y) { return bytes.data() + y * pitch + kRowLead; }
  static constexpr std::size_t pitch = kRowLead + kWidth * 3 + kRowSlack;
  std::vector<std::uint8_t> bytes;
};

void pack(benchmark::State& state, Content content, const PngKernels* kernels) {
  if (!kernels) return state.SkipWithError("this processor has no AVX2");
  Rows rows(content);
  for (auto _ : state)
    for (std::size_t y = 0; y < kHeight; ++y)
      kernels->pack_row(Rows::source(content, y), kWidth, SourceLayout::rgba8, 3, rows.row(y + 1));
}

void weigh(benchmark::State& state, Content content, const PngKernels* kernels) {
  if (!kernels) return state.SkipWithError("this processor has no AVX2");
  Rows rows(content);
  RowCosts costs;
  for (auto _ : state)
    for (std::size_t y = 1; y <= kHeight; ++y) {
      kernels->row_costs(rows.row(y), rows.row(y - 1), kWidth * 3, 3, costs);
      benchmark::DoNotOptimize(costs);
    }
}

void filter_by(benchmark::State& state, Content content, const PngKernels* kernels, Filter filter) {
  if (!kernels) return state.SkipWithError("this processor has no AVX2");
  Rows rows(content);
  std::vector<std::uint8_t> filtered(kWidth * 3 + kRowSlack);
  for (auto _ : state)
    for (std::size_t y = 1; y <= kHeight; ++y) {
      kernels->filter_row(filter, rows.row(y), rows.row(y - 1), kWidth * 3, 3, filtered.data());
      benchmark::DoNotOptimize(filtered.data());
    }
}

void with_libdeflate(benchmark::State& state, Content content) {
  const std::vector<std::byte> rows = rows_of(content);
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflate(
      libdeflate_alloc_compressor(static_cast<int>(state.range(0))), libdeflate_free_compressor);
  std::vector<std::byte> out(libdeflate_zlib_compress_bound(deflate.get(), rows.size()));
  std::size_t bytes = 0;
  for (auto _ : state)
    bytes = libdeflate_zlib_compress(deflate.get(), rows.data(), rows.size(), out.data(), out.size());
  set_size(state, bytes);
}

void with_zlib(benchmark::State& state, Content content) {
  const std::vector<std::byte> rows = rows_of(content);
  std::vector<Bytef> out(compressBound(rows.size()));
  uLongf bytes = 0;
  for (auto _ : state) {
    bytes = out.size();
    compress2(out.data(), &bytes, reinterpret_cast<const Bytef*>(rows.data()), rows.size(),
              static_cast<int>(state.range(0)));
  }
  set_size(state, bytes);
}

const bool registered = [] {
  for (const Content content : {Content::shader, Content::interface, Content::noise}) {
    const std::string name(content_name(content));
    const auto add = [&](const std::string& what, auto&&... arguments) {
      return benchmark::RegisterBenchmark((name + "/" + what).c_str(), arguments...)
          ->Unit(benchmark::kMillisecond);
    };
    for (const PngKernels* kernels : {&plain_kernels(), avx2_kernels()}) {
      const std::string with = kernels == &plain_kernels() ? "_plain" : "_avx2";
      add("pack" + with, pack, content, kernels);
      add("weigh_filters" + with, weigh, content, kernels);
      add("sub" + with, filter_by, content, kernels, Filter::sub);
      add("up" + with, filter_by, content, kernels, Filter::up);
      add("average" + with, filter_by, content, kernels, Filter::average);
      add("paeth" + with, filter_by, content, kernels, Filter::paeth);
    }
    add("filters", filters, content, &best_kernels());
    add("ours", ours, content, &best_kernels());
    add("ours_plain", ours, content, &plain_kernels());
    add("libdeflate", with_libdeflate, content)->Arg(1)->Arg(4)->Arg(6)->Arg(7);
    add("zlib", with_zlib, content)->Arg(6);
  }
  return true;
}();

}  // namespace
