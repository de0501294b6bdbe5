// SPDX-License-Identifier: BSD-3-Clause
/// Arithmetic on single octets: GF(256) with x^8 + x^4 + x^3 + x^2 + 1 and
/// the generator 2 (RFC 6330 section 5.7). Addition is exclusive or.
#pragma once

#include <array>
#include <cstdint>

namespace troupe::raptorq {

/// 2 * a.
constexpr std::uint8_t octet_double(std::uint8_t a) noexcept {
  return static_cast<std::uint8_t>((a << 1) ^ ((a >> 7) * 0x1d));
}

namespace detail {

struct octet_tables {
  std::array<std::uint8_t, 510> exp{}; ///< exp[i] = 2^i, twice over
  std::array<std::uint8_t, 256> log{}; ///< log[0] is unused
};

constexpr octet_tables make_octet_tables() noexcept {
  octet_tables t{};
  std::uint8_t value = 1;
  for (unsigned i = 0; i < 255; ++i) {
    t.exp[i] = value;
    t.exp[i + 255] = value;
    t.log[value] = static_cast<std::uint8_t>(i);
    value = octet_double(value);
  }
  return t;
}

inline constexpr octet_tables octets = make_octet_tables();

} // namespace detail

/// 2^i for i in 0..254.
constexpr std::uint8_t octet_exp(unsigned i) noexcept {
  return detail::octets.exp[i];
}

/// a * b.
constexpr std::uint8_t octet_mul(std::uint8_t a, std::uint8_t b) noexcept {
  if (a == 0 || b == 0)
    return 0;
  return detail::octets.exp[detail::octets.log[a] + detail::octets.log[b]];
}

/// 1 / a; a must not be 0.
constexpr std::uint8_t octet_inverse(std::uint8_t a) noexcept {
  return detail::octets.exp[255U - detail::octets.log[a]];
}

} // namespace troupe::raptorq
