// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octet_math.hpp"
#include "raptorq/octet_matrix.hpp"
#include "raptorq/octets.hpp"
#include "raptorq/octets_isa.hpp"
#include "raptorq/slot_memory.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace troupe::raptorq {

namespace {

using octets = std::vector<std::uint8_t>;

octets random_octets(test::random_source& random, std::size_t count) {
  octets out(count);
  for (std::uint8_t& x : out)
    x = static_cast<std::uint8_t>(random.next() >> 40);
  return out;
}

std::uint8_t slow_product(unsigned a, unsigned b) {
  unsigned out = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    if ((b >> bit & 1) != 0)
      out ^= a << bit;
  for (unsigned bit = 14; bit >= 8; --bit)
    if ((out >> bit & 1) != 0)
      out ^= 0x11dU << (bit - 8);
  return static_cast<std::uint8_t>(out);
}

// Runs a check for every implementation this processor has.
template <class Check>
void for_each_kernel(Check check) {
  for (std::size_t n = 0; const octet_kernels* kernel = kernels_at(n); ++n) {
    INFO("kernel " << kernel->name);
    check(*kernel);
  }
}

constexpr std::size_t lengths[] = {0,  1,  7,   8,   15,  16,  31,  32, 33,
                                   63, 64, 100, 127, 128, 129, 255, 300};

// Long runs are cut into strips.
constexpr std::size_t long_lengths[] = {
    0,   1,   8,    15,   16,   33,   64,   100,  129,  300,
    511, 512, 1000, 1024, 2047, 2048, 2049, 2080, 4095, 5000};

} // namespace

TEST_CASE("octets multiply as polynomials modulo 0x11d", "[octets]") {
  for (unsigned a = 0; a < 256; ++a)
    for (unsigned b = 0; b < 256; ++b)
      REQUIRE(octet_mul(static_cast<std::uint8_t>(a),
                        static_cast<std::uint8_t>(b)) == slow_product(a, b));
  for (unsigned a = 1; a < 256; ++a) {
    const auto x = static_cast<std::uint8_t>(a);
    REQUIRE(octet_mul(x, octet_inverse(x)) == 1);
    REQUIRE(octet_double(x) == octet_mul(x, 2));
  }
  REQUIRE(octet_exp(0) == 1);
  REQUIRE(octet_exp(8) == 0x1d);
}

TEST_CASE("product tables hold for every factor and octet", "[octets]") {
  for (unsigned f = 0; f < 256; ++f)
    for (unsigned x = 0; x < 256; ++x) {
      const auto factor = static_cast<std::uint8_t>(f);
      const std::uint8_t product =
          octet_mul(factor, static_cast<std::uint8_t>(x));
      REQUIRE((nibble_table.of[f].low[x & 15] ^
               nibble_table.of[f].high[x >> 4]) == product);
      // What the instruction gf2p8affineqb does, in words.
      unsigned affine = 0;
      for (unsigned bit = 0; bit < 8; ++bit) {
        const auto row =
            static_cast<unsigned>(affine_table.of[f] >> (8 * (7 - bit)) & 0xff);
        affine |= static_cast<unsigned>(__builtin_parity(row & x)) << bit;
      }
      REQUIRE(affine == product);
    }
}

TEST_CASE("the kernels that were tested are named", "[octets]") {
  std::string names;
  std::size_t count = 0;
  for (; const octet_kernels* kernel = kernels_at(count); ++count)
    names += std::string(count == 0 ? "" : ", ") + kernel->name;
  std::string missing;
  for (const char* name : {"ssse3", "avx2", "gfni", "neon"})
    if (names.find(name) == std::string::npos)
      missing += std::string(" ") + name;
  WARN("kernels tested: " << names << "; this processor lacks:" << missing);
  REQUIRE(count >= 1);
  REQUIRE(kernels_at(count - 1) == &kernels());
}

TEST_CASE("kernels add, scale and add scaled runs of any length", "[octets]") {
  for_each_kernel([](const octet_kernels& kernel) {
    test::random_source random(3);
    for (const std::size_t length : lengths)
      for (std::size_t shift = 0; shift < 3; ++shift)
        for (int round = 0; round < 8; ++round) {
          const auto factor =
              static_cast<std::uint8_t>(round < 3 ? round : random.below(256));
          const octets in = random_octets(random, length + shift);
          const octets before = random_octets(random, length + shift + 5);
          octets sum = before;
          octets scaled = before;
          octets added = before;
          kernel.add(sum.data() + shift, in.data() + shift, length);
          kernel.scale(scaled.data() + shift, factor, length);
          kernel.add_scaled(added.data() + shift, in.data() + shift, factor,
                            length);
          for (std::size_t n = 0; n < before.size(); ++n) {
            const bool inside = n >= shift && n < shift + length;
            const std::uint8_t x = inside ? in[n] : std::uint8_t{0};
            REQUIRE(sum[n] == (before[n] ^ x));
            REQUIRE(added[n] == (before[n] ^ slow_product(x, factor)));
            REQUIRE(scaled[n] ==
                    (inside ? slow_product(before[n], factor) : before[n]));
          }
        }
  });
}

TEST_CASE("kernels multiply a matrix with runs of any length", "[octets]") {
  for_each_kernel([](const octet_kernels& kernel) {
    test::random_source random(4);
    for (const std::size_t length : long_lengths)
      for (std::uint32_t rows = 0; rows < 11; ++rows) {
        const std::uint32_t cols = random.below(12);
        const std::size_t pitch = cols + 3;
        const octets factors = random_octets(random, rows * pitch);
        std::vector<octets> in;
        std::vector<octets> out;
        std::vector<const std::uint8_t*> from;
        std::vector<std::uint8_t*> to;
        for (std::uint32_t c = 0; c < cols; ++c)
          in.push_back(random_octets(random, length + 1));
        for (std::uint32_t r = 0; r < rows; ++r)
          out.push_back(random_octets(random, length + 1));
        for (const octets& x : in)
          from.push_back(x.data());
        for (octets& x : out)
          to.push_back(x.data());
        const std::vector<octets> before = out;
        kernel.product(to.data(), rows, from.data(), cols, factors.data(),
                       pitch, length);
        for (std::uint32_t r = 0; r < rows; ++r) {
          octets expected = before[r];
          for (std::size_t n = 0; n < length; ++n) {
            unsigned sum = 0;
            for (std::uint32_t c = 0; c < cols; ++c)
              sum ^= octet_mul(factors[r * pitch + c], in[c][n]);
            expected[n] = static_cast<std::uint8_t>(sum);
          }
          REQUIRE(out[r] == expected);
        }
      }
  });
}

TEST_CASE("kernels run programs of sums", "[octets]") {
  for_each_kernel([](const octet_kernels& kernel) {
    test::random_source random(5);
    for (const std::size_t width : {64U, 128U, 192U, 256U, 320U, 512U}) {
      constexpr std::uint32_t steps = 40;
      constexpr std::uint32_t slots = 60;
      const octets symbols = random_octets(random, 20 * (width + 7));
      std::vector<const std::uint8_t*> in;
      for (std::uint32_t n = 0; n < 20; ++n)
        in.push_back(n == 11 ? nullptr : symbols.data() + n * (width + 7));
      octets memory = random_octets(random, slots * width);
      octets expected = memory;
      std::vector<std::uint32_t> input;
      std::vector<std::uint32_t> begin;
      std::vector<std::uint32_t> end;
      std::vector<std::uint16_t> from;
      for (std::uint32_t n = 0; n < steps; ++n) {
        input.push_back(random.below(3) == 0 ? no_input : random.below(20));
        begin.push_back(static_cast<std::uint32_t>(from.size()));
        const std::uint32_t terms = random.below(6);
        for (std::uint32_t i = 0; i < terms; ++i)
          from.push_back(static_cast<std::uint16_t>(random.below(slots)));
        end.push_back(static_cast<std::uint32_t>(from.size()));
        octets sum(width);
        if (input[n] != no_input && in[input[n]] != nullptr)
          for (std::size_t b = 0; b < width; ++b)
            sum[b] = in[input[n]][b + 7];
        for (std::uint32_t i = begin[n]; i < end[n]; ++i)
          for (std::size_t b = 0; b < width; ++b)
            sum[b] = static_cast<std::uint8_t>(sum[b] ^
                                               expected[from[i] * width + b]);
        std::copy(sum.begin(), sum.end(),
                  expected.begin() + static_cast<long>(n * width));
        from.push_back(0); // a term that no step uses
      }
      kernel.sums({input.data(), begin.data(), end.data(), from.data(), steps},
                  memory.data(), memory.data(), width, in.data(), 7);
      REQUIRE(memory == expected);
    }
  });
}

TEST_CASE("kernels multiply a bit matrix with slots", "[octets]") {
  for_each_kernel([](const octet_kernels& kernel) {
    test::random_source random(6);
    for (const std::uint32_t cols : {0U, 1U, 5U, 63U, 64U, 65U, 130U, 200U})
      for (std::uint32_t group = 1; group <= 8; ++group) {
        const std::size_t width = random.below(2) == 0 ? 64 : 192;
        const std::uint32_t rows = 1 + random.below(9);
        const std::size_t pitch = (cols + 63) / 64;
        std::vector<std::uint64_t> bits(rows * pitch);
        for (std::size_t n = 0; n < bits.size(); ++n) {
          bits[n] = random.next() & random.next();
          const std::uint32_t valid = cols % 64;
          if (n % pitch + 1 == pitch && valid != 0)
            bits[n] &= (std::uint64_t{1} << valid) - 1;
        }
        const octets in = random_octets(random, cols * width);
        octets out = random_octets(random, rows * width);
        octets expected = out;
        for (std::uint32_t r = 0; r < rows; ++r)
          for (std::uint32_t c = 0; c < cols; ++c)
            if ((bits[r * pitch + c / 64] >> (c % 64) & 1) != 0)
              for (std::size_t b = 0; b < width; ++b)
                expected[r * width + b] = static_cast<std::uint8_t>(
                    expected[r * width + b] ^ in[c * width + b]);
        octets scratch(bit_product_scratch(group, width));
        kernel.bits({bits.data(), pitch, rows, cols, group}, out.data(),
                    in.data(), width, scratch.data());
        REQUIRE(out == expected);
      }
  });
}

TEST_CASE("kernels apply MT * GAMMA", "[octets]") {
  for_each_kernel([](const octet_kernels& kernel) {
    test::random_source random(7);
    for (const std::size_t width : {64U, 128U, 192U, 256U, 448U})
      for (const std::uint32_t cols : {1U, 2U, 17U, 90U}) {
        constexpr std::uint32_t h = 10;
        const octets slots = random_octets(random, cols * width);
        std::vector<std::uint16_t> slot(cols);
        octets rows(2 * cols);
        for (std::uint32_t j = 0; j < cols; ++j) {
          slot[j] = static_cast<std::uint16_t>(random.below(cols));
          rows[2 * j] = static_cast<std::uint8_t>(random.below(h));
          rows[2 * j + 1] = static_cast<std::uint8_t>(
              (rows[2 * j] + 1 + random.below(h - 1)) % h);
        }
        octets out = random_octets(random, h * width);
        octets expected = out;
        for (std::size_t b = 0; b < width; ++b) {
          std::uint8_t sum = 0;
          for (std::uint32_t j = 0; j < cols; ++j) {
            sum = static_cast<std::uint8_t>(slow_product(sum, 2) ^
                                            slots[slot[j] * width + b]);
            for (unsigned k = 0; k < 2 && j + 1 < cols; ++k)
              expected[rows[2 * j + k] * width + b] ^= sum;
          }
          for (std::uint32_t i = 0; i < h; ++i)
            expected[i * width + b] ^= slow_product(octet_exp(i), sum);
        }
        kernel.hdpc({slot.data(), rows.data(), cols, h}, out.data(),
                    slots.data(), width);
        REQUIRE(out == expected);
      }
  });
}

TEST_CASE("a row inverse solves for every unknown", "[octets]") {
  test::random_source random(8);
  for (std::uint32_t size = 1; size < 40; ++size) {
    std::vector<octets> matrix;
    row_inverse inverse(size, size);
    while (!inverse.complete()) {
      const auto side = static_cast<std::uint32_t>(matrix.size());
      octets row = random_octets(random, size);
      if (side > 0 && random.below(3) == 0) {
        for (std::uint32_t n = 0; n < size; ++n)
          row[n] = octet_mul(matrix[side - 1][n], 7);
        REQUIRE_FALSE(inverse.offer(row, side));
      } else if (inverse.offer(row, side)) {
        matrix.push_back(row);
      }
    }
    for (std::uint32_t u = 0; u < size; ++u)
      for (std::uint32_t c = 0; c < size; ++c) {
        unsigned sum = 0;
        for (std::uint32_t n = 0; n < size; ++n)
          sum ^= octet_mul(inverse.row_of(u)[n], matrix[n][c]);
        REQUIRE(sum == (u == c ? 1U : 0U));
      }
  }
}

} // namespace troupe::raptorq
