// Sound that really plays lives on the sound card's clock.
#pragma once

namespace framespool::preload::clock {

// Whether this process has a sound device open or a sound server's socket. Costs a walk over its descriptors.
[[nodiscard]] bool sound_is_open();

}  // namespace framespool::preload::clock
