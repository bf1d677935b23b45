// A GLFW program that records itself: begin, capture a frame after each is drawn, end.
//
//   record_glfw TAKE.fspool     draws until its window is closed or Escape pressed, records all the while
#include <epoxy/gl.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "capture/recorder.h"

namespace {

struct GlfwLibrary {
  bool started = glfwInit() == GLFW_TRUE;
  ~GlfwLibrary() { glfwTerminate(); }
};
struct DestroyWindow {
  void operator()(GLFWwindow* window) const { glfwDestroyWindow(window); }
};

void draw(double time_s) {
  const auto wave = [time_s](double phase) {
    return static_cast<float>(0.5 + 0.5 * std::sin(time_s + phase));
  };
  glClearColor(wave(0), wave(2), wave(4), 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

// The window's back buffer, in its size of the moment: it may change while recording.
framespool::CaptureTarget back_buffer(GLFWwindow* window) {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  return {0, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

int complain(const framespool::Error& error) {
  std::fprintf(stderr, "record_glfw: %s\n", error.line().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: record_glfw TAKE.fspool\n"), 2;
  const GlfwLibrary library;
  if (!library.started) return std::fprintf(stderr, "record_glfw: there is no display\n"), 1;
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  const std::unique_ptr<GLFWwindow, DestroyWindow> window(
      glfwCreateWindow(640, 360, "Framespool records this", nullptr, nullptr));
  if (!window) return std::fprintf(stderr, "record_glfw: there is no OpenGL 3.3\n"), 1;
  glfwMakeContextCurrent(window.get());
  glfwSwapInterval(1);

  framespool::RecorderOptions options;
  options.take.path = argv[1];
  options.take.info.clock = framespool::ClockKind::realtime;
  options.take.info.rate = {60, 1};
  options.take.info.program = "record_glfw";
  auto recorder = framespool::Recorder::begin(options, back_buffer(window.get()));
  if (!recorder) return complain(recorder.error());

  while (!glfwWindowShouldClose(window.get()) && glfwGetKey(window.get(), GLFW_KEY_ESCAPE) != GLFW_PRESS) {
    draw(glfwGetTime());
    const auto drawn_ns =
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    // A minimised window has no pixels to capture.
    if (const auto target = back_buffer(window.get()); target.width != 0 && target.height != 0) {
      if (auto captured = (*recorder)->capture_frame(target, drawn_ns); !captured) {
        complain(captured.error());
        break;
      }
    }
    glfwSwapBuffers(window.get());
    glfwPollEvents();
  }
  auto summary = (*recorder)->end();
  if (!summary) return complain(summary.error());
  std::printf("%llu frames, %llu dropped\n", static_cast<unsigned long long>(summary->frames),
              static_cast<unsigned long long>(summary->dropped));
  return 0;
}
