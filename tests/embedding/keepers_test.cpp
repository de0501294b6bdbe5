// SPDX-License-Identifier: BSD-3-Clause
#include "tests/embedding/embedded_world.hpp"
#include "tests/support/catch.hpp"
// Behind what has variables called `bytes`.
#include "tests/core/temp_dir.hpp"

#include <algorithm>
#include <stdexcept>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = 1u << 20;

/// Notes what comes, and in which order.
class noting_stream final : public content_stream {
public:
  errc begin(std::uint64_t length) override {
    ++begins;
    announced = length;
    return errc::none;
  }
  errc next(const std::byte* bytes, std::size_t count) override {
    content.insert(content.end(), bytes, bytes + count);
    return content.size() > refuse_behind ? errc::no_space : errc::none;
  }
  errc end() override {
    ++ends;
    return errc::none;
  }
  int begins = 0;
  int ends = 0;
  std::uint64_t announced = 0;
  std::uint64_t refuse_behind = ~std::uint64_t{0};
  std::vector<std::byte> content;
};

/// A sink in memory, that counts.
class noting_sink final : public content_sink {
public:
  std::shared_ptr<const content_source> old() const override {
    return before;
  }
  errc begin(std::uint64_t length) override {
    content.resize(length);
    return errc::none;
  }
  errc write_at(std::uint64_t offset, const std::byte* bytes,
                std::size_t count) override {
    std::copy_n(bytes, count,
                content.begin() + static_cast<std::ptrdiff_t>(offset));
    written += count;
    return errc::none;
  }
  errc commit() override {
    ++commits;
    return errc::none;
  }
  void discard() noexcept override { ++discards; }

  std::shared_ptr<const content_source> before;
  std::vector<std::byte> content;
  std::uint64_t written = 0;
  int commits = 0;
  int discards = 0;
};

/// Content with a bug.
class throwing_source final : public content_source {
public:
  std::uint64_t size() const noexcept override { return mib; }
  errc read_at(std::uint64_t, std::byte*, std::size_t) const override {
    throw std::runtime_error{"a bug"};
  }
};

} // namespace

TEST_CASE("an embedder shares memory and syncs it into memory",
          "[embedding]") {
  embedded_world w;
  const auto bytes = pattern(3 * mib + 5, 1);
  const auto share = w.share(sharing("table", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  CHECK(w.log->shares.front().what == share_status::event::listening);

  std::vector<std::byte> to(bytes.size());
  w.sync(syncing("table", to_memory{to.data(), to.size()}));
  REQUIRE(w.advance_until([&] { return !w.log->results.empty(); }, 60s));
  const auto& result = w.log->results.front();
  CHECK(result.failure.message() == error{}.message());
  CHECK(result.object_bytes == bytes.size());
  CHECK(result.root.size() == 64);
  CHECK(to == bytes);
  CHECK_FALSE(w.log->progress.empty());

  compat::anon_send(share, stop_share{});
  w.advance(100ms);
  REQUIRE(w.log->shares.size() == 2);
  CHECK(w.log->shares.back().what == share_status::event::ended);
  CHECK(w.log->shares.back().failure.code == errc::none);
  CHECK(w.log->results.size() == 1);
  CHECK(w.alive() == 0);
}

TEST_CASE("a custom sink is compared with what it has", "[embedding]") {
  embedded_world w;
  const auto bytes = pattern(2 * mib, 2);
  w.share(sharing("x", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  auto old = bytes;
  old[100] ^= std::byte{1};
  auto sink = std::make_shared<noting_sink>();
  sink->before = make_content(old);
  w.sync(syncing("x", std::shared_ptr<content_sink>{sink}));
  REQUIRE(w.advance_until([&] { return !w.log->results.empty(); }, 60s));
  CHECK(w.log->results.back().ok());
  CHECK(w.log->results.back().fetched_bytes == 32768);
  CHECK(sink->content == bytes);
  CHECK(sink->written == bytes.size());
  CHECK(sink->commits == 1);
  CHECK(sink->discards == 0);

  sink = std::make_shared<noting_sink>();
  sink->before = make_content(bytes);
  w.sync(syncing("x", std::shared_ptr<content_sink>{sink}));
  REQUIRE(w.advance_until([&] { return w.log->results.size() == 2; }, 60s));
  CHECK(w.log->results.back().unchanged);
  CHECK(sink->written == 0);
  CHECK(sink->commits == 0);
}

TEST_CASE("what is asked for wrongly is one error", "[embedding]") {
  embedded_world w;
  w.sync(syncing("", to_path{"/nowhere/x"}));
  w.settle();
  w.sync(syncing("x", {}));
  w.settle();
  auto unknown = syncing("x", to_path{"/nowhere/x"});
  unknown.link.interface = "no-such-interface";
  w.sync(unknown);
  w.settle();
  auto no_key = sharing("x", pattern(10, 1));
  no_key.link.key_file = "/nowhere/key";
  w.share(no_key);
  w.settle();
  auto nothing = sharing("x", {});
  nothing.contents.front().content = nullptr;
  w.share(nothing);
  w.settle();
  replica_settings nameless;
  w.replica(nameless);
  w.advance(100ms);
  REQUIRE(w.log->results.size() == 3);
  CHECK(w.log->results[0].failure.code == errc::invalid_argument);
  CHECK(w.log->results[1].failure.code == errc::invalid_argument);
  CHECK(w.log->results[2].failure.code == errc::no_device);
  REQUIRE(w.log->shares.size() == 2);
  CHECK(w.log->shares[0].failure.code == errc::not_found);
  CHECK(w.log->shares[1].failure.code == errc::invalid_argument);
  REQUIRE(w.log->replicas.size() == 1);
  CHECK(w.log->replicas[0].failure.code == errc::invalid_argument);
}

TEST_CASE("cancelling is answered, and so is the end of the client",
          "[embedding]") {
  embedded_world w;
  std::vector<std::byte> to(10);
  const auto sync = w.sync(syncing("x", to_memory{to.data(), to.size()}));
  w.advance(50ms);
  compat::anon_send(sync, cancel_sync{});
  compat::anon_send(sync, cancel_sync{});
  w.advance(50ms);
  REQUIRE(w.log->results.size() == 1);
  CHECK(w.log->results.front().failure.code == errc::cancelled);
  CHECK(w.alive() == 0);

  w.sync(syncing("x", to_memory{to.data(), to.size()}));
  w.share(sharing("y", pattern(10, 1)));
  replica_settings replica;
  replica.name = "y";
  w.replica(replica);
  w.advance(500ms);
  CHECK(w.alive() > 5);
  w.end_owners();
  w.advance(500ms);
  CHECK(w.alive() == 0);
  CHECK(w.net->stats().groups_joined_now == 0);
}

TEST_CASE("a stream gets its bytes in order, whatever is lost",
          "[embedding][stream]") {
  const auto seed = GENERATE(1u, 2u, 3u);
  sim_net_options options;
  options.seed = seed;
  options.loss = 0.05;
  options.reordering = 0.1;
  embedded_world w{options};
  auto bytes = pattern(6 * mib + 77, seed);
  // Content that occurs again, near and far, and long runs of it.
  std::copy_n(bytes.begin(), mib, bytes.begin() + 5 * mib);
  std::fill_n(bytes.begin() + 2 * mib, 2 * mib, std::byte{0});
  w.share(sharing("tar", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  auto stream = std::make_shared<noting_stream>();
  auto settings = syncing("tar", std::shared_ptr<content_stream>{stream});
  settings.order_window_bytes = mib;
  w.sync(settings);
  REQUIRE(w.advance_until([&] { return !w.log->results.empty(); }, 120s));
  CHECK(w.log->results.front().failure.message() == error{}.message());
  CHECK(stream->begins == 1);
  CHECK(stream->ends == 1);
  CHECK(stream->announced == bytes.size());
  CHECK(stream->content == bytes);
}

TEST_CASE("a stream that does not want any more ends the sync",
          "[embedding][stream]") {
  embedded_world w;
  w.share(sharing("tar", pattern(4 * mib, 1)));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  auto stream = std::make_shared<noting_stream>();
  stream->refuse_behind = mib;
  w.sync(syncing("tar", std::shared_ptr<content_stream>{stream}));
  REQUIRE(w.advance_until([&] { return !w.log->results.empty(); }, 60s));
  CHECK(w.log->results.front().failure.code == errc::no_space);
  CHECK(stream->ends == 0);
  CHECK(w.log->results.size() == 1);
}

TEST_CASE("a replica follows what is shared, and old versions stay whole",
          "[embedding][replica]") {
  embedded_world w;
  auto bytes = pattern(2 * mib, 1);
  const auto share = w.share(sharing("table", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  replica_settings settings;
  settings.name = "table";
  settings.every = 200ms;
  settings.timeout = 3s;
  const auto replica = w.replica(settings);
  auto& seen = w.log->snapshots;
  REQUIRE(w.advance_until([&] { return seen.size() == 1; }, 30s));
  w.advance(2s);
  REQUIRE(seen.size() == 1); // nothing new

  auto next = bytes;
  next[mib] ^= std::byte{1};
  next.resize(next.size() + 100);
  compat::anon_send(share, put_content{"table", make_content(next)});
  REQUIRE(w.advance_until([&] { return seen.size() == 2; }, 30s));
  CHECK(w.log->count(share_status::event::renewed) == 1);
  const auto content = [&](std::size_t i) {
    return std::vector<std::byte>{seen[i]->data, seen[i]->data + seen[i]->size};
  };
  CHECK(seen[0]->version == 1);
  CHECK(seen[1]->version == 2);
  CHECK(content(0) == bytes);
  CHECK(content(1) == next);
  CHECK(seen[0]->root != seen[1]->root);

  compat::anon_send(share, stop_share{});
  REQUIRE(w.advance_until([&] { return !w.log->replicas.empty(); }, 30s));
  CHECK(w.log->replicas.back().what == replica_status::event::lost);
  CHECK(w.log->replicas.back().failure.code == errc::no_sharer);
  w.advance(10s);
  CHECK(w.log->replicas.size() == 1); // told once
  w.share(sharing("table", bytes));
  REQUIRE(w.advance_until([&] { return seen.size() == 3; }, 30s));
  CHECK(w.log->replicas.back().what == replica_status::event::found);
  CHECK(content(2) == bytes);
  CHECK(content(1) == next);

  compat::anon_send(replica, stop_replica{});
  w.advance(1s);
  REQUIRE(w.log->replicas.size() == 3);
  CHECK(w.log->replicas.back().what == replica_status::event::ended);
}

TEST_CASE("a content that cannot be read is refused, the others stay",
          "[embedding]") {
  embedded_world w;
  const auto bytes = pattern(mib, 1);
  const auto share = w.share(sharing("x", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  compat::anon_send(share, put_content{"", make_content(bytes)});
  w.advance(100ms);
  REQUIRE(w.log->count(share_status::event::refused) == 1);
  compat::anon_send(share, put_content{"x", nullptr});
  w.advance(100ms);
  CHECK(w.log->count(share_status::event::renewed) == 1);
  std::vector<std::byte> to(bytes.size());
  w.sync(syncing("x", to_memory{to.data(), to.size()}));
  REQUIRE(w.advance_until([&] { return !w.log->results.empty(); }, 60s));
  CHECK(w.log->results.front().failure.code == errc::no_sharer);
}

TEST_CASE("whichever actor of a sync is killed, the embedder hears of it once",
          "[embedding][kill]") {
  const std::string victim = GENERATE(
      "troupe.sync-keeper", "troupe.sync-supervisor", "troupe.chunk-writer",
      "troupe.tree-builder", "troupe.differ", "troupe.channel-receiver");
  const auto after = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{5});
  CAPTURE(victim, after);
  embedded_world w;
  const auto bytes = pattern(4 * mib, 1);
  const auto share = w.share(sharing("x", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  auto old = bytes;
  for (std::size_t i = 0; i < old.size(); i += 65536)
    old[i] ^= std::byte{1};
  const auto before = w.alive();
  w.sync(syncing("x", to_memory{old.data(), old.size()}));
  const bool was_killed = w.run_and_kill(
      victim, after, 60s, [&] { return !w.log->results.empty(); });
  w.advance(2s);
  REQUIRE(w.log->results.size() == 1);
  const auto& result = w.log->results.front();
  // Another receiver takes over, and who is done is not missed.
  if (victim == "troupe.channel-receiver" || !was_killed ||
      (after == 5 && result.ok())) {
    CHECK(result.failure.message() == error{}.message());
    CHECK(old == bytes);
  } else {
    CHECK(result.failure.code == errc::internal);
  }
  CHECK(w.alive() == before); // nothing of the sync
  CHECK(w.net->stats().groups_joined_now == 0);
  if (after == 0)
    CHECK(was_killed);
}

TEST_CASE("whichever actor of a share is killed, the embedder hears of it once",
          "[embedding][kill]") {
  const std::string victim =
      GENERATE("troupe.share-keeper", "troupe.librarian",
               "troupe.share-supervisor", "troupe.join-listener");
  const auto after = GENERATE(std::size_t{0}, std::size_t{1});
  CAPTURE(victim, after);
  embedded_world w;
  const auto share = w.share(sharing("x", pattern(mib, 1)));
  std::vector<std::byte> to(mib);
  w.sync(syncing("x", to_memory{to.data(), to.size()}));
  const auto ended = [&] {
    return w.log->count(share_status::event::ended) != 0;
  };
  compat::anon_send(share, put_content{"y", make_content(pattern(10, 1))});
  const bool was_killed = w.run_and_kill(victim, after, 20s, ended);
  REQUIRE(was_killed);
  w.advance(10s); // the sync has given up, too
  REQUIRE(w.log->count(share_status::event::ended) == 1);
  CHECK(w.log->shares.back().failure.code == errc::internal);
  CHECK(w.log->results.size() == 1);
  CHECK(w.alive() == 0);
}

TEST_CASE("whichever actor of a sync to a path is killed, the old file stays",
          "[embedding][kill]") {
  const std::string victim = GENERATE(
      "troupe.tree-supervisor", "troupe.sync-supervisor", "troupe.chunk-writer");
  const auto after = GENERATE(std::size_t{0}, std::size_t{1});
  CAPTURE(victim, after);
  const temp_dir folder;
  const auto path = folder.path() / "x";
  const auto bytes = pattern(4 * mib, 1);
  const auto old = pattern(1000, 2);
  write_file(path, old);
  embedded_world w;
  const auto share = w.share(sharing("x", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  const auto before = w.alive();
  w.sync(syncing("x", to_path{path.string()}));
  const bool was_killed = w.run_and_kill(
      victim, after, 60s, [&] { return !w.log->results.empty(); });
  REQUIRE(was_killed);
  w.advance(2s);
  REQUIRE(w.log->results.size() == 1);
  CHECK(w.log->results.front().failure.code == errc::internal);
  CHECK((read_file(path) == old));
  CHECK(w.alive() == before);
  CHECK(w.net->stats().groups_joined_now == 0);
}

TEST_CASE("a sender that is killed is replaced, and nobody hears of it",
          "[embedding][kill]") {
  const auto after = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{5});
  CAPTURE(after);
  embedded_world w;
  const auto bytes = pattern(4 * mib, 1);
  const auto share = w.share(sharing("x", bytes));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  const auto before = w.alive();
  std::vector<std::byte> to(bytes.size());
  w.sync(syncing("x", to_memory{to.data(), to.size()}));
  REQUIRE(w.run_and_kill("troupe.channel-sender", after, 60s,
                         [&] { return !w.log->results.empty(); }));
  w.advance(2s);
  REQUIRE(w.log->results.size() == 1);
  CHECK(w.log->results.front().ok());
  CHECK((to == bytes));
  CHECK(w.log->count(share_status::event::ended) == 0);
  CHECK(w.alive() == before);
}

TEST_CASE("killing parts of a replica ends it with one message",
          "[embedding][kill]") {
  const std::string victim =
      GENERATE("troupe.replica-keeper", "troupe.sync-supervisor");
  embedded_world w;
  w.share(sharing("x", pattern(mib, 1)));
  REQUIRE(w.advance_until([&] { return !w.log->shares.empty(); }, 10s));
  const auto before = w.alive();
  replica_settings settings;
  settings.name = "x";
  w.replica(settings);
  REQUIRE(w.run_and_kill(victim, 3, 20s,
                         [&] { return !w.log->replicas.empty(); }));
  w.advance(2s);
  REQUIRE(w.log->replicas.size() == 1);
  CHECK(w.log->replicas.front().what == replica_status::event::ended);
  CHECK(w.log->replicas.front().failure.code == errc::internal);
  CHECK(w.alive() == before);
}

TEST_CASE("an embedder's source that throws is an error, not a crash",
          "[embedding]") {
  embedded_world w;
  share_settings settings;
  settings.contents.push_back({"x", std::make_shared<throwing_source>()});
  w.share(settings);
  w.advance(1s);
  REQUIRE(w.log->shares.size() == 1);
  CHECK(w.log->shares.front().what == share_status::event::ended);
  CHECK(w.log->shares.front().failure.code == errc::io_error);
  CHECK(w.alive() == 0);
}
