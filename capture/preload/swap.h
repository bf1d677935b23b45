// What happens before the program's own buffer swap, and when what it draws with ends.
// Thread: any. None of these touches errno, and none does anything unless FRAMESPOOL_CHANNEL is set.
#pragma once

#include "capture/preload/hooks.h"
#include "capture/preload/platform.h"

namespace framespool::preload {

// Around the program's own swap: reads the frame that is about to be presented, if it is wanted, or takes the picture that
// the driver presents. A driver's swap inside a swap is not the program's. One that is left by longjmp() or an exception is
// cleared away by the next call here from the same thread.
class SwapScope {
 public:
  enum class Presents { all, damage };
  SwapScope(const Platform& platform, void* display, std::uint64_t drawable, Presents presents = Presents::all);
  ~SwapScope();
  SwapScope(const SwapScope&) = delete;
  SwapScope& operator=(const SwapScope&) = delete;

 private:
  const HookScope hooked_;
  void* place_ = nullptr;  // of the drawable, while its frame is still to come
};

// A context is about to be released on this thread: what is still on its way out of it is stored.
void context_released(const Platform& platform, void* display);
// The context is about to be destroyed: OpenGL's names in it are given back where it is current, else
// forgotten.
void context_ends(const Platform& platform, void* display, void* context);
// No more frames will come of this drawable: what is on the way is stored and its take ends.
void drawable_ends(const Platform& platform, void* display, std::uint64_t drawable);
// All of its contexts and drawables go, without OpenGL being asked anything.
void display_ends(const Platform& platform, void* display);

}  // namespace framespool::preload
