// SPDX-License-Identifier: BSD-3-Clause
#include "transport/share_signing.hpp"

#include "core/channel_key.hpp"
#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/signing.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::int64_t start_s = 1'800'000'000;
constexpr auto type = hash_type::blake2b;

/// A sharer's and a receiver's side, each with a clock.
struct fixture {
  std::int64_t sharer_s = start_s;
  std::int64_t receiver_s = start_s;
  temp_dir dir;

  share_signing signing_with(signing_key key, std::uint64_t version) {
    return {.key = std::move(key),
            .version = version,
            .lifetime_s = 6400,
            .expires_s = {},
            .directories = {"photos"},
            .now = [this] { return sharer_s; }};
  }
  share_trust trust_in(const signing_key& key) {
    return {.key = key.shown(),
            .memory = std::make_shared<const seen_versions>(dir / "seen"),
            .place = "/srv/disk",
            .now = [this] { return receiver_s; }};
  }
  static hash channel_of(const std::string& name) {
    return channel_id_of(channel_kind::manifest, hash_of(type, name));
  }
  std::vector<std::byte> send(const signing_key& key, std::uint64_t version,
                              std::byte content = std::byte{1},
                              const std::string& name = "disk") {
    return *signing_with(key, version)
                .sign(channel_of(name), type,
                      serialise(manifest_of(name, 100, content)));
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "what the trusted key signed passes", "[signing]") {
  const auto trust = trust_in(key_number(1));
  const auto sent = send(key_number(1), 5);
  CHECK(trust.check("disk", sent).code == errc::none);
  CHECK(trust.remember("disk", sent).code == errc::none);
  CHECK(trust.check("disk", sent).code == errc::none);
}

TEST_CASE_METHOD(fixture, "each refusal has a reason of its own", "[signing]") {
  const auto trust = trust_in(key_number(1));
  const auto reason = [&](std::span<const std::byte> bytes,
                          const std::string& name = "disk") {
    const auto failed = trust.check(name, bytes);
    CHECK_FALSE(failed.what.empty());
    return failed.code;
  };
  const auto good = send(key_number(1), 5);
  CHECK(reason(serialise(manifest_of("disk", 100, std::byte{1}))) ==
        errc::unsigned_share);
  CHECK(reason(send(key_number(2), 5)) == errc::forged);
  auto altered = good;
  altered[good.size() - signature_bytes - 1] ^= std::byte{1}; // in the hashes
  CHECK(reason(altered) == errc::tampered);
  CHECK(reason(good, "other") == errc::mixed_content);
  receiver_s = start_s + 6400;
  CHECK(reason(good) == errc::expired);
  receiver_s = start_s - clock_tolerance_s - 200;
  CHECK(reason(good) == errc::not_yet_valid);
  receiver_s = start_s - 60;
  CHECK(trust.check("disk", good).code == errc::none);
  receiver_s = start_s;
  REQUIRE(trust.remember("disk", good).code == errc::none);
  CHECK(reason(send(key_number(1), 4, std::byte{2})) == errc::rolled_back);
  CHECK(reason(send(key_number(1), 5, std::byte{2})) == errc::mixed_content);
  CHECK(trust.check("disk", send(key_number(1), 6, std::byte{2})).code ==
        errc::none);
}

TEST_CASE_METHOD(fixture, "the same content is no rollback", "[signing]") {
  const auto trust = trust_in(key_number(1));
  REQUIRE(trust.remember("disk", send(key_number(1), 5)).code == errc::none);
  const auto again = send(key_number(1), 3); // another sharer, an older clock
  CHECK(trust.check("disk", again).code == errc::none);
  REQUIRE(trust.remember("disk", again).code == errc::none);
  // And does not make room for one.
  CHECK(trust.check("disk", send(key_number(1), 4, std::byte{2})).code ==
        errc::rolled_back);
}

TEST_CASE_METHOD(fixture, "a successor is accepted, and the old key no more",
                 "[signing]") {
  const auto old_key = key_number(1);
  const auto new_key = *old_key.make_successor();
  const auto trust = trust_in(old_key);
  CHECK(trust.check("disk", send(old_key, 5)).code == errc::none);
  const auto sent = send(new_key, 6, std::byte{2});
  REQUIRE(trust.check("disk", sent).code == errc::none);
  REQUIRE(trust.remember("disk", sent).code == errc::none);
  // Whoever stole the old key is late, whatever version they give it.
  CHECK(trust.check("disk", send(old_key, 99, std::byte{3})).code ==
        errc::forged);
  CHECK(trust.check("disk", send(*old_key.make_successor(), 99)).code ==
        errc::forged);
  CHECK(trust.check("disk", send(*new_key.make_successor(), 7, std::byte{4}))
            .code == errc::none);
}

TEST_CASE_METHOD(fixture, "a share that runs for long does not expire",
                 "[signing]") {
  const auto trust = trust_in(key_number(1));
  const auto first = send(key_number(1), 5);
  std::vector<std::byte> last;
  std::size_t different = 0;
  for (int minute = 0; minute < 60 * 24; ++minute) {
    sharer_s = receiver_s = start_s + minute * 60;
    const auto sent = send(key_number(1), 5);
    REQUIRE(trust.check("disk", sent).code == errc::none);
    different += sent != last;
    last = sent;
  }
  // Signed anew each 100 s, so that repeated sendings mostly agree.
  CHECK(different <= 86400 / 100 + 1);
  CHECK(trust.check("disk", first).code == errc::expired);
}

TEST_CASE_METHOD(fixture, "a fixed end stays", "[signing]") {
  auto signing = signing_with(key_number(1), 5);
  signing.expires_s = start_s + 50;
  const auto sent = *signing.sign(channel_of("disk"), type,
                                  serialise(manifest_of("disk", 1, {})));
  const auto trust = trust_in(key_number(1));
  receiver_s = start_s + 49;
  CHECK(trust.check("disk", sent).code == errc::none);
  receiver_s = start_s + 50;
  CHECK(trust.check("disk", sent).code == errc::expired);
  SECTION("also for a sharer that goes on after it") {
    sharer_s = start_s + 5000;
    CHECK(trust.check("disk", *signing.sign(channel_of("disk"), type,
                                            serialise(manifest_of("disk", 1,
                                                                  {}))))
              .code == errc::expired);
  }
}

TEST_CASE_METHOD(fixture, "clocks that jump heal when they jump back",
                 "[signing]") {
  const auto trust = trust_in(key_number(1));
  sharer_s = start_s + 86400 * 365;
  const auto ahead = send(key_number(1), 5);
  CHECK(trust.check("disk", ahead).code == errc::not_yet_valid);
  sharer_s = start_s;
  CHECK(trust.check("disk", send(key_number(1), 5)).code == errc::none);
  receiver_s = 0; // no battery
  CHECK(trust.check("disk", send(key_number(1), 5)).code ==
        errc::not_yet_valid);
}

TEST_CASE_METHOD(fixture, "a directory is signed by the name it has in the index",
                 "[signing]") {
  auto described = manifest_of("", 100, std::byte{1});
  described.header.metadata.mode = 0;
  described.is_catalogue = true;
  const auto signing = signing_with(key_number(1), 5);
  const auto bytes = serialise(described);
  const auto sent = signing.sign(channel_of("photos"), type, bytes);
  REQUIRE(sent);
  CHECK(parse_signed_manifest(*sent)->says.name == "photos");
  CHECK(trust_in(key_number(1)).check("photos", *sent).code == errc::none);
  // Below a hash, or below a name that is not shared, it goes unsigned.
  CHECK_FALSE(signing.sign(channel_of("other"), type, bytes));
  CHECK_FALSE(signing.sign({}, type, bytes));
}

TEST_CASE_METHOD(fixture, "an unknown demand is refused, an unknown hint is not",
                 "[signing]") {
  const auto trust = trust_in(key_number(1));
  const auto read = send(key_number(1), 5);
  auto says = parse_signed_manifest(read)->says;
  const auto inner = serialise(manifest_of("disk", 100, std::byte{1}));
  says.capabilities = capability_ranges | 0x4000'0000;
  CHECK(trust.check("disk", sign_manifest(says, inner, key_number(1))).code ==
        errc::none);
  says.capabilities = capability_ranges | 0x4000;
  CHECK(trust.check("disk", sign_manifest(says, inner, key_number(1))).code ==
        errc::unsupported);
}

TEST_CASE("what the right key says explains more than what anybody says",
          "[signing]") {
  const error none, forged{errc::forged, ""}, expired{errc::expired, ""};
  CHECK(more_telling(none, forged).code == errc::forged);
  CHECK(more_telling(forged, expired).code == errc::expired);
  CHECK(more_telling(expired, forged).code == errc::expired);
}
