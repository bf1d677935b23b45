#include "tests/gui/x_client.h"

#include <X11/Xlib.h>

#include <memory>

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

}  // namespace framespool::testing_gui
