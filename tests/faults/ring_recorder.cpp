// Records a few frames through the ring of pixel pack buffers, which the program itself takes on a GPU only: so that
// the mapping of those buffers can be made to fail. `ring_recorder TAKE`
#include <epoxy/gl.h>

#include <cstdio>

#include "app/scene/render_target.h"
#include "capture/headless_context.h"
#include "capture/recorder.h"
#include "tests/faults/recorder_main.h"

namespace {

using namespace framespool;

constexpr std::uint32_t kSide = 32;
constexpr int kFrames = 8;

Result<void> record(const char* take) {
  auto context = HeadlessContext::create();
  if (!context) return tl::unexpected(context.error());
  auto target = RenderTarget::create(kSide, kSide);
  if (!target) return tl::unexpected(target.error());
  const CaptureTarget capture{target->framebuffer(), kSide, kSide};
  RecorderOptions options;
  options.take.path = take;
  options.take.info.rate = {60, 1};
  options.take.info.clock = ClockKind::fixed_step;
  options.take.reserve_bytes = 0;
  options.readback = Readback::ring;
  options.pixels = PixelChoice::rgba;
  auto recorder = Recorder::begin(options, capture);
  if (!recorder) return tl::unexpected(recorder.error());
  Result<void> drawn;
  for (int k = 0; k < kFrames && drawn; ++k) {
    target->bind();
    glClearColor(static_cast<float>(k) / kFrames, 0.5f, 0.25f, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
    if (auto captured = (*recorder)->capture_frame(capture, k); !captured) drawn = tl::unexpected(captured.error());
  }
  auto summary = (*recorder)->end();
  if (const auto stopped = (*recorder)->stopped()) return tl::unexpected(*stopped);
  if (!drawn) return drawn;
  if (!summary) return tl::unexpected(summary.error());
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  return run_recorder(count, arguments, record);
}
