// SPDX-License-Identifier: BSD-3-Clause
#include "transport/range_packet.hpp"

#include "tests/transport/support.hpp"

namespace troupe::test {
namespace {

constexpr range_header sample{.countdown = 3,
                              .tag = 0xce7106d3,
                              .block_bytes = 1'048'576,
                              .esi = 0x0102fe};

bytes packet_with(const range_header& header, std::size_t symbol_bytes = 8) {
  bytes packet(range_header_bytes + symbol_bytes, std::byte{0xaa});
  write_range_header(std::span{packet}.first<range_header_bytes>(), header);
  return packet;
}

} // namespace

TEST_CASE("a range header is magic, version, type, countdown, tag, F and ESI") {
  CHECK(to_hex_text(packet_with(sample)) == "54010103"
                                            "ce7106d3"
                                            "00100000"
                                            "000102fe"
                                            "aaaaaaaaaaaaaaaa");
}

TEST_CASE("a range packet reads back as it was written") {
  std::mt19937_64 random{16};
  for (int round = 0; round < 1000; ++round) {
    const range_header header{
        .countdown = static_cast<std::uint8_t>(random() % 5),
        .tag = static_cast<std::uint32_t>(random()),
        .block_bytes = static_cast<std::uint32_t>(random()),
        .esi = static_cast<std::uint32_t>(random() & 0xffffff)};
    const auto packet = packet_with(header, 1 + random() % 1500);
    const auto view = parse_range_packet(packet);
    REQUIRE(view);
    CHECK(view->header == header);
    CHECK(view->symbol.data() == packet.data() + range_header_bytes);
    CHECK(view->symbol.size() == packet.size() - range_header_bytes);
  }
}

TEST_CASE("a wrong field makes it no range packet") {
  const auto good = packet_with(sample);
  REQUIRE(parse_range_packet(good));
  const auto allowed = [](std::size_t at, unsigned value) {
    switch (at) {
    case 0:
      return value == 'T';
    case 1:
    case 2:
      return value == 1;
    case 3:
      return value <= 4;
    case 12:
      return value == 0;
    default:
      return true; // any tag, length and ESI may be meant
    }
  };
  for (std::size_t at = 0; at < range_header_bytes; ++at)
    for (unsigned value = 0; value < 256; ++value) {
      auto changed = good;
      changed[at] = static_cast<std::byte>(value);
      INFO("byte " << at << " = " << value);
      REQUIRE(parse_range_packet(changed).has_value() == allowed(at, value));
    }
}

TEST_CASE("a range packet without a symbol is none") {
  const auto packet = packet_with(sample, 1);
  CHECK(parse_range_packet(packet));
  for (std::size_t length = 0; length <= range_header_bytes; ++length) {
    const bytes cut(packet.begin(),
                    packet.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(parse_range_packet(cut));
  }
}

TEST_CASE("a tag is how the node's hash begins") {
  hash node;
  for (std::size_t i = 0; i < hash_bytes; ++i)
    node.bytes[i] = static_cast<std::byte>(0xa0 + i);
  CHECK(range_tag(node) == 0xa0a1a2a3);
  CHECK(range_tag(hash{}) == 0);
}

TEST_CASE("K is the number of symbols that hold the block") {
  CHECK(range_symbols(1, 1368) == 1);
  CHECK(range_symbols(1368, 1368) == 1);
  CHECK(range_symbols(1369, 1368) == 2);
  CHECK(range_symbols(32768, 1368) == 24);
  CHECK(range_symbols(1 << 20, 1368) == 767);
  CHECK(range_symbols(1 << 20, 256) == 4096);
  CHECK(range_symbols(1 << 20, 8192) == 128);
}

TEST_CASE("repair channels have two to eight symbols, more for larger blocks") {
  CHECK(repair_channel_symbols(1) == 2);
  CHECK(repair_channel_symbols(24) == 2);
  CHECK(repair_channel_symbols(192) == 2);
  CHECK(repair_channel_symbols(193) == 3);
  CHECK(repair_channel_symbols(767) == 8);
  std::uint32_t before = 2;
  for (std::uint32_t k = 1; k <= 56403; ++k) {
    const auto each = repair_channel_symbols(k);
    REQUIRE(each >= before);
    REQUIRE(each <= 8);
    // The last symbol of the last channel still has an ESI.
    const auto last = repair_symbols(k, repair_channels - 1);
    REQUIRE(last.first_esi + last.count <= 1u << 24);
    before = each;
  }
}

TEST_CASE("repair channels follow one another, the wide ones last",
          "[transport][ranges]") {
  const auto k = GENERATE(1u, 24u, 193u, 767u, 4096u);
  auto next = k;
  for (std::uint32_t index = 0; index < repair_channels; ++index) {
    const auto span = repair_symbols(k, index);
    REQUIRE(span.first_esi == next);
    REQUIRE(repair_channel_of(k, next) == index);
    next += span.count;
    REQUIRE(repair_channel_of(k, next - 1) == index);
  }
  CHECK(repair_symbols(k, narrow_repair_channels).count ==
        8 * repair_symbols(k, 0).count);
  CHECK(repair_channel_of(k, next) == repair_channels);
  // What anybody may write into a packet is no more than a number.
  CHECK(repair_channel_of(k, (1u << 24) - 1) >= repair_channels);
}

TEST_CASE("a position packet says where others are", "[transport][ranges]") {
  std::array<std::byte, position_packet_bytes> packet;
  const range_position where{0x01020304, 0xa1b2c3d4};
  write_position(packet, where);
  const std::array<unsigned, 16> golden{'T', 1,    2, 0, 0xa1, 0xb2, 0xc3, 0xd4,
                                        1,   2,    3, 4, 0,    0,    0,    0};
  for (std::size_t i = 0; i < packet.size(); ++i)
    CHECK(std::to_integer<unsigned>(packet[i]) == golden[i]);
  CHECK(parse_position(packet) == where);
  CHECK_FALSE(parse_range_packet(packet));
  CHECK_FALSE(parse_position(std::span{packet}.first(15)));
  for (const std::size_t at : {0u, 1u, 2u}) {
    auto other = packet;
    other[at] ^= std::byte{1};
    CHECK_FALSE(parse_position(other));
  }
}

} // namespace troupe::test
