#include "cache/internal/payload_check.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace framespool {

void PayloadCheck::StateRelease::operator()(XXH3_state_s* state) const noexcept { XXH3_freeState(state); }

Result<PayloadCheck> PayloadCheck::create() {
  constexpr std::size_t kPieceBytes = 1 << 20;
  State state(XXH3_createState());
  if (!state) return fail(ErrorKind::failed, "checksums", "no memory");
  auto piece = FrameBuffer::allocate("cache.check", kPieceBytes);
  if (!piece) return tl::unexpected(piece.error());
  return PayloadCheck(std::move(state), std::move(*piece));
}

bool PayloadCheck::is_whole(TakePages& pages, std::uint64_t offset, const FrameRecord& frame) {
  if (XXH3_64bits_reset(state_.get()) == XXH_ERROR) return false;
  const std::uint64_t begin = offset + layout::kPage;
  for (std::size_t done = 0; done < frame.info.payload_bytes;) {
    const auto part = piece_.span().first(std::min(piece_.capacity(), frame.info.payload_bytes - done));
    if (!pages.read(begin + done, part)) return false;
    if (XXH3_64bits_update(state_.get(), part.data(), part.size()) == XXH_ERROR) return false;
    done += part.size();
  }
  return !kChecksumsCount || XXH3_64bits_digest(state_.get()) == frame.payload_checksum;
}

}  // namespace framespool
