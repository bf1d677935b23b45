#include "app/window/glfw_window.h"

// GLFW must not bring its own OpenGL header beside libepoxy's.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace framespool {

namespace {

constexpr int kWidth = 1280, kHeight = 800;           // at first, in units
constexpr int kLeastWidth = 960, kLeastHeight = 600;  // below this the bar's figures would touch

std::string glfw_reason() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text ? text : "GLFW gives no reason";
}

constexpr const char* kWithoutWindow = "`framespool record` and `framespool export` work without a display";

// Letters by what is printed on the key, not by where it is on an American keyboard.
char letter(int key, int scancode) {
  const char* name = glfwGetKeyName(key, scancode);
  if (name && name[0] >= 'a' && name[0] <= 'z' && name[1] == 0) return name[0];
  return key >= GLFW_KEY_A && key <= GLFW_KEY_Z ? static_cast<char>('a' + key - GLFW_KEY_A) : '\0';
}

}  // namespace

GlfwWindow::Library::~Library() {
  if (started) glfwTerminate();
}
void GlfwWindow::Destroy::operator()(GLFWwindow* window) const {
  glfwDestroyWindow(window);
}
GlfwWindow::~GlfwWindow() = default;

Result<std::unique_ptr<GlfwWindow>> GlfwWindow::open(float scale_override) {
  std::unique_ptr<GlfwWindow> self(new GlfwWindow);
  if (!glfwInit())
    return fail(ErrorKind::failed, "no window", "there is no display (" + glfw_reason() + ")",
                kWithoutWindow);
  self->library_.started = true;
  self->scale_override_ = scale_override;
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  // The interface needs neither; the scene has a framebuffer of its own.
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "framespool");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "framespool");
  float scale = scale_override;
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  if (scale <= 0 && monitor) glfwGetMonitorContentScale(monitor, &scale, nullptr);
  scale = std::max(scale, 0.5f);
  int width = static_cast<int>(static_cast<float>(kWidth) * scale);
  int height = static_cast<int>(static_cast<float>(kHeight) * scale);
  if (monitor) {
    int x = 0, y = 0, most_width = 0, most_height = 0;
    glfwGetMonitorWorkarea(monitor, &x, &y, &most_width, &most_height);
    if (most_width > 0) width = std::min(width, most_width);
    if (most_height > 0) height = std::min(height, most_height);
  }
  self->window_.reset(glfwCreateWindow(width, height, "Framespool", nullptr, nullptr));
  if (!self->window_)
    return fail(ErrorKind::failed, "no window", "OpenGL 3.3 cannot be had (" + glfw_reason() + ")",
                kWithoutWindow);
  GLFWwindow* window = self->window_.get();
  glfwSetWindowSizeLimits(window, std::min(width, static_cast<int>(static_cast<float>(kLeastWidth) * scale)),
                          std::min(height, static_cast<int>(static_cast<float>(kLeastHeight) * scale)),
                          GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  glfwSetWindowUserPointer(window, self.get());
  glfwSetKeyCallback(window, on_key);
  glfwSetDropCallback(window, on_drop);
  glfwSetWindowCloseCallback(window, on_close);
  return self;
}

void GlfwWindow::on_key(GLFWwindow* window, int key, int scancode, int action, int modifiers) {
  if (action != GLFW_PRESS) return;
  auto& self = *static_cast<GlfwWindow*>(glfwGetWindowUserPointer(window));
  Commands& commands = self.commands_;
  if (key == GLFW_KEY_F9) commands.push_back(command::ToggleRecording{});
  if (key == GLFW_KEY_F8) commands.push_back(command::TogglePause{});
  if (key == GLFW_KEY_ESCAPE) commands.push_back(command::Escape{});
  if (key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER) self.enter_ = true;
  if (modifiers != GLFW_MOD_CONTROL) return;
  switch (letter(key, scancode)) {
    case 'i':
      commands.push_back(command::OpenExportSheet{ExportKind::images});
      break;
    case 'm':
      commands.push_back(command::OpenExportSheet{ExportKind::movie});
      break;
    case 'r':
      commands.push_back(command::OpenProgramSheet{});
      break;
    case 'q':
      commands.push_back(command::Quit{});
      break;
    default:
      break;
  }
}

void GlfwWindow::on_drop(GLFWwindow* window, int count, const char** paths) {
  auto& self = *static_cast<GlfwWindow*>(glfwGetWindowUserPointer(window));
  if (count > 0) self.commands_.push_back(command::ChooseScene{paths[0]});
}

void GlfwWindow::on_close(GLFWwindow* window) {
  auto& self = *static_cast<GlfwWindow*>(glfwGetWindowUserPointer(window));
  glfwSetWindowShouldClose(window, GLFW_FALSE);  // whether it may go is the studio's to say
  self.commands_.push_back(command::Quit{});
}

void GlfwWindow::take_commands(Commands& into) {
  into.insert(into.end(), commands_.begin(), commands_.end());
  commands_.clear();
}

bool GlfwWindow::take_enter() {
  return std::exchange(enter_, false);
}

float GlfwWindow::Size::pixel_ratio() const {
  return width > 0 && pixel_width > 0 ? static_cast<float>(pixel_width) / static_cast<float>(width) : 1;
}

GlfwWindow::Size GlfwWindow::size() const {
  Size size;
  glfwGetWindowSize(window_.get(), &size.width, &size.height);
  glfwGetFramebufferSize(window_.get(), &size.pixel_width, &size.pixel_height);
  return size;
}

float GlfwWindow::scale() const {
  if (scale_override_ > 0) return scale_override_;
  float scale = 1;
  glfwGetWindowContentScale(window_.get(), &scale, nullptr);
  // Where coordinates are not pixels (Wayland) the scale is in the pixels already.
  return std::clamp(scale / size().pixel_ratio(), 0.5f, 4.0f);
}

}  // namespace framespool
