// One 1080p frame of RGBA: the flip, our conversion, and swscale's with the flags people use.
#include <benchmark/benchmark.h>

extern "C" {
#include <libavutil/pixfmt.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <vector>

#include "encode/flip.h"
#include "encode/internal/rgb_to_yuv.h"

namespace {

using namespace framespool;

constexpr std::size_t kWidth = 1920, kHeight = 1080;

std::vector<std::byte> make_frame() {
  std::vector<std::byte> frame(kWidth * kHeight * 4);
  std::uint32_t state = 1;
  for (auto& byte : frame) byte = static_cast<std::byte>((state = state * 1664525u + 1013904223u) >> 24);
  return frame;
}

struct Planes {
  std::vector<std::byte> bytes[3];
  YuvPlanes view;
  explicit Planes(YuvFormat format) {
    set_strides(format);
    for (std::size_t p = 0; p < 3; ++p) {
      bytes[p].resize(kWidth * kHeight * 2);  // enough for every format
      view.data[p] = bytes[p].data();
    }
  }
  void set_strides(YuvFormat format) {
    switch (format) {
      case YuvFormat::yuv420p:
        view.stride_bytes = {kWidth, kWidth / 2, kWidth / 2};
        break;
      case YuvFormat::nv12:
        view.stride_bytes = {kWidth, kWidth, 0};
        break;
      case YuvFormat::yuv444p:
        view.stride_bytes = {kWidth, kWidth, kWidth};
        break;
      case YuvFormat::yuv420p10:
        view.stride_bytes = {kWidth * 2, kWidth, kWidth};
        break;
      case YuvFormat::yuv444p10:
        view.stride_bytes = {kWidth * 2, kWidth * 2, kWidth * 2};
        break;
    }
  }
};

void flip(benchmark::State& state) {
  auto frame = make_frame();
  for (auto _ : state) flip_rows(frame, kWidth * 4, kHeight);
}

void ours(benchmark::State& state, YuvFormat format, VectorCode code) {
  if (!has_vector_code(code)) return state.SkipWithError("not on this processor");
  const auto frame = make_frame();
  const Planes planes(format);
  const RgbPixels pixels = {frame.data(), kWidth * 4, kWidth, kHeight, PixelFormat::rgba8};
  for (auto _ : state) rgb_to_yuv(pixels, format, planes.view, code);
}

void swscale(benchmark::State& state, int flags) {
  const auto frame = make_frame();
  Planes planes(YuvFormat::yuv420p);
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> context(
      sws_getContext(kWidth, kHeight, AV_PIX_FMT_RGBA, kWidth, kHeight, AV_PIX_FMT_YUV420P, flags, nullptr,
                     nullptr, nullptr),
      sws_freeContext);
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(context.get(), bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  const std::uint8_t* from[4] = {reinterpret_cast<const std::uint8_t*>(frame.data())};
  const int from_stride[4] = {kWidth * 4};
  std::uint8_t* to[4] = {};
  int to_stride[4] = {};
  for (std::size_t p = 0; p < 3; ++p) {
    to[p] = reinterpret_cast<std::uint8_t*>(planes.bytes[p].data());
    to_stride[p] = static_cast<int>(planes.view.stride_bytes[p]);
  }
  for (auto _ : state) sws_scale(context.get(), from, from_stride, 0, kHeight, to, to_stride);
}

BENCHMARK(flip)->Unit(benchmark::kMillisecond);
#define FRAMESPOOL_CONVERSION(format)                                           \
  BENCHMARK_CAPTURE(ours, format##_plain, YuvFormat::format, VectorCode::plain) \
      ->Unit(benchmark::kMillisecond);                                          \
  BENCHMARK_CAPTURE(ours, format##_avx2, YuvFormat::format, VectorCode::avx2)->Unit(benchmark::kMillisecond)
FRAMESPOOL_CONVERSION(yuv420p);
FRAMESPOOL_CONVERSION(nv12);
FRAMESPOOL_CONVERSION(yuv444p);
FRAMESPOOL_CONVERSION(yuv420p10);
FRAMESPOOL_CONVERSION(yuv444p10);
BENCHMARK_CAPTURE(swscale, default_bicubic, SWS_BICUBIC)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(swscale, area_accurate,
                  SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP)
    ->Unit(benchmark::kMillisecond);

}  // namespace
