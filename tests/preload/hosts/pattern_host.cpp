// A program that knows nothing of Framespool: GLFW windows that show the pattern, frame by frame, and at the
// end one line a finding on standard output: presented frames, OpenGL errors, states that a swap changed.
//
//   pattern_host [--api glx|egl] [--context core|compatibility|es2|es3] [--size WxH] [--frames N] [--windows N] [--hostile]
//                [--pending-error] [--resizes] [--pace MS] [--threads] [--samples N] [--swap WAY] [--turns [--abrupt]] [--guests N]
//                [--child ARGS...]
//
// --swap msc|damage-ext|damage-khr|dlvsym: see other_swaps.h; longjmp-after and others: left_swaps.h. --turns: every other frame by a
// second context; --abrupt: without releasing the one before. --guests: then windows that come and go, drawn to by the first one's
// context. Each key pressed in a window is told at once: "key NUMBER".
#include <epoxy/gl.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/capture/gl/state_snapshot.h"
#include "tests/preload/hosts/hostility.h"
#include "tests/preload/hosts/other_swaps.h"
#include "tests/preload/support/pattern.h"

namespace {

using framespool::test::StateSnapshot;

struct Options {
  bool egl = false, hostile = false, pending_error = false, resizes = false, threads = false, turns = false, abrupt = false;
  std::string context = "compatibility", swap;
  int width = 64, height = 48, frames = 20, windows = 1, guests = 0, pace_ms = 0, samples = 0;
  std::vector<std::string> child;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (name == "--api") options.egl = value() == "egl";
    if (name == "--context") options.context = value();
    if (name == "--size") std::sscanf(value().c_str(), "%dx%d", &options.width, &options.height);
    if (name == "--frames") options.frames = std::atoi(value().c_str());
    if (name == "--windows") options.windows = std::atoi(value().c_str());
    if (name == "--guests") options.guests = std::atoi(value().c_str());
    if (name == "--pace") options.pace_ms = std::atoi(value().c_str());
    if (name == "--samples") options.samples = std::atoi(value().c_str());
    if (name == "--swap") options.swap = value();
    if (name == "--turns") options.turns = true;
    if (name == "--abrupt") options.abrupt = true;
    if (name == "--hostile") options.hostile = true;
    if (name == "--pending-error") options.pending_error = true;
    if (name == "--threads") options.threads = true;
    if (name == "--resizes") options.resizes = true;
    if (name == "--child") {
      options.child.assign(argv + i + 1, argv + argc);
      break;
    }
  }
  return options;
}

std::atomic<int> errors = 0;            // that glGetError told after a swap and nobody had made
int differences_seen = 0;  // swaps that changed a state
std::string first_finding;

GLFWwindow* open_window(const Options& options) {
  const bool es = options.context == "es2" || options.context == "es3";
  glfwWindowHint(GLFW_CONTEXT_CREATION_API, options.egl ? GLFW_EGL_CONTEXT_API : GLFW_NATIVE_CONTEXT_API);
  glfwWindowHint(GLFW_CLIENT_API, es ? GLFW_OPENGL_ES_API : GLFW_OPENGL_API);
  if (es) glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, options.context == "es2" ? 2 : 3);
  if (!es && (options.context == "core" || options.hostile)) {
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE,
                   options.context == "core" ? GLFW_OPENGL_CORE_PROFILE : GLFW_OPENGL_COMPAT_PROFILE);
  }
  if (options.hostile) {
    glfwWindowHint(GLFW_OPENGL_DEBUG_CONTEXT, GLFW_TRUE);
    glfwWindowHint(GLFW_SAMPLES, 4);
    // OpenGL ES 2 cannot switch its conversion off: the pattern would be another one.
    glfwWindowHint(GLFW_SRGB_CAPABLE, options.context == "es2" ? GLFW_FALSE : GLFW_TRUE);
  }
  if (options.samples > 0) glfwWindowHint(GLFW_SAMPLES, options.samples);
  glfwWindowHint(GLFW_FOCUSED, GLFW_FALSE);
  GLFWwindow* window = glfwCreateWindow(options.width, options.height, "pattern", nullptr, nullptr);
  if (window != nullptr)
    glfwSetKeyCallback(window, [](GLFWwindow*, int key, int, int action, int) {
      if (action != GLFW_PRESS) return;
      std::printf("key %d\n", key);
      std::fflush(stdout);
    });
  return window;
}

void draw(std::uint64_t number, int width, int height) {
  namespace pattern = framespool::pattern;
  const auto w = static_cast<std::uint32_t>(width), h = static_cast<std::uint32_t>(height);
  glEnable(GL_SCISSOR_TEST);
  for (std::uint32_t row = 0; row < pattern::kRows; ++row) {
    for (std::uint32_t column = 0; column < pattern::kColumns; ++column) {
      const auto x = pattern::edge(w, column, pattern::kColumns), y = pattern::edge(h, row, pattern::kRows);
      const auto colour = pattern::colour(number, column, row);
      glScissor(static_cast<GLint>(x), static_cast<GLint>(y),
                static_cast<GLsizei>(pattern::edge(w, column + 1, pattern::kColumns) - x),
                static_cast<GLsizei>(pattern::edge(h, row + 1, pattern::kRows) - y));
      glClearColor(static_cast<float>(colour[0]) / 255.f, static_cast<float>(colour[1]) / 255.f,
                   static_cast<float>(colour[2]) / 255.f, 1.f);
      glClear(GL_COLOR_BUFFER_BIT);
    }
  }
  glDisable(GL_SCISSOR_TEST);
}

void find(const std::string& text) {
  if (first_finding.empty()) first_finding = text;
}

void present(const Options& options, GLFWwindow* window, Hostility* hostility) {
  StateSnapshot before;
  if (hostility != nullptr) {
    hostility->before_swapping();
    before = framespool::test::take_snapshot(hostility->framebuffers());
  }
  if (options.pending_error) glEnable(GL_NONE);
  if (options.swap.empty()) {
    glfwSwapBuffers(window);
  } else if (!swap_otherwise(options.swap.c_str(), window)) {
    ++errors;
    find("cannot swap by " + options.swap);
  }
  const GLenum expected = options.pending_error ? GL_INVALID_ENUM : GL_NO_ERROR;
  if (const GLenum error = glGetError(); error != expected) {
    ++errors;
    find("glGetError() gave " + std::to_string(error));
  }
  if (hostility != nullptr) {
    const std::string changed =
        framespool::test::differences(before, framespool::test::take_snapshot(hostility->framebuffers()));
    if (!changed.empty()) ++differences_seen;
    if (!changed.empty()) find(changed);
  }
}

// Framebuffers and renderbuffers of the current context. It makes none itself.
int objects_there() {
  int count = 0;
  for (GLuint name = 1; name < 2000; ++name)
    count += (glIsFramebuffer(name) == GL_TRUE ? 1 : 0) + (glIsRenderbuffer(name) == GL_TRUE ? 1 : 0);
  return count;
}

// One frame by the first window's context in each of some windows that come and go.
void draw_in_guests(const Options& options, GLFWwindow* host) {
  for (int i = 0; i < options.guests; ++i) {
    GLFWwindow* guest = open_window(options);
    SecondContext visit;
    visit.borrow(options.egl, host, guest);
    visit.make_current();
    draw(0, options.width, options.height);
    visit.swap();
    visit.leave();
    glfwMakeContextCurrent(host);
    glfwDestroyWindow(guest);
  }
}

void tell_of_turns(const SecondContext& second, GLFWwindow* window) {
  GLint samples = 0;
  glGetIntegerv(GL_SAMPLES, &samples);
  int objects = objects_there();
  second.leave();
  glfwMakeContextCurrent(window);
  objects = std::max(objects, objects_there());
  std::printf("samples %d\nobjects %d\n", samples, objects);
}

// The size of frame `number` of a program that never stays as it is.
void resize(GLFWwindow* window, int number) {
  static constexpr int kSizes[][2] = {{1, 1},   {64, 48}, {63, 47}, {3, 200}, {201, 5}, {128, 128},
                                      {127, 1}, {1, 99},  {250, 3}, {77, 33}, {2, 2},   {31, 64}};
  const auto& size = kSizes[number % 12];
  glfwSetWindowSize(window, size[0], size[1]);
  int width = 0, height = 0;
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  for (glfwGetFramebufferSize(window, &width, &height);
       (width != size[0] || height != size[1]) && std::chrono::steady_clock::now() < patience;
       glfwGetFramebufferSize(window, &width, &height))
    glfwWaitEventsTimeout(0.01);
  if (number % 50 == 20) glfwIconifyWindow(window);
  if (number % 50 == 25) glfwRestoreWindow(window);
}

// Each window's frames by a thread of its own. Returns how many there were.
int draw_in_threads(const Options& options, const std::vector<GLFWwindow*>& windows) {
  glfwMakeContextCurrent(nullptr);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(windows[i], &width, &height);
    threads.emplace_back([&options, window = windows[i], i, width, height] {
      glfwMakeContextCurrent(window);
      for (int number = 0; number < options.frames; ++number) {
        draw(static_cast<std::uint64_t>(number) + 1000 * i, width, height);
        glfwSwapBuffers(window);
        if (glGetError() != GL_NO_ERROR) ++errors;
      }
      glfwMakeContextCurrent(nullptr);
    });
  }
  threads.clear();
  glfwMakeContextCurrent(windows.front());
  return options.frames * static_cast<int>(windows.size());
}

pid_t start_child(const Options& options, const char* self) {
  const pid_t child = fork();
  if (child != 0) return child;
  std::vector<char*> arguments{const_cast<char*>(self)};
  for (const std::string& argument : options.child) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  _exit(127);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const pid_t child = options.child.empty() ? -1 : start_child(options, argv[0]);
  if (glfwInit() != GLFW_TRUE) return 3;
  std::vector<GLFWwindow*> windows;
  for (int i = 0; i < options.windows; ++i) windows.push_back(open_window(options));
  int presented = 0;
  Hostility* hostility = nullptr;
  for (GLFWwindow* window : windows) {
    if (window == nullptr) return 4;
    glfwMakeContextCurrent(window);
    glfwSwapInterval(0);
  }
  if (options.hostile) hostility = new Hostility;  // lives as long as the only context
  SecondContext second;
  if (options.turns && !second.make(options.egl, windows.front())) return 5;
  if (options.threads) presented = draw_in_threads(options, windows);
  for (int number = 0; number < options.frames && !options.threads; ++number) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (options.turns && !options.abrupt) second.leave();
      glfwMakeContextCurrent(windows[i]);
      // Not before the first: making a context current has given it a buffer of the old size already.
      if (options.resizes && number > 0) resize(windows[i], number);
      int width = 0, height = 0;
      glfwGetFramebufferSize(windows[i], &width, &height);
      if (options.turns && number % 2 == 1) second.make_current();
      if (hostility != nullptr) hostility->before_drawing();
      draw(static_cast<std::uint64_t>(number) + 1000 * i, width, height);
      present(options, windows[i], hostility);
      ++presented;
    }
    glfwPollEvents();
    if (options.pace_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(options.pace_ms));
  }
  std::printf("version %s\n", reinterpret_cast<const char*>(glGetString(GL_VERSION)));
  std::printf("renderer %s\n", reinterpret_cast<const char*>(glGetString(GL_RENDERER)));
  std::printf("presented %d\nerrors %d\nchanged %d\n", presented, errors.load(), differences_seen);
  if (hostility != nullptr) hostility->tell();
  draw_in_guests(options, windows.front());
  if (options.turns || options.guests > 0) tell_of_turns(second, windows.front());
  if (!first_finding.empty()) std::printf("first: %s\n", first_finding.c_str());
  second.leave();
  delete hostility;
  glfwTerminate();
  int status = 0;
  if (child > 0) waitpid(child, &status, 0);
  return errors + differences_seen > 0 || status != 0 ? 1 : 0;
}
