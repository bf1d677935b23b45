#include "tests/gui/x_client.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

namespace framespool::testing_gui {

namespace {
struct CloseDisplay {
  void operator()(Display* display) const { XCloseDisplay(display); }
};
using Connection = std::unique_ptr<Display, CloseDisplay>;
}  // namespace

bool can_be_reached(const std::string& display_name) {
  return Connection(XOpenDisplay(display_name.c_str())) != nullptr;
}

bool send_close_request(const std::string& display_name) {
  const Connection owner(XOpenDisplay(display_name.c_str()));
  Display* display = owner.get();
  if (!display) return false;
  Window root = 0, parent = 0, *children = nullptr;
  unsigned count = 0;
  XQueryTree(display, XDefaultRootWindow(display), &root, &parent, &children, &count);
  const Atom protocols = XInternAtom(display, "WM_PROTOCOLS", False);
  const Atom remove = XInternAtom(display, "WM_DELETE_WINDOW", False);
  for (unsigned i = 0; i < count; ++i) {
    XWindowAttributes attributes;
    if (!XGetWindowAttributes(display, children[i], &attributes) || attributes.map_state != IsViewable)
      continue;
    XEvent event{};
    event.xclient.type = ClientMessage;
    event.xclient.window = children[i];
    event.xclient.message_type = protocols;
    event.xclient.format = 32;
    event.xclient.data.l[0] = static_cast<long>(remove);
    XSendEvent(display, children[i], False, NoEventMask, &event);
  }
  if (children) XFree(children);
  return true;
}

namespace {

// A file manager's side of the drag.
class DragSource {
 public:
  DragSource(Display* display, const std::string& path) : display_(display) {
    window_ = XCreateSimpleWindow(display_, XDefaultRootWindow(display_), 0, 0, 1, 1, 0, 0, 0);
    data_ = "file://";
    for (const char c : path) {
      char escaped[4];
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.' || c == '-' || c == '_';
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
      data_ += plain ? std::string(1, c) : std::string(escaped);
    }
    data_ += "\r\n";
    XSetSelectionOwner(display_, atom("XdndSelection"), window_, CurrentTime);
  }
  ~DragSource() { XDestroyWindow(display_, window_); }
  DragSource(const DragSource&) = delete;
  DragSource& operator=(const DragSource&) = delete;

  [[nodiscard]] Atom atom(const char* name) const { return XInternAtom(display_, name, False); }
  [[nodiscard]] Window window() const { return window_; }

  void tell(Window target, const char* message, long second, long third, long fourth, long fifth) {
    XEvent event{};
    event.xclient.type = ClientMessage;
    event.xclient.display = display_;
    event.xclient.window = target;
    event.xclient.message_type = atom(message);
    event.xclient.format = 32;
    const long words[] = {static_cast<long>(window_), second, third, fourth, fifth};
    std::copy(std::begin(words), std::end(words), event.xclient.data.l);
    XSendEvent(display_, target, False, NoEventMask, &event);
    XFlush(display_);
  }

  // The target's answer; hands out the file's name meanwhile. nullopt: none came within ten seconds.
  std::optional<XClientMessageEvent> answer(const char* message) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      while (XPending(display_) > 0) {
        XEvent event;
        XNextEvent(display_, &event);
        if (event.type == SelectionRequest) hand_over(event.xselectionrequest);
        if (event.type == ClientMessage && event.xclient.message_type == atom(message)) return event.xclient;
      }
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      pollfd connection{XConnectionNumber(display_), POLLIN, 0};
      poll(&connection, 1, static_cast<int>(left.count()));
    }
  }

 private:
  void hand_over(const XSelectionRequestEvent& request) {
    XChangeProperty(display_, request.requestor, request.property, request.target, 8, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(data_.data()), static_cast<int>(data_.size()));
    XEvent event{};
    event.xselection.type = SelectionNotify;
    event.xselection.requestor = request.requestor;
    event.xselection.selection = request.selection;
    event.xselection.target = request.target;
    event.xselection.property = request.property;
    event.xselection.time = request.time;
    XSendEvent(display_, request.requestor, False, NoEventMask, &event);
    XFlush(display_);
  }

  Display* display_;
  Window window_ = 0;
  std::string data_;
};

// The first visible window that says it takes drops.
Window drop_target(Display* display, Atom aware) {
  Window root = 0, parent = 0, *children = nullptr, found = 0;
  unsigned count = 0;
  XQueryTree(display, XDefaultRootWindow(display), &root, &parent, &children, &count);
  for (unsigned i = 0; i < count && found == 0; ++i) {
    Atom type = 0;
    int format = 0;
    unsigned long items = 0, rest = 0;
    unsigned char* value = nullptr;
    XGetWindowProperty(display, children[i], aware, 0, 1, False, AnyPropertyType, &type, &format, &items, &rest, &value);
    if (items > 0) found = children[i];
    if (value) XFree(value);
  }
  if (children) XFree(children);
  return found;
}

}  // namespace

std::string drop_file(const std::string& display_name, const std::string& path) {
  const Connection owner(XOpenDisplay(display_name.c_str()));
  Display* display = owner.get();
  if (!display) return "the display cannot be reached";
  DragSource source(display, path);
  const Window target = drop_target(display, source.atom("XdndAware"));
  if (target == 0) return "no window takes drops";
  constexpr long kVersion = 5;
  source.tell(target, "XdndEnter", kVersion << 24, static_cast<long>(source.atom("text/uri-list")), 0, 0);
  source.tell(target, "XdndPosition", 0, (300L << 16) | 300, CurrentTime, static_cast<long>(source.atom("XdndActionCopy")));
  const auto status = source.answer("XdndStatus");
  if (!status) return "the window does not answer the drag";
  if ((status->data.l[1] & 1) == 0) return "the window refuses the drag";
  source.tell(target, "XdndDrop", 0, CurrentTime, 0, 0);
  const auto finished = source.answer("XdndFinished");
  if (!finished) return "the window does not finish the drop";
  // One bit says so; GLFW puts the number of bytes it got there.
  return finished->data.l[1] != 0 ? "" : "the window did not take the file";
}

}  // namespace framespool::testing_gui
