#include "capture/preload/swap.h"

#include "capture/preload/clock/clock.h"
#include "capture/preload/notices.h"
#include "capture/preload/surface.h"

namespace framespool::preload {
namespace {

// A place in the table. No lock: a fork() in another thread would leave it locked in the child for ever.
struct Place {
  enum : int { kFree, kIdle, kBusy };
  std::atomic<int> state = kFree;
  std::atomic<bool> doomed = false;  // to be ended by who is busy with it
  std::atomic<const Platform*> platform = nullptr;
  std::atomic<void*> display = nullptr;
  std::atomic<std::uint64_t> drawable = 0;
  std::atomic<std::uint64_t> last_use = 0;
  Surface surface;  // used by whoever made the state kBusy

  [[nodiscard]] bool change(int from, int to) {
    return state.compare_exchange_strong(from, to, std::memory_order_acq_rel);
  }
  [[nodiscard]] bool is(const Platform& wanted, void* on, std::uint64_t what) const {
    return drawable.load(std::memory_order_relaxed) == what &&
           display.load(std::memory_order_relaxed) == on &&
           platform.load(std::memory_order_relaxed) == &wanted;
  }
};

constexpr int kPlaces =
    32;  // drawables at a time; one more takes the place of the one that swapped longest ago
constinit Place places[kPlaces];
std::atomic<std::uint64_t> uses;
// That this thread's swap keeps busy until its destructor.
thread_local Place* kept_busy __attribute__((tls_model("initial-exec"))) = nullptr;

void vacate(Place& place, bool may_call_gl) {
  place.surface.end(may_call_gl);
  place.drawable.store(0, std::memory_order_relaxed);
  place.display.store(nullptr, std::memory_order_relaxed);
  place.platform.store(nullptr, std::memory_order_relaxed);
}

void give_back(Place& place) {
  place.state.store(Place::kIdle, std::memory_order_release);
  if (!place.doomed.load(std::memory_order_acquire) || !place.change(Place::kIdle, Place::kBusy)) return;
  place.doomed.store(false, std::memory_order_relaxed);
  vacate(place, false);
  place.state.store(Place::kFree, std::memory_order_release);
}

// A swap of this thread that was left by longjmp() or an exception, if there is one. Only in an outermost hook.
void clear_left_swap() {
  if (kept_busy == nullptr) return;
  Place& place = *kept_busy;
  kept_busy = nullptr;
  place.surface.abandon_swap();
  give_back(place);
}

// Now, or by the thread that is just busy with it.
void end(Place& place, bool may_call_gl) {
  if (place.change(Place::kIdle, Place::kBusy)) {
    vacate(place, may_call_gl);
    place.state.store(Place::kFree, std::memory_order_release);
  } else {
    place.doomed.store(true, std::memory_order_release);
  }
}

void settle(Place& place, const Platform& platform, void* display, std::uint64_t drawable) {
  place.platform.store(&platform, std::memory_order_relaxed);
  place.display.store(display, std::memory_order_relaxed);
  place.drawable.store(drawable, std::memory_order_relaxed);
  place.surface.begin(platform, display, drawable);
}

// The drawable's place, made busy. nullptr: another thread is just ending it.
Place* place_of(const Platform& platform, void* display, std::uint64_t drawable) {
  for (Place& place : places)
    if (place.is(platform, display, drawable))
      return place.change(Place::kIdle, Place::kBusy) ? &place : nullptr;
  for (Place& place : places) {
    if (!place.change(Place::kFree, Place::kBusy)) continue;
    settle(place, platform, display, drawable);
    return &place;
  }
  Place* oldest = nullptr;
  for (Place& place : places)
    if (oldest == nullptr ||
        place.last_use.load(std::memory_order_relaxed) < oldest->last_use.load(std::memory_order_relaxed))
      oldest = &place;
  if (!oldest->change(Place::kIdle, Place::kBusy)) return nullptr;
  vacate(*oldest, false);
  settle(*oldest, platform, display, drawable);
  return oldest;
}

}  // namespace

SwapScope::SwapScope(const Platform& platform, void* display, std::uint64_t drawable, Presents presents) {
  if (!hooked_.is_outermost()) return;
  const std::uint64_t step = clock::on_swap(display, drawable);
  if (!is_recorder_named() || clock::is_too_early(step)) return;
  const ErrnoGuard errno_guard;
  clear_left_swap();
  Place* place = place_of(platform, display, drawable);
  if (place == nullptr) return;
  place->last_use.store(uses.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  {
    const clock::Storing storing;
    place->surface.on_swap(step, presents == Presents::all);
  }
  if (place->surface.waits_for_picture())
    place_ = kept_busy = place;
  else
    give_back(*place);
}

SwapScope::~SwapScope() {
  if (place_ == nullptr) return;
  const ErrnoGuard errno_guard;
  Place& place = *static_cast<Place*>(place_);
  kept_busy = nullptr;
  {
    const clock::Storing storing;
    place.surface.after_swap();
  }
  give_back(place);
}

void context_released(const Platform& platform, void* display) {
  if (!is_recorder_named()) return;
  const ErrnoGuard errno_guard;
  clear_left_swap();
  for (Place& place : places) {
    if (place.display.load(std::memory_order_relaxed) != display ||
        place.platform.load(std::memory_order_relaxed) != &platform)
      continue;
    if (!place.change(Place::kIdle, Place::kBusy)) continue;
    place.surface.finish_readbacks();
    give_back(place);
  }
}

void context_ends(const Platform& platform, void* display, void* context) {
  if (!is_recorder_named()) return;
  const ErrnoGuard errno_guard;
  clear_left_swap();
  for (Place& place : places) {
    if (place.display.load(std::memory_order_relaxed) != display ||
        place.platform.load(std::memory_order_relaxed) != &platform)
      continue;
    // One that is busy is being drawn to in a context that is current elsewhere, which destroying does not
    // end.
    if (!place.change(Place::kIdle, Place::kBusy)) continue;
    place.surface.forget_context(context);
    give_back(place);
  }
}

void drawable_ends(const Platform& platform, void* display, std::uint64_t drawable) {
  clock::drawable_ends(display, drawable);
  if (!is_recorder_named()) return;
  const ErrnoGuard errno_guard;
  clear_left_swap();
  for (Place& place : places) {
    if (!place.is(platform, display, drawable)) continue;
    end(place, true);
  }
}

void display_ends(const Platform& platform, void* display) {
  clock::display_ends(display);
  if (!is_recorder_named()) return;
  const ErrnoGuard errno_guard;
  clear_left_swap();
  for (Place& place : places) {
    if (place.display.load(std::memory_order_relaxed) != display ||
        place.platform.load(std::memory_order_relaxed) != &platform)
      continue;
    end(place, false);
  }
}

}  // namespace framespool::preload
