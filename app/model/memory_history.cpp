#include "app/model/memory_history.h"

#include <algorithm>

#include "cache/ledger.h"

namespace framespool {

void MemoryHistory::look(std::int64_t now_ns) {
  if (looked_ns_ >= 0 && now_ns - looked_ns_ < kPace_ns) return;
  looked_ns_ = now_ns;
  std::array<LedgerTotals, kMostTags> totals;
  const std::size_t known = Ledger::instance().totals(totals);
  for (auto& ring : held_) ring[next_] = 0;
  for (std::size_t i = 0; i < known; ++i) {
    // Tags come and never go; a new one may come between others, and lines keep their places.
    const auto end = lines_.begin() + static_cast<std::ptrdiff_t>(line_count_);
    const auto at =
        std::find_if(lines_.begin(), end, [&](const Line& line) { return line.tag == totals[i].tag; });
    if (at == end && line_count_ == kMostTags) continue;
    if (at == end) ++line_count_;
    *at = {totals[i].tag, totals[i].live_bytes, totals[i].peak_bytes};
    held_[static_cast<std::size_t>(at - lines_.begin())][next_] = totals[i].live_bytes;
  }
  next_ = (next_ + 1) % kSamples;
  samples_ = std::min(samples_ + 1, kSamples);
}

std::size_t MemoryHistory::held(std::size_t tag, std::size_t age) const {
  return age >= samples_ ? 0 : held_[tag][(next_ + kSamples - 1 - age) % kSamples];
}

std::size_t MemoryHistory::held(std::size_t age) const {
  std::size_t sum = 0;
  for (std::size_t tag = 0; tag < line_count_; ++tag) sum += held(tag, age);
  return sum;
}

std::size_t MemoryHistory::most() const {
  std::size_t most = 0;
  for (std::size_t age = 0; age < samples_; ++age) most = std::max(most, held(age));
  return most;
}

}  // namespace framespool
