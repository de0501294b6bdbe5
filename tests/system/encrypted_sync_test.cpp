// SPDX-License-Identifier: BSD-3-Clause
// Encrypted shares and their receivers in simulated time. A seed decides
// everything, so a failure replays from the seed that it prints.
#include "core/channel_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"

#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

seal_key test_key(std::uint64_t seed) {
  return *seal_key::from_bytes(pattern(seal_key_bytes, seed));
}

sim_net_options bad_network(std::uint64_t seed) {
  return {.seed = seed,
          .loss = 0.15,
          .corruption = 0.01,
          .duplication = 0.05,
          .reordering = 0.05,
          .report_loss = 0.05};
}

struct sealed_world : world {
  using world::world;

  wire_mode wire = wire_mode::automatic; ///< of the receivers to come
  /// Of the last `sync_with`.
  std::shared_ptr<std::optional<sync_progress>> doubted;

  world::receiver begin(const std::string& name, std::span<std::byte> buffer,
                        std::optional<seal_key> with) {
    world::receiver r;
    auto request = request_for(name, buffer);
    request.key = std::move(with);
    request.wire = wire;
    start(r, std::move(request));
    return r;
  }

  /// Syncs `name` into `buffer`; waits for the report.
  sync_report sync_with(const std::string& name, std::vector<std::byte>& buffer,
                        std::optional<seal_key> with) {
    auto r = begin(name, buffer, std::move(with));
    doubted = r.doubted;
    REQUIRE(advance_until([&] { return r.done(); }, 10min));
    REQUIRE(r.reports->size() == 1);
    CHECK(net->stats().groups_joined_now == 0);
    return r.report();
  }

  /// One sharer more, with another key or content.
  share_supervisor_actor share_too(const std::string& name,
                                   const std::vector<std::byte>& bytes,
                                   std::optional<seal_key> with) {
    auto other = std::make_shared<share_index>(hash_type::blake2b);
    object_header header;
    header.size = bytes.size();
    header.metadata.mode = 0100644;
    header.name = name;
    other->add_file(header, tree_of(hash_type::blake2b, bytes),
                    make_blob_source(blob::copy_of(bytes)));
    share_request request;
    request.index = other;
    request.key = std::move(with);
    share_environment env;
    env.net = net;
    env.client = system.spawn(recording_share_client, share_reports);
    auto actor = system.spawn(share_supervisor, request, env);
    settle();
    return actor;
  }
};

} // namespace

TEST_CASE("an encrypted share makes files of all sizes equal",
          "[system][encryption]") {
  const auto size =
      GENERATE(0u, 1u, 983u, 984u, 985u, 32767u, 32768u, 32769u, 300'001u);
  const auto wire =
      GENERATE(wire_mode::classic, wire_mode::range, wire_mode::automatic);
  INFO("size " << size);
  sealed_world w;
  w.key = test_key(1);
  w.wire = wire;
  const auto data = pattern(size, 1);
  w.add("file", data);
  w.start_share();
  std::vector<std::byte> buffer(size);
  const auto report = w.sync_with("file", buffer, test_key(1));
  INFO(report.failure.message());
  REQUIRE(report.ok());
  CHECK(buffer == data);
  CHECK(report.stats.first_object_bytes < 40 + 56 + 32 * 33);
}

TEST_CASE("a tree of several parts comes sealed part by part",
          "[system][encryption]") {
  sealed_world w;
  w.key = test_key(1);
  w.wire = wire_mode::classic;
  constexpr std::size_t size = 9u << 20; // more than 256 chunks: two parts
  const auto data = pattern(size, 2);
  w.add("file", data);
  w.start_share();
  auto old = data;
  old[5'000'000] ^= std::byte{1};
  const auto report = w.sync_with("file", old, test_key(1));
  INFO(report.failure.message());
  REQUIRE(report.ok());
  CHECK(old == data);
  CHECK(report.stats.chunks_fetched == 1);
  CHECK(report.stats.first_object_bytes == 32768); // plain
}

TEST_CASE("two receivers that come at different times share transmissions",
          "[system][encryption][simulation]") {
  constexpr std::uint64_t seeds = 80;
  std::uint64_t equal = 0;
  const auto wire = GENERATE(wire_mode::classic, wire_mode::range);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    seeded_random random{seed};
    sealed_world w{bad_network(seed), seed};
    w.key = test_key(seed);
    w.wire = wire;
    const auto data = pattern(1 + random.below(10 * chunk_bytes), seed);
    w.add("file", data);
    w.start_share();
    std::vector<std::byte> one(data.size()), two(data.size());
    auto first = w.begin("file", one, test_key(seed));
    w.advance(std::chrono::microseconds{random.below(8000)}, 100us);
    auto second = w.begin("file", two, test_key(seed));
    REQUIRE(w.advance_until([&] { return first.done() && second.done(); },
                            10min)); // it never hangs
    for (const auto* r : {&first, &second}) {
      REQUIRE(r->reports->size() == 1);
      INFO(r->report().failure.message());
      equal += r->report().ok();
      // The key was right: whatever else may happen, it is not to blame.
      CHECK(r->report().failure.code != errc::bad_key);
    }
    if (first.report().ok())
      REQUIRE(one == data);
    if (second.report().ok())
      REQUIRE(two == data);
    CHECK(w.net->stats().groups_joined_now == 0);
  }
  WARN(equal << " of " << 2 * seeds << " receivers ended equal, the others"
                " with an error; none hung");
  // What classic transmissions bring does not add up, what ranges bring does.
  CHECK(equal >= (wire == wire_mode::classic ? 2 * seeds * 95 / 100
                                             : 2 * seeds));
}

TEST_CASE("who cannot be understood does not end a sync with a key",
          "[system][encryption][simulation]") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    INFO("seed " << seed);
    sealed_world w{seed % 4 < 2 ? bad_network(seed)
                                : sim_net_options{.seed = seed},
                   seed};
    w.wire = seed % 3 == 0   ? wire_mode::classic
             : seed % 3 == 1 ? wire_mode::range
                             : wire_mode::automatic;
    const auto data = pattern(20'000 + seed * 3000, seed);
    const auto forger =
        w.share_too("file", pattern(data.size(), seed + 1),
                    seed % 2 ? std::optional{test_key(2)} : std::nullopt);
    std::vector<std::byte> buffer(data.size());
    auto r = w.begin("file", buffer, test_key(1));
    w.advance(5s);
    CHECK(!r.done());
    w.key = test_key(1);
    w.add("file", data);
    w.start_share();
    REQUIRE(w.advance_until([&] { return r.done(); }, 10min));
    INFO(r.report().failure.message());
    CHECK(r.report().ok());
    CHECK(buffer == data);
    compat::anon_send(forger, stop_share{});
    w.settle();
  }
}

TEST_CASE("a wrong key is told soon and ends the sync at its timeout",
          "[system][encryption][simulation]") {
  auto latest_told = 0ns;
  std::uint64_t most_packets = 0;
  const auto wire =
      GENERATE(wire_mode::classic, wire_mode::range, wire_mode::automatic);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    sealed_world w{seed % 2 ? bad_network(seed) : sim_net_options{.seed = seed},
                   seed};
    w.key = test_key(seed);
    w.wire = wire;
    const auto data = pattern(1 + seed * 3000, seed);
    w.add("file", data);
    w.start_share();
    std::vector<std::byte> buffer(data.size());
    const auto before = buffer;
    const auto report = w.sync_with("file", buffer, test_key(seed + 1000));
    CHECK(report.failure.code == errc::bad_key);
    CHECK(buffer == before);
    CHECK(report.stats.elapsed >= 30s);
    CHECK(report.stats.elapsed < 31s);
    REQUIRE(*w.doubted);
    CHECK((*w.doubted)->doubt.code == errc::bad_key);
    latest_told = std::max(latest_told, (*w.doubted)->stats.elapsed);
    most_packets = std::max(most_packets, w.counters->packets_sent.load());
  }
  WARN("the latest was told after " << latest_told / 1ms << " ms; at most "
                                    << most_packets
                                    << " packets were sent in vain");
  CHECK(latest_told < 10s);
}

TEST_CASE("a key on one side only is noticed soon",
          "[system][encryption]") {
  const auto data = pattern(100'000, 3);
  std::vector<std::byte> buffer(data.size());
  SECTION("the receiver's") {
    sealed_world w;
    w.range_symbol_bytes = GENERATE(as<std::uint16_t>{}, 0,
                                    default_range_symbol_bytes);
    w.add("file", data);
    w.start_share();
    const auto report = w.sync_with("file", buffer, test_key(1));
    CHECK(report.failure.code == errc::bad_key);
    CHECK(report.failure.message().find("without encryption") !=
          std::string::npos);
    REQUIRE(*w.doubted);
    CHECK((*w.doubted)->doubt.message().find("without encryption") !=
          std::string::npos);
    CHECK((*w.doubted)->stats.elapsed < 2s);
  }
  SECTION("the sharer's") {
    sealed_world w;
    w.key = test_key(1);
    w.add("file", data);
    w.start_share();
    const auto report = w.sync_with("file", buffer, std::nullopt);
    CHECK(report.failure.code == errc::bad_key);
    CHECK(report.failure.message().find("no key was given") !=
          std::string::npos);
    CHECK(report.stats.elapsed < 5s);
  }
}

TEST_CASE("who has no key finds no range channels of an encrypted share",
          "[system][encryption]") {
  sealed_world w;
  w.key = test_key(1);
  w.add("file", pattern(200'000, 4));
  w.start_share();
  std::vector<std::byte> buffer(200'000);
  w.wire = wire_mode::range;
  const auto report = w.sync_with("file", buffer, std::nullopt);
  CHECK(report.failure.code == errc::no_sharer);
  CHECK(w.counters->packets_sent == 0);
}

TEST_CASE("a sealed share sends little more than a plain one",
          "[system][encryption][ranges]") {
  const double loss = GENERATE(0.0, 0.05);
  constexpr std::size_t size = 8u << 20;
  const auto data = pattern(size, 6);
  std::uint64_t sent[2] = {};
  for (const bool is_sealed : {false, true}) {
    sealed_world w{{.seed = 6, .loss = loss}, 6};
    w.wire = wire_mode::range;
    if (is_sealed) {
      w.key = test_key(1);
      w.range_symbol_bytes = sealed_range_symbol_bytes;
    }
    w.add("file", data);
    w.start_share();
    std::vector<std::byte> buffer(size);
    auto old = data;
    const auto report = w.sync_with("file", buffer, w.key);
    INFO(report.failure.message());
    REQUIRE(report.ok());
    CHECK(buffer == data);
    sent[is_sealed] = w.counters->packets_sent;
    // And of a change no more than that.
    old[5'000'000] ^= std::byte{1};
    const auto again = w.sync_with("file", old, w.key);
    REQUIRE(again.ok());
    CHECK(old == data);
    CHECK(again.stats.chunks_fetched == 1);
  }
  // 1336 bytes in each packet instead of 1368.
  WARN("loss " << loss << ": " << sent[0] << " packets plain, " << sent[1]
               << " sealed");
  CHECK(sent[1] * 100 <= sent[0] * (loss > 0 ? 105u : 103u));
}

TEST_CASE("forged symbols do not get into a sealed range",
          "[system][encryption][simulation]") {
  // The same content under another key: the same sizes, other groups. What
  // reaches the groups of the first is made by whoever listens there.
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    sealed_world w{bad_network(seed), seed};
    w.wire = wire_mode::range;
    w.key = test_key(1);
    w.range_symbol_bytes = sealed_range_symbol_bytes;
    const auto data = pattern(600'000 + seed, seed);
    w.add("file", data);
    w.start_share();
    std::vector<std::byte> buffer(data.size());
    auto r = w.begin("file", buffer, test_key(1));
    // Every packet that somebody hears comes back with one bit changed.
    auto listener = w.net->open_receiver({});
    REQUIRE(listener);
    auto sender = w.net->open_sender({});
    REQUIRE(sender);
    const auto tree = tree_of(hash_type::blake2b, data);
    const auto seal = *range_seal::from(test_key(1));
    const auto group = group_of(
        seal.mask(channel_id_of(channel_kind::data, tree.root())));
    std::uint64_t forged = 0;
    (*listener)->join({{group, [&](packet_batch&& batch) {
                          for (const auto packet : batch.packets) {
                            auto train = std::make_unique<packet_train>();
                            train->to = group;
                            train->packet_bytes =
                                static_cast<std::uint16_t>(packet.size());
                            train->bytes.assign(packet.begin(), packet.end());
                            train->bytes[40] ^= std::byte{1};
                            train->bytes[15] ^= std::byte{1}; // another ESI
                            if (forged++ < 2000)
                              (*sender)->send(std::move(train),
                                              [](train_sent&&) {});
                          }
                        }}});
    REQUIRE(w.advance_until([&] { return r.done(); }, 10min));
    INFO(r.report().failure.message());
    CHECK(r.report().ok());
    CHECK(buffer == data);
    CHECK(r.report().stats.chunks_rejected == 0);
    CHECK(forged > 100);
    (*listener)->close();
    (*sender)->close();
  }
}

TEST_CASE("no group of an encrypted share carries anything in clear",
          "[system][encryption]") {
  sealed_world w;
  w.key = test_key(1);
  w.range_symbol_bytes = sealed_range_symbol_bytes;
  const auto seal = *range_seal::from(test_key(1));
  const auto data = pattern(40 * chunk_bytes, 5);
  const auto tree = tree_of(hash_type::blake2b, data);
  w.add("file", data);
  w.start_share();
  // Everything that can be asked for: by name, tree, chunk and range.
  const auto name = hash_of(hash_type::blake2b, std::string_view{"file"});
  std::vector<hash> ids{name, channel_id_of(channel_kind::manifest, name)};
  for (std::uint64_t n = 0; n < tree.shape().nodes; ++n) {
    ids.push_back(tree.node(n));
    for (const auto kind : {channel_kind::leaves, channel_kind::data,
                            channel_kind::repair}) {
      ids.push_back(channel_id_of(kind, tree.node(n)));
      ids.push_back(seal.mask(channel_id_of(kind, tree.node(n))));
    }
  }
  ids.push_back(channel_id_of(channel_kind::sealed_manifest, name));
  std::vector<std::vector<std::byte>> heard;
  auto opened = w.net->open_receiver({});
  REQUIRE(opened);
  const auto port = std::move(*opened);
  std::vector<subscription> all;
  std::set<group_address> groups;
  for (const auto& id : ids)
    if (groups.insert(group_of(id)).second)
      all.push_back({group_of(id), [&](packet_batch&& batch) {
                       for (const auto packet : batch.packets)
                         heard.emplace_back(packet.begin(), packet.end());
                     }});
  port->join(std::move(all));
  w.advance(5s);
  // 40 chunks of 46 packets and more: it was not merely silent.
  REQUIRE(heard.size() >= 40 * 46);
  const auto word_at = [](std::span<const std::byte> bytes, std::size_t at) {
    return std::string(reinterpret_cast<const char*>(bytes.data()) + at, 16);
  };
  std::set<std::string> words;
  const auto note = [&](std::span<const std::byte> bytes) {
    for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16)
      words.insert(word_at(bytes, at));
  };
  note(data);
  for (std::uint64_t n = 0; n < tree.shape().nodes; ++n)
    note(tree.node(n).bytes);
  words.erase(std::string(16, 0)); // padding
  std::set<std::uint32_t> tags; // of plain range packets
  for (std::uint64_t n = 0; n < tree.shape().nodes; ++n)
    tags.insert(range_tag(tree.node(n)));
  std::uint64_t in_ranges = 0;
  for (const auto& packet : heard) {
    const bool is_object = packet.size() == object_packet_bytes;
    if (const auto position = parse_position(packet)) {
      REQUIRE(tags.count(position->tag) == 0);
      continue;
    }
    if (const auto sealed = parse_sealed_range_packet(packet);
        sealed && packet.size() == 1384) {
      ++in_ranges;
      REQUIRE(tags.count(sealed->header.tag) == 0);
      for (std::size_t at = 0; at + 16 <= packet.size(); at += 8)
        REQUIRE(words.count(word_at(packet, at)) == 0);
      continue;
    }
    REQUIRE((is_object || packet.size() == chunk_packet_bytes));
    const auto symbol = std::span{packet}.subspan(
        is_object ? object_header_bytes : chunk_header_bytes);
    for (std::size_t at = 0; at + 16 <= symbol.size(); at += 8)
      REQUIRE(words.count(word_at(symbol, at)) == 0);
  }
  // Both ranges, and each chunk by itself, and repair of them.
  CHECK(in_ranges >= 2 * 40 * 25);
  port->close();
}

TEST_CASE("of two sharers with one name the one with the key is heard",
          "[system][encryption][simulation]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    sealed_world w{bad_network(seed), seed};
    const auto data = pattern(50'000 + seed * 1000, seed);
    w.key = test_key(1);
    w.add("file", data);
    w.start_share();
    // The same object, so the same ids on the wire, under another key or none.
    const auto other =
        w.share_too("file", data,
                    seed % 3 == 0   ? std::nullopt
                    : seed % 3 == 1 ? std::optional{test_key(2)}
                                    : std::optional{test_key(1)});
    std::vector<std::byte> buffer(data.size());
    const auto report = w.sync_with("file", buffer, test_key(1));
    INFO(report.failure.message());
    CHECK(report.ok());
    CHECK(buffer == data);
    compat::anon_send(other, stop_share{});
    w.settle();
  }
}
