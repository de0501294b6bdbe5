// SPDX-License-Identifier: BSD-3-Clause
/// RFC 6330 word for word and slow: a dense constraint matrix and plain
/// Gaussian elimination. Shares the constant tables with the codec under test
/// and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::raptorq::test {

class reference_codec {
public:
  using octets = std::vector<std::uint8_t>;

  /// For the K' that fits `k` symbols.
  explicit reference_codec(std::uint32_t k);

  /// Row `r` of the constraint matrix for the symbols `isis`, L octets.
  /// Rows: S LDPC, H HDPC, then one for each of the symbols.
  octets row(std::uint32_t r, const std::vector<std::uint32_t>& isis) const;

  /// The L intermediate symbols of a block of source symbols, padded with
  /// symbols of zeros up to K'.
  std::vector<octets> intermediate(const std::vector<octets>& source) const;

  /// Enc[] for an internal symbol id.
  octets encode(const std::vector<octets>& c, std::uint32_t isi) const;

  std::uint32_t k_prime() const { return k_prime_; }
  std::uint32_t l() const { return k_prime_ + s_ + h_; }
  std::uint32_t s() const { return s_; }
  std::uint32_t h() const { return h_; }

private:
  std::uint32_t rand(std::uint64_t y, std::uint32_t i, std::uint32_t m) const;
  octets lt_row(std::uint32_t isi) const;
  octets hdpc_row(std::uint32_t i) const;

  std::uint32_t k_prime_, j_, s_, h_, w_;
};

} // namespace troupe::raptorq::test
