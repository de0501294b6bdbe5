// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_many.hpp"

#include <array>

namespace troupe {

namespace {

struct choice {
  std::array<const blake2b_kernel*, 4> usable{};
  std::size_t count = 0;

  void offer(bool able, const blake2b_kernel& one) {
    if (able)
      usable[count++] = &one;
  }
};

choice detect() noexcept {
  choice out;
  out.offer(true, blake2b_portable);
#if defined(TROUPE_BLAKE2B_X86)
  __builtin_cpu_init();
  const bool avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  out.offer(__builtin_cpu_supports("avx2"), blake2b_avx2);
  out.offer(avx512, blake2b_avx512_x4);
  out.offer(avx512, blake2b_avx512);
#endif
  return out;
}

const choice& chosen() noexcept {
  static const choice once = detect();
  return once;
}

} // namespace

const blake2b_kernel& blake2b_fastest() noexcept {
  return *chosen().usable[chosen().count - 1];
}

const blake2b_kernel* blake2b_kernel_at(std::size_t index) noexcept {
  return index < chosen().count ? chosen().usable[index] : nullptr;
}

std::span<const char* const> blake2b_kernel_names() noexcept {
#if defined(TROUPE_BLAKE2B_X86)
  static constexpr const char* names[] = {"portable", "avx2", "avx512vl",
                                          "avx512"};
#else
  static constexpr const char* names[] = {"portable"};
#endif
  return names;
}

} // namespace troupe
