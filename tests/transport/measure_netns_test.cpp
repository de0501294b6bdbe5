// SPDX-License-Identifier: BSD-3-Clause
// Not tests but measurements: run with the argument [measure]. Each prints a
// line and still checks that what it measured was right.
#include "tests/transport/netns.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

namespace troupe::test {
namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

/// The kernel's ids of the networks' threads.
std::set<std::string> network_threads() {
  std::set<std::string> found;
  for (const auto& task :
       std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::ifstream{task.path() / "comm"} >> name;
    if (name == "troupe-net")
      found.insert(task.path().filename().string());
  }
  return found;
}

/// CPU time of a network's thread, which `start` brings to life.
class thread_meter {
public:
  template <class Start>
  explicit thread_meter(Start&& start) {
    const auto before = network_threads();
    start();
    REQUIRE(eventually([&] {
      for (const auto& id : network_threads())
        if (!before.contains(id))
          path_ = "/proc/self/task/" + id + "/schedstat";
      return !path_.empty();
    }));
  }
  double cpu_seconds() const {
    std::uint64_t ns = 0;
    std::ifstream{path_} >> ns;
    return static_cast<double>(ns) / 1e9;
  }

private:
  std::string path_;
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const auto at =
      static_cast<std::size_t>(q * static_cast<double>(values.size()));
  return values.at(std::min(at, values.size() - 1));
}

} // namespace

TEST_CASE("measure: from join to report", "[.][measure]") {
  if (must_skip())
    return;
  const bool own_reports = GENERATE(true, false);
  test_bed bed;
  report_log log;
  const auto shared = bed.a.open_network();
  const auto ear = bed.a.reports(*shared, log.handler());
  const auto net = bed.b.open_network({.own_reports = own_reports});
  const auto port = bed.b.receiver(*net);
  std::vector<double> ms;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto start = clock_type::now();
    port->join({{group_number(i), [](auto&&) {}}});
    REQUIRE(eventually([&] { return log.groups_wanted() > i; }));
    for (const auto& e : log.entries())
      if (e.change.group == group_number(i)) {
        ms.push_back(std::chrono::duration<double>(e.at - start).count() * 1e3);
        break;
      }
    std::this_thread::sleep_for(20ms);
  }
  std::printf("join to report, %s: p50 %.3f ms, p90 %.3f, p99 %.3f, max %.3f\n",
              own_reports ? "own" : "kernel", quantile(ms, 0.5),
              quantile(ms, 0.9), quantile(ms, 0.99), quantile(ms, 1));
}

TEST_CASE("measure: a sliding window of joins", "[.][measure]") {
  if (must_skip())
    return;
  constexpr std::uint64_t window = 256;
  constexpr std::uint64_t count = 32768;
  const bool own_reports = GENERATE(true, false);
  test_bed bed;
  report_log log;
  const auto shared = bed.a.open_network();
  const auto ear = bed.a.reports(*shared, log.handler());
  const auto net = bed.b.open_network({.own_reports = own_reports});
  std::unique_ptr<receive_port> port;
  const thread_meter meter{[&] { port = bed.b.receiver(*net); }};
  const auto start = clock_type::now();
  const double cpu = meter.cpu_seconds();
  for (std::uint64_t asked = 0; asked < count;) {
    const auto done = port->counters().groups_joined;
    std::vector<subscription> wanted;
    std::vector<group_address> old;
    for (; asked < std::min(done + window, count); ++asked) {
      wanted.push_back({group_number(asked), [](auto&&) {}});
      if (asked >= window)
        old.push_back(group_number(asked - window));
    }
    port->leave(std::move(old));
    port->join(std::move(wanted));
    std::this_thread::sleep_for(500us);
  }
  REQUIRE(eventually([&] { return port->counters().groups_joined == count; }));
  const double took = seconds_since(start);
  const double spent = meter.cpu_seconds() - cpu;
  CHECK(eventually([&] { return log.groups_wanted() == count; }));
  std::printf("window of %d, %s reports: %.2f us CPU per join and leave, "
              "%.0f joins/s, %zu of %d reported\n",
              int{window}, own_reports ? "own" : "kernel", spent * 1e6 / count,
              count / took, log.groups_wanted(), int{count});
}

TEST_CASE("measure: ten thousand joins at once", "[.][measure]") {
  if (must_skip())
    return;
  constexpr std::uint64_t count = 10000;
  test_bed bed;
  report_log log;
  const auto shared = bed.a.open_network();
  const auto ear = bed.a.reports(*shared, log.handler());
  const auto net = bed.b.open_network();
  std::unique_ptr<receive_port> port;
  const thread_meter meter{[&] { port = bed.b.receiver(*net); }};
  std::vector<subscription> wanted;
  for (std::uint64_t i = 0; i < count; ++i)
    wanted.push_back({group_number(i), [](auto&&) {}});
  const auto start = clock_type::now();
  port->join(std::move(wanted));
  REQUIRE(
      eventually([&] { return port->counters().groups_joined == count; }, 60s));
  const double took = seconds_since(start);
  CHECK(eventually([&] { return log.groups_wanted() == count; }, 20s));
  const double cpu = meter.cpu_seconds();
  const auto closing = clock_type::now();
  port->close();
  std::printf("10000 joins: %.2f s, %.2f s CPU; close %.2f s\n", took, cpu,
              seconds_since(closing));
}

TEST_CASE("measure: trains of 42 packets of 1060 bytes", "[.][measure]") {
  if (must_skip())
    return;
  const std::uint16_t burst = GENERATE(as<std::uint16_t>{}, 1, 9, 42);
  const std::uint64_t rate = GENERATE(as<std::uint64_t>{}, 1'000'000'000, 0);
  constexpr std::uint64_t train_bytes = 42 * 1060;
  const std::uint64_t total = rate == 0 && burst > 1 ? 40000 : 6000;
  test_bed bed;
  std::atomic<std::uint64_t> came_back = 0;
  std::atomic<std::uint64_t> got = 0;
  const auto sending = bed.a.open_network();
  const auto receiving = bed.b.open_network();
  std::unique_ptr<send_port> sender;
  std::unique_ptr<receive_port> port;
  const thread_meter tx{
      [&] { sender = bed.a.sender(*sending, {.rate_bits_per_s = rate}); }};
  const thread_meter rx{[&] {
    port = bed.b.receiver(*receiving, {.receive_buffer_bytes = 16u << 20});
  }};
  port->join(
      {{group_number(1), [&](packet_batch&& b) { got += b.packets.size(); }}});
  REQUIRE(eventually([&] { return port->counters().groups_joined == 1; }));

  const double tx_cpu = tx.cpu_seconds();
  const double rx_cpu = rx.cpu_seconds();
  const auto start = clock_type::now();
  std::function<void(train_sent &&)> again = [&](train_sent&& t) {
    if (++came_back + 7 < total)
      sender->send(std::move(t.train), again);
  };
  for (int i = 0; i < 8; ++i) {
    auto train = numbered_train(group_number(1), 42, 1060);
    train->burst_packets = burst;
    sender->send(std::move(train), again);
  }
  REQUIRE(eventually([&] { return came_back == total; }, 60s));
  const double took = seconds_since(start);
  std::this_thread::sleep_for(50ms);
  const double gb = static_cast<double>(total * train_bytes) / 1e9;
  const double got_gb = static_cast<double>(got * 1060) / 1e9;
  std::printf("trains, burst %2d, %s: %.0f MB/s received, %.2f %% lost, "
              "tx %.3f s/GB, rx %.3f s/GB\n",
              int{burst}, rate ? "1 Gbit/s" : "unpaced ", got_gb / took * 1e3,
              100 * (1 - got_gb / gb), (tx.cpu_seconds() - tx_cpu) / gb,
              (rx.cpu_seconds() - rx_cpu) / got_gb);
  CHECK(got + port->counters().packets_dropped == total * 42);
}

} // namespace troupe::test
