#include "cache/take_info.h"

namespace framespool {

const char* to_string(TakeState state) {
  switch (state) {
    case TakeState::complete: return "complete";
    case TakeState::interrupted: return "interrupted";
    case TakeState::being_recorded: return "being recorded";
    case TakeState::damaged: return "damaged";
  }
  return "unknown";
}

}  // namespace framespool
