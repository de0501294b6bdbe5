// SPDX-License-Identifier: BSD-3-Clause
/// Small matrices over GF(256).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// A matrix of octets, row by row, zero at first.
class octet_matrix {
public:
  octet_matrix(std::uint32_t rows, std::uint32_t columns)
      : pitch_(columns), data_(std::size_t{rows} * columns) {}

  std::uint8_t* row(std::uint32_t r) noexcept {
    return data_.data() + r * pitch_;
  }
  const std::uint8_t* row(std::uint32_t r) const noexcept {
    return data_.data() + r * pitch_;
  }
  std::size_t pitch() const noexcept { return pitch_; }

private:
  std::size_t pitch_;
  std::vector<std::uint8_t> data_;
};

/// Inverts a matrix of full column rank whose rows come one at a time: each
/// unknown becomes a sum of the offered right sides. A row that depends on
/// earlier ones is refused, so more rows than unknowns may be offered.
class row_inverse {
public:
  /// `unknowns` columns; offered rows have labels below `sides`.
  row_inverse(std::uint32_t unknowns, std::uint32_t sides);

  /// Takes the row in; its right side is number `side`.
  /// @return false when it says nothing new.
  bool offer(std::span<const std::uint8_t> row, std::uint32_t side);

  /// Whether every unknown is determined.
  bool complete() const noexcept { return lead_.size() == unknowns_; }

  /// `sides` factors: unknown = sum of factor[i] * side i. Needs complete().
  std::span<const std::uint8_t> row_of(std::uint32_t unknown) const noexcept {
    return {at(place_[unknown]) + unknowns_, sides_};
  }

private:
  std::uint8_t* at(std::size_t n) noexcept { return rows_.data() + n * pitch_; }
  const std::uint8_t* at(std::size_t n) const noexcept {
    return rows_.data() + n * pitch_;
  }

  std::uint32_t unknowns_;
  std::uint32_t sides_;
  std::size_t pitch_;
  std::vector<std::uint8_t> rows_;   // coefficients, then factors
  std::vector<std::uint32_t> lead_;  // the unknown each row is solved for
  std::vector<std::uint32_t> place_; // and back
};

} // namespace troupe::raptorq
