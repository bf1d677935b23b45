// Checks payloads without holding them: in pieces through a small buffer, the same for every frame.
#pragma once

#include <cstdint>
#include <memory>

#include "cache/internal/blocks.h"
#include "cache/internal/take_pages.h"

struct XXH3_state_s;

namespace framespool {

class PayloadCheck {
 public:
  [[nodiscard]] static Result<PayloadCheck> create();

  // Whether the payload of the record at `offset` can be read and has the checksum its header gives.
  [[nodiscard]] bool is_whole(TakePages& pages, std::uint64_t offset, const FrameRecord& frame);

 private:
  struct StateRelease {
    void operator()(XXH3_state_s* state) const noexcept;
  };
  using State = std::unique_ptr<XXH3_state_s, StateRelease>;
  PayloadCheck(State state, FrameBuffer piece) : state_(std::move(state)), piece_(std::move(piece)) {}

  State state_;
  FrameBuffer piece_;
};

}  // namespace framespool
