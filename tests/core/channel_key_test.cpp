// SPDX-License-Identifier: BSD-3-Clause
#include "core/channel_key.hpp"

#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::array kinds{channel_kind::manifest, channel_kind::leaves,
                           channel_kind::data, channel_kind::repair};

hash random_hash(std::mt19937_64& random) {
  hash value;
  const auto data = random_bytes(random, hash_bytes);
  std::copy(data.begin(), data.end(), value.bytes.begin());
  return value;
}

std::span<const std::byte> key_of(const hash& id) {
  return std::span{id.bytes}.first(channel_key_bytes);
}

} // namespace

TEST_CASE("a channel is its node, eleven letters and three bytes of index",
          "[channel_key]") {
  const auto zero_based = [](channel_kind kind, std::uint32_t index) {
    return hex(channel_id_of(kind, hash{}, index).bytes);
  };
  const auto tail = std::string(2 * (hash_bytes - channel_key_bytes), '0');
  const auto text = [](std::string_view letters) {
    return hex(bytes_of(letters));
  };
  CHECK(zero_based(channel_kind::manifest, 0) ==
        text("troupe/name") + "000000" + tail);
  CHECK(zero_based(channel_kind::leaves, 0) ==
        text("troupe/leaf") + "000000" + tail);
  CHECK(zero_based(channel_kind::data, 0) ==
        text("troupe/data") + "000000" + tail);
  CHECK(zero_based(channel_kind::repair, 0x010203) ==
        text("troupe/mend") + "010203" + tail);
  CHECK(zero_based(channel_kind::repair, channel_index_max) ==
        text("troupe/mend") + "ffffff" + tail);
}

TEST_CASE("the letters are combined with the node by exclusive or",
          "[channel_key]") {
  std::mt19937_64 random{11};
  const auto node = random_hash(random);
  const auto id = channel_id_of(channel_kind::data, node, 5);
  const auto letters = bytes_of("troupe/data");
  for (std::size_t i = 0; i < channel_node_bytes; ++i)
    CHECK(id.bytes[i] == (node.bytes[i] ^ letters[i]));
  CHECK(id.bytes[11] == std::byte{0});
  CHECK(id.bytes[12] == std::byte{0});
  CHECK(id.bytes[13] == std::byte{5});
  // What a group address does not carry stays the node's.
  CHECK(std::equal(id.bytes.begin() + channel_key_bytes, id.bytes.end(),
                   node.bytes.begin() + channel_key_bytes));
}

TEST_CASE("a key reads back as the node and index that it was made from",
          "[channel_key]") {
  std::mt19937_64 random{12};
  for (auto round = 0; round < 1000; ++round) {
    const auto node = random_hash(random);
    const auto index =
        static_cast<std::uint32_t>(random() & channel_index_max);
    for (const auto kind : kinds) {
      const auto id = channel_id_of(kind, node, index);
      const auto name = read_channel_key(kind, key_of(id));
      CHECK(name.index == index);
      CHECK(std::equal(name.node.begin(), name.node.end(),
                       node.bytes.begin()));
    }
  }
}

TEST_CASE("no two kinds of channel of a node have one key", "[channel_key]") {
  std::mt19937_64 random{13};
  const auto node = random_hash(random);
  for (const auto one : kinds)
    for (const auto other : kinds) {
      const auto a = channel_id_of(one, node);
      const auto b = channel_id_of(other, node);
      CHECK((hex(key_of(a)) == hex(key_of(b))) == (one == other));
    }
}
