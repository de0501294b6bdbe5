// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_isa.hpp"

#include <array>

namespace troupe::raptorq {

namespace {

struct choice {
  std::array<const octet_kernels*, 4> usable{};
  std::size_t count = 0;

  void offer(bool able, const octet_kernels& one) {
    if (able)
      usable[count++] = &one;
  }
};

// From the plainest to the fastest.
choice detect() noexcept {
  choice out;
  out.offer(true, portable_kernels);
#if defined(TROUPE_RAPTORQ_X86)
  __builtin_cpu_init();
  out.offer(__builtin_cpu_supports("ssse3"), ssse3_kernels);
  out.offer(__builtin_cpu_supports("avx2"), avx2_kernels);
  out.offer(__builtin_cpu_supports("gfni") &&
                __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl"),
            gfni_kernels);
#elif defined(TROUPE_RAPTORQ_NEON)
  out.offer(true, neon_kernels);
#endif
  return out;
}

const choice& chosen() noexcept {
  static const choice once = detect();
  return once;
}

} // namespace

const octet_kernels& kernels() noexcept {
  return *chosen().usable[chosen().count - 1];
}

const octet_kernels* kernels_at(std::size_t index) noexcept {
  return index < chosen().count ? chosen().usable[index] : nullptr;
}

} // namespace troupe::raptorq
