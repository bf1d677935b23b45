// The checksums of an export: XXH3-64 of a payload when it is read, Adler-32 and CRC-32 of a PNG, over one
// 1080p frame's bytes. zlib's are what libpng would use.
#include <benchmark/benchmark.h>
#include <libdeflate.h>
#include <zlib.h>

#include <vector>

#include "cache/internal/blocks.h"

namespace {

const std::vector<std::byte>& frame() {
  static const std::vector<std::byte> bytes = [] {
    std::vector<std::byte> made(std::size_t{1920} * 1080 * 4);
    std::uint32_t state = 1;
    for (auto& byte : made) byte = static_cast<std::byte>((state = state * 1664525u + 1013904223u) >> 24);
    return made;
  }();
  return bytes;
}

template <class Checksum>
void over_a_frame(benchmark::State& state, Checksum checksum) {
  for (auto _ : state) benchmark::DoNotOptimize(checksum(frame()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * frame().size()));
}

const auto* as_bytef(const std::vector<std::byte>& bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

BENCHMARK_CAPTURE(over_a_frame, payload_xxh3, [](const auto& b) { return framespool::checksum(b); })
    -> Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(over_a_frame, adler32_libdeflate, [](const auto& b) {
  return libdeflate_adler32(1, b.data(), b.size());
}) -> Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(over_a_frame, adler32_zlib, [](const auto& b) {
  return adler32_z(1, as_bytef(b), b.size());
}) -> Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(over_a_frame, crc32_libdeflate, [](const auto& b) {
  return libdeflate_crc32(0, b.data(), b.size());
}) -> Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(over_a_frame, crc32_zlib, [](const auto& b) { return crc32_z(0, as_bytef(b), b.size()); })
    -> Unit(benchmark::kMillisecond);

}  // namespace
