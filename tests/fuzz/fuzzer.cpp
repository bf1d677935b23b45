// libFuzzer's entry, one program for each target: FRAMESPOOL_FUZZ_TARGET names it.
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  framespool::fuzz::FRAMESPOOL_FUZZ_TARGET({data, bytes});
  return 0;
}
