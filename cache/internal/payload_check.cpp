#include "cache/internal/payload_check.h"

#include <xxhash.h>

#include <algorithm>
#include <memory>

namespace framespool {
namespace {

struct StateRelease {
  void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};
constexpr std::size_t kPieceBytes = 1 << 20;

}  // namespace

bool payload_is_whole(TakePages& pages, std::uint64_t offset, const FrameRecord& frame) {
  const std::unique_ptr<XXH3_state_t, StateRelease> state(XXH3_createState());
  auto piece = FrameBuffer::allocate("cache.check", std::min(kPieceBytes, frame.info.payload_bytes));
  if (!state || !piece || XXH3_64bits_reset(state.get()) == XXH_ERROR) return false;
  const std::uint64_t begin = offset + layout::kPage;
  for (std::size_t done = 0; done < frame.info.payload_bytes;) {
    const auto part = piece->span().first(std::min(kPieceBytes, frame.info.payload_bytes - done));
    if (!pages.read(begin + done, part)) return false;
    if (XXH3_64bits_update(state.get(), part.data(), part.size()) == XXH_ERROR) return false;
    done += part.size();
  }
  return XXH3_64bits_digest(state.get()) == frame.payload_checksum;
}

}  // namespace framespool
