// The consumer's side of a ring: one slot is on its way to the disk while the next is looked at.
#pragma once

#include <utility>

#include "cache/slot_ring.h"

namespace framespool {

// Until nothing more will be committed, or false comes back. `store(ready)` stores a slot or begins to: the slot is given back once the
// next store() or `settle()` has returned. settle() is called wherever there is nothing else to do.
template <class Store, class Settle>
void drain_slots(SlotRing& ring, Store store, Settle settle) {
  std::uint32_t slot = 0;
  bool is_begun = false;  // `slot` is on its way
  const auto give_back = [&] {
    if (std::exchange(is_begun, false)) ring.release(slot);
  };
  for (;;) {
    const auto ready = is_begun ? ring.try_take() : ring.take();
    if (!ready && !is_begun) return;
    const bool goes_on = ready ? store(*ready) : settle();
    give_back();
    if (ready) slot = ready->slot;
    is_begun = ready.has_value();
    if (!goes_on) break;
  }
  static_cast<void>(settle());
  give_back();
}

}  // namespace framespool
