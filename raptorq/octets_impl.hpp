// SPDX-License-Identifier: BSD-3-Clause
/// The loops of octets.hpp, written once over a vector type. Included by the
/// octets_<isa>.cpp files only.
///
/// The vector type lives in an unnamed namespace, so every instance is local
/// to its file; and nothing inline of the standard library is used here,
/// because the linker could keep the copy made with the wider instructions.
#pragma once

#include "raptorq/octets.hpp"

namespace troupe::raptorq {

template <class V>
struct octet_loops {
  using u8 = std::uint8_t;
  using reg = typename V::reg;

  static constexpr std::size_t unit = V::bytes;

  // The first `count` octets of a register that ends in zeros.
  static reg load_part(const u8* p, std::size_t count) {
    u8 whole[unit] = {};
    __builtin_memcpy(whole, p, count);
    return V::load(whole);
  }

  static void store_part(u8* p, reg r, std::size_t count) {
    u8 whole[unit];
    V::store(whole, r);
    __builtin_memcpy(p, whole, count);
  }

  static void add(u8* out, const u8* in, std::size_t count) {
    std::size_t i = 0;
    for (; i + unit <= count; i += unit)
      V::store(out + i, V::add(V::load(out + i), V::load(in + i)));
    if (const std::size_t left = count - i)
      store_part(out + i,
                 V::add(load_part(out + i, left), load_part(in + i, left)),
                 left);
  }

  static void add_scaled(u8* out, const u8* in, u8 factor, std::size_t count) {
    const auto by = V::factor(factor);
    std::size_t i = 0;
    for (; i + unit <= count; i += unit)
      V::store(out + i,
               V::add(V::load(out + i), V::mul(V::split(V::load(in + i)), by)));
    if (const std::size_t left = count - i)
      store_part(out + i,
                 V::add(load_part(out + i, left),
                        V::mul(V::split(load_part(in + i, left)), by)),
                 left);
  }

  static void scale(u8* out, u8 factor, std::size_t count) {
    const auto by = V::factor(factor);
    std::size_t i = 0;
    for (; i + unit <= count; i += unit)
      V::store(out + i, V::mul(V::split(V::load(out + i)), by));
    if (const std::size_t left = count - i)
      store_part(out + i, V::mul(V::split(load_part(out + i, left)), by), left);
  }

  // Rows x Vectors registers stay in use for the whole sum.
  template <unsigned Rows, unsigned Vectors>
  static void product_tile(u8* const* out, const u8* const* in,
                           std::uint32_t cols, const u8* coefficients,
                           std::size_t pitch, std::size_t at) {
    reg sum[Rows][Vectors];
    for (unsigned r = 0; r < Rows; ++r)
      for (unsigned v = 0; v < Vectors; ++v)
        sum[r][v] = V::zero();
    for (std::uint32_t c = 0; c < cols; ++c) {
      typename V::halves x[Vectors];
      const u8* from = in[c] + at;
      __builtin_prefetch(from + Vectors * unit); // for the next tile
      for (unsigned v = 0; v < Vectors; ++v)
        x[v] = V::split(V::load(from + v * unit));
      for (unsigned r = 0; r < Rows; ++r) {
        const auto by = V::factor(coefficients[r * pitch + c]);
        for (unsigned v = 0; v < Vectors; ++v)
          sum[r][v] = V::add(sum[r][v], V::mul(x[v], by));
      }
    }
    for (unsigned r = 0; r < Rows; ++r)
      for (unsigned v = 0; v < Vectors; ++v)
        V::store(out[r] + at + v * unit, sum[r][v]);
  }

  static constexpr std::size_t stream_vectors = 2048 / unit;
  static constexpr std::size_t stream_min = 512 / unit;

  // One column after the other: its multipliers stay in registers, the sums
  // in the nearest cache, side by side. Where registers are few this beats
  // tiles, and inputs are read in order. 1 to stream_vectors vectors, two
  // columns at least.
  template <unsigned Rows>
  static void product_stream(u8* const* out, const u8* const* in,
                             std::uint32_t cols, const u8* coefficients,
                             std::size_t pitch, std::size_t at,
                             std::size_t vectors) {
    alignas(64) u8 sums[Rows * stream_vectors * unit];
    const auto column = [&](std::uint32_t c, auto keep) {
      typename V::multiplier by[Rows];
      for (unsigned r = 0; r < Rows; ++r)
        by[r] = V::factor(coefficients[r * pitch + c]);
      const u8* from = in[c] + at;
      u8* sum = sums;
      for (std::size_t n = 0; n < vectors * unit; n += unit) {
        const auto x = V::split(V::load(from + n));
        for (unsigned r = 0; r < Rows; ++r, sum += unit)
          keep(V::mul(x, by[r]), sum, r, n);
      }
    };
    column(0, [](reg product, u8* sum, unsigned, std::size_t) {
      V::store(sum, product);
    });
    for (std::uint32_t c = 1; c + 1 < cols; ++c)
      column(c, [](reg product, u8* sum, unsigned, std::size_t) {
        V::store(sum, V::add(product, V::load(sum)));
      });
    column(cols - 1,
           [&](reg product, const u8* sum, unsigned r, std::size_t n) {
             V::store(out[r] + at + n, V::add(product, V::load(sum)));
           });
  }

  // Strips of about equal length, for whole vectors; returns where they end.
  // Short runs are left to the tiles.
  template <unsigned Rows>
  static std::size_t product_strips(u8* const* out, const u8* const* in,
                                    std::uint32_t cols, const u8* coefficients,
                                    std::size_t pitch, std::size_t count) {
    std::size_t at = 0;
    while (count - at >= stream_min * unit) {
      const std::size_t left = (count - at) / unit;
      const std::size_t strips = (left + stream_vectors - 1) / stream_vectors;
      const std::size_t now = (left + strips - 1) / strips;
      product_stream<Rows>(out, in, cols, coefficients, pitch, at, now);
      at += now * unit;
    }
    return at;
  }

  // The same for runs shorter than a register.
  template <unsigned Rows>
  static void product_part(u8* const* out, const u8* const* in,
                           std::uint32_t cols, const u8* coefficients,
                           std::size_t pitch, std::size_t count) {
    reg sum[Rows];
    for (unsigned r = 0; r < Rows; ++r)
      sum[r] = V::zero();
    for (std::uint32_t c = 0; c < cols; ++c) {
      const auto x = V::split(load_part(in[c], count));
      for (unsigned r = 0; r < Rows; ++r)
        sum[r] =
            V::add(sum[r], V::mul(x, V::factor(coefficients[r * pitch + c])));
    }
    for (unsigned r = 0; r < Rows; ++r)
      store_part(out[r], sum[r], count);
  }

  template <unsigned Rows>
  static void product_rows(u8* const* out, const u8* const* in,
                           std::uint32_t cols, const u8* coefficients,
                           std::size_t pitch, std::size_t count) {
    constexpr unsigned vectors = V::tile_vectors;
    if (count < unit) {
      product_part<Rows>(out, in, cols, coefficients, pitch, count);
      return;
    }
    std::size_t at = 0;
    if constexpr (V::streams)
      if (cols > 1)
        at = product_strips<Rows>(out, in, cols, coefficients, pitch, count);
    for (; at + vectors * unit <= count; at += vectors * unit)
      product_tile<Rows, vectors>(out, in, cols, coefficients, pitch, at);
    for (; at + unit <= count; at += unit)
      product_tile<Rows, 1>(out, in, cols, coefficients, pitch, at);
    // The last tile may cover some octets again: they come out the same.
    if (at < count)
      product_tile<Rows, 1>(out, in, cols, coefficients, pitch, count - unit);
  }

  static void product(u8* const* out, std::uint32_t rows, const u8* const* in,
                      std::uint32_t cols, const u8* coefficients,
                      std::size_t pitch, std::size_t count) {
    for (; rows >= 4; rows -= 4, out += 4, coefficients += 4 * pitch)
      product_rows<4>(out, in, cols, coefficients, pitch, count);
    if (rows == 3)
      product_rows<3>(out, in, cols, coefficients, pitch, count);
    else if (rows == 2)
      product_rows<2>(out, in, cols, coefficients, pitch, count);
    else if (rows == 1)
      product_rows<1>(out, in, cols, coefficients, pitch, count);
  }

  // Inputs lie a symbol apart: each is a miss in the cache and often in the
  // page table, too, unless it is asked for early.
  static constexpr std::uint32_t sums_ahead = 12;

  static void prefetch(const u8* from, std::size_t count) {
    for (std::size_t at = 0; at < count; at += 64)
      __builtin_prefetch(from + at);
  }

  template <unsigned N>
  static void sums_chunk(const sum_program& p, u8* out, const u8* slots,
                         std::size_t width, const u8* const* in,
                         std::size_t offset) {
    for (std::uint32_t n = 0; n < p.steps; ++n, out += width) {
      if (n + sums_ahead < p.steps) {
        const std::uint32_t later = p.input[n + sums_ahead];
        if (later != no_input && in[later])
          prefetch(in[later] + offset, N * unit);
      }
      reg sum[N];
      const std::uint32_t input = p.input[n];
      const u8* source = input == no_input ? nullptr : in[input];
      for (unsigned v = 0; v < N; ++v)
        sum[v] = source ? V::load(source + offset + v * unit) : V::zero();
      for (std::uint32_t i = p.begin[n]; i < p.end[n]; ++i) {
        const u8* slot = slots + p.from[i] * width;
        for (unsigned v = 0; v < N; ++v)
          sum[v] = V::add(sum[v], V::load(slot + v * unit));
      }
      for (unsigned v = 0; v < N; ++v)
        V::store(out + v * unit, sum[v]);
    }
  }

  static void sums(const sum_program& p, u8* out, const u8* slots,
                   std::size_t width, const u8* const* in, std::size_t offset) {
    std::size_t at = 0;
    for (; at + V::wide * unit <= width; at += V::wide * unit)
      sums_chunk<V::wide>(p, out + at, slots + at, width, in, offset + at);
    for (; at < width; at += slot_unit)
      sums_chunk<slot_unit / unit>(p, out + at, slots + at, width, in,
                                   offset + at);
  }

  // Sums of all subsets of `group` inputs, each from one smaller subset.
  static void fill_table(u8* table, const u8* in, std::uint32_t group,
                         std::size_t width) {
    for (std::size_t i = 0; i < width; i += unit)
      V::store(table + i, V::zero());
    for (std::uint32_t bit = 0; bit < group; ++bit, in += width) {
      const std::size_t half = (std::size_t{1} << bit) * width;
      for (std::size_t at = 0; at < half; at += width)
        for (std::size_t i = 0; i < width; i += unit)
          V::store(table + half + at + i,
                   V::add(V::load(table + at + i), V::load(in + i)));
    }
  }

  static std::uint32_t pick(const std::uint64_t* row, std::uint32_t at,
                            std::uint32_t count) {
    const std::uint32_t shift = at % 64;
    std::uint64_t word = row[at / 64] >> shift;
    if (shift + count > 64)
      word |= row[at / 64 + 1] << (64 - shift);
    return static_cast<std::uint32_t>(word & ((1U << count) - 1));
  }

  static void bits(const bit_product& job, u8* out, const u8* in,
                   std::size_t width, u8* tables) {
    const std::size_t size = (std::size_t{1} << job.group) * width;
    std::uint32_t first[bit_tables];
    std::uint32_t count[bit_tables];
    for (std::uint32_t col = 0; col < job.cols;) {
      unsigned used = 0;
      for (; used < bit_tables && col < job.cols; ++used) {
        const std::uint32_t left = job.cols - col;
        first[used] = col;
        count[used] = left < job.group ? left : job.group;
        fill_table(tables + used * size, in + col * width, count[used], width);
        col += count[used];
      }
      for (std::uint32_t r = 0; r < job.rows; ++r) {
        const std::uint64_t* row = job.bits + r * job.pitch;
        const u8* term[bit_tables];
        unsigned terms = 0;
        for (unsigned t = 0; t < used; ++t)
          if (const std::uint32_t index = pick(row, first[t], count[t]))
            term[terms++] = tables + t * size + index * width;
        u8* sum_at = out + r * width;
        for (std::size_t i = 0; terms != 0 && i < width; i += unit) {
          reg sum = V::load(sum_at + i);
          for (unsigned t = 0; t < terms; ++t)
            sum = V::add(sum, V::load(term[t] + i));
          V::store(sum_at + i, sum);
        }
      }
    }
  }

  static constexpr std::uint32_t hdpc_ahead = 12;

  template <unsigned N>
  static void hdpc_chunk(const hdpc_product& job, u8* out, const u8* slots,
                         std::size_t width) {
    reg sum[N];
    for (unsigned v = 0; v < N; ++v)
      sum[v] = V::zero();
    const u8* pair = job.rows;
    for (std::uint32_t j = 0; j < job.cols; ++j) {
      const u8* slot = slots + job.slot[j] * width;
      if (j + hdpc_ahead < job.cols)
        prefetch(slots + job.slot[j + hdpc_ahead] * width, N * unit);
      for (unsigned v = 0; v < N; ++v)
        sum[v] = V::add(V::twice(sum[v]), V::load(slot + v * unit));
      if (j + 1 == job.cols)
        break;
      for (unsigned k = 0; k < 2; ++k, ++pair) {
        u8* row = out + *pair * width;
        for (unsigned v = 0; v < N; ++v)
          V::store(row + v * unit, V::add(V::load(row + v * unit), sum[v]));
      }
    }
    for (std::uint32_t i = 0; i < job.h; ++i, out += width)
      for (unsigned v = 0; v < N; ++v) {
        V::store(out + v * unit, V::add(V::load(out + v * unit), sum[v]));
        sum[v] = V::twice(sum[v]);
      }
  }

  static void hdpc(const hdpc_product& job, u8* out, const u8* slots,
                   std::size_t width) {
    std::size_t at = 0;
    for (; at + V::wide * unit <= width; at += V::wide * unit)
      hdpc_chunk<V::wide>(job, out + at, slots + at, width);
    for (; at < width; at += slot_unit)
      hdpc_chunk<slot_unit / unit>(job, out + at, slots + at, width);
  }

  static constexpr octet_kernels table(const char* name) {
    return {name, V::dense_percent, add, add_scaled, scale, product, sums, bits,
            hdpc};
  }
};

} // namespace troupe::raptorq
