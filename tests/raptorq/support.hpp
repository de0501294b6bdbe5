// SPDX-License-Identifier: BSD-3-Clause
/// Helpers of the codec's tests.
#pragma once

#include "raptorq/block_decoder.hpp"
#include "raptorq/block_encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <set>
#include <span>
#include <vector>

namespace troupe::raptorq::test {

/// Whether this build is fast enough for the long versions of the tests.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) &&                       \
    !defined(__SANITIZE_THREAD__)
inline constexpr bool thorough = true;
#else
inline constexpr bool thorough = false;
#endif

/// Whether the environment variable TROUPE_LONG_TESTS asks for samples that
/// take minutes.
inline bool long_run() {
  const char* value = std::getenv("TROUPE_LONG_TESTS");
  return value != nullptr && *value != '\0' && *value != '0';
}

using bytes = std::vector<std::byte>;

/// A small random generator; the same numbers everywhere.
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// 0 to limit - 1.
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(next() % limit);
  }

  bytes octets(std::size_t count) {
    bytes out(count);
    for (std::byte& b : out)
      b = static_cast<std::byte>(next() >> 56);
    return out;
  }

  /// `count` different numbers from first to limit - 1, in random order.
  std::vector<std::uint32_t> choose(std::uint32_t count, std::uint32_t first,
                                    std::uint32_t limit) {
    std::vector<std::uint32_t> out;
    std::vector<bool> used(limit - first);
    while (out.size() < count) {
      const std::uint32_t at = below(limit - first);
      if (!used[at]) {
        used[at] = true;
        out.push_back(first + at);
      }
    }
    return out;
  }

  /// `count` different ESIs of repair symbols of a block of k, ascending.
  std::vector<std::uint32_t> repair_esis(std::uint32_t count, std::uint32_t k) {
    std::set<std::uint32_t> out;
    while (out.size() < count)
      out.insert(k + below(esi_limit - k));
    return {out.begin(), out.end()};
  }

private:
  std::uint64_t state_;
};

/// Source symbol or repair symbol `esi` from `encoder`.
inline bytes symbol_of(block_encoder& encoder, std::uint32_t esi) {
  bytes out(encoder.symbol_bytes());
  if (esi < encoder.k_symbols())
    encoder.source(esi, out);
  else
    encoder.repair({&esi, 1}, out, out.size());
  return out;
}

/// Repair symbols K + 0, K + 1 and so on, one behind the other.
inline bytes repairs_of(block_encoder& encoder, std::uint32_t count) {
  bytes out(std::size_t{count} * encoder.symbol_bytes());
  encoder.repair(encoder.k_symbols(), count, out);
  return out;
}

/// Symbol `n` of symbols that lie one behind the other.
inline std::span<const std::byte> piece(const bytes& all, std::size_t n,
                                        std::size_t symbol_bytes) {
  return std::span(all).subspan(n * symbol_bytes, symbol_bytes);
}

} // namespace troupe::raptorq::test
