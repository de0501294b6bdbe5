// SPDX-License-Identifier: BSD-3-Clause
// Signed shares and their receivers in simulated time, with others on the same
// network who mean harm. A seed decides everything.
#include "core/channel_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"
#include "tests/transport/signing.hpp"

#include <stdlib.h>

#include <filesystem>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t start_s = 1'800'000'000;
constexpr auto type = hash_type::blake2b;

/// A folder that goes with the test.
struct folder {
  std::string name =
      (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
  folder() { REQUIRE(::mkdtemp(name.data()) != nullptr); }
  ~folder() { std::filesystem::remove_all(name); }
};

struct signed_world : world {
  using world::world;

  std::int64_t sharer_s = start_s;
  std::int64_t receiver_s = start_s;
  folder dir;
  std::vector<share_supervisor_actor> others;

  ~signed_world() {
    for (const auto& other : others)
      compat::anon_send(other, troupe::stop_share{});
    settle();
  }

  std::shared_ptr<const share_signing> with(const signing_key& by,
                                            std::uint64_t version) {
    return std::make_shared<const share_signing>(
        share_signing{.key = by,
                      .version = version,
                      .lifetime_s = 6400,
                      .expires_s = {},
                      .directories = {},
                      .now = [this] { return sharer_s; }});
  }

  std::shared_ptr<const share_trust> trust_in(const signing_key& by) {
    return std::make_shared<const share_trust>(
        share_trust{.key = by.shown(),
                    .memory = std::make_shared<const seen_versions>(dir.name),
                    .place = "/srv/file",
                    .now = [this] { return receiver_s; }});
  }

  /// One sharer more.
  void share_too(const std::string& name, const std::vector<std::byte>& bytes,
                 std::shared_ptr<const share_signing> how) {
    auto other = std::make_shared<share_index>(type, range_symbol_bytes);
    object_header header;
    header.size = bytes.size();
    header.metadata.mode = 0100644;
    header.name = name;
    other->add_file(header, tree_of(type, bytes),
                    make_blob_source(blob::copy_of(bytes)));
    share_all(other, std::move(how));
  }

  void share_all(std::shared_ptr<share_index> all,
                 std::shared_ptr<const share_signing> how) {
    share_request request;
    request.index = std::move(all);
    request.signing = std::move(how);
    share_environment env;
    env.net = net;
    env.client = system.spawn(recording_share_client, share_reports);
    others.push_back(system.spawn(share_supervisor, request, env));
    settle();
  }

  void stop_others() {
    for (const auto& other : others)
      compat::anon_send(other, troupe::stop_share{});
    others.clear();
    settle();
  }

  /// Syncs `name` into `buffer`; waits for the report.
  sync_report sync_from(const std::string& name, std::vector<std::byte>& buffer,
                        std::shared_ptr<const share_trust> trust) {
    world::receiver r;
    auto request = request_for(name, buffer);
    request.trust = std::move(trust);
    request.timeout = 3s;
    start(r, std::move(request));
    REQUIRE(advance_until([&] { return r.done(); }, 10min));
    REQUIRE(r.reports->size() == 1);
    CHECK(net->stats().groups_joined_now == 0);
    return r.report();
  }
};

sim_net_options bad_network(std::uint64_t seed) {
  return {.seed = seed,
          .loss = 0.1,
          .corruption = 0.01,
          .duplication = 0.05,
          .reordering = 0.05,
          .report_loss = 0.05};
}

constexpr std::size_t length = 40 * chunk_bytes + 5;

} // namespace

TEST_CASE("what is signed with the trusted key arrives", "[system][signing]") {
  const auto size = GENERATE(0u, 1u, 32768u, 32769u, 3'000'000u);
  INFO("size " << size);
  signed_world w{bad_network(size), size};
  const auto data = pattern(size, 1);
  w.share_too("file", data, w.with(key_number(1), 1));
  std::vector<std::byte> buffer(size);
  const auto report = w.sync_from("file", buffer, w.trust_in(key_number(1)));
  INFO(report.failure.message());
  REQUIRE(report.ok());
  CHECK(buffer == data);
}

TEST_CASE("who trusts nobody understands a signed share", "[system][signing]") {
  signed_world w;
  const auto data = pattern(length, 1);
  w.share_too("file", data, w.with(key_number(1), 1));
  std::vector<std::byte> buffer(length);
  const auto report = w.sync_from("file", buffer, nullptr);
  REQUIRE(report.ok());
  CHECK(buffer == data);
  CHECK(report.stats.packets < length / 1368 * 5 / 4); // by range channels
}

TEST_CASE("each attack ends in an error of its own and changes nothing",
          "[system][signing]") {
  signed_world w;
  const auto data = pattern(length, 1), older = pattern(length, 2);
  const auto trusted = w.trust_in(key_number(1));
  std::vector<std::byte> buffer = older;
  const auto expect = [&](errc code) {
    const auto before = buffer;
    const auto report = w.sync_from("file", buffer, trusted);
    INFO(report.failure.message());
    CHECK(report.failure.code == code);
    CHECK(buffer == before);
    CHECK(report.stats.elapsed < 4s);
    w.stop_others();
  };
  SECTION("nobody at all") { expect(errc::no_sharer); }
  SECTION("no signature") {
    w.share_too("file", data, nullptr);
    expect(errc::unsigned_share);
  }
  SECTION("another key") {
    w.share_too("file", data, w.with(key_number(2), 9));
    expect(errc::forged);
  }
  SECTION("an old version") {
    w.share_too("file", data, w.with(key_number(1), 5));
    REQUIRE(w.sync_from("file", buffer, trusted).ok());
    w.stop_others();
    w.share_too("file", older, w.with(key_number(1), 4));
    expect(errc::rolled_back);
  }
  SECTION("a recording of what was signed long ago") {
    w.share_too("file", data, w.with(key_number(1), 5));
    w.receiver_s += 6400;
    expect(errc::expired);
  }
  SECTION("a signature from the future") {
    w.share_too("file", data, w.with(key_number(1), 5));
    w.receiver_s -= 6400;
    expect(errc::not_yet_valid);
  }
  SECTION("another share of the same owner under this name") {
    auto index = std::make_shared<share_index>(type, w.range_symbol_bytes);
    const auto tree = tree_of(type, data);
    object_header header;
    header.size = data.size();
    header.metadata.mode = 0100644;
    header.name = "other";
    index->add_file(header, tree, make_blob_source(blob::copy_of(data)));
    const auto as = [](const char* name) {
      return channel_id_of(channel_kind::manifest, hash_of(type, name));
    };
    index->put(as("file"), *index->get(as("other")));
    w.share_all(index, w.with(key_number(1), 5));
    expect(errc::mixed_content);
  }
  SECTION("a signed manifest with a bit changed") {
    const auto signing = w.with(key_number(1), 5);
    auto proven = *signing->sign(
        channel_id_of(channel_kind::manifest, hash_of(type, "file")), type,
        serialise(manifest_of("file", 100, std::byte{1})));
    proven[proven.size() - signature_bytes - 1] ^= std::byte{1};
    auto index = std::make_shared<share_index>(type, w.range_symbol_bytes);
    index->put(channel_id_of(channel_kind::manifest, hash_of(type, "file")),
               indexed_object{blob{proven}});
    w.share_all(index, nullptr);
    expect(errc::tampered);
  }
}

TEST_CASE("a forger beside the true sharer does not keep the sync from ending",
          "[system][signing][simulation]") {
  std::uint64_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    INFO("seed " << seed);
    signed_world w{seed % 2 ? bad_network(seed) : sim_net_options{.seed = seed},
                   seed};
    const auto data = pattern(length + seed * 1000, seed);
    const auto other = pattern(length + seed * 999, seed + 100);
    // Before, after or on both sides of the true one.
    if (seed % 3 != 0)
      w.share_too("file", other, w.with(key_number(2), 1000));
    if (seed % 4 == 0)
      w.share_too("file", other, nullptr);
    w.share_too("file", data, w.with(key_number(1), 5));
    if (seed % 3 != 1)
      w.share_too("file", other, w.with(key_number(3), 1000));
    std::vector<std::byte> buffer(data.size());
    const auto report = w.sync_from("file", buffer, w.trust_in(key_number(1)));
    INFO(report.failure.message());
    REQUIRE(report.ok());
    CHECK(buffer == data);
    refused += report.stats.objects_refused;
  }
  WARN(refused << " forged manifests were refused in 24 syncs, all of which"
                  " ended equal");
  CHECK(refused >= 12); // they were not merely too late
}

TEST_CASE("leaf hashes of another version are refused, and the true ones taken",
          "[system][signing][simulation]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    signed_world w{{.seed = seed}, seed};
    const auto data = pattern(length, seed);
    const auto tree = tree_of(type, data), wrong = tree_of(type, pattern(length, 99));
    // Answers for the leaves of the true version with those of another.
    auto forged = std::make_shared<share_index>(type, w.range_symbol_bytes);
    const auto leaves = std::as_bytes(wrong.leaves());
    forged->put(channel_id_of(channel_kind::leaves, tree.root()),
                indexed_object{blob::copy_of(
                    leaves.first(tree.shape().chunks * hash_bytes))});
    w.share_all(forged, nullptr);
    std::vector<std::byte> buffer(data.size());
    SECTION("beside the true sharer") {
      w.share_too("file", data, w.with(key_number(1), 5));
      const auto report = w.sync_from("file", buffer, w.trust_in(key_number(1)));
      INFO(report.failure.message());
      REQUIRE(report.ok());
      CHECK(buffer == data);
    }
    SECTION("alone") {
      auto manifest_only =
          std::make_shared<share_index>(type, w.range_symbol_bytes);
      object_header header;
      header.size = data.size();
      header.metadata.mode = 0100644;
      header.name = "file";
      manifest_only->put(
          channel_id_of(channel_kind::manifest, hash_of(type, "file")),
          indexed_object{blob{serialise(
              make_manifest(type, w.range_symbol_bytes, header, tree))}});
      w.share_all(manifest_only, w.with(key_number(1), 5));
      const auto report = w.sync_from("file", buffer, w.trust_in(key_number(1)));
      CHECK(report.failure.code == errc::mixed_content);
    }
  }
}

TEST_CASE("a rotated key is accepted by those who have the old one",
          "[system][signing]") {
  signed_world w;
  const auto old_key = key_number(1);
  const auto new_key = *old_key.make_successor();
  const auto data = pattern(length, 1), newer = pattern(length, 2);
  std::vector<std::byte> buffer(length);
  w.share_too("file", data, w.with(new_key, 6));
  REQUIRE(w.sync_from("file", buffer, w.trust_in(old_key)).ok());
  w.stop_others();
  w.share_too("file", newer, w.with(old_key, 7));
  CHECK(w.sync_from("file", buffer, w.trust_in(old_key)).failure.code ==
        errc::forged);
  CHECK(buffer == data);
}

TEST_CASE("a signature is only asked for by name and range channels",
          "[system][signing]") {
  signed_world w;
  std::vector<std::byte> buffer(10);
  world::receiver r;
  auto request = world::request_for("file", buffer);
  request.trust = w.trust_in(key_number(1));
  SECTION("not by a hash") { request.id = hash{}; }
  SECTION("not in classic mode") { request.wire = wire_mode::classic; }
  w.start(r, std::move(request));
  REQUIRE(w.advance_until([&] { return r.done(); }, 1s));
  CHECK(r.report().failure.code == errc::invalid_argument);
}
