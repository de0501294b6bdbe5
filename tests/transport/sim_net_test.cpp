// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/sim_scene.hpp"

namespace troupe::test {
namespace {

sim_net_options rough() {
  return {.seed = 7,
          .loss = 0.1,
          .corruption = 0.05,
          .duplication = 0.05,
          .reordering = 0.1,
          .report_loss = 0.1};
}

} // namespace

TEST_CASE("simulated packets arrive complete, in order and in time") {
  scene s{{.delay = 300us, .rate_bits_per_s = 8'000'000}};
  s.send(20); // 2000 bytes: 2 ms on the link
  CHECK(s.heard[0].empty());
  s.net.advance_to(10ms);
  REQUIRE(s.heard[0].size() == 20);
  for (std::uint32_t i = 0; i < 20; ++i)
    CHECK(number_of(s.heard[0][i].packet) == i);
  CHECK(s.heard[0].back().at == 2300us);
  REQUIRE(s.sent.size() == 1);
  CHECK(s.sent[0].at == 2ms);
  CHECK(s.sent[0].result == errc::none);
  CHECK(s.sent[0].packets == 20);
  CHECK(s.batches == std::vector<std::size_t>{16, 4});
  CHECK(s.net.next_event() == time_point::max());
  CHECK(s.net.now() == 10ms);
}

TEST_CASE("the sender's own rate is kept when it is the slower one") {
  sim_net net;
  const auto sender = value_of(net.open_sender({.rate_bits_per_s = 8'000'000}));
  time_point last{0};
  for (int i = 0; i < 3; ++i)
    sender->send(numbered_train(group, 10, 100),
                 [&](train_sent&&) { last = net.now(); });
  net.advance_to(1s);
  CHECK(last == 3ms);
}

TEST_CASE("the same seed gives the same run, another one does not") {
  const auto run = [](std::uint64_t seed) {
    auto options = rough();
    options.seed = seed;
    scene s{options, 3};
    ear listener{s.net};
    for (std::uint32_t i = 0; i < 50; ++i) {
      s.send(30, 200, i * 30);
      s.join(i % 3, group_number(100 + i));
      s.net.advance_to(s.net.now() + 1ms);
      s.ports[i % 3]->leave({group_number(100 + i / 2)});
    }
    s.net.advance_to(10s);
    std::vector<std::uint64_t> reports;
    for (std::size_t i = 0; i < listener.heard.size(); ++i)
      reports.push_back(static_cast<std::uint64_t>(listener.times[i].count()) ^
                        listener.heard[i].group.bytes[2]);
    return std::pair{s.heard, reports};
  };
  const auto first = run(7);
  CHECK(first == run(7));
  CHECK(first != run(8));
  CHECK(first.first[0].size() > 1000);
  CHECK(first.second.size() > 50);
}

TEST_CASE("loss is as frequent as asked, and each receiver has its own") {
  const double loss = GENERATE(0.01, 0.1, 0.5);
  scene s{{.seed = 3, .loss = loss}, 2};
  for (std::uint32_t i = 0; i < 200; ++i)
    s.send(100, 100, i * 100);
  s.net.advance_to(10s);
  for (const auto& heard : s.heard)
    CHECK(static_cast<double>(heard.size()) / 20000 ==
          Approx(1 - loss).margin(0.012));
  CHECK(s.heard[0] != s.heard[1]);
  const auto stats = s.net.stats();
  CHECK(stats.packets_sent == 20000);
  CHECK(stats.packets_delivered == s.heard[0].size() + s.heard[1].size());
  CHECK(stats.packets_lost + stats.packets_delivered == 40000);
}

TEST_CASE("corruption changes one byte of one receiver's copy") {
  scene s{{.corruption = 0.2}, 2};
  const auto expected = numbered_train(group, 1000, 50);
  s.send(1000, 50);
  s.net.advance_to(1s);
  std::size_t damaged[2] = {};
  std::size_t both = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto original = std::span{expected->bytes}.subspan(i * 50, 50);
    bool is_bad[2] = {};
    for (std::size_t r : {0u, 1u}) {
      int differences = 0;
      for (std::size_t at = 0; at < 50; ++at)
        differences += s.heard[r].at(i).packet[at] != original[at];
      REQUIRE(differences <= 1);
      is_bad[r] = differences > 0;
      damaged[r] += is_bad[r];
    }
    both += is_bad[0] && is_bad[1];
  }
  CHECK(damaged[0] > 150);
  CHECK(damaged[0] < 250);
  CHECK(both < 80);
  CHECK(s.net.stats().packets_corrupted == damaged[0] + damaged[1]);
}

TEST_CASE("duplicates arrive twice") {
  scene s{{.duplication = 0.25}};
  s.send(2000);
  s.net.advance_to(1s);
  const auto extra = s.heard[0].size() - 2000;
  CHECK(extra > 400);
  CHECK(extra < 600);
  CHECK(s.net.stats().packets_duplicated == extra);
}

TEST_CASE("reordered packets come late, within the bound, and all come") {
  scene s{{.reordering = 0.2, .delay = 0ns, .rate_bits_per_s = 0}};
  s.send(2000);
  s.net.advance_to(1s);
  REQUIRE(s.heard[0].size() == 2000);
  std::vector<bool> seen(2000);
  std::size_t late = 0;
  for (const auto& a : s.heard[0]) {
    seen[number_of(a.packet)] = true;
    CHECK(a.at <= 2ms);
    late += a.at > 0ns;
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 2000);
  CHECK(late > 300);
  CHECK(late < 500);
}

TEST_CASE("who leaves before delivery misses the packets") {
  scene s{{.delay = 5ms}, 2};
  s.send(10);
  s.net.advance_to(2ms);
  s.ports[0]->leave({group});
  s.net.advance_to(20ms);
  CHECK(s.heard[0].empty());
  CHECK(s.heard[1].size() == 10);
  CHECK(s.net.stats().groups_joined_now == 1);
  CHECK(s.ports[1]->counters().packets == 10);
  CHECK(s.ports[1]->counters().bytes == 1000);
}

TEST_CASE("a handler may leave, join and close") {
  sim_net net;
  const auto sender = value_of(net.open_sender({}));
  const auto port = value_of(net.open_receiver({}));
  int calls = 0;
  port->join({{group, [&](packet_batch&&) {
                 ++calls;
                 port->leave({group});
                 port->join({{group_number(2), [&](packet_batch&&) {
                                ++calls;
                                port->close();
                              }}});
               }}});
  for (std::uint64_t g : {1, 1, 2, 2})
    sender->send(numbered_train(group_number(g), 20, 100), [](auto&&) {});
  net.advance_to(1s);
  CHECK(calls == 2);
}

TEST_CASE("reports say what was joined, left and joined again") {
  sim_net net{{.report_delay = 3ms}};
  ear listener{net};
  const auto port = value_of(net.open_receiver({}));
  port->join({{group, [](auto&&) {}}, {group_number(2), [](auto&&) {}}});
  port->join({{group, [](auto&&) {}}}); // joined already
  port->rejoin({group, group_number(3)});
  port->leave({group_number(2), group_number(2)});
  net.advance_to(2ms);
  CHECK(listener.heard.empty());
  net.advance_to(3ms);
  REQUIRE(listener.heard.size() == 5);
  const std::pair<group_address, membership> expected[] = {
      {group, membership::wanted},
      {group_number(2), membership::wanted},
      {group, membership::done},
      {group, membership::wanted},
      {group_number(2), membership::done}};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(listener.heard[i].group == expected[i].first);
    CHECK(listener.heard[i].change == expected[i].second);
    CHECK(listener.heard[i].reporter == listener.heard[0].reporter);
  }
  CHECK(port->counters().groups_joined == 3);
  CHECK(net.stats().reports == 4);
}

TEST_CASE("a late sharer learns who is waiting within a second") {
  sim_net net;
  const auto a = value_of(net.open_receiver({}));
  const auto b = value_of(net.open_receiver({}));
  a->join({{group, [](auto&&) {}}, {group_number(2), [](auto&&) {}}});
  b->join({{group, [](auto&&) {}}});
  net.advance_to(5s);
  ear listener{net};
  net.advance_to(5s + 50us);
  CHECK(listener.heard.empty());
  a->leave({group_number(2)});
  net.advance_to(5s + 1001ms);
  const auto wanted = only_wanted(listener.heard);
  REQUIRE(wanted.size() == 2);
  CHECK(wanted[0].group == group);
  CHECK(wanted[1].group == group);
  CHECK(wanted[0].reporter != wanted[1].reporter);
}

TEST_CASE("reports get lost as often as asked") {
  sim_net net{{.report_loss = 0.3}};
  ear listener{net};
  const auto port = value_of(net.open_receiver({}));
  for (std::uint64_t i = 0; i < 1000; ++i)
    port->join({{group_number(i), [](auto&&) {}}});
  net.advance_to(10ms); // before the answer to the query
  CHECK(only_wanted(listener.heard).size() > 640);
  CHECK(only_wanted(listener.heard).size() < 760);
}

TEST_CASE("long lists of groups are split into reports") {
  sim_net net;
  const auto port = value_of(net.open_receiver({}));
  std::vector<subscription> many;
  for (std::uint64_t i = 0; i < 141; ++i)
    many.push_back({group_number(i), [](auto&&) {}});
  port->join(std::move(many));
  CHECK(net.stats().reports == 3);
}

TEST_CASE("nothing crosses a cut link") {
  scene s{{}};
  ear listener{s.net};
  s.net.set_connected(false);
  s.send(10);
  s.ports[0]->join({{group_number(5), [](auto&&) {}}});
  s.net.advance_to(2s);
  CHECK(s.heard[0].empty());
  CHECK(listener.heard.empty());
  CHECK(s.net.stats().packets_lost == 10);
  s.net.set_connected(true);
  s.send(10);
  s.net.advance_to(3s);
  CHECK(s.heard[0].size() == 10);
}

TEST_CASE("each train comes back exactly once") {
  scene s{{.rate_bits_per_s = 8'000'000}};
  s.send(10);
  s.send(10);
  auto bad = numbered_train(group, 3, 100);
  bad->bytes.pop_back();
  s.sender->send(std::move(bad), [&](train_sent&& t) {
    s.sent.push_back({s.net.now(), t.result, t.packets});
  });
  s.net.advance_to(1500us);
  REQUIRE(s.sent.size() == 2);
  CHECK(s.sent[0].result == errc::invalid_argument);
  CHECK(s.sent[1].result == errc::none);
  s.sender->close();
  REQUIRE(s.sent.size() == 3);
  CHECK(s.sent[2].result == errc::cancelled);
  s.send(1);
  s.net.advance_to(1s);
  REQUIRE(s.sent.size() == 4);
  CHECK(s.sent[3].result == errc::cancelled);
}

TEST_CASE("an empty train comes back at once") {
  scene s{{}};
  s.send(0);
  s.net.advance_to(0ns);
  REQUIRE(s.sent.size() == 1);
  CHECK(s.sent[0].result == errc::none);
}

TEST_CASE("time runs to the end when nothing is left to do") {
  scene s{{}};
  s.send(5);
  s.net.advance_to(time_point::max());
  CHECK(s.heard[0].size() == 5);
  s.send(5); // there is no later, so it happens now
  s.net.advance_to(time_point::max());
  CHECK(s.heard[0].size() == 10);
}

} // namespace troupe::test
