// SPDX-License-Identifier: BSD-3-Clause
// Opening and closing ports while everything is busy, and hosts that talk to
// themselves.
#include "tests/transport/netns.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace troupe::test {
namespace {

const group_address group = group_number(1);

} // namespace

TEST_CASE("no handler runs after a receive port is closed") {
  if (must_skip())
    return;
  test_bed bed;
  const auto sending = bed.a.open_network();
  const auto sender = bed.a.sender(*sending);
  std::atomic<bool> stop = false;
  std::thread traffic{[&] {
    while (!stop)
      send_and_wait(*sender, numbered_train(group, 42, 1000));
  }};
  const auto net = bed.b.open_network();
  for (int round = 0; round < 25; ++round) {
    auto port = bed.b.receiver(*net);
    // Not atomic: a handler that still ran would be a data race, too.
    auto calls = std::make_unique<int>(0);
    port->join({{group, [c = calls.get()](auto&&) { ++*c; }}});
    REQUIRE(eventually([&] { return port->counters().packets > 0; }));
    if (round % 2)
      port->close();
    port.reset();
    calls.reset();
  }
  stop = true;
  traffic.join();
}

TEST_CASE("a closed port takes requests and ignores them") {
  if (must_skip())
    return;
  test_bed bed;
  const auto net = bed.b.open_network();
  const auto port = bed.b.receiver(*net);
  port->close();
  port->close();
  port->join({{group, [](auto&&) {}}});
  port->rejoin({group});
  port->leave({group});
  port->close(); // behind the requests
  CHECK(port->counters().groups_joined == 0);
}

TEST_CASE("every train comes back once, also when the port closes first") {
  if (must_skip())
    return;
  test_bed bed;
  const auto net = bed.a.open_network();
  auto port = bed.a.sender(*net, {.rate_bits_per_s = 10'000'000});
  std::atomic<int> sent = 0;
  std::atomic<int> cancelled = 0;
  for (int i = 0; i < 100; ++i)
    port->send(numbered_train(group, 42, 1060), [&](train_sent&& t) {
      ++(t.result == errc::none ? sent : cancelled);
    });
  REQUIRE(eventually([&] { return sent > 0; }));
  port->close();
  CHECK(sent + cancelled == 100);
  CHECK(cancelled > 0);
  port->send(numbered_train(group, 1, 100),
             [&](train_sent&& t) { cancelled += t.result == errc::cancelled; });
  port.reset(); // behind the train
  CHECK(sent + cancelled == 101);
}

TEST_CASE("no report is heard after the port is closed") {
  if (must_skip())
    return;
  test_bed bed;
  const auto receiving = bed.b.open_network();
  const auto port = bed.b.receiver(*receiving);
  const auto net = bed.a.open_network();
  for (std::uint64_t round = 0; round < 20; ++round) {
    auto heard = std::make_unique<int>(0);
    std::atomic<bool> any = false;
    auto ear = bed.a.reports(*net, [&, h = heard.get()](auto&&) {
      ++*h;
      any = true;
    });
    for (std::uint64_t i = 0; i < 10; ++i)
      port->join({{group_number(round * 10 + i), [](auto&&) {}}});
    REQUIRE(eventually([&] { return any.load(); }));
    ear.reset();
    heard.reset();
  }
}

TEST_CASE("a network without ports comes and goes") {
  for (int i = 0; i < 100; ++i)
    CHECK(make_asio_network());
}

TEST_CASE("many threads may use one port") {
  if (must_skip())
    return;
  test_bed bed;
  const auto sending = bed.a.open_network();
  const auto sender = bed.a.sender(*sending);
  const auto net = bed.b.open_network();
  const auto port = bed.b.receiver(*net);
  std::atomic<std::uint64_t> came_back = 0;
  std::atomic<std::uint64_t> heard = 0;
  std::vector<std::thread> users;
  for (std::uint64_t user = 0; user < 4; ++user)
    users.emplace_back([&, user] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        const auto g = group_number(user * 1000 + i % 7);
        port->join({{g, [&](packet_batch&& b) { heard += b.packets.size(); }}});
        sender->send(numbered_train(g, 10, 500), [&](auto&&) { ++came_back; });
        if (i % 3 == 0)
          port->rejoin({g});
        if (i % 5 == 0)
          port->leave({g});
        static_cast<void>(port->counters());
      }
    });
  for (auto& u : users)
    u.join();
  CHECK(eventually([&] { return came_back == 200; }));
  port->close();
  CHECK(heard > 0);
}

TEST_CASE("with loopback a host shares with itself, without it does not") {
  if (must_skip())
    return;
  test_bed bed;
  const bool loopback = GENERATE(true, false);
  const bool own_reports = GENERATE(true, false);
  const auto net = bed.a.open_network({.own_reports = own_reports});
  report_log log;
  report_log at_b;
  const auto ear = bed.a.reports(*net, log.handler(), {.loopback = loopback});
  const auto other = bed.b.open_network();
  const auto control = bed.b.reports(*other, at_b.handler());
  const auto sender = bed.a.sender(*net, {.loopback = loopback});
  const auto port = bed.a.receiver(*net, {.loopback = loopback});
  packet_log packets;
  port->join({packets.of(group)});
  REQUIRE(
      eventually([&] { return at_b.count(group, membership::wanted) > 0; }));
  CHECK(send_and_wait(*sender, numbered_train(group, 7, 100)).packets == 7);
  if (loopback) {
    CHECK(eventually([&] { return log.count(group, membership::wanted) > 0; }));
    CHECK(eventually([&] { return packets.size() == 7; }));
  } else {
    std::this_thread::sleep_for(100ms);
    CHECK(log.entries().empty());
    CHECK(packets.size() == 0);
  }
}

TEST_CASE("lo serves a host that has nothing else, once multicast is routed") {
  if (must_skip())
    return;
  const net_namespace host;
  host.command("ip link set lo up && "
               "ip -6 route add local ff00::/8 dev lo table local");
  const bool own_reports = GENERATE(true, false);
  const auto net = host.open_network({.own_reports = own_reports});
  report_log log;
  packet_log packets;
  const auto ear = host.reports(*net, log.handler(), {.loopback = true});
  const auto sender = host.sender(*net, {.loopback = true});
  const auto port = host.receiver(*net, {.loopback = true});
  port->join({packets.of(group)});
  REQUIRE(eventually([&] { return log.count(group, membership::wanted) > 0; }));
  auto train = numbered_train(group, 42, 1060);
  train->burst_packets = 42;
  CHECK(send_and_wait(*sender, std::move(train)).packets == 42);
  CHECK(eventually([&] { return packets.size() == 42; }));
}

} // namespace troupe::test
