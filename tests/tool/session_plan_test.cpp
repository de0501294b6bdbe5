// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/session_plan.hpp"

#include "config/read_session.hpp"
#include "tests/support/catch.hpp"

using namespace troupe;
using namespace troupe::tool;

namespace {

session_plan plan_of(const std::string& text) {
  const auto read = config::read_session_text(text, "s.toml");
  for (const auto& each : read.complaints)
    UNSCOPED_INFO(each.message());
  REQUIRE(read.session);
  return make_plan(*read.session);
}

} // namespace

TEST_CASE("a session's shares and syncs get the options of the commands") {
  const auto plan = plan_of(R"(
interface = "eth1"
[[share]]
path = "/srv/a"
recursive = true
rate = "80m"
watch = false
[[sync]]
name = "b/"
dest = "/srv/b"
archive = true
delete = true
fsync = false
timeout = "250ms"
every = "5m"
after = ["true"]
)");
  REQUIRE(plan.shares.size() == 1);
  REQUIRE(plan.syncs.size() == 1);
  const auto& share = plan.shares.front().options;
  CHECK(share.paths == std::vector<std::string>{"/srv/a"});
  CHECK(share.common.interface == "eth1");
  CHECK(share.common.hash == "blake2b");
  CHECK(share.recursive);
  CHECK(share.no_watch);
  CHECK(share.rate == "80m");
  CHECK(plan.shares.front().rate_bits_per_s == 80'000'000u);
  const auto& sync = plan.syncs.front();
  CHECK(sync.options.name == "b/");
  CHECK(sync.options.destination == "/srv/b");
  CHECK(sync.options.common.hash.empty());
  CHECK(sync.options.archive);
  CHECK(sync.options.delete_others);
  CHECK(sync.options.no_fsync);
  CHECK(sync.options.timeout_s == 0.25);
  CHECK(sync.every == std::chrono::minutes{5});
  CHECK(sync.after == std::vector<std::string>{"true"});
}

TEST_CASE("shares without a rate of their own divide the host's") {
  const auto plan = plan_of(R"(
rate = "900m"
[[share]]
path = "/a"
[[share]]
path = "/b"
rate = "1g"
[[share]]
path = "/c"
rate = 0
)");
  CHECK(plan.rate_bits_per_s == 900'000'000);
  CHECK_FALSE(plan.shares[0].rate_bits_per_s);
  CHECK(plan.shares[1].rate_bits_per_s == 1'000'000'000u);
  CHECK(plan.shares[1].options.rate == "1g");
  CHECK(plan.shares[2].rate_bits_per_s == 0u);
}

TEST_CASE("a fingerprint tells what would run differently, and only that") {
  const std::string text = "[[share]]\npath = \"/a\"\n[[sync]]\nname = \"b\"\n"
                           "dest = \"/b\"\n";
  const auto one = plan_of(text);
  const auto same = plan_of("# a comment\n\n" + text + "every = 0\n");
  CHECK(one.shares[0].fingerprint == same.shares[0].fingerprint);
  const auto slower = plan_of("rate = \"1m\"\n" + text);
  CHECK(one.shares[0].fingerprint == slower.shares[0].fingerprint);
  CHECK(one.rate_bits_per_s != slower.rate_bits_per_s);
  CHECK(one.syncs[0].fingerprint == slower.syncs[0].fingerprint);
  const auto elsewhere = plan_of("interface = \"eth5\"\n" + text);
  CHECK(one.shares[0].fingerprint != elsewhere.shares[0].fingerprint);
  CHECK(one.syncs[0].fingerprint != elsewhere.syncs[0].fingerprint);
}

TEST_CASE("an entry's password counts instead of the host's key") {
  const auto plan = plan_of(R"(
keyfile = "/k"
[[share]]
path = "/a"
password-file = "/p"
[[share]]
path = "/b"
)");
  CHECK_FALSE(plan.shares[0].options.common.key.key_file);
  CHECK(plan.shares[0].options.common.key.password_file == "/p");
  CHECK(plan.shares[1].options.common.key.key_file == "/k");
}

TEST_CASE("what is excluded, the rate and the place of what is unfinished") {
  const auto plan = plan_of(R"(
[[share]]
path = "/srv/a"
exclude = ["*.tmp", "cache/"]
[[sync]]
name = "b"
dest = "/srv/b"
exclude = ["own.conf"]
rate = "80m"
partial-dir = "/srv/parts"
on-change = true
)");
  using words = std::vector<std::string>;
  CHECK(plan.shares.front().options.exclude == words{"*.tmp", "cache/"});
  const auto& sync = plan.syncs.front();
  CHECK(sync.options.exclude == words{"own.conf"});
  CHECK(sync.options.rate_bits_per_s == 80'000'000u);
  CHECK(sync.options.partial_dir == "/srv/parts");
  CHECK(sync.on_change);
  CHECK(!plan_of("[[sync]]\nname = \"b\"\ndest = \"/c\"\n")
             .syncs.front()
             .on_change);
}
