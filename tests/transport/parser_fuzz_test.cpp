// SPDX-License-Identifier: BSD-3-Clause
// Damaged messages: never a crash or a read past the end (run this with
// AddressSanitizer), and nothing comes out that the format forbids.
#include "tests/transport/support.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"

namespace troupe::test {
namespace {

/// Some of: bytes changed, the end cut off, bytes added.
bytes mutate(std::mt19937_64& random, bytes message) {
  for (auto changes = random() % 4; changes > 0 && !message.empty(); --changes)
    message[random() % message.size()] = static_cast<std::byte>(random());
  if (random() % 4 == 0)
    message.resize(random() % (message.size() + 1));
  if (random() % 4 == 0)
    message.resize(message.size() + random() % 40, std::byte{0xff});
  message.shrink_to_fit(); // so that reading past the end is noticed
  return message;
}

bytes sample_report(std::mt19937_64& random) {
  std::vector<group_change> changes(random() % (max_report_records + 1));
  for (auto& c : changes)
    c = {group_number(random()),
         {},
         0,
         random() % 2 ? membership::wanted : membership::done};
  return make_report(changes);
}

bytes sample_packet(std::mt19937_64& random) {
  const bool is_object = random() % 2;
  bytes packet = random_bytes(random, is_object ? object_packet_bytes
                                                : chunk_packet_bytes);
  const symbol_id id{.encoding_symbol =
                         static_cast<std::uint32_t>(random() & 0xffffff)};
  if (is_object)
    write_object_header(std::span{packet}.first<object_header_bytes>(),
                        hash_number(random()),
                        {.transfer_bytes = 1 + random() % 57'000'000}, id);
  else
    write_chunk_header(std::span{packet}.first<chunk_header_bytes>(),
                       hash_number(random()), id);
  return packet;
}

bytes sample_range_packet(std::mt19937_64& random) {
  bytes packet =
      random_bytes(random, range_header_bytes + 1 + random() % 1400);
  write_range_header(
      std::span{packet}.first<range_header_bytes>(),
      {.countdown = static_cast<std::uint8_t>(random() % (range_countdown + 1)),
       .tag = static_cast<std::uint32_t>(random()),
       .block_bytes = static_cast<std::uint32_t>(random()),
       .esi = static_cast<std::uint32_t>(random() & 0xffffff)});
  return packet;
}

} // namespace

TEST_CASE("the report parser stands any damage") {
  std::mt19937_64 random{20261122};
  std::size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    const bytes message = mutate(random, sample_report(random));
    std::vector<group_change> out;
    refused += !parse_report(message, {}, 1, out);
    REQUIRE(out.size() <= message.size() / 20);
    for (const auto& c : out)
      REQUIRE(c.group.is_multicast());
  }
  CHECK(refused > 1000);
  CHECK(refused < 19000);
}

TEST_CASE("the packet parser stands any damage") {
  std::mt19937_64 random{4242};
  std::size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    const bytes packet = mutate(random, sample_packet(random));
    const auto view = parse_packet(packet);
    if (!view)
      continue;
    ++accepted;
    REQUIRE(view->symbol.size() == classic_symbol_bytes);
    REQUIRE(view->symbol.data() + view->symbol.size() ==
            packet.data() + packet.size());
    REQUIRE(view->id.source_block == 0);
    REQUIRE(view->id.encoding_symbol <= 0xffffff);
    if (view->info)
      REQUIRE(view->info->transfer_bytes - 1 < 57756672);
  }
  CHECK(accepted > 5000);
  CHECK(accepted < 19000);
}

TEST_CASE("the range packet parser stands any damage") {
  std::mt19937_64 random{1368};
  std::size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    const bytes packet = mutate(random, sample_range_packet(random));
    const auto view = parse_range_packet(packet);
    if (!view)
      continue;
    ++accepted;
    REQUIRE(view->header.countdown <= range_countdown);
    REQUIRE(view->header.esi <= 0xffffff);
    REQUIRE(view->symbol.size() == packet.size() - range_header_bytes);
    REQUIRE(view->symbol.data() == packet.data() + range_header_bytes);
    // What was read is all that the header says.
    bytes again = packet;
    write_range_header(std::span{again}.first<range_header_bytes>(),
                       view->header);
    REQUIRE(again == packet);
  }
  CHECK(accepted > 10000);
  CHECK(accepted < 19990);
}

} // namespace troupe::test
