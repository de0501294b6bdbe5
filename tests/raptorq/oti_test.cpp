// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/oti.hpp"
#include "raptorq/partition.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

std::vector<std::byte> octets(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int v : values)
    out.push_back(static_cast<std::byte>(v));
  return out;
}

oti make(std::uint64_t f, std::uint16_t t, std::uint8_t z = 1,
         std::uint16_t n = 1, std::uint8_t al = 4) {
  return {f, t, z, n, al};
}

} // namespace

TEST_CASE("an OTI survives coding, field by field", "[objects]") {
  const oti info = make(0x1234567, 0x1238, 3, 0x10, 8);
  const auto common = encode_common_oti(info);
  const auto scheme = encode_scheme_oti(info);
  REQUIRE(std::vector(common.begin(), common.end()) ==
          octets({0, 1, 0x23, 0x45, 0x67, 0, 0x12, 0x38}));
  REQUIRE(std::vector(scheme.begin(), scheme.end()) == octets({3, 0, 0x10, 8}));
  oti back;
  REQUIRE(decode_oti(common, scheme, back) == status::done);
  REQUIRE(back == info);
}

TEST_CASE("the reserved octet of an OTI is ignored", "[objects]") {
  oti out;
  REQUIRE(decode_oti(octets({0, 0, 0, 0x80, 0, 0xff, 4, 0}),
                     octets({1, 0, 1, 4}), out) == status::done);
  REQUIRE(out == make(32768, 1024));
}

TEST_CASE("an OTI that RFC 6330 does not allow is refused", "[objects]") {
  REQUIRE(check(make(1, 4)) == status::done);
  REQUIRE(check(make(0, 4)) == status::bad_parameter);
  REQUIRE(check(make(transfer_bytes_max + 1, 65532, 255)) ==
          status::bad_parameter);
  REQUIRE(check(make(~std::uint64_t{0}, 1024)) == status::bad_parameter);
  REQUIRE(check(make(100, 0)) == status::bad_parameter);
  REQUIRE(check(make(100, 6)) == status::bad_parameter);
  REQUIRE(check(make(100, 8, 0)) == status::bad_parameter);
  REQUIRE(check(make(100, 8, 1, 0)) == status::bad_parameter);
  REQUIRE(check(make(100, 8, 1, 1, 0)) == status::bad_parameter);
  REQUIRE(check(make(100, 8, 1, 2)) == status::done);
  REQUIRE(check(make(100, 8, 1, 3)) == status::bad_parameter);
  // More blocks than symbols would leave empty blocks.
  REQUIRE(check(make(100, 50, 2, 1, 1)) == status::done);
  REQUIRE(check(make(100, 50, 3, 1, 1)) == status::bad_parameter);
  // K' is at most 56403.
  REQUIRE(check(make(56403ULL * 1024, 1024)) == status::done);
  REQUIRE(check(make(56403ULL * 1024 + 1, 1024)) == status::bad_parameter);
  REQUIRE(check(make(56403ULL * 1024 + 1, 1024, 2)) == status::done);
  REQUIRE(check(make(56403ULL * 255 * 65532, 65532, 255)) == status::done);
  REQUIRE(check(make(56403ULL * 255 * 65532 + 1, 65532, 255)) ==
          status::bad_parameter);
}

TEST_CASE("octets that are no OTI give an error, never a crash", "[objects]") {
  oti out;
  REQUIRE(decode_oti(octets({1, 2, 3}), octets({1, 0, 1, 4}), out) ==
          status::bad_length);
  REQUIRE(decode_oti(octets({0, 0, 0, 0, 1, 0, 4, 0}), {}, out) ==
          status::bad_length);
  test::random_source random(51);
  int valid = 0;
  for (int n = 0; n < 100000; ++n) {
    auto common = random.octets(8);
    auto scheme = random.octets(4);
    if (n % 2 == 0) {
      common[0] = common[1] = common[2] = scheme[1] = std::byte{0};
      scheme[3] &= std::byte{3};
    }
    if (decode_oti(common, scheme, out) == status::done) {
      ++valid;
      REQUIRE(out.transfer_bytes > 0);
      REQUIRE(out.total_symbols() <=
              std::uint64_t{out.source_blocks} * source_symbols_max);
      common[5] = std::byte{0};
      const auto again = encode_common_oti(out);
      REQUIRE(std::equal(again.begin(), again.end(), common.begin()));
    }
  }
  REQUIRE(valid > 100);
}

TEST_CASE("a payload id is a block number and a 24-bit ESI", "[objects]") {
  const auto wire = encode_payload_id({0xab, 0x123456});
  REQUIRE(std::vector(wire.begin(), wire.end()) ==
          octets({0xab, 0x12, 0x34, 0x56}));
  payload_id back;
  REQUIRE(decode_payload_id(wire, back) == status::done);
  REQUIRE(back == payload_id{0xab, 0x123456});
  REQUIRE(decode_payload_id(octets({1, 2, 3}), back) == status::bad_length);
  REQUIRE(decode_payload_id(octets({1, 2, 3, 4, 5}), back) ==
          status::bad_length);
}

TEST_CASE("a partition covers the whole with parts that differ by one",
          "[objects]") {
  test::random_source random(52);
  for (int n = 0; n < 2000; ++n) {
    const std::uint64_t whole = random.below(100000);
    const std::uint32_t parts = 1 + random.below(300);
    const partition cut = make_partition(whole, parts);
    REQUIRE(cut.long_count + cut.short_count == parts);
    std::uint64_t sum = 0;
    for (std::uint32_t part = 0; part < parts; ++part) {
      REQUIRE(cut.begin_of(part) == sum);
      sum += cut.size_of(part);
    }
    REQUIRE(sum == whole);
    REQUIRE(cut.long_size - cut.short_size <= 1);
    REQUIRE(cut.short_size == whole / parts);
  }
}

} // namespace troupe::raptorq
