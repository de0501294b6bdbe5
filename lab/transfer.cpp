// SPDX-License-Identifier: BSD-3-Clause
#include "lab/transfer.hpp"

#include "lab/contents.hpp"
#include "lab/watcher.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>

namespace troupe::lab {

namespace {

using std::chrono::milliseconds;

constexpr auto patience_for_early = std::chrono::seconds{120};
constexpr auto patience_for_end = std::chrono::seconds{10};

/// A program, its process, and what is known of it.
struct role {
  program what;
  process running;
  clock::time_point start_at; ///< of those that are not early
  clock::time_point stop_at = clock::time_point::max();
  double cpu_before_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_bytes = 0;
  bool was_started = false;
  bool was_stopped = false; ///< because the topology says so

  bool is_done() const { return was_started && !running.is_running(); }
  double cpu_now() const {
    return running.end ? running.end->cpu_s : cpu_s;
  }
};

class transfer_run {
public:
  transfer_run(const topology& all, const netns_hosts& hosts, tool by,
               const job& what)
      : all_{all}, hosts_{hosts}, what_{what}, parts_{programs_of(by, what)} {
    roles_.resize(1 + parts_.receivers.size());
    roles_[0].what = parts_.sharer;
    for (std::size_t i = 0; i < parts_.receivers.size(); ++i)
      roles_[i + 1].what = parts_.receivers[i];
  }

  run_figures play() {
    if (start_early()) {
      start_clock();
      while (!is_over() && clock::now() < deadline_)
        step();
      figures_.is_in_time = is_over();
      take_figures();
    }
    end_all();
    if (figures_.failure.empty())
      finish_figures();
    return std::move(figures_);
  }

private:
  const host& host_of(const role& one) const {
    return *all_.find_host(one.what.host);
  }
  /// One that starts late is not early, whatever its tool would like.
  bool is_early(const role& one) const {
    return one.what.is_early &&
           (&one == &roles_[0] || host_of(one).starts_ms == 0);
  }

  bool start(role& one) {
    auto started = start_process(
        one.what.words, hosts_.netns_of(one.what.host),
        what_.scratch /
            ("log-" + std::to_string(static_cast<int>(&one - &roles_[0]))));
    one.was_started = true;
    if (!started) {
      figures_.failure = started.error().message();
      return false;
    }
    one.running = *started;
    return true;
  }

  bool is_ready(const role& one) const {
    const auto& ready = one.what.ready;
    switch (ready.how) {
    case readiness::kind::says_ready:
      return lab::says_ready(one.running.log);
    case readiness::kind::is_bound:
      return is_bound(one.running.pid, ready.table, ready.port);
    default:
      return true;
    }
  }

  bool start_early() {
    for (auto& one : roles_) {
      if (!is_early(one))
        continue;
      if (!start(one))
        return false;
      const auto until = one.running.started + patience_for_early;
      while (!is_ready(one)) {
        collect_until(clock::now() + milliseconds{2});
        if (one.running.end || clock::now() > until) {
          figures_.failure = one.what.words.front() +
                             " did not get ready: " +
                             last_line_of(one.running.log);
          return false;
        }
      }
      if (&one == &roles_[0])
        figures_.ready_s = seconds_between(one.running.started, clock::now());
      one.cpu_before_s = cpu_seconds(one.running.pid);
    }
    return true;
  }

  void start_clock() {
    begin_ = clock::now();
    deadline_ = begin_ + milliseconds{what_.deadline_ms};
    before_ = hosts_.count_of(what_.from);
    moments_.begin(begin_);
    for (auto& one : roles_) {
      one.start_at = begin_;
      if (&one == &roles_[0])
        continue;
      const auto& at = host_of(one);
      one.start_at += milliseconds{at.starts_ms};
      if (at.stops_ms > 0)
        one.stop_at = begin_ + milliseconds{at.stops_ms};
    }
  }

  void collect_until(clock::time_point until) {
    std::vector<process*> all;
    for (auto& one : roles_)
      all.push_back(&one.running);
    collect(all, until);
  }

  void step() {
    auto next = std::min(deadline_, moments_.due());
    for (auto& one : roles_) {
      const auto now = clock::now();
      if (!one.was_started && one.start_at <= now)
        start(one);
      if (!one.was_stopped && one.stop_at <= now && one.was_started) {
        one.was_stopped = true;
        if (one.running.is_running())
          kill(one.running.pid, SIGKILL);
      }
      if (!one.was_started)
        next = std::min(next, one.start_at);
      else if (!one.was_stopped)
        next = std::min(next, one.stop_at);
    }
    if (moments_.due() <= clock::now())
      look();
    else
      collect_until(next);
  }

  void look() {
    moment one;
    one.at_s = seconds_between(begin_, clock::now());
    for (auto& each : roles_) {
      const bool is_sharer = &each == &roles_[0];
      memory_use memory;
      if (each.running.is_running()) {
        memory = memory_of(each.running.pid);
        each.peak_bytes = std::max(each.peak_bytes, memory.peak);
        each.cpu_s = cpu_seconds(each.running.pid);
        if (!is_sharer) {
          // Those that every host is in, whatever runs on it.
          constexpr std::uint32_t usual = 2;
          const auto groups = groups_of(each.running.pid);
          const auto own = groups - std::min(groups, usual);
          one.groups_most = std::max(one.groups_most, own);
          one.groups_total += own;
        }
      }
      (is_sharer ? one.sharer_cpu_s : one.receivers_cpu_s) +=
          std::max(each.cpu_now() - each.cpu_before_s, 0.0);
      (is_sharer ? one.sharer_bytes : one.receivers_bytes) += memory.now;
    }
    one.sent_bytes =
        hosts_.count_of(what_.from).sent_bytes - before_.sent_bytes;
    moments_.add(one, clock::now());
  }

  /// When all that end by themselves, or were to be stopped, have ended. A
  /// sender that waits for somebody who was stopped is not waited for.
  bool is_over() const {
    return std::all_of(roles_.begin(), roles_.end(), [&](const role& one) {
      return one.is_done() || (one.was_started && !one.what.ends);
    });
  }

  void take_figures() {
    const auto after = hosts_.count_of(what_.from);
    figures_.sent_bytes = after.sent_bytes - before_.sent_bytes;
    figures_.sent_packets = after.sent_packets - before_.sent_packets;
    for (auto& one : roles_)
      if (one.running.is_running()) {
        one.cpu_s = cpu_seconds(one.running.pid);
        one.peak_bytes =
            std::max(one.peak_bytes, memory_of(one.running.pid).peak);
      }
  }

  void end_all() {
    for (const int with : {SIGTERM, SIGKILL}) {
      const auto until = clock::now() + patience_for_end;
      bool any = false;
      for (const auto& one : roles_)
        if (one.running.is_running()) {
          kill(one.running.pid, with);
          any = true;
        }
      while (any && clock::now() < until) {
        collect_until(until);
        any = std::any_of(roles_.begin(), roles_.end(), [](const role& one) {
          return one.running.is_running();
        });
      }
    }
  }

  double end_of(const role& one) const {
    const auto& decides = parts_.receivers_end ? one : roles_[0];
    return decides.running.end
               ? seconds_between(begin_, decides.running.end->at)
               : 0;
  }

  void finish_figures() {
    const auto& sharer = roles_[0];
    figures_.sharer_cpu_s =
        std::max(sharer.cpu_now() - sharer.cpu_before_s, 0.0);
    figures_.sharer_peak_bytes = sharer.peak_bytes;
    figures_.sharer_status = sharer.running.end ? sharer.running.end->status
                                                : 0;
    figures_.sharer_last_words = last_line_of(sharer.running.log);
    for (std::size_t i = 1; i < roles_.size(); ++i) {
      const auto& one = roles_[i];
      receiver_figures got;
      got.host = one.what.host;
      got.is_expected = host_of(one).stops_ms == 0;
      got.status = one.running.end ? one.running.end->status : 0;
      got.started_s = one.was_started
                          ? std::max(0.0, seconds_between(
                                              begin_, one.running.started))
                          : 0;
      got.ended_s = end_of(one);
      got.cpu_s = std::max(one.cpu_now() - one.cpu_before_s, 0.0);
      got.peak_bytes = one.peak_bytes;
      got.last_words = last_line_of(one.running.log);
      got.is_identical =
          is_same(what_.source,
                  what_.to[i - 1].folder / what_.source.filename());
      if (got.is_expected)
        figures_.wall_s = std::max(figures_.wall_s, got.ended_s);
      figures_.receivers.push_back(std::move(got));
    }
    figures_.moments = moments_.take();
  }

  const topology& all_;
  const netns_hosts& hosts_;
  const job& what_;
  programs parts_;
  std::vector<role> roles_; ///< the sharer first
  clock::time_point begin_;
  clock::time_point deadline_;
  cable_count before_;
  moments moments_;
  run_figures figures_;
};

} // namespace

run_figures transfer(const topology& all, const netns_hosts& hosts, tool by,
                     const job& what) {
  return transfer_run{all, hosts, by, what}.play();
}

} // namespace troupe::lab
