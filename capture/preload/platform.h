// What capture needs to know of a window system, so that GLX and EGL share all the rest.
#pragma once

#include <atomic>
#include <cstdint>

#include "cache/core/frame_channel.h"
#include "capture/core/gl_functions.h"

namespace framespool::preload {

struct Platform {
  channel::Api api;
  // The context that is current on this thread if it draws to `drawable` and reads from it too, else nullptr.
  void* (*context_for)(void* display, std::uint64_t drawable);
  // The context that is current on this thread, whatever it draws to; nullptr: none.
  void* (*current_context)();
  // Of the drawable as the window system has it now; false when it does not tell.
  bool (*size_of)(void* display, std::uint64_t drawable, std::uint32_t& width, std::uint32_t& height);
  // OpenGL as the implementation has it, behind any layer. nullptr when something is missing.
  const GlFunctions* (*functions)();
};

extern const Platform kGlx;
extern const Platform kEgl;

// A table that is filled at its first use; another thread that comes meanwhile is told that there is none
// yet.
class LazyGlFunctions {
 public:
  [[nodiscard]] const GlFunctions* get(GlProcLoader get_proc) {
    int seen = state_.load(std::memory_order_acquire);
    if (seen == kEmpty && state_.compare_exchange_strong(seen, kFilling, std::memory_order_acquire)) {
      const bool complete = load_gl_functions(table_, get_proc) == nullptr;
      seen = complete ? kFull : kMissing;
      state_.store(seen, std::memory_order_release);
    }
    return seen == kFull ? &table_ : nullptr;
  }

 private:
  enum : int { kEmpty, kFilling, kFull, kMissing };
  std::atomic<int> state_ = kEmpty;
  GlFunctions table_;
};

}  // namespace framespool::preload
