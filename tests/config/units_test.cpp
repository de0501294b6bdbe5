// SPDX-License-Identifier: BSD-3-Clause
#include "config/units.hpp"

#include "tests/support/catch.hpp"

using namespace troupe::config;

TEST_CASE("rates are read in powers of a thousand") {
  CHECK(parse_bits_per_s("500m") == 500'000'000u);
  CHECK(parse_bits_per_s("2.5g") == 2'500'000'000u);
  CHECK(parse_bits_per_s("64k") == 64'000u);
  CHECK(parse_bits_per_s("0") == 0u);
  CHECK(parse_bits_per_s("12") == 12u);
}

TEST_CASE("times are read with their units, seconds without one") {
  CHECK(parse_duration_ms("90s") == 90'000u);
  CHECK(parse_duration_ms("5m") == 300'000u);
  CHECK(parse_duration_ms("250ms") == 250u);
  CHECK(parse_duration_ms("1.5h") == 5'400'000u);
  CHECK(parse_duration_ms("2d") == 172'800'000u);
  CHECK(parse_duration_ms("7") == 7'000u);
}

TEST_CASE("sizes are read in powers of 1024, in either case") {
  CHECK(parse_size_bytes("64M") == 64u << 20);
  CHECK(parse_size_bytes("64m") == 64u << 20);
  CHECK(parse_size_bytes("1.5K") == 1536u);
  CHECK(parse_size_bytes("1T") == std::uint64_t{1} << 40);
}

TEST_CASE("what is no figure, or none that fits, is refused") {
  for (const auto* text : {"", "m", "-1", "1x", "1 m", "0x10", "1e3m", "nan",
                           "inf", "99999999999999999999g", "5mm", " 5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bits_per_s(text));
    CHECK_FALSE(parse_size_bytes(text));
    CHECK_FALSE(parse_duration_ms(text == std::string{"1x"} ? "1x" : text));
  }
}

TEST_CASE("figures are written so that they are read back the same") {
  for (const std::uint64_t value :
       {0ull, 1ull, 999ull, 1000ull, 1024ull, 1536ull, 90'000ull, 3'600'000ull,
        86'400'000ull, 500'000'000ull, 2'500'000'000ull, 1ull << 40}) {
    CAPTURE(value);
    CHECK(parse_bits_per_s(write_bits_per_s(value)) == value);
    CHECK(parse_duration_ms(write_duration_ms(value)) == value);
    CHECK(parse_size_bytes(write_size_bytes(value)) == value);
  }
  CHECK(write_bits_per_s(5'000'000'000) == "5g");
  CHECK(write_duration_ms(30'000) == "30s");
  CHECK(write_size_bytes(64u << 20) == "64M");
}
