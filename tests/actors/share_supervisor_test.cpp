// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"
#include "transport/packet.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A receive port of the test's own and what it got.
struct listener {
  std::unique_ptr<receive_port> port;
  std::vector<std::size_t> packet_bytes;

  listener(world& w, const hash& id) : port(std::move(*w.net->open_receiver({}))) {
    port->join({{group_of(id), [this](packet_batch&& batch) {
                   for (const auto packet : batch.packets)
                     packet_bytes.push_back(packet.size());
                 }}});
  }
};

} // namespace

TEST_CASE("one join brings one transmission", "[actors][share]") {
  world w;
  const auto data = pattern(chunk_bytes, 1);
  w.add("file", data);
  w.start_share();
  REQUIRE(w.share_reports->size() == 1);
  CHECK(w.share_reports->front().what == share_report::event::listening);
  SECTION("of a chunk: K' + 10 packets without OTI") {
    listener l{w, hash_of(hash_type::blake2b, data)};
    w.advance(100ms);
    CHECK(l.packet_bytes == std::vector<std::size_t>(42, chunk_packet_bytes));
    CHECK(w.counters->bytes_gross == 42 * 1028);
    CHECK(w.counters->bytes_info == chunk_bytes);
  }
  SECTION("of a tree: with OTI") {
    listener l{w, hash_of(hash_type::blake2b, "file")};
    w.advance(100ms);
    CHECK(l.packet_bytes == std::vector<std::size_t>(20, object_packet_bytes));
  }
  SECTION("of nothing that is shared: silence") {
    listener l{w, hash_of(hash_type::blake2b, "another")};
    w.advance(100ms);
    CHECK(l.packet_bytes.empty());
    CHECK(w.counters->requests_unknown > 0);
  }
}

TEST_CASE("leaving and joining again brings another transmission",
          "[actors][share]") {
  world w;
  const auto data = pattern(chunk_bytes, 2);
  w.add("file", data);
  w.start_share();
  const auto id = hash_of(hash_type::blake2b, data);
  listener l{w, id};
  w.advance(50ms);
  l.port->rejoin({group_of(id)});
  w.advance(50ms);
  CHECK(l.packet_bytes.size() == 84);
}

TEST_CASE("a file that changed after indexing is not sent",
          "[actors][share]") {
  struct changed_source : source {
    std::uint64_t size() const noexcept override { return 10; }
    errc read_at(std::uint64_t, std::span<std::byte>) const override {
      return errc::none;
    }
    errc check_unchanged() const override { return errc::source_changed; }
  };
  world w;
  w.index = std::make_shared<share_index>(hash_type::blake2b);
  const auto id = hash_of(hash_type::blake2b, "x");
  w.index->put(id, indexed_chunk{std::make_shared<changed_source>(), {0, 10}});
  w.start_share();
  listener l{w, id};
  w.advance(100ms);
  CHECK(l.packet_bytes.empty());
  CHECK(w.counters->sources_changed > 0);
}

TEST_CASE("a stopped share reports once and answers nobody",
          "[actors][share]") {
  world w;
  const auto data = pattern(chunk_bytes, 3);
  w.add("file", data);
  w.start_share();
  w.stop_share();
  REQUIRE(w.share_reports->size() == 2);
  CHECK(w.share_reports->back().what == share_report::event::stopped);
  listener l{w, hash_of(hash_type::blake2b, data)};
  w.advance(500ms);
  CHECK(l.packet_bytes.empty());
}
