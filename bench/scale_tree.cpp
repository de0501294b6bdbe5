// SPDX-License-Identifier: BSD-3-Clause
// A tree of multicast routers in virtual time: each router and each link are
// simulated, the actors of the sharer and its receivers are the real ones,
// and so is what a router knows of its members (lab/membership_table.hpp).
// Every link is a sim_net of its own, of 1 Gbit/s, with 0.1 ms each way.
//
// usage: bench_scale_tree [--kib N] [--spread-ms N] [--loss PERCENT]
//                         [--merge] FANOUT DEPTH RECEIVERS
//
// Below the sharer's link there are DEPTH rows of routers, FANOUT of them on
// each link of the row above; RECEIVERS are on each link of the last row.
// DEPTH 0: all on the sharer's. A router passes on what its members join, as a
// member of the link above (RFC 4605). What a member asks for again is told
// upwards again; with --merge it is not, as the RFC has it. Loss is that of
// each receiver. Prints a JSON line, and exits with 1 when a receiver does not
// get everything.
#include "actors/share_supervisor.hpp"
#include "actors/sync_supervisor.hpp"
#include "bench/scale_support.hpp"
#include "lab/membership_table.hpp"
#include "tests/support/recorders.hpp"
#include "tests/support/test_scheduler.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

namespace {

using namespace troupe;
using namespace std::chrono_literals;

struct settings {
  std::size_t kib = 4096;
  std::size_t spread_ms = 0;
  double loss_pct = 0;
  bool merge = false;
  std::size_t fanout = 2;
  std::size_t depth = 1;
  std::size_t receivers = 4;
};

/// What has been sent on one link, and in how many groups it had members.
struct link_figures {
  std::uint64_t bytes = 0;
  std::size_t most_groups = 0;
  std::uint64_t reports = 0;
};

/// A member of one link, and the only sender on the one below it.
class tree_router {
public:
  tree_router(sim_net& above, sim_net& below, bool merge)
      : below_{below}, merge_{merge}, ears_{std::move(*above.open_receiver({}))},
        voice_{std::move(*below.open_sender({}))},
        reports_{std::move(*below.open_reports(
            {}, [this](report_batch&& heard) { hear(heard); }))} {}

  const link_figures& figures() const { return figures_; }

private:
  void hear(const report_batch& heard) {
    ++figures_.reports;
    for (const auto& change : heard.changes) {
      // Known already, and asking again: the sharer should hear of that.
      const bool again = !merge_ && change.change == membership::wanted &&
                         joined_.contains(change.group);
      table_.hear(1, change, below_.now());
      carry_out();
      if (again && joined_.contains(change.group))
        ears_->rejoin({change.group});
    }
    figures_.most_groups = std::max(figures_.most_groups, joined_.size());
  }

  void carry_out() {
    for (const auto& route : table_.take_changes()) {
      if (route.was_left && route.links != 0) {
        ears_->rejoin({route.group});
      } else if (route.links == 0) {
        ears_->leave({route.group});
        joined_.erase(route.group);
      } else if (joined_.insert(route.group).second) {
        ears_->join({{route.group, [this, group = route.group](
                                       packet_batch&& batch) {
                        pass(group, batch);
                      }}});
      }
    }
  }

  /// All packets of a train have one length, and so have those of a batch.
  void pass(const group_address& group, const packet_batch& batch) {
    auto train = std::make_unique<packet_train>();
    train->to = group;
    train->packet_bytes = static_cast<std::uint16_t>(batch.packets[0].size());
    for (const auto& packet : batch.packets)
      train->bytes.insert(train->bytes.end(), packet.begin(), packet.end());
    figures_.bytes += train->bytes.size();
    voice_->send(std::move(train), [](train_sent&&) {});
  }

  sim_net& below_;
  bool merge_;
  std::unique_ptr<receive_port> ears_;
  std::unique_ptr<send_port> voice_;
  lab::membership_table table_{1u << 20};
  std::set<group_address> joined_;
  link_figures figures_;
  std::unique_ptr<report_port> reports_; ///< last: it calls the others
};

class world {
public:
  explicit world(const settings& how)
      : how_{how},
        original_{std::make_shared<const bench::bytes>(
            test::pattern(how.kib * 1024, 1))} {
    sched_.clock().current_time += 1h;
    grow();
    const auto total = leaves_.size() * how.receivers;
    for (std::size_t i = 0; i < total; ++i) {
      auto& one = receivers_.emplace_back();
      // Dealt out in turn, so that links do not start one after the other.
      one.start = 1ms + std::chrono::nanoseconds{
                            std::chrono::milliseconds{how.spread_ms}} *
                            i / total;
      nets_of_.push_back(leaves_[i % leaves_.size()]);
    }
  }

  void play(time_point limit) {
    share_ = bench::start_share(system_, nets_.front(), original_, counters_,
                                reports_);
    std::size_t next = 0;
    while (over_ < receivers_.size() && now() < limit) {
      while (next < receivers_.size() && receivers_[next].start <= now()) {
        bench::start_sync(system_, nets_of_[next], original_,
                          receivers_[next], over_);
        ++next;
      }
      settle();
      auto due = time_point::max();
      for (const auto& net : nets_)
        due = std::min(due, net->next_event());
      if (const auto timer = test::next_timer(sched_))
        due = std::min(due, *timer - 1h);
      if (next < receivers_.size())
        due = std::min(due, receivers_[next].start);
      const auto before = now();
      due = std::max(std::min(due, limit), before);
      for (const auto& net : nets_)
        net->advance_to(due);
      sched_.advance_time(due - before);
    }
    compat::anon_send(share_, stop_share{});
    for (auto& one : receivers_)
      if (one.is_started && !one.is_over)
        compat::anon_send(one.supervisor, cancel_sync{});
    settle();
  }

  bool print() const {
    std::vector<double> times;
    for (const auto& one : receivers_)
      if (one.is_good)
        times.push_back(bench::ms(one.end - one.start));
    std::sort(times.begin(), times.end());
    const auto good = times.size();
    if (times.empty())
      times.push_back(0);
    std::printf("{\"name\":\"scale_tree\",\"fanout\":%zu,\"depth\":%zu,"
                "\"routers\":%zu,\"receivers\":%zu,\"complete\":%zu,"
                "\"median_ms\":%.1f,\"last_ms\":%.1f,\"sharer_bytes\":%llu,"
                "\"requests\":%llu,\"rows\":[",
                how_.fanout, how_.depth, routers_.size(), receivers_.size(),
                good, times[times.size() / 2], times.back(),
                static_cast<unsigned long long>(counters_->bytes_gross),
                static_cast<unsigned long long>(counters_->requests_heard));
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      link_figures most;
      for (const auto* one : rows_[row]) {
        most.bytes = std::max(most.bytes, one->figures().bytes);
        most.most_groups =
            std::max(most.most_groups, one->figures().most_groups);
        most.reports = std::max(most.reports, one->figures().reports);
      }
      std::printf("%s{\"links\":%zu,\"most_bytes\":%llu,\"most_groups\":%zu,"
                  "\"most_reports\":%llu}",
                  row == 0 ? "" : ",", rows_[row].size(),
                  static_cast<unsigned long long>(most.bytes),
                  most.most_groups,
                  static_cast<unsigned long long>(most.reports));
    }
    std::printf("]}\n");
    return good == receivers_.size();
  }

private:
  /// The nets, from the sharer's downwards, and the routers between them.
  void grow() {
    const auto make_net = [this](bool is_last) {
      sim_net_options options;
      options.seed = nets_.size() + 1;
      if (is_last)
        options.loss = how_.loss_pct / 100;
      return nets_.emplace_back(std::make_shared<sim_net>(options));
    };
    leaves_ = {make_net(how_.depth == 0)};
    for (std::size_t row = 0; row < how_.depth; ++row) {
      std::vector<std::shared_ptr<sim_net>> next;
      auto& routers = rows_.emplace_back();
      for (const auto& above : leaves_)
        for (std::size_t i = 0; i < how_.fanout; ++i) {
          next.push_back(make_net(row + 1 == how_.depth));
          routers.push_back(routers_
                                .emplace_back(std::make_unique<tree_router>(
                                    *above, *next.back(), how_.merge))
                                .get());
        }
      leaves_ = std::move(next);
    }
  }

  time_point now() const { return nets_.front()->now(); }

  void settle() {
    while (sched_.has_job())
      sched_.run_once();
  }

  settings how_;
  std::shared_ptr<const bench::bytes> original_;
  std::vector<std::shared_ptr<sim_net>> nets_;
  std::vector<std::shared_ptr<sim_net>> leaves_;
  std::vector<std::unique_ptr<tree_router>> routers_;
  std::vector<std::vector<const tree_router*>> rows_;
  caf::actor_system_config config_;
  test::test_system system_{config_};
  test::test_scheduler& sched_ = test::scheduler_of(system_);
  std::shared_ptr<share_counters> counters_ =
      std::make_shared<share_counters>();
  std::shared_ptr<std::vector<share_report>> reports_ =
      std::make_shared<std::vector<share_report>>();
  share_supervisor_actor share_;
  std::deque<bench::receiver> receivers_;
  std::vector<std::shared_ptr<sim_net>> nets_of_;
  std::size_t over_ = 0;
};

settings parse(int count, char** words) {
  settings how;
  std::vector<std::size_t> numbers;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const auto value = [&] { return i + 1 < count ? words[++i] : "0"; };
    if (word == "--kib")
      how.kib = std::max(1ul, std::strtoul(value(), nullptr, 10));
    else if (word == "--spread-ms")
      how.spread_ms = std::strtoul(value(), nullptr, 10);
    else if (word == "--loss")
      how.loss_pct = std::atof(value());
    else if (word == "--merge")
      how.merge = true;
    else
      numbers.push_back(std::strtoul(words[i], nullptr, 10));
  }
  if (numbers.size() != 3 || numbers[0] == 0 || numbers[2] == 0) {
    std::fprintf(stderr, "usage: bench_scale_tree [--kib N] [--spread-ms N]"
                         " [--loss PERCENT] [--merge] FANOUT DEPTH"
                         " RECEIVERS\n");
    std::exit(2);
  }
  how.fanout = numbers[0];
  how.depth = numbers[1];
  how.receivers = numbers[2];
  return how;
}

} // namespace

int main(int count, char** words) {
  world all{parse(count, words)};
  all.play(60s);
  return all.print() ? 0 : 1;
}
