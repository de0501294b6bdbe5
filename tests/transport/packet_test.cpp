// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/packet.hpp"

namespace troupe::test {
namespace {

hash counting_hash() {
  hash h;
  for (std::size_t i = 0; i < hash_bytes; ++i)
    h.bytes[i] = static_cast<std::byte>(i);
  return h;
}

bytes chunk_packet(symbol_id id) {
  bytes packet(chunk_packet_bytes, std::byte{0xaa});
  write_chunk_header(std::span{packet}.first<chunk_header_bytes>(),
                     counting_hash(), id);
  return packet;
}

bytes object_packet(const object_info& info, symbol_id id) {
  bytes packet(object_packet_bytes, std::byte{0xaa});
  write_object_header(std::span{packet}.first<object_header_bytes>(),
                      counting_hash(), info, id);
  return packet;
}

const std::string counting_hex =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

} // namespace

TEST_CASE("a chunk header is the hash, block and symbol number") {
  const auto packet = chunk_packet({.encoding_symbol = 0xc69b2d});
  CHECK(to_hex_text(std::span{packet}.first(chunk_header_bytes)) ==
        counting_hex + "00c69b2d");
}

TEST_CASE("an object header is the hash, OTI and payload id") {
  const auto packet =
      object_packet({.transfer_bytes = 97}, {.encoding_symbol = 5});
  CHECK(to_hex_text(std::span{packet}.first(object_header_bytes)) ==
        counting_hex + "0000000061000400" + "01000104" + "00000005");
}

TEST_CASE("header fields larger than their bits are cut, not spilled") {
  const auto packet =
      object_packet({.transfer_bytes = 0x1'23456789ab}, {1, 0xff345678});
  CHECK(to_hex_text(std::span{packet}.subspan(32, 16)) ==
        "23456789ab000400" + std::string{"01000104"} + "01345678");
}

TEST_CASE("what is written reads back") {
  const symbol_id id{.encoding_symbol = 0xfffffe};
  const auto chunk = chunk_packet(id);
  const auto view = parse_packet(chunk);
  REQUIRE(view);
  CHECK(view->object == counting_hash());
  CHECK_FALSE(view->info);
  CHECK(view->id == id);
  CHECK(view->symbol.data() == chunk.data() + chunk_header_bytes);
  CHECK(view->symbol.size() == classic_symbol_bytes);

  const object_info info{.transfer_bytes = 98309};
  const auto object = object_packet(info, id);
  const auto other = parse_packet(object);
  REQUIRE(other);
  CHECK(other->info == info);
  CHECK(other->id == id);
  CHECK(other->symbol.data() == object.data() + object_header_bytes);
}

TEST_CASE("only the two packet lengths are packets") {
  const bytes data(70000);
  for (std::size_t length = 0; length <= 2200; ++length)
    if (length != chunk_packet_bytes && length != object_packet_bytes)
      CHECK_FALSE(parse_packet(std::span{data}.first(length)));
  CHECK_FALSE(parse_packet(data));
}

TEST_CASE("an OTI that classic mode does not use is refused") {
  const object_info good{.transfer_bytes = 5000};
  CHECK(parse_packet(object_packet(good, {})));
  const auto is_refused = [&](auto change) {
    object_info bad = good;
    change(bad);
    return !parse_packet(object_packet(bad, {}));
  };
  CHECK(is_refused([](auto& i) { i.transfer_bytes = 0; }));
  CHECK(is_refused([](auto& i) { i.symbol_bytes = 1020; }));
  CHECK(is_refused([](auto& i) { i.symbol_bytes = 0; }));
  CHECK(is_refused([](auto& i) { i.source_blocks = 0; }));
  CHECK(is_refused([](auto& i) { i.source_blocks = 2; }));
  CHECK(is_refused([](auto& i) { i.sub_blocks = 0; }));
  CHECK(is_refused([](auto& i) { i.sub_blocks = 257; }));
  CHECK(is_refused([](auto& i) { i.alignment = 8; }));
}

TEST_CASE("a source block holds 56403 symbols and no more") {
  constexpr std::uint64_t most = 56403u * 1024u;
  CHECK(parse_packet(object_packet({.transfer_bytes = most}, {})));
  CHECK_FALSE(parse_packet(object_packet({.transfer_bytes = most + 1}, {})));
  CHECK_FALSE(
      parse_packet(object_packet({.transfer_bytes = (1ull << 40) - 1}, {})));
}

TEST_CASE("a symbol of a second source block is refused") {
  CHECK_FALSE(parse_packet(chunk_packet({.source_block = 1})));
  CHECK_FALSE(
      parse_packet(object_packet({.transfer_bytes = 1}, {.source_block = 9})));
}

TEST_CASE("the reserved OTI byte is ignored") {
  auto packet = object_packet({.transfer_bytes = 5000}, {});
  packet[37] = std::byte{0x7f};
  CHECK(parse_packet(packet));
}

} // namespace troupe::test
