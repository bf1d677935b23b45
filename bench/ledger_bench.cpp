// What the ledger adds to an allocation: the same manager, asked directly and through the books.
#include <benchmark/benchmark.h>

#include "cache/ledger.h"

namespace framespool {
namespace {

void direct(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = default_memory_manager().allocate(bytes, 4096);
    benchmark::DoNotOptimize(block);
    default_memory_manager().release(block, bytes, 4096);
  }
}

void through_the_ledger(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = Ledger::instance().allocate("bench.block", bytes, 4096);
    benchmark::DoNotOptimize(block);
    Ledger::instance().release(block);
  }
}

BENCHMARK(direct)->Arg(32 << 10)->Arg(1920 * 1080 * 4);
BENCHMARK(through_the_ledger)->Arg(32 << 10)->Arg(1920 * 1080 * 4);

}  // namespace
}  // namespace framespool
