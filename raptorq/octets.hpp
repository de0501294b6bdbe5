// SPDX-License-Identifier: BSD-3-Clause
/// The inner loops of the codec: sums and products of runs of octets, one set
/// per instruction set, chosen once by what the processor can do.
///
/// Two shapes of data occur. A *run* is any number of octets at any address.
/// A *slot* is one of an array of equal pieces of `width` octets; width is a
/// multiple of slot_unit. Slots hold one strip of every symbol at a time, so
/// that the work for a whole block stays in the cache.
/// All functions are pure, thread safe and do not allocate.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::raptorq {

inline constexpr std::size_t slot_unit = 64;
inline constexpr std::uint32_t no_input = 0xffffffffU;

/// A straight-line program of sums: step n computes
///   out[n] = in[input[n]] + sum of slots[from[i]], i in [begin[n], end[n])
/// where a null in[] or no_input counts as zero.
struct sum_program {
  const std::uint32_t* input;
  const std::uint32_t* begin;
  const std::uint32_t* end;
  const std::uint16_t* from;
  std::uint32_t steps;
};

/// A product with a bit matrix: out[r] += sum of in[c] where bit c of row r
/// is set, by tables of the sums of `group` inputs (four Russians).
struct bit_product {
  const std::uint64_t* bits; ///< row r starts at bits[r * pitch]
  std::size_t pitch;         ///< words a row; holds bits up to cols - 1
  std::uint32_t rows;
  std::uint32_t cols;
  std::uint32_t group; ///< inputs a table, 1 to 8
};

/// The HDPC rows of RFC 6330 section 5.3.3.3 in the factored form MT * GAMMA:
/// sum = 2 * sum + in[j], added to the two rows that MT names for column j,
/// and times 2^i to every row i at the last column.
struct hdpc_product {
  const std::uint16_t* slot; ///< which slot holds column j
  const std::uint8_t* rows;  ///< two row numbers a column but the last
  std::uint32_t cols;        ///< K' + S
  std::uint32_t h;           ///< rows
};

/// One implementation. `count`, `rows`, `cols` may be 0.
struct octet_kernels {
  const char* name;

  /// How `product` compares to `sums`; 100 for AVX2, more where it is faster.
  std::uint32_t dense_percent;

  /// out += in, `count` octets.
  void (*add)(std::uint8_t* out, const std::uint8_t* in, std::size_t count);

  /// out += factor * in, `count` octets.
  void (*add_scaled)(std::uint8_t* out, const std::uint8_t* in,
                     std::uint8_t factor, std::size_t count);

  /// out *= factor, `count` octets.
  void (*scale)(std::uint8_t* out, std::uint8_t factor, std::size_t count);

  /// out[r] = sum of coefficients[r * pitch + c] * in[c], `count` octets each.
  /// No out may overlap an in.
  void (*product)(std::uint8_t* const* out, std::uint32_t rows,
                  const std::uint8_t* const* in, std::uint32_t cols,
                  const std::uint8_t* coefficients, std::size_t pitch,
                  std::size_t count);

  /// Runs a sum_program. in[] are read at `offset`; slots and out are arrays
  /// of slots. A step may read what earlier steps wrote.
  void (*sums)(const sum_program& program, std::uint8_t* out,
               const std::uint8_t* slots, std::size_t width,
               const std::uint8_t* const* in, std::size_t offset);

  /// Runs a bit_product; `tables` is scratch of bit_product_scratch() octets.
  void (*bits)(const bit_product& job, std::uint8_t* out,
               const std::uint8_t* in, std::size_t width, std::uint8_t* tables);

  /// Runs an hdpc_product; out are h slots, added to.
  void (*hdpc)(const hdpc_product& job, std::uint8_t* out,
               const std::uint8_t* slots, std::size_t width);
};

/// Tables that `bits` fills at once.
inline constexpr std::size_t bit_tables = 4;

/// Octets of scratch that `bits` needs.
constexpr std::size_t bit_product_scratch(std::uint32_t group,
                                          std::size_t width) noexcept {
  return bit_tables * (std::size_t{1} << group) * width;
}

/// The best implementation for this processor. Chosen at the first call.
const octet_kernels& kernels() noexcept;

/// Implementation `index` among those compiled in and able to run here;
/// null past the last. Index 0 is the portable one. For tests.
const octet_kernels* kernels_at(std::size_t index) noexcept;

} // namespace troupe::raptorq
