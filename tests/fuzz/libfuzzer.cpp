// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer's way in to the entry point that TROUPE_FUZZ_TARGET names.
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  troupe::fuzz::TROUPE_FUZZ_TARGET(std::as_bytes(std::span{data, size}));
  return 0;
}
