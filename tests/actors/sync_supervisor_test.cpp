// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

TEST_CASE("an object of any size arrives whole", "[actors][sync]") {
  const auto size = GENERATE(1u, 32767u, 32768u, 32769u, 200'000u, 9u << 20);
  INFO("size " << size);
  world w;
  const auto data = pattern(size, 1);
  w.add("file", data);
  w.start_share();
  const auto r = w.sync("file", std::vector<std::byte>(size));
  REQUIRE(r.done());
  INFO(r.report().failure.message());
  REQUIRE(r.report().ok());
  CHECK(r.buffer == data);
  CHECK(r.report().stats.chunks == chunk_count(size));
  CHECK(r.report().stats.bytes_fetched == size);
  CHECK(r.reports->size() == 1);
}

TEST_CASE("an empty object is complete with its first packet",
          "[actors][sync]") {
  world w;
  w.add("empty", {});
  w.start_share();
  const auto r = w.sync("empty", {});
  REQUIRE(r.done());
  CHECK(r.report().ok());
  CHECK(r.report().stats.bytes_fetched == 0);
}

TEST_CASE("only what differs is fetched", "[actors][sync]") {
  world w;
  const auto data = pattern(40 * chunk_bytes + 100, 2);
  auto old = data;
  old[3 * chunk_bytes] ^= std::byte{1};
  old[17 * chunk_bytes + 5] ^= std::byte{1};
  old.back() ^= std::byte{1};
  w.add("file", data);
  w.start_share();
  const auto r = w.sync("file", old);
  REQUIRE(r.done());
  REQUIRE(r.report().ok());
  CHECK(r.buffer == data);
  CHECK(r.report().stats.chunks_fetched == 3);
  CHECK(r.report().stats.chunks_kept == 38);
  CHECK(r.report().stats.bytes_fetched == 2 * chunk_bytes + 100);
}

TEST_CASE("an equal object fetches nothing", "[actors][sync]") {
  world w;
  const auto data = pattern(10 * chunk_bytes, 3);
  w.add("file", data);
  w.start_share();
  const auto r = w.sync("file", data);
  REQUIRE(r.done());
  CHECK(r.report().ok());
  CHECK(r.report().stats.bytes_fetched == 0);
  CHECK(r.report().stats.chunks_kept == 10);
}

TEST_CASE("chunks that moved are copied, equal chunks fetched once",
          "[actors][sync]") {
  world w;
  const auto a = pattern(chunk_bytes, 4);
  const auto b = pattern(chunk_bytes, 5);
  std::vector<std::byte> data;
  for (const auto* part : {&a, &b, &a, &b, &b, &b})
    data.insert(data.end(), part->begin(), part->end());
  auto old = std::vector<std::byte>(data.size());
  std::copy(a.begin(), a.end(), old.begin() + 5 * chunk_bytes);
  w.add("file", data);
  w.start_share();
  const auto r = w.sync("file", old);
  REQUIRE(r.done());
  REQUIRE(r.report().ok());
  CHECK(r.buffer == data);
  CHECK(r.report().stats.chunks_fetched == 1);
  CHECK(r.report().stats.chunks_copied == 2);
  CHECK(r.report().stats.bytes_replaced == 6 * chunk_bytes);
}

TEST_CASE("a buffer that is too small stays untouched", "[actors][sync]") {
  world w;
  w.add("file", pattern(3 * chunk_bytes, 6));
  w.start_share();
  const auto before = pattern(2 * chunk_bytes, 7);
  const auto r = w.sync("file", before);
  REQUIRE(r.done());
  CHECK(r.report().failure.code == errc::buffer_too_small);
  CHECK(r.buffer == before);
}

TEST_CASE("a receiver that nobody answers says so in time",
          "[actors][sync]") {
  world w;
  world::receiver r;
  r.buffer.resize(10);
  auto request = world::request_for("nothing", r.buffer);
  request.timeout = 3s;
  w.start(r, std::move(request));
  CHECK_FALSE(w.advance_until([&] { return r.done(); }, 2900ms));
  CHECK(w.advance_until([&] { return r.done(); }, 200ms));
  CHECK(r.report().failure.code == errc::no_sharer);
  CHECK(w.net->stats().groups_joined_now == 0);
}

TEST_CASE("a receiver that came first is served when the sharer starts",
          "[actors][sync]") {
  world w;
  const auto data = pattern(100'000, 8);
  w.add("file", data);
  world::receiver r;
  r.buffer.resize(data.size());
  w.start(r, world::request_for("file", r.buffer));
  CHECK_FALSE(w.advance_until([&] { return r.done(); }, 5s));
  w.start_share();
  CHECK(w.advance_until([&] { return r.done(); }, 3s));
  CHECK(r.report().ok());
  CHECK(r.buffer == data);
}

TEST_CASE("a sharer that stops midway is named as the reason",
          "[actors][sync]") {
  world w{{.rate_bits_per_s = 10'000'000}};
  const auto data = pattern(4u << 20, 9);
  w.add("file", data);
  w.start_share();
  world::receiver r;
  r.buffer.resize(data.size());
  w.start(r, world::request_for("file", r.buffer));
  w.advance(2s);
  REQUIRE_FALSE(r.done());
  w.net->set_connected(false);
  CHECK(w.advance_until([&] { return r.done(); }, 31s));
  CHECK(r.report().failure.code == errc::sharer_stopped);
  CHECK(r.report().stats.chunks_fetched > 0);
  CHECK(w.net->stats().groups_joined_now == 0);
}

TEST_CASE("a cancelled sync reports once and leaves nothing behind",
          "[actors][sync]") {
  world w{{.rate_bits_per_s = 10'000'000}};
  w.add("file", pattern(4u << 20, 10));
  w.start_share();
  const auto at = GENERATE(0ms, 1ms, 5ms, 50ms, 500ms);
  INFO("cancelled after " << at.count() << " ms");
  world::receiver r;
  r.buffer.resize(4u << 20);
  w.start(r, world::request_for("file", r.buffer));
  if (at > 0ms)
    w.advance(at);
  compat::anon_send(r.supervisor, cancel_sync{});
  compat::anon_send(r.supervisor, cancel_sync{});
  w.settle();
  REQUIRE(r.reports->size() == 1);
  CHECK(r.report().failure.code == errc::cancelled);
  CHECK(w.net->stats().groups_joined_now == 0);
}

TEST_CASE("the hash type of the sharer is found out", "[actors][sync]") {
  for (const auto type : available_hash_types()) {
    INFO(to_string(type));
    world w;
    const auto data = pattern(100'000, 11);
    w.add("file", data, type);
    w.start_share();
    SECTION("by name") {
      const auto r = w.sync("file", std::vector<std::byte>(data.size()));
      REQUIRE(r.done());
      REQUIRE(r.report().ok());
      CHECK(r.report().type == type);
    }
    SECTION("by the bytes of a hash") {
      world::receiver r;
      r.buffer.resize(data.size());
      auto request = world::request_for("", r.buffer);
      request.id = hash_of(type, "file");
      w.start(r, std::move(request));
      REQUIRE(w.advance_until([&] { return r.done(); }, 5s));
      REQUIRE(r.report().ok());
      CHECK(r.report().type == type);
      CHECK(r.buffer == data);
    }
  }
}

TEST_CASE("a directory is refused with a clear message", "[actors][sync]") {
  world w;
  w.index = std::make_shared<share_index>(hash_type::blake2b);
  object_header header;
  header.metadata.mode = 0040755;
  header.name = "dir";
  w.index->put(hash_of(hash_type::blake2b, "dir"),
               indexed_object{make_directory_object(header, {})});
  w.start_share();
  const auto r = w.sync("dir", std::vector<std::byte>(10));
  REQUIRE(r.done());
  CHECK(r.report().failure.code == errc::unsupported);
  CHECK(r.report().failure.message().find("'dir' is a directory") !=
        std::string::npos);
}

TEST_CASE("jobs on the caller's threads hash the old content",
          "[actors][sync]") {
  world w;
  const auto data = pattern(3u << 20, 12);
  auto old = data;
  old[100] ^= std::byte{1};
  w.add("file", data);
  w.start_share();
  world::receiver r;
  r.buffer = old;
  std::vector<std::function<void()>> jobs;
  auto request = world::request_for("file", r.buffer);
  request.type = hash_type::blake2b;
  request.run_jobs = [&jobs](std::function<void()> job) {
    jobs.push_back(std::move(job));
  };
  request.timeout = 2s;
  w.start(r, std::move(request));
  SECTION("when they run") {
    REQUIRE(jobs.size() == 2);
    for (const auto& job : jobs)
      job();
    REQUIRE(w.advance_until([&] { return r.done(); }, 5s));
    CHECK(r.report().ok());
    CHECK(r.buffer == data);
    CHECK(r.report().stats.chunks_fetched == 1);
  }
  SECTION("when nobody runs them, the sync says so") {
    REQUIRE(w.advance_until([&] { return r.done(); }, 5s));
    CHECK(r.report().failure.code == errc::timed_out);
    CHECK(r.buffer == old);
  }
}

TEST_CASE("two receivers are served by one sending", "[actors][sync]") {
  world w;
  const auto data = pattern(2u << 20, 13);
  w.add("file", data);
  w.start_share();
  world::receiver a;
  world::receiver b;
  a.buffer.resize(data.size());
  b.buffer.resize(data.size());
  w.start(a, world::request_for("file", a.buffer));
  w.start(b, world::request_for("file", b.buffer));
  REQUIRE(w.advance_until([&] { return a.done() && b.done(); }, 30s));
  CHECK(a.report().ok());
  CHECK(b.report().ok());
  CHECK(a.buffer == data);
  CHECK(b.buffer == data);
  // 64 chunks and a tree for both; a few may cross and be sent twice.
  CHECK(w.counters->objects_sent < 80);
}

TEST_CASE("a tree that is wrong each time ends in time, with the reason",
          "[actors][sync]") {
  world w;
  w.range_symbol_bytes = 0;
  const auto data = pattern(100'000, 15);
  w.add("file", data);
  const auto id = hash_of(hash_type::blake2b, "file");
  const auto found = w.index->find(id.bytes);
  REQUIRE(found);
  const auto whole = std::get<indexed_object>(found->entry).bytes.view();
  std::vector<std::byte> forged(whole.begin(), whole.end());
  forged[net_tree_header_bytes + 4 + 2 * hash_bytes] ^= std::byte{1};
  w.index->put(id, indexed_object{blob{forged}});
  w.start_share();
  world::receiver r;
  r.buffer.resize(data.size());
  auto request = world::request_for("file", r.buffer);
  request.timeout = 1s;
  w.start(r, std::move(request));
  REQUIRE(w.advance_until([&] { return r.done(); }, 3s));
  CHECK(r.report().failure.code == errc::hash_mismatch);
  CHECK(r.buffer == std::vector<std::byte>(data.size()));
}
