// SPDX-License-Identifier: BSD-3-Clause
// Trains of packets between two hosts, with real sockets.
#include "tests/transport/netns.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <iostream>
#include <numeric>
#include <thread>

namespace troupe::test {
namespace {

const group_address group = group_number(1);

std::vector<std::uint32_t> counting(std::uint32_t count) {
  std::vector<std::uint32_t> out(count);
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

/// A sender on host a and a receiver on host b that has joined `group`.
struct sending_bed : test_bed {
  explicit sending_bed(asio_network_options at_sender = {},
                       asio_network_options at_receiver = {},
                       send_options options = {}, bool keep = false)
      : sent(a.open_network(at_sender)), received(b.open_network(at_receiver)),
        sender(a.sender(*sent, options)), port(b.receiver(*received)) {
    port->join({packets.of(group, keep)});
    await_joins(1);
  }

  void await_joins(std::uint64_t count) {
    REQUIRE(
        eventually([&] { return port->counters().groups_joined >= count; }));
  }

  packet_log packets;
  std::shared_ptr<network> sent;
  std::shared_ptr<network> received;
  std::unique_ptr<send_port> sender;
  std::unique_ptr<receive_port> port;
};

} // namespace

TEST_CASE(
    "trains arrive complete and in order, with segmentation and without") {
  if (must_skip())
    return;
  const std::uint16_t burst = GENERATE(as<std::uint16_t>{}, 1, 9, 42, 1000);
  const bool at_sender = GENERATE(true, false);
  const bool at_receiver = GENERATE(true, false);
  INFO("burst " << burst << " sender " << at_sender << " receiver "
                << at_receiver);
  constexpr std::uint32_t trains = 60;
  std::atomic<std::uint64_t> handed_over = 0;
  std::atomic<int> failures = 0;
  sending_bed bed{{.segmentation = at_sender},
                  {.segmentation = at_receiver},
                  {.rate_bits_per_s = 400'000'000}};
  for (std::uint32_t i = 0; i < trains; ++i) {
    auto train = numbered_train(group, 42, 1060, i * 42);
    train->burst_packets = burst;
    bed.sender->send(std::move(train), [&](train_sent&& t) {
      failures += t.result != errc::none || t.train->bytes.size() != 42 * 1060;
      handed_over += t.packets;
    });
  }
  REQUIRE(eventually([&] { return bed.packets.size() >= trains * 42; }));
  CHECK(bed.packets.numbers() == counting(trains * 42));
  CHECK(eventually([&] { return handed_over == trains * 42; }));
  CHECK(failures == 0);
  const auto counters = bed.port->counters();
  CHECK(counters.packets == trains * 42);
  CHECK(counters.bytes == trains * 42 * 1060);
  CHECK(counters.packets_dropped == 0);
  CHECK(counters.packets_malformed == 0);
  if (burst > 1 && at_sender && at_receiver)
    CHECK(bed.packets.batches() < trains * 42 / 4); // superpackets
}

TEST_CASE("a train whose last superpacket is short arrives whole") {
  if (must_skip())
    return;
  sending_bed bed;
  auto train = numbered_train(group, 47, 700);
  train->burst_packets = 10;
  for (std::size_t i = 0; i < train->bytes.size(); ++i)
    if (i % 700 >= 4)
      train->bytes[i] = static_cast<std::byte>(i * 7);
  const auto expected = train->bytes;
  CHECK(send_and_wait(*bed.sender, std::move(train)).packets == 47);
  REQUIRE(eventually([&] { return bed.packets.size() == 47; }));
  bytes all;
  for (const auto& p : bed.packets.contents())
    all.insert(all.end(), p.begin(), p.end());
  CHECK(all == expected);
}

TEST_CASE("packets above the MTU travel without segmentation") {
  if (must_skip())
    return;
  sending_bed bed;
  auto train = numbered_train(group, 20, 2000);
  train->burst_packets = 9;
  const auto sent = send_and_wait(*bed.sender, std::move(train));
  CHECK(sent.result == errc::none);
  CHECK(sent.packets == 20);
  REQUIRE(eventually([&] { return bed.packets.size() == 20; }));
  CHECK(bed.packets.numbers() == counting(20));
}

TEST_CASE("each handler gets its own group, in one batch a receive call") {
  if (must_skip())
    return;
  sending_bed bed;
  packet_log others[3];
  for (std::uint64_t g : {0, 1, 2})
    bed.port->join({others[g].of(group_number(100 + g))});
  bed.await_joins(4);
  for (std::uint32_t round = 0; round < 20; ++round)
    for (std::uint32_t g : {0u, 1u, 2u})
      bed.sender->send(
          numbered_train(group_number(100 + g), 4, 500, g * 1000 + round * 4),
          [](auto&&) {});
  for (std::uint32_t g : {0u, 1u, 2u}) {
    REQUIRE(eventually([&] { return others[g].size() >= 80; }));
    auto expected = counting(80);
    for (auto& number : expected)
      number += g * 1000;
    CHECK(others[g].numbers() == expected);
  }
  CHECK(bed.packets.size() == 0);
}

TEST_CASE("packets of a group that was left do not reach its handler") {
  if (must_skip())
    return;
  sending_bed bed;
  send_and_wait(*bed.sender, numbered_train(group, 3, 100));
  REQUIRE(eventually([&] { return bed.packets.size() == 3; }));
  packet_log other;
  bed.port->leave({group});
  bed.port->join({other.of(group_number(2))});
  bed.await_joins(2); // so the leave was carried out
  send_and_wait(*bed.sender, numbered_train(group, 3, 100));
  send_and_wait(*bed.sender, numbered_train(group_number(2), 3, 100));
  REQUIRE(eventually([&] { return other.size() == 3; }));
  CHECK(bed.packets.size() == 3);
}

TEST_CASE("a receiver without free slabs reads on when one comes back") {
  if (must_skip())
    return;
  sending_bed bed{{}, {.slabs = 2}, {.rate_bits_per_s = 100'000'000}, true};
  constexpr std::uint32_t count = 500; // of which two slabs hold 32
  for (std::uint32_t i = 0; i < count; ++i)
    // Large enough for a slot each: small ones are copied together.
    bed.sender->send(numbered_train(group, 1, 3000, i), [](auto&&) {});
  REQUIRE(eventually([&] { return bed.port->counters().starvations > 0; }));
  std::this_thread::sleep_for(100ms);
  CHECK(bed.packets.size() == 32);
  REQUIRE(eventually([&] {
    bed.packets.let_go();
    return bed.packets.size() >= count;
  }));
  CHECK(bed.packets.numbers() == counting(count));
  CHECK(bed.port->counters().packets_dropped == 0);
}

TEST_CASE("slabs may be let go of after the network is gone") {
  if (must_skip())
    return;
  packet_log packets;
  {
    sending_bed bed;
    bed.port->join({packets.of(group_number(2), true)});
    bed.await_joins(2);
    send_and_wait(*bed.sender, numbered_train(group_number(2), 40, 1000));
    REQUIRE(eventually([&] { return packets.size() == 40; }));
  }
  packets.let_go();
}

TEST_CASE("an empty datagram is counted and dropped") {
  if (must_skip())
    return;
  sending_bed bed;
  bed.a.run([&] {
    const unique_fd fd{::socket(AF_INET6, SOCK_DGRAM, 0)};
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(channel_port);
    to.sin6_scope_id = *find_interface("mc0");
    std::memcpy(&to.sin6_addr, group.bytes.data(), 16);
    ::sendto(fd.get(), "", 0, 0, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  });
  CHECK(
      eventually([&] { return bed.port->counters().packets_malformed == 1; }));
  CHECK(bed.packets.size() == 0);
}

TEST_CASE("the rate is kept on the wire") {
  if (must_skip())
    return;
  sending_bed bed{{}, {}, {.rate_bits_per_s = 40'000'000}};
  const auto start = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < 20; ++i)
    bed.sender->send(numbered_train(group, 50, 1000, i * 50), [](auto&&) {});
  REQUIRE(eventually([&] { return bed.packets.size() == 1000; }));
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(took > 185ms); // 1 MB at 5 MB/s, less the first burst
  CHECK(took < 2s);
}

TEST_CASE("a full device is waited for, not overrun") {
  if (must_skip())
    return;
  sending_bed bed;
  if (!bed.a.try_command("tc qdisc add dev mc0 root tbf rate 100mbit "
                         "burst 20k limit 60k 2>/dev/null")) {
    std::cout << "skipped: no tc or no tbf queue\n";
    return;
  }
  const std::uint16_t burst = GENERATE(as<std::uint16_t>{}, 1, 9);
  for (std::uint32_t i = 0; i < 40; ++i) {
    auto train = numbered_train(group, 42, 1060, i * 42);
    train->burst_packets = burst;
    bed.sender->send(std::move(train), [](auto&&) {});
  }
  REQUIRE(eventually([&] { return bed.packets.size() >= 40 * 42; }));
  // The device's queue is emptied by both processors, which may overtake each
  // other.
  auto numbers = bed.packets.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == counting(40 * 42));
}

TEST_CASE("a train that cannot go says why") {
  if (must_skip())
    return;
  sending_bed bed;
  auto uneven = numbered_train(group, 3, 100);
  uneven->bytes.pop_back();
  CHECK(send_and_wait(*bed.sender, std::move(uneven)).result ==
        errc::invalid_argument);
  auto sizeless = numbered_train(group, 3, 100);
  sizeless->packet_bytes = 0;
  CHECK(send_and_wait(*bed.sender, std::move(sizeless)).result ==
        errc::invalid_argument);
  CHECK(
      send_and_wait(*bed.sender, numbered_train(*parse_ip6("fe80::1"), 3, 100))
          .result == errc::invalid_argument);
  auto elsewhere = numbered_train(group, 3, 100);
  elsewhere->interface_index = 4711;
  CHECK(send_and_wait(*bed.sender, std::move(elsewhere)).result ==
        errc::no_device);
  const auto empty = send_and_wait(*bed.sender, numbered_train(group, 0, 100));
  CHECK(empty.result == errc::none);
  CHECK(empty.packets == 0);

  bed.a.command("ip link set mc0 down");
  const auto down = send_and_wait(*bed.sender, numbered_train(group, 3, 100));
  CHECK(down.result == errc::network_error);
  CHECK(down.packets == 0);
}

TEST_CASE("a port without an interface sends on all, a train may choose") {
  if (must_skip())
    return;
  sending_bed bed; // opened before the second interface: one link
  net_namespace c;
  bed.a.plug_into(c, "mc1");
  const auto sender = bed.a.sender(*bed.sent);
  const auto net = c.open_network();
  const auto port = c.receiver(*net);
  packet_log packets;
  port->join({packets.of(group)});
  REQUIRE(eventually([&] { return port->counters().groups_joined == 1; }));

  CHECK(send_and_wait(*sender, numbered_train(group, 10, 100)).packets == 20);
  CHECK(eventually([&] { return packets.size() == 10; }));
  CHECK(eventually([&] { return bed.packets.size() == 10; }));

  auto only = numbered_train(group, 10, 100);
  only->interface_index = bed.a.index_of("mc1");
  CHECK(send_and_wait(*sender, std::move(only)).packets == 10);
  CHECK(eventually([&] { return packets.size() == 20; }));
  CHECK(send_and_wait(*bed.sender, numbered_train(group, 5, 100)).packets == 5);
  REQUIRE(eventually([&] { return bed.packets.size() == 15; }));
  CHECK(packets.size() == 20);
}

} // namespace troupe::test
