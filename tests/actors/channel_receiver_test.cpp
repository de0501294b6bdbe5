// SPDX-License-Identifier: BSD-3-Clause
#include "actors/channel_receiver.hpp"

#include "actors/object_packets.hpp"
#include "core/hasher.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

using packets = std::vector<std::vector<std::byte>>;

/// The packets of one transmission, one by one.
packets transmit(object_packets& sender, const object_directory::found& what) {
  packet_train train;
  REQUIRE(sender.fill(train, what));
  packets result;
  for (std::size_t at = 0; at < train.bytes.size(); at += train.packet_bytes)
    result.emplace_back(train.bytes.begin() + static_cast<long>(at),
                        train.bytes.begin() +
                            static_cast<long>(at + train.packet_bytes));
  return result;
}

struct fixture : actor_fixture {
  std::shared_ptr<supervisor_log> told = std::make_shared<supervisor_log>();
  std::shared_ptr<writer_log> written = std::make_shared<writer_log>();
  channel_receiver_actor receiver;
  object_packets sender{hash_type::blake2b, 10};

  fixture() {
    receiver = system.spawn(
        channel_receiver, system.spawn(recording_supervisor, told),
        system.spawn(recording_writer, written),
        channel_receiver_options{.max_object_bytes = 100'000});
    settle();
  }
  ~fixture() {
    caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
    settle();
  }

  static object_directory::found chunk(const std::vector<std::byte>& data) {
    return {hash_of(hash_type::blake2b, data),
            indexed_chunk{make_blob_source(blob::copy_of(data)),
                          {0, data.size()}}};
  }
  static object_directory::found object(const std::vector<std::byte>& data) {
    return {hash{}, indexed_object{blob::copy_of(data)}};
  }

  void open_for(const std::vector<std::byte>& data, channel_id id = 1,
                std::optional<seal_key> key = std::nullopt) {
    open_channel what;
    what.key = std::move(key);
    what.channel = id;
    what.id = hash_of(hash_type::blake2b, data);
    what.size_bytes = static_cast<std::uint32_t>(data.size());
    what.types = available_hash_types();
    what.pieces = {{0, what.size_bytes, 0}, {0, what.size_bytes, 65536}};
    compat::anon_send(receiver, what);
    settle();
  }
  void open_for_object(channel_id id = 1,
                       std::optional<seal_key> key = std::nullopt,
                       std::uint32_t most_bytes = 0) {
    open_channel what;
    what.size_bytes = most_bytes;
    what.key = std::move(key);
    what.channel = id;
    what.what = open_channel::content::object;
    what.types = available_hash_types();
    compat::anon_send(receiver, what);
    settle();
  }
  void deliver(const packets& all, channel_id id = 1, ip6_address from = {}) {
    auto slab = std::make_shared<packets>(all);
    symbol_batch msg;
    msg.channel = id;
    msg.batch.slab = slab;
    msg.batch.from = from;
    for (const auto& one : *slab)
      msg.batch.packets.emplace_back(one);
    compat::anon_send(receiver, std::move(msg));
    settle();
  }
};

seal_key test_key(std::uint64_t seed) {
  return *seal_key::from_bytes(pattern(seal_key_bytes, seed));
}

packets some(const packets& all, std::size_t first, std::size_t count) {
  return {all.begin() + static_cast<long>(first),
          all.begin() + static_cast<long>(first + count)};
}

} // namespace

TEST_CASE_METHOD(fixture, "a chunk's source symbols make the chunk",
                 "[actors][channel_receiver]") {
  const auto size = GENERATE(1u, 1023u, 1024u, 1025u, 32767u, 32768u);
  const auto data = pattern(size, 1);
  open_for(data);
  const auto k = (size + 1023) / 1024;
  deliver(some(transmit(sender, chunk(data)), 0, k));
  REQUIRE(written->size() == 1);
  const auto got = written->front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
  const auto& pieces = written->front().pieces;
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].length == size);
  CHECK(pieces[0].to == 0);
  CHECK(pieces[1].to == 65536);
  REQUIRE(told->chunks.size() == 1);
  CHECK(told->chunks.front().type == hash_type::blake2b);
  CHECK(told->chunks.front().symbols_source == k);
  CHECK(told->chunks.front().symbols_repair == 0);
}

TEST_CASE_METHOD(fixture, "repair symbols stand in for lost ones",
                 "[actors][channel_receiver]") {
  const auto data = pattern(32768, 2);
  open_for(data);
  auto all = transmit(sender, chunk(data));
  REQUIRE(all.size() == 42);
  all.erase(all.begin() + 3, all.begin() + 12); // one lost superpacket
  deliver(all);
  REQUIRE(written->size() == 1);
  const auto got = written->front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
}

TEST_CASE_METHOD(fixture, "two poor transmissions add up",
                 "[actors][channel_receiver]") {
  const auto data = pattern(32768, 3);
  open_for(data);
  deliver(some(transmit(sender, chunk(data)), 26, 16));
  CHECK(written->empty());
  CHECK(told->arrived == std::vector<channel_id>{1});
  deliver(some(transmit(sender, chunk(data)), 0, 20));
  CHECK(written->size() == 1);
}

TEST_CASE_METHOD(fixture, "a damaged symbol is found out and mended",
                 "[actors][channel_receiver]") {
  const auto data = pattern(32768, 4);
  open_for(data);
  auto all = transmit(sender, chunk(data));
  all[5][100] ^= std::byte{1};
  deliver(some(all, 0, 32));
  CHECK(written->empty());
  CHECK(told->rejected == std::vector<channel_id>{1});
  deliver(some(transmit(sender, chunk(data)), 0, 32));
  REQUIRE(written->size() == 1);
  const auto got = written->front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
}

TEST_CASE_METHOD(fixture, "packets of other chunks and noise are passed over",
                 "[actors][channel_receiver]") {
  const auto data = pattern(5000, 5);
  const auto other = pattern(5000, 6);
  open_for(data);
  deliver(transmit(sender, chunk(other)));
  deliver(transmit(sender, object(data)));
  deliver({pattern(1060, 7), pattern(1072, 8), pattern(3, 9), {}});
  CHECK(written->empty());
  CHECK(told->arrived.empty());
  deliver(transmit(sender, chunk(data)));
  CHECK(written->size() == 1);
}

TEST_CASE_METHOD(fixture, "late packets of a closed channel are passed over",
                 "[actors][channel_receiver]") {
  const auto data = pattern(5000, 5);
  open_for(data, 1);
  const auto next = pattern(5000, 6);
  open_for(next, 2);
  deliver(transmit(sender, chunk(data)), 1);
  CHECK(written->empty());
  deliver(transmit(sender, chunk(next)), 2);
  CHECK(written->size() == 1);
}

TEST_CASE_METHOD(fixture, "an object is given out once it hashes to its id",
                 "[actors][channel_receiver]") {
  const auto data = pattern(9000, 10);
  open_for_object();
  auto all = transmit(sender, object(data));
  SECTION("whole") { deliver(all); }
  SECTION("damaged at first") {
    auto damaged = all;
    damaged[0][48] ^= std::byte{0x80};
    deliver(some(damaged, 0, 9));
    CHECK(told->rejected.size() == 1);
    CHECK(told->objects.empty());
    deliver(all);
  }
  SECTION("two sharers with one name at once") {
    const auto other = transmit(sender, object(pattern(9000, 11)));
    packets mixed;
    for (std::size_t i = 0; i < all.size(); ++i) {
      mixed.push_back(all[i]);
      if (i < 8)
        mixed.push_back(other[i]);
    }
    deliver(mixed);
  }
  REQUIRE(told->objects.size() == 1);
  const auto got = told->objects.front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
}

TEST_CASE_METHOD(fixture, "an object beyond the limit takes no memory",
                 "[actors][channel_receiver]") {
  open_for_object();
  auto all = transmit(sender, object(pattern(9000, 12)));
  for (auto& packet : all) // F in bytes 32..36
    packet[32] = std::byte{0x7f};
  deliver(all);
  CHECK(told->objects.empty());
  CHECK(told->arrived.empty());
}

using cause = content_rejected::cause;

TEST_CASE_METHOD(fixture, "a sealed chunk is handed on in plain",
                 "[actors][channel_receiver][sealed]") {
  object_packets sealing{hash_type::blake2b, 10, test_key(1)};
  const auto data = pattern(32768, 13);
  open_for(data, 1, test_key(1));
  // The tail of one transmission, then another: they do not add up.
  deliver(some(transmit(sealing, chunk(data)), 20, 26));
  CHECK(told->arrived == std::vector<channel_id>{1});
  const auto next = transmit(sealing, chunk(data));
  deliver(some(next, 0, 32));
  CHECK(written->empty());
  deliver(some(next, 32, 1));
  REQUIRE(written->size() == 1);
  const auto got = written->front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
  CHECK(written->front().pieces.size() == 2);
  REQUIRE(told->chunks.size() == 1);
  CHECK(told->chunks.front().symbols_source == 33);
  CHECK(told->rejected.empty());
}

TEST_CASE_METHOD(fixture, "with a key a plain chunk is no content",
                 "[actors][channel_receiver][sealed]") {
  const auto data = pattern(32768, 14);
  open_for(data, 1, test_key(1));
  for (int i = 0; i < 3; ++i)
    deliver(transmit(sender, chunk(data)));
  CHECK(written->empty());
  CHECK(told->chunks.empty());
}

TEST_CASE_METHOD(fixture, "a sealed object is opened, and what speaks against"
                          " the key is told",
                 "[actors][channel_receiver][sealed]") {
  object_packets sealing{hash_type::blake2b, 10, test_key(1)};
  object_packets other{hash_type::blake2b, 10, test_key(2)};
  const auto data = pattern(9000, 15);
  open_for_object(1, test_key(1));
  deliver(transmit(other, object(data)));
  deliver(transmit(sender, object(data)));
  CHECK(told->causes == std::vector{cause::not_opened, cause::not_sealed});
  CHECK(told->objects.empty());
  deliver(transmit(sealing, object(data)));
  REQUIRE(told->objects.size() == 1);
  const auto got = told->objects.front().data.view();
  CHECK(std::equal(got.begin(), got.end(), data.begin(), data.end()));
}

TEST_CASE_METHOD(fixture, "without a key a sealed object is seen to be illegible",
                 "[actors][channel_receiver][sealed]") {
  object_packets sealing{hash_type::blake2b, 10, test_key(1)};
  const auto data = pattern(9000, 16);
  open_for_object();
  for (int i = 0; i < 3; ++i)
    deliver(some(transmit(sealing, object(data)), 0, 9));
  // Once may be damage; the same id with other content is not.
  CHECK(told->causes == std::vector{cause::wrong_hash, cause::illegible,
                                    cause::illegible});
  CHECK(told->objects.empty());
}

TEST_CASE_METHOD(fixture, "forged symbols of an object spoil only each other",
                 "[actors][channel_receiver][hostile]") {
  const ip6_address sharer{{0xfe, 0x80, 1}}, forger{{0xfe, 0x80, 2}};
  const auto data = pattern(5000, 51);
  open_for_object();
  const auto all = transmit(sender, object(data));
  auto bad = all; // the same id and length
  for (auto& packet : bad)
    packet.back() ^= std::byte{1};
  for (std::size_t i = 0; i < 5; ++i) {
    deliver(some(bad, i, 1), 1, forger);
    CHECK(told->objects.empty());
    deliver(some(all, i, 1), 1, sharer);
  }
  REQUIRE(told->objects.size() == 1);
  CHECK(told->objects.front().from == sharer);
}

TEST_CASE_METHOD(fixture, "an object that is longer than it can be is ignored",
                 "[actors][channel_receiver][hostile]") {
  const auto data = pattern(5000, 52);
  open_for_object(1, std::nullopt, 4999);
  deliver(transmit(sender, object(data)));
  CHECK(told->objects.empty());
  CHECK(told->arrived.empty());
  open_for_object(2, std::nullopt, 5000);
  deliver(transmit(sender, object(data)), 2);
  CHECK(told->objects.size() == 1);
}
