// Reading a 1080p framebuffer object back: in the format of its storage and in the other, straight into
// memory and through a ring of pixel-pack buffers, whose memory is then copied. The names say which driver it
// was.
#include <benchmark/benchmark.h>
#include <epoxy/gl.h>

#include <cstring>
#include <memory>
#include <vector>

#include "capture/headless_context.h"

namespace framespool {
namespace {

constexpr int kWidth = 1920, kHeight = 1080;
constexpr std::size_t kBytes = std::size_t{kWidth} * kHeight * 4;
constexpr std::size_t kRing = 3;

// A context with a framebuffer object bound, on the one thread that Google Benchmark uses here. Names of
// OpenGL objects go with the context.
class Target {
 public:
  static Target* get() {
    static const std::unique_ptr<Target> target = make();
    return target.get();
  }
  void draw(std::uint64_t number) const {
    glClearColor(static_cast<float>(number % 7) / 7, 0.5F, 0.25F, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glFinish();  // what is timed is reading, not drawing
  }
  [[nodiscard]] std::byte* memory() { return memory_.data(); }
  [[nodiscard]] const GLuint* buffers() const { return buffers_; }
  [[nodiscard]] std::string driver() const { return context_->renderer(); }

 private:
  static std::unique_ptr<Target> make() {
    auto context = HeadlessContext::create();
    if (!context) return nullptr;
    std::unique_ptr<Target> target(new Target);
    target->context_ = std::move(*context);
    GLuint framebuffer = 0, colour = 0;
    glGenFramebuffers(1, &framebuffer);
    glGenRenderbuffers(1, &colour);
    glBindRenderbuffer(GL_RENDERBUFFER, colour);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, kWidth, kHeight);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
    glGenBuffers(kRing, target->buffers_);
    for (const GLuint buffer : target->buffers_) {
      glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
      glBufferData(GL_PIXEL_PACK_BUFFER, kBytes, nullptr, GL_STREAM_READ);
    }
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    return target;
  }
  std::unique_ptr<HeadlessContext> context_;
  GLuint buffers_[kRing] = {};
  std::vector<std::byte> memory_ = std::vector<std::byte>(kBytes);
};

// Both ways ask for their target first; where there is no OpenGL they say so.
Target* target_for(benchmark::State& state) {
  Target* const target = Target::get();
  if (target)
    state.SetLabel(target->driver());
  else
    state.SkipWithError("no OpenGL here");
  return target;
}

void straight(benchmark::State& state, GLenum format) {
  Target* const target = target_for(state);
  if (!target) return;
  std::uint64_t number = 0;
  for (auto _ : state) {
    state.PauseTiming();
    target->draw(number++);
    state.ResumeTiming();
    glReadPixels(0, 0, kWidth, kHeight, format, GL_UNSIGNED_BYTE, target->memory());
    benchmark::ClobberMemory();
  }
}

void through_a_ring(benchmark::State& state, GLenum format) {
  Target* const target = target_for(state);
  if (!target) return;
  std::uint64_t number = 0;
  for (auto _ : state) {
    state.PauseTiming();
    target->draw(number);
    state.ResumeTiming();
    glBindBuffer(GL_PIXEL_PACK_BUFFER, target->buffers()[number % kRing]);
    glReadPixels(0, 0, kWidth, kHeight, format, GL_UNSIGNED_BYTE, nullptr);
    // The oldest of the ring, which a GPU would have finished by now.
    glBindBuffer(GL_PIXEL_PACK_BUFFER, target->buffers()[(number + 1) % kRing]);
    if (const void* mapped = glMapBufferRange(GL_PIXEL_PACK_BUFFER, 0, kBytes, GL_MAP_READ_BIT)) {
      std::memcpy(target->memory(), mapped, kBytes);
      glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
    }
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    benchmark::ClobberMemory();
    ++number;
  }
}

BENCHMARK_CAPTURE(straight, rgba_as_stored, GL_RGBA)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(straight, bgra, GL_BGRA)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(through_a_ring, rgba_as_stored, GL_RGBA)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(through_a_ring, bgra, GL_BGRA)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace framespool
