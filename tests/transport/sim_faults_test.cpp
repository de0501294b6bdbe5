// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/sim_scene.hpp"

#include <set>

namespace troupe::test {
namespace {

/// Lengths of the runs of numbers that are missing among 0..packets-1.
std::vector<std::size_t> gaps(const scene& s, std::size_t receiver,
                              std::size_t packets) {
  std::vector<bool> seen(packets);
  for (const auto& a : s.heard[receiver])
    seen.at(number_of(a.packet)) = true;
  std::vector<std::size_t> found;
  std::size_t length = 0;
  for (const bool is_there : seen) {
    if (is_there && length > 0)
      found.push_back(std::exchange(length, 0));
    length += !is_there;
  }
  if (length > 0)
    found.push_back(length);
  return found;
}

/// Who was heard to want something.
std::size_t hosts(const ear& listener) {
  std::set<ip6_address> all;
  for (const auto& c : only_wanted(listener.heard))
    all.insert(c.reporter);
  return all.size();
}

} // namespace

TEST_CASE("bursts are as long and as frequent as asked") {
  constexpr std::size_t packets = 400'000;
  scene s{{.seed = 5,
           .bursts = {.chance = 0.001, .least_packets = 48, .mean_packets = 64}},
          2};
  for (std::uint32_t i = 0; i < packets / 1000; ++i)
    s.send(1000, 100, i * 1000);
  s.net.advance_to(60s);
  for (const std::size_t receiver : {0u, 1u}) {
    const auto lengths = gaps(s, receiver, packets);
    // One good packet per 1000 begins a burst of 64.
    CHECK(static_cast<double>(lengths.size()) ==
          Approx(packets / 1064.0).epsilon(0.15));
    CHECK(*std::min_element(lengths.begin(), lengths.end()) >= 48);
    const auto sum = std::accumulate(lengths.begin(), lengths.end(), 0.0);
    CHECK(sum / static_cast<double>(lengths.size()) ==
          Approx(64).epsilon(0.1));
  }
  CHECK(s.heard[0] != s.heard[1]);
}

TEST_CASE("within a burst some packets may come through") {
  scene s{{.bursts = {.chance = 1, .mean_packets = 10, .loss = 0.5}}};
  for (std::uint32_t i = 0; i < 20; ++i)
    s.send(1000, 100, i * 1000);
  s.net.advance_to(10s);
  CHECK(s.heard[0].size() == Approx(10'000).epsilon(0.05));
}

TEST_CASE("a burst ends with time when packets are few") {
  scene s{{.bursts = {.chance = 1, .least_packets = 48, .longest = 5ms}}};
  for (std::uint32_t i = 0; i < 100; ++i) {
    s.net.advance_to(1ms * i);
    s.send(1, 100, i);
  }
  s.net.advance_to(1s);
  CHECK(s.heard[0].empty()); // one burst after the other
  scene rare{{.seed = 3,
              .bursts = {.chance = 0.02, .least_packets = 1000, .longest = 5ms}}};
  for (std::uint32_t i = 0; i < 1000; ++i) {
    rare.net.advance_to(1ms * i);
    rare.send(1, 100, i);
  }
  rare.net.advance_to(2s);
  const auto lengths = gaps(rare, 0, 1000);
  CHECK(lengths.size() > 5);
  CHECK(*std::max_element(lengths.begin(), lengths.end()) <= 18);
}

TEST_CASE("each receiver may have a way of its own") {
  sim_net_options options{.seed = 2, .loss = 0.5};
  options.paths.resize(2);
  options.paths[0].loss = 0.1;
  options.paths[1].delay = 7ms;
  scene s{options, 3};
  for (std::uint32_t i = 0; i < 10; ++i)
    s.send(1000, 100, i * 1000);
  s.net.advance_to(10s);
  CHECK(s.heard[0].size() == Approx(9000).epsilon(0.03));
  CHECK(s.heard[1].size() == 10'000);
  CHECK(s.heard[2].size() == Approx(5000).epsilon(0.05));
  CHECK(s.heard[1].front().at - s.heard[0].front().at >= 6ms);
}

TEST_CASE("jitter delays batches and mixes their order") {
  scene s{{.jitter = 5ms}};
  s.send(1600);
  s.net.advance_to(1s);
  REQUIRE(s.heard[0].size() == 1600);
  bool is_sorted = true;
  for (std::size_t i = 1; i < 1600; ++i)
    is_sorted &= number_of(s.heard[0][i - 1].packet) <
                 number_of(s.heard[0][i].packet);
  CHECK_FALSE(is_sorted);
  CHECK(s.heard[0].back().at <= 8ms);
}

TEST_CASE("a cut holds for its time, and for one receiver if asked") {
  scene s{{.cuts = {{10ms, 20ms, 0}, {30ms, 40ms, std::nullopt}}}, 2};
  for (std::uint32_t i = 0; i < 5; ++i) {
    s.net.advance_to(10ms * i + 5ms);
    s.send(10, 100, i * 10);
  }
  s.net.advance_to(1s);
  CHECK(s.heard[0].size() == 30);
  CHECK(s.heard[1].size() == 40);
  CHECK(s.net.stats().packets_lost == 30);
}

TEST_CASE("reports of a receiver that is cut off are not heard") {
  scene s{{.cuts = {{0ns, 2s, 0}}}, 2};
  ear listener{s.net};
  s.net.advance_to(1500ms);
  CHECK(hosts(listener) == 1);
  s.join(0, group_number(9));
  s.net.advance_to(1900ms);
  CHECK(hosts(listener) == 1);
  s.net.advance_to(3s);
  s.join(0, group_number(10));
  s.net.advance_to(4s);
  CHECK(hosts(listener) == 2);
}

TEST_CASE("reports get lost for one receiver if asked") {
  sim_net_options options;
  options.paths.resize(1);
  options.paths[0].report_loss = 1;
  scene s{options, 2};
  ear listener{s.net};
  s.net.advance_to(3s);
  CHECK(hosts(listener) == 1);
}

TEST_CASE("a slow receiver drops what its buffer does not hold") {
  sim_net_options options;
  options.paths.resize(1);
  options.paths[0].packets_per_s = 1000;
  options.paths[0].buffer_packets = 100;
  scene s{options, 2};
  s.send(500); // takes 0.4 ms
  s.net.advance_to(10s);
  CHECK(s.heard[0].size() >= 100);
  CHECK(s.heard[0].size() <= 101);
  CHECK(s.heard[1].size() == 500);
  CHECK(s.ports[0]->counters().packets_dropped == 500 - s.heard[0].size());
  CHECK(s.ports[1]->counters().packets_dropped == 0);
  // Each packet takes it a millisecond.
  CHECK(s.heard[0].back().at >= 100ms);
  s.send(100);
  s.net.advance_to(20s);
  CHECK(s.heard[0].size() >= 200);
}

} // namespace troupe::test
