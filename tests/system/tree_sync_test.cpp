// SPDX-License-Identifier: BSD-3-Clause
// Directories in simulated time on a bad network. A seed decides everything, so
// a failure replays from the seed that it prints.
#include "tests/support/tree_world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

sim_net_options bad_network(std::uint64_t seed) {
  return {.seed = seed,
          .loss = 0.15,
          .corruption = 0.02,
          .duplication = 0.05,
          .reordering = 0.05,
          .report_loss = 0.05};
}

/// A part of `wanted`, some of it with another content.
tree earlier(const tree& wanted, std::mt19937_64& random) {
  auto there = empty_tree();
  for (const auto& [path, one] : wanted) {
    const auto slash = path.rfind('/');
    if (path.empty() || random() % 4 == 0 ||
        !there.contains(slash == path.npos ? "" : path.substr(0, slash)))
      continue;
    auto& copy = there[path] = one;
    if (S_ISREG(one.mode) && !one.content.empty() && random() % 2 == 0)
      copy.content[random() % one.content.size()] ^= std::byte{1};
    if (S_ISREG(one.mode) && random() % 5 == 0)
      copy.content.resize(random() % 40'000);
  }
  return there;
}

std::string numbered(std::string name, std::size_t number) {
  name += std::to_string(number);
  return name;
}

tree small_random_tree(std::mt19937_64& random) {
  auto all = random_tree(random, 10);
  all.erase("large");
  return all;
}

} // namespace

TEST_CASE("on a bad network directories end equal or with an error",
          "[system][tree]") {
  constexpr std::uint64_t seeds = 150;
  std::uint64_t syncs = 0, equal = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random{seed};
    tree_world w{bad_network(seed), seed};
    // Every third share is one of librecast: an object for each entry.
    if (seed % 3 == 0)
      w.range_symbol_bytes = 0;
    const auto wanted = small_random_tree(random);
    w.add_directory("share", wanted);
    w.start_share();
    const auto running = w.system.registry().running();
    const auto count = 1 + random() % 3;
    std::vector<tree> before;
    std::vector<tree_world::tree_receiver> all;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto place = numbered("to/", i);
      before.push_back(earlier(wanted, random));
      put_on_disk(w.disk / place, before.back());
      auto request = w.tree_request_for("share", place);
      request.metadata.mode = request.metadata.mtime = true;
      all.push_back(w.start_tree(std::move(request)));
      w.advance(std::chrono::milliseconds{random() % 30});
    }
    for (auto& one : all)
      REQUIRE(w.advance_until([&] { return one.done(); }, 10min)); // no hang
    for (std::uint64_t i = 0; i < count; ++i) {
      REQUIRE(all[i].reports->size() == 1);
      all[i].supervisor = tree_supervisor_actor{};
      INFO(all[i].report().failure.message());
      const auto now = read_tree(w.disk / (numbered("to/", i)));
      ++syncs;
      if (all[i].report().ok()) {
        ++equal;
        // What is there besides stays.
        for (const auto& [path, one] : wanted) {
          INFO(path);
          REQUIRE(now.contains(path));
          REQUIRE(now.at(path).same_as(one));
        }
      } else if (seed % 3 != 0) {
        REQUIRE(difference(now, before[i]) == "");
      }
    }
    w.settle();
    CHECK(w.system.registry().running() == running);
    CHECK(w.net->stats().groups_joined_now == 0);
    w.check_around();
  }
  WARN(equal << " of " << syncs << " directories ended equal, the others with"
                " an error; none hung");
  CHECK(equal >= syncs * 95 / 100);
}

TEST_CASE("receivers of a directory share one sending", "[system][tree]") {
  std::mt19937_64 random{5};
  auto wanted = empty_tree();
  for (std::size_t i = 0; i < 60; ++i)
    wanted[numbered("f", i)] =
        node::file(random_bytes(random, 1 + random() % 100'000));
  const auto packets_for = [&](std::size_t receivers) {
    tree_world w;
    w.add_directory("share", wanted);
    w.start_share();
    std::vector<tree_world::tree_receiver> all;
    for (std::size_t i = 0; i < receivers; ++i)
      all.push_back(w.start_tree(
          w.tree_request_for("share", numbered("to/", i))));
    for (std::size_t i = 0; i < receivers; ++i) {
      REQUIRE(w.advance_until([&] { return all[i].done(); }, 60s));
      REQUIRE(all[i].report().ok());
      CHECK(difference(read_tree(w.disk / (numbered("to/", i))),
                       wanted) == "");
    }
    return w.counters->packets_sent.load();
  };
  const auto one = packets_for(1);
  const auto three = packets_for(3);
  WARN(one << " packets for one receiver, " << three << " for three");
  CHECK(three < one * 12 / 10);
}

TEST_CASE("a cancelled sync of a directory leaves it as it was",
          "[system][tree]") {
  const auto at = GENERATE(0ms, 1ms, 5ms, 20ms, 60ms, 150ms);
  const bool ranges = GENERATE(true, false);
  INFO((ranges ? "ranges" : "classic") << ", cancelled after " << at.count()
                                       << " ms");
  std::mt19937_64 random{9};
  tree_world w{{.rate_bits_per_s = 20'000'000}};
  if (!ranges)
    w.range_symbol_bytes = 0;
  auto wanted = empty_tree();
  wanted["d"] = node::directory();
  for (std::size_t i = 0; i < 20; ++i)
    wanted[numbered("d/f", i)] = node::file(random_bytes(random, 50'000));
  auto before = wanted;
  for (auto& [path, one] : before)
    if (S_ISREG(one.mode))
      one.content[0] ^= std::byte{1};
  put_on_disk(w.disk / "to/it", before);
  w.add_directory("share", wanted);
  w.start_share();
  const auto running = w.system.registry().running();
  {
    auto r = w.start_tree(w.tree_request_for("share"));
    if (at > 0ms)
      w.advance(at);
    REQUIRE_FALSE(r.done());
    compat::anon_send(r.supervisor, cancel_sync{});
    compat::anon_send(r.supervisor, cancel_sync{});
    w.settle();
    REQUIRE(r.reports->size() == 1);
    CHECK(r.report().failure.code == errc::cancelled);
  }
  w.settle();
  CHECK(w.system.registry().running() == running);
  CHECK(w.net->stats().groups_joined_now == 0);
  w.check_around();
  const auto now = read_tree(w.disk / "to/it");
  if (ranges)
    CHECK(difference(now, before) == "");
  // File by file: each is the old or the new one.
  REQUIRE(now.size() == wanted.size());
  for (const auto& [path, one] : now)
    CHECK((one.same_as(wanted.at(path)) || one.same_as(before.at(path))));
  // And the next sync goes on.
  CHECK(w.sync_tree_of(w.tree_request_for("share")).ok());
  CHECK(difference(read_tree(w.disk / "to/it"), wanted) == "");
}

TEST_CASE("a sharer of a directory that stops midway is named as the reason",
          "[system][tree]") {
  const bool ranges = GENERATE(true, false);
  CAPTURE(ranges);
  std::mt19937_64 random{10};
  tree_world w{{.rate_bits_per_s = 10'000'000}};
  if (!ranges)
    w.range_symbol_bytes = 0;
  auto wanted = empty_tree();
  for (std::size_t i = 0; i < 10; ++i)
    wanted[numbered("f", i)] = node::file(random_bytes(random, 400'000));
  w.add_directory("share", wanted);
  w.start_share();
  auto request = w.tree_request_for("share");
  request.timeout = 3s;
  auto r = w.start_tree(std::move(request));
  w.advance(1500ms);
  REQUIRE_FALSE(r.done());
  w.net->set_connected(false);
  REQUIRE(w.advance_until([&] { return r.done(); }, 20s));
  CHECK((r.report().failure.code == errc::sharer_stopped ||
         r.report().failure.code == errc::no_sharer));
  w.advance(1s);
  CHECK(r.reports->size() == 1);
  CHECK(w.net->stats().groups_joined_now == 0);
  w.check_around();
  if (ranges)
    CHECK_FALSE(fs::exists(w.disk / "to/it"));
}

TEST_CASE("a name that is a file here and a directory there ends in one way",
          "[system][tree]") {
  std::uint64_t files = 0, directories = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    tree_world w{{.seed = seed, .loss = seed % 2 == 0 ? 0.2 : 0.0}, seed};
    auto wanted = empty_tree();
    wanted["f"] = node::file(bytes_of("in the directory"));
    w.add_directory("share", wanted);
    w.start_share();
    // The other host has no range channels every other time.
    share_request other;
    const auto content = pattern(100'000, seed);
    auto other_index = std::make_shared<share_index>(
        hash_type::blake2b, seed % 4 < 2 ? 0 : w.range_symbol_bytes);
    object_header header;
    header.size = content.size();
    header.metadata.mode = S_IFREG | 0644;
    header.name = "share";
    other_index->add_file(header, tree_of(hash_type::blake2b, content),
                          make_blob_source(blob{content}));
    other.index = other_index;
    share_environment env;
    env.net = w.net;
    env.client = w.system.spawn(recording_share_client, w.share_reports);
    auto second = w.system.spawn(share_supervisor, other, env);
    w.settle();
    auto request = w.tree_request_for("share");
    request.timeout = 2s;
    const auto report = w.sync_tree_of(std::move(request), 60s);
    if (!report.ok()) {
      INFO(report.failure.message());
      CHECK((report.failure.code == errc::bad_object ||
             report.failure.code == errc::hash_mismatch));
      CHECK_FALSE(fs::exists(w.disk / "to/it"));
      ++refused;
    } else if (report.kind == object_kind::directory) {
      CHECK(difference(read_tree(w.disk / "to/it"), wanted) == "");
      ++directories;
    } else {
      CHECK(read_file(w.disk / "to/it") == content);
      ++files;
    }
    compat::anon_send(second, stop_share{});
    second = share_supervisor_actor{};
    w.settle();
  }
  WARN(files << " files, " << directories << " directories, " << refused
             << " refused");
}
