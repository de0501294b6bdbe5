// SPDX-License-Identifier: BSD-3-Clause
// One sharer and many receivers of a file on one simulated link, in virtual
// time: what grows with the number of receivers, and what does not. The actors
// are the real ones; the network is sim_net; everything happens in one thread.
//
// usage: bench_scale [--kib N] [--loss PERCENT] [--spread-ms N] [--late-ms N]
//                    [--slow-loss PERCENT] [--report-us N] [RECEIVERS...]
//                    default: 4096 KiB, no loss, all at once, 1 10 100 1000
//
// Receivers start evenly within the spread; with --late-ms, one more starts so
// much later, and --slow-loss gives the last receiver so much loss. Every
// receiver compares what it is given with the original. Prints a JSON line for
// each number, and exits with 1 when a receiver does not get everything, or
// when the sharer sends over 5 % more than to the first number (if all start at
// once and nothing is lost).
#include "bench/scale_support.hpp"
#include "tests/support/test_scheduler.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

namespace {

using namespace troupe;
using namespace std::chrono_literals;
using bench::bytes;
using bench::ms;
using bench::receiver;

struct settings {
  std::size_t kib = 4096;
  double loss_pct = 0;
  double slow_loss_pct = 0;
  std::size_t spread_ms = 0;
  std::size_t late_ms = 0;
  std::size_t report_us = 100;
  std::vector<std::size_t> receivers;
};

/// The link, the sharer and the receivers of one number.
class world {
public:
  world(const settings& how, std::size_t count,
        std::shared_ptr<const bytes> original)
      : original_{std::move(original)},
        net_{std::make_shared<sim_net>(network_of(how, count))} {
    sched_.clock().current_time += 1h;
    const auto total = count + (how.late_ms > 0 ? 1 : 0);
    for (std::size_t i = 0; i < total; ++i)
      receivers_.emplace_back().start =
          1ms + std::chrono::nanoseconds{
                    std::chrono::milliseconds{how.spread_ms}} *
                    i / count;
    if (how.late_ms > 0)
      receivers_.back().start = std::chrono::milliseconds{how.late_ms};
  }

  void play(time_point limit) {
    share_ = bench::start_share(system_, net_, original_, counters_, reports_);
    std::size_t next = 0;
    while (over_ < receivers_.size() && net_->now() < limit) {
      while (next < receivers_.size() &&
             receivers_[next].start <= net_->now())
        bench::start_sync(system_, net_, original_, receivers_[next++], over_);
      settle();
      auto due = net_->next_event();
      if (const auto timer = test::next_timer(sched_))
        due = std::min(due, *timer - 1h);
      if (next < receivers_.size())
        due = std::min(due, receivers_[next].start);
      const auto now = net_->now();
      due = std::max(std::min(due, limit), now);
      net_->advance_to(due);
      sched_.advance_time(due - now);
    }
    compat::anon_send(share_, stop_share{});
    for (auto& one : receivers_)
      if (one.is_started && !one.is_over)
        compat::anon_send(one.supervisor, cancel_sync{});
    settle();
  }

  const std::deque<receiver>& receivers() const { return receivers_; }
  const share_counters& counters() const { return *counters_; }
  sim_net::statistics stats() const { return net_->stats(); }

private:
  static sim_net_options network_of(const settings& how, std::size_t count) {
    sim_net_options options;
    options.loss = how.loss_pct / 100;
    options.report_delay = std::chrono::microseconds{how.report_us};
    if (how.slow_loss_pct > 0) {
      sim_path usual;
      usual.loss = options.loss;
      options.paths.assign(count, usual);
      options.paths.back().loss = how.slow_loss_pct / 100;
    }
    return options;
  }

  void settle() {
    while (sched_.has_job())
      sched_.run_once();
  }

  std::shared_ptr<const bytes> original_;
  std::shared_ptr<sim_net> net_;
  caf::actor_system_config config_;
  test::test_system system_{config_};
  test::test_scheduler& sched_ = test::scheduler_of(system_);
  std::shared_ptr<share_counters> counters_ =
      std::make_shared<share_counters>();
  std::shared_ptr<std::vector<share_report>> reports_ =
      std::make_shared<std::vector<share_report>>();
  share_supervisor_actor share_;
  std::deque<receiver> receivers_;
  std::size_t over_ = 0;
};

std::size_t peak_mib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<std::size_t>(used.ru_maxrss) / 1024;
}

settings parse(int count, char** words) {
  settings how;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool is_option = word.starts_with("--");
    const double number =
        std::atof(is_option && i + 1 < count ? words[++i] : words[i]);
    const auto whole = static_cast<std::size_t>(std::max(number, 0.0));
    if (!is_option && whole > 0)
      how.receivers.push_back(whole);
    else if (word == "--kib")
      how.kib = std::max<std::size_t>(whole, 1);
    else if (word == "--loss")
      how.loss_pct = number;
    else if (word == "--slow-loss")
      how.slow_loss_pct = number;
    else if (word == "--spread-ms")
      how.spread_ms = whole;
    else if (word == "--late-ms")
      how.late_ms = whole;
    else if (word == "--report-us")
      how.report_us = whole;
    else {
      std::fprintf(stderr, "unknown: %s\n", words[i]);
      std::exit(2);
    }
  }
  if (how.receivers.empty())
    how.receivers = {1, 10, 100, 1000};
  return how;
}

} // namespace

int main(int count, char** words) {
  const auto how = parse(count, words);
  const auto original =
      std::make_shared<const bytes>(test::pattern(how.kib * 1024, 1));
  double bytes_for_one = 0;
  bool all_good = true;
  for (const auto number : how.receivers) {
    const auto began = std::chrono::steady_clock::now();
    world all{how, number, original};
    all.play(60s);
    const double took_s = std::chrono::duration<double>(
                              std::chrono::steady_clock::now() - began)
                              .count();
    std::vector<double> times;
    for (const auto& one : all.receivers())
      if (one.is_good)
        times.push_back(ms(one.end - one.start));
    const auto good = times.size();
    std::sort(times.begin(), times.end());
    if (times.empty())
      times.push_back(0);
    const auto sent = static_cast<double>(all.counters().bytes_gross);
    if (bytes_for_one == 0)
      bytes_for_one = sent;
    const auto ratio = sent / bytes_for_one;
    const auto met = good == all.receivers().size() &&
                     (how.loss_pct > 0 || how.slow_loss_pct > 0 ||
                      how.late_ms > 0 || how.spread_ms > 0 || ratio <= 1.05);
    all_good = all_good && met;
    const auto stats = all.stats();
    std::printf(
        "{\"name\":\"scale.%zu\",\"value\":%.0f,\"unit\":\"bytes\","
        "\"reference\":%.0f,\"ratio\":%.4f,\"complete\":%zu,"
        "\"median_ms\":%.1f,\"p99_ms\":%.1f,\"last_ms\":%.1f,"
        "\"reports\":%llu,\"requests\":%llu,\"objects\":%llu,"
        "\"real_s\":%.1f,\"peak_mib\":%zu,\"met\":%s}\n",
        number, sent, bytes_for_one, ratio, good, times[times.size() / 2],
        times[times.size() * 99 / 100], times.back(),
        static_cast<unsigned long long>(stats.reports),
        static_cast<unsigned long long>(all.counters().requests_heard),
        static_cast<unsigned long long>(all.counters().objects_sent), took_s,
        peak_mib(), met ? "true" : "false");
    std::fflush(stdout);
  }
  return all_good ? 0 : 1;
}
