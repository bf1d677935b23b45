// Where Mesa's software drivers send a finished picture to the X server: GLX by Xlib, EGL by XCB.
//
// All goes on by a jump: this library is not seen between the two.
#include <X11/Xlib.h>

#include <atomic>

#include "capture/preload/elf_objects.h"
#include "capture/preload/notices.h"
#include "capture/preload/picture.h"

#define FRAMESPOOL_EXPORT extern "C" __attribute__((visibility("default")))

namespace framespool::preload {
namespace {

// XShm.h and xcb.h are not needed for these.
struct XcbCookie {
  unsigned int sequence;
};
struct XcbConnection;
using XPutImageFunction = int (*)(Display*, Drawable, GC, XImage*, int, int, int, int, unsigned, unsigned);
using XShmPutImageFunction = int (*)(Display*, Drawable, GC, XImage*, int, int, int, int, unsigned, unsigned, int);
using XcbPutImageFunction = XcbCookie (*)(XcbConnection*, std::uint8_t, std::uint32_t, std::uint32_t, std::uint16_t,
                                          std::uint16_t, std::int16_t, std::int16_t, std::uint8_t, std::uint8_t,
                                          std::uint32_t, const std::uint8_t*);

template <class Function>
Function next(std::atomic<void*>& slot, const char* name) {
  return reinterpret_cast<Function>(next_definition_kept(slot, name));
}

std::atomic<void*> put_image, shm_put_image, xcb_put;

void add_image(PictureJob& job, const XImage* image, int source_x, int source_y, int x, int y,
               unsigned width, unsigned height) {
  const ErrnoGuard errno_guard;
  const bool fits = image->format == ZPixmap && image->bits_per_pixel == 32 && image->byte_order == LSBFirst &&
                    source_x == 0 && source_y == 0 && image->bytes_per_line > 0;
  if (!fits) {
    job.is_unfit = true;
    return;
  }
  add_part(job, {.data = image->data,
                 .stride = static_cast<std::size_t>(image->bytes_per_line),
                 .width = width,
                 .height = height,
                 .x = x,
                 .y = y});
}

}  // namespace
}  // namespace framespool::preload

using namespace framespool::preload;

FRAMESPOOL_EXPORT int XPutImage(Display* display, Drawable drawable, GC gc, XImage* image, int source_x, int source_y,
                                int x, int y, unsigned width, unsigned height) {
  const auto real = next<XPutImageFunction>(put_image, "XPutImage");
  PictureJob* job = job_of_this_swap();
  if (job != nullptr) add_image(*job, image, source_x, source_y, x, y, width, height);
  return real == nullptr ? 0 : real(display, drawable, gc, image, source_x, source_y, x, y, width, height);
}

FRAMESPOOL_EXPORT int XShmPutImage(Display* display, Drawable drawable, GC gc, XImage* image, int source_x,
                                   int source_y, int x, int y, unsigned width, unsigned height, int send_event) {
  const auto real = next<XShmPutImageFunction>(shm_put_image, "XShmPutImage");
  PictureJob* job = job_of_this_swap();
  if (job != nullptr) add_image(*job, image, source_x, source_y, x, y, width, height);
  return real == nullptr ? 0 : real(display, drawable, gc, image, source_x, source_y, x, y, width, height, send_event);
}

FRAMESPOOL_EXPORT XcbCookie xcb_put_image(XcbConnection* connection, std::uint8_t format, std::uint32_t drawable,
                                          std::uint32_t gc, std::uint16_t width, std::uint16_t height, std::int16_t x,
                                          std::int16_t y, std::uint8_t left_pad, std::uint8_t depth,
                                          std::uint32_t bytes, const std::uint8_t* data) {
  const auto real = next<XcbPutImageFunction>(xcb_put, "xcb_put_image");
  if (PictureJob* job = job_of_this_swap()) {
    const ErrnoGuard errno_guard;
    const std::size_t stride = std::size_t{width} * 4;
    if (format != ZPixmap || left_pad != 0 || bytes != stride * height)
      job->is_unfit = true;
    else
      add_part(*job, {.data = data, .stride = stride, .width = width, .height = height, .x = x, .y = y});
  }
  if (real == nullptr) return {};
  return real(connection, format, drawable, gc, width, height, x, y, left_pad, depth, bytes, data);
}
