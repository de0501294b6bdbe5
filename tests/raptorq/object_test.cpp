// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/object_decoder.hpp"
#include "raptorq/object_encoder.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace troupe::raptorq {

namespace {

using test::bytes;

// Symbol `esi` of block `sbn`, by the words of section 4.4.1.2: the pieces
// of all sub-blocks, one behind the other, of the object padded with zeros.
bytes symbol_by_the_words(const oti& info, const bytes& object,
                          std::uint32_t sbn, std::uint32_t esi) {
  const partition blocks =
      make_partition(info.total_symbols(), info.source_blocks);
  const partition pieces =
      make_partition(info.symbol_bytes / info.alignment, info.sub_blocks);
  const std::uint64_t k = blocks.size_of(sbn);
  std::uint64_t at = blocks.begin_of(sbn) * info.symbol_bytes;
  bytes out;
  for (std::uint32_t n = 0; n < info.sub_blocks; ++n) {
    const std::uint64_t size = pieces.size_of(n) * info.alignment;
    for (std::uint64_t b = 0; b < size; ++b) {
      const std::uint64_t from = at + esi * size + b;
      out.push_back(from < object.size() ? object[from] : std::byte{0});
    }
    at += k * size;
  }
  return out;
}

void round_trip(const oti& info) {
  INFO("F = " << info.transfer_bytes << ", T = " << info.symbol_bytes
              << ", Z = " << int{info.source_blocks}
              << ", N = " << info.sub_blocks);
  REQUIRE(check(info) == status::done);
  test::random_source random(info.transfer_bytes * 7 + info.sub_blocks);
  const bytes object = random.octets(info.transfer_bytes);
  object_encoder encoder(info, object);
  bytes out(object.size());
  object_decoder decoder(info, out);
  REQUIRE(encoder.state() == status::done);
  REQUIRE(decoder.state() == status::done);
  bytes symbol(info.symbol_bytes);
  for (std::uint32_t z = 0; z < info.source_blocks; ++z) {
    const auto sbn = static_cast<std::uint8_t>(z);
    const std::uint32_t k = encoder.k_symbols(sbn);
    REQUIRE(decoder.k_symbols(sbn) == k);
    REQUIRE_FALSE(decoder.ready(sbn));
    for (std::uint32_t esi = 0; esi < k; ++esi) {
      REQUIRE(encoder.symbol({sbn, esi}, symbol) == status::done);
      REQUIRE(symbol == symbol_by_the_words(info, object, z, esi));
      if (random.below(4) != 0)
        REQUIRE(decoder.add({sbn, esi}, symbol) == add_result::added);
    }
    std::uint32_t esi = k + random.below(1000);
    while (decoder.decode(sbn) != status::done) {
      REQUIRE(encoder.symbol({sbn, esi}, symbol) == status::done);
      REQUIRE(decoder.add({sbn, esi}, symbol) == add_result::added);
      ++esi;
      REQUIRE(esi < 1000 + 2 * k + 6);
    }
    REQUIRE(decoder.add({sbn, esi}, symbol) == add_result::already_decoded);
    REQUIRE(decoder.complete_blocks() == z + 1);
    REQUIRE(decoder.decode() ==
            (z + 1 == info.source_blocks ? status::done : status::need_more));
    encoder.release(sbn);
  }
  REQUIRE(out == object);
}

} // namespace

TEST_CASE("objects of many blocks and sub-blocks survive", "[objects]") {
  round_trip({1, 4, 1, 1, 4});
  round_trip({1, 16, 1, 4, 4});
  round_trip({100, 16, 1, 4, 4});
  round_trip({1000, 16, 7, 1, 4});
  round_trip({1000, 20, 7, 3, 4});
  round_trip({5003, 36, 3, 9, 4});
  round_trip({5003, 37, 5, 37, 1});
  round_trip({20000, 64, 2, 3, 8});
  round_trip({65536, 64, 2, 1, 8});
  round_trip({255, 1, 255, 1, 1});
  round_trip({300000, 512, 1, 5, 4});
}

TEST_CASE("sub-blocks of one octet each cost no more than a block",
          "[objects]") {
  // As many as an OTI can ask for, in every block.
  const oti info{65535 * 40, 65535, 20, 65535, 1};
  round_trip(info);
}

TEST_CASE("sub-blocks are codes of their own", "[objects]") {
  // Repair symbol i of the block is repair symbol i of each sub-block.
  test::random_source random(61);
  const oti info{30 * 24, 24, 1, 2, 4};
  const bytes object = random.octets(info.transfer_bytes);
  object_encoder encoder(info, object);
  block_encoder left(30, 12, std::span(object).first(360));
  block_encoder right(30, 12, std::span(object).last(360));
  const std::vector<std::uint32_t> esis = {30, 99, 65536};
  bytes whole(3 * 30 - 6);
  REQUIRE(encoder.repair(0, esis, whole, 30) == status::done);
  for (std::size_t n = 0; n < esis.size(); ++n) {
    const bytes a = test::symbol_of(left, esis[n]);
    const bytes b = test::symbol_of(right, esis[n]);
    REQUIRE(std::equal(a.begin(), a.end(),
                       whole.begin() + static_cast<long>(30 * n)));
    REQUIRE(std::equal(b.begin(), b.end(),
                       whole.begin() + static_cast<long>(30 * n + 12)));
  }
}

TEST_CASE("object codecs refuse nonsense", "[objects]") {
  bytes object(100);
  bytes symbol(8);
  const oti good{100, 8, 2, 1, 4};
  const oti bad{100, 8, 0, 1, 4};
  REQUIRE(object_encoder(bad, object).state() == status::bad_parameter);
  REQUIRE(object_decoder(bad, object).state() == status::bad_parameter);
  const oti huge{~std::uint64_t{0}, 8, 1, 1, 4};
  REQUIRE(object_decoder(huge, object).state() == status::bad_parameter);
  const oti empty{0, 8, 1, 1, 4};
  REQUIRE(object_decoder(empty, {}).state() == status::bad_parameter);
  REQUIRE(object_encoder(good, std::span(object).first(99)).state() ==
          status::bad_length);
  REQUIRE(object_decoder(good, std::span(object).first(99)).state() ==
          status::bad_length);
  object_decoder broken(bad, object);
  REQUIRE(broken.add({0, 0}, symbol) == add_result::bad_esi);
  REQUIRE(broken.decode() == status::bad_parameter);
  REQUIRE(broken.decode(0) == status::bad_parameter);
  REQUIRE(broken.k_symbols(0) == 0);
  object_decoder decoder(good, object);
  REQUIRE(decoder.add({2, 0}, symbol) == add_result::bad_esi);
  REQUIRE(decoder.add({0, esi_limit}, symbol) == add_result::bad_esi);
  REQUIRE(decoder.add({0, 0}, std::span(symbol).first(7)) ==
          add_result::bad_length);
  REQUIRE(decoder.add({0, 0}, symbol) == add_result::added);
  REQUIRE(decoder.add({0, 0}, symbol) == add_result::duplicate);
  REQUIRE(decoder.decode(0) == status::need_more);
  REQUIRE(decoder.decode(2) == status::bad_esi);
  REQUIRE(decoder.decode() == status::need_more);
  object_encoder encoder(good, object);
  REQUIRE(encoder.symbol({2, 0}, symbol) == status::bad_esi);
  REQUIRE(encoder.symbol({0, esi_limit}, symbol) == status::bad_esi);
  REQUIRE(encoder.symbol({0, 0}, object) == status::bad_length);
  const std::uint32_t esis[] = {10, 11};
  REQUIRE(encoder.repair(0, esis, std::span(object).first(15), 8) ==
          status::bad_length);
  REQUIRE(encoder.repair(0, esis, std::span(object).first(16), 8) ==
          status::done);
}

} // namespace troupe::raptorq
