// SPDX-License-Identifier: BSD-3-Clause
// What strangers on the link can do to ports, with real sockets.
#include "tests/transport/netns.hpp"

#include "transport/socket_linux.hpp"

#include <map>
#include <thread>

namespace troupe::test {
namespace {

const group_address group = group_number(1);

std::unique_ptr<packet_train> train_of(std::uint32_t count, std::byte what) {
  auto train = std::make_unique<packet_train>();
  train->to = group;
  train->packet_bytes = 100;
  train->bytes.assign(std::size_t{count} * 100, what);
  return train;
}

} // namespace

TEST_CASE("a port hears whom it was told to hear, and then everybody again") {
  if (must_skip())
    return;
  test_bed bed;
  net_namespace c;
  c.plug_into_bridge(bed.bridge, "mc0");
  const auto at_a = bed.a.open_network(), at_b = bed.b.open_network(),
             at_c = c.open_network();
  const auto sharer = bed.a.sender(*at_a), stranger = c.sender(*at_c);
  std::mutex mutex;
  std::map<ip6_address, std::uint64_t> heard;
  const auto port = bed.b.receiver(*at_b); // ends before what it writes to
  port->join({{group, [&](packet_batch&& batch) {
                 const std::lock_guard lock{mutex};
                 heard[batch.from] += batch.packets.size();
               }}});
  REQUIRE(eventually([&] { return port->counters().groups_joined == 1; }));
  const auto count_of = [&](const ip6_address& who) {
    const std::lock_guard lock{mutex};
    return heard[who];
  };
  const auto everybody = [&] {
    const std::lock_guard lock{mutex};
    std::uint64_t sum = 0;
    for (const auto& [who, count] : heard)
      sum += count;
    return sum;
  };

  send_and_wait(*sharer, train_of(50, std::byte{1}));
  REQUIRE(eventually([&] { return everybody() == 50; }));
  const auto address = heard.begin()->first;
  send_and_wait(*stranger, train_of(50, std::byte{2}));
  REQUIRE(eventually([&] { return everybody() == 100; }));

  port->hear_only({address});
  // First each packet is looked at, then the kernel has a filter.
  for (int round = 0; round < 20; ++round)
    send_and_wait(*stranger, train_of(100, std::byte{2}));
  send_and_wait(*sharer, train_of(50, std::byte{1}));
  REQUIRE(eventually([&] { return count_of(address) == 100; }));
  CHECK(everybody() == 150);
  const auto seen = port->counters();
  CHECK(seen.packets_unheard > 256);
  CHECK(seen.packets_dropped == 0);
  CHECK(seen.packets < 1500); // the kernel let less than the flood through

  port->hear_only({});
  REQUIRE(eventually([&] {
    send_and_wait(*stranger, train_of(1, std::byte{2}));
    return everybody() > 150;
  }));
}

TEST_CASE("a filter lets in each of the senders it names and no other") {
  if (must_skip())
    return;
  test_bed bed;
  bed.b.run([] {
    const auto socket = value_of(open_receive_socket({}, false));
    std::vector<ip6_address> senders;
    for (std::size_t count = 0; count <= max_heard; ++count) {
      CHECK(filter_senders(socket.get(), senders) == 0);
      senders.push_back({{0xfe, 0x80, static_cast<std::uint8_t>(count)}});
    }
    CHECK(filter_senders(socket.get(), senders) == E2BIG);
    CHECK(filter_senders(socket.get(), {}) == 0);
    CHECK(filter_senders(socket.get(), {}) == 0);
  });
}

TEST_CASE("reports that nobody looks at do not pile up") {
  if (must_skip())
    return;
  test_bed bed;
  const auto at_a = bed.a.open_network();
  std::mutex mutex;
  std::vector<report_batch> kept;
  const auto ear = bed.a.reports(*at_a, [&](report_batch&& batch) {
    const std::lock_guard lock{mutex};
    kept.push_back(std::move(batch));
  });
  const auto batches = [&] {
    const std::lock_guard lock{mutex};
    return kept.size();
  };
  const auto from = bed.b.index_of("mc0");
  bed.b.run([&] {
    const auto socket = value_of(open_mld_socket(false));
    std::vector<group_change> changes(max_report_records,
                                      {.group = group, .reporter = {}});
    const auto report = make_report(changes);
    for (int round = 0; round < 400; ++round) {
      CHECK(send_mld(socket.get(), report, all_mld_routers(), from) == 0);
      if (round % 10 == 0)
        std::this_thread::sleep_for(2ms);
    }
  });
  REQUIRE(eventually([&] { return batches() == 4; }));
  std::this_thread::sleep_for(100ms);
  CHECK(batches() == 4);
  std::size_t changes = 0;
  {
    const std::lock_guard lock{mutex};
    for (const auto& each : kept)
      changes += each.changes.size();
    kept.clear(); // the port reads on
  }
  CHECK(changes < 4 * (16384 + 64 * 512));
  CHECK(eventually([&] { return batches() > 0; }));
}

} // namespace troupe::test
