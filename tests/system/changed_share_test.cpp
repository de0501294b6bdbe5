// SPDX-License-Identifier: BSD-3-Clause
// What is shared changes while it is fetched: a receiver ends with one version,
// never with a mixture, and does not wait for what nobody has any more.
#include "core/live_index.hpp"
#include "tests/support/tree_world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto type = hash_type::blake2b;
constexpr std::size_t file_bytes = 4'000'000; // more than a sharer queues

/// A sharer that has one version after the other.
struct changing_world : tree_world {
  explicit changing_world(bool ranges, sim_net_options options = {
                                           .rate_bits_per_s = 40'000'000})
      : tree_world(options) {
    if (!ranges)
      range_symbol_bytes = 0;
    live = std::make_shared<live_index>(type, range_symbol_bytes, 1);
    share_request request;
    request.index = live;
    request.counters = counters;
    share_environment env;
    env.net = net;
    env.client = system.spawn(recording_share_client, share_reports);
    share = system.spawn(share_supervisor, request, env);
    settle();
  }

  /// Mostly other bytes with each number.
  static std::vector<std::byte> version(std::uint64_t number) {
    return pattern(file_bytes, number);
  }

  void share_file(std::vector<std::byte> content, std::int64_t mtime = 0) {
    auto fresh = std::make_shared<share_index>(type, range_symbol_bytes);
    object_header header;
    header.size = content.size();
    header.metadata.mode = S_IFREG | 0644;
    header.metadata.mtime_s = mtime;
    header.name = "share";
    const auto tree = tree_of(type, content);
    fresh->add_file(header, tree, make_blob_source(blob{std::move(content)}));
    live->set(0, fresh);
  }

  void share_tree(const tree& all) {
    fs::remove_all(disk / "from/share");
    index = std::make_shared<share_index>(type, range_symbol_bytes);
    add_directory("share", all);
    live->set(0, index);
  }

  std::shared_ptr<live_index> live;
};

tree ten_files(std::uint64_t number) {
  auto all = empty_tree();
  for (std::uint64_t i = 0; i < 10; ++i)
    all[std::string{"f"}.append(std::to_string(i))] =
        node::file(pattern(400'000, 100 * number + i));
  return all;
}

} // namespace

TEST_CASE("a receiver takes the next version when the one it fetches is gone",
          "[system][changed]") {
  const bool ranges = GENERATE(true, false);
  const auto at = GENERATE(2ms, 100ms, 400ms);
  CAPTURE(ranges, at.count());
  changing_world w{ranges};
  w.share_file(w.version(1));
  auto r = w.start_tree(w.tree_request_for("share"));
  w.advance(at);
  REQUIRE_FALSE(r.done());
  w.share_file(w.version(2));
  REQUIRE(w.advance_until([&] { return r.done(); }, 6s));
  INFO(r.report().failure.message());
  REQUIRE(r.report().ok());
  const auto got = read_file(w.disk / "to/it");
  const bool is_second = got == w.version(2);
  CHECK(is_second);
  r.supervisor = tree_supervisor_actor{};
  w.settle();
  CHECK(w.net->stats().groups_joined_now == 0);
  w.check_around();
}

TEST_CASE("who cannot begin again says soon that the file changed",
          "[system][changed]") {
  const bool ranges = GENERATE(true, false);
  CAPTURE(ranges);
  changing_world w{ranges};
  w.share_file(w.version(1));
  changing_world::receiver r;
  r.buffer.resize(file_bytes);
  w.start(r, w.request_for("share", r.buffer)); // 30 s of patience
  w.advance(300ms);
  REQUIRE_FALSE(r.done());
  w.share_file(w.version(2));
  REQUIRE(w.advance_until([&] { return r.done(); }, 4s));
  CHECK(r.report().failure.code == errc::source_changed);
  CHECK(r.report().is_superseded);
}

TEST_CASE("a file that is only touched is fetched to its end",
          "[system][changed]") {
  changing_world w{true};
  w.share_file(w.version(1));
  changing_world::receiver r;
  r.buffer.resize(file_bytes);
  w.start(r, w.request_for("share", r.buffer));
  w.advance(300ms);
  REQUIRE_FALSE(r.done());
  w.live->set(0, nullptr); // as while it is read again
  w.advance(2500ms);
  REQUIRE_FALSE(r.done());
  w.share_file(w.version(1), 7);
  REQUIRE(w.advance_until([&] { return r.done(); }, 6s));
  INFO(r.report().failure.message());
  CHECK(r.report().ok());
  const bool is_same = r.buffer == w.version(1);
  CHECK(is_same);
}

TEST_CASE("a directory that changes is of one version at the end",
          "[system][changed]") {
  const bool ranges = GENERATE(true, false);
  const auto at = GENERATE(5ms, 60ms, 300ms);
  CAPTURE(ranges, at.count());
  changing_world w{ranges};
  w.share_tree(ten_files(1));
  auto request = w.tree_request_for("share");
  request.tree->delete_others = true;
  auto r = w.start_tree(std::move(request));
  w.advance(at);
  REQUIRE_FALSE(r.done());
  auto next = ten_files(2);
  next.erase("f3");
  next["new"] = node::file(bytes_of("of the second version"));
  w.share_tree(next);
  REQUIRE(w.advance_until([&] { return r.done(); }, 12s));
  INFO(r.report().failure.message());
  REQUIRE(r.report().ok());
  CHECK(difference(read_tree(w.disk / "to/it"), next) == "");
  r.supervisor = tree_supervisor_actor{};
  w.settle();
  w.check_around();
}

TEST_CASE("what changes faster than it can be fetched is an error that says so",
          "[system][changed]") {
  changing_world w{true, {.rate_bits_per_s = 15'000'000}};
  std::uint64_t number = 1;
  w.share_file(w.version(number));
  put_on_disk(w.disk / "to/before", empty_tree());
  auto r = w.start_tree(w.tree_request_for("share"));
  while (!r.done() && number < 200) {
    w.advance(300ms); // of the 800 that it takes: the rest is not queued yet
    w.share_file(w.version(++number));
  }
  REQUIRE(r.done());
  CHECK(r.report().failure.code == errc::source_changed);
  CHECK_FALSE(fs::exists(w.disk / "to/it"));
}

TEST_CASE("a file that is written anew every second is always of one version",
          "[system][changed]") {
  std::uint64_t syncs = 0, done = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    changing_world w{true, {.seed = seed,
                            .loss = 0.05,
                            .rate_bits_per_s = 80'000'000}};
    std::mt19937_64 random{seed};
    std::uint64_t number = 1;
    w.share_file(w.version(number));
    w.advance(std::chrono::milliseconds{random() % 1000});
    auto r = w.start_tree(w.tree_request_for("share"));
    while (!r.done() && number < 30) {
      w.advance(1s);
      w.share_file(w.version(++number));
    }
    REQUIRE(r.done());
    ++syncs;
    if (!r.report().ok()) {
      CHECK(r.report().failure.code == errc::source_changed);
      CHECK_FALSE(fs::exists(w.disk / "to/it"));
      continue;
    }
    ++done;
    const auto got = read_file(w.disk / "to/it");
    bool is_a_version = false;
    for (std::uint64_t each = 1; !is_a_version && each <= number; ++each)
      is_a_version = got == w.version(each);
    CHECK(is_a_version);
  }
  WARN(done << " of " << syncs << " syncs ended with a version");
  CHECK(done >= syncs * 9 / 10);
}
