// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/sim_net.hpp"

#include <map>

namespace troupe {

/// `delay` behind `when`, but not behind the end of time.
time_point later(time_point when, std::chrono::nanoseconds delay) noexcept;

/// Internal to transport: packets on the simulated wire, shared by all who
/// receive them.
struct sim_frame {
  group_address to;
  std::shared_ptr<const std::vector<std::byte>> bytes;
  std::size_t packet_bytes = 0;
  ip6_address from{};
};

/// Internal to transport: a simulated host that receives.
struct sim_receiver {
  ip6_address address;
  /// Ordered, so that runs repeat. Shared, since a handler may leave.
  std::map<group_address, std::shared_ptr<packet_handler>> groups;
  receive_counters counters;
  std::vector<ip6_address> heard; ///< the only senders; none: all
  std::size_t number = 0; ///< in the order of opening
  sim_path path;
  burst_state bursts;
  time_point busy_until{0}; ///< with what is in its buffer
};

struct sim_reporter {
  report_handler on_reports;
};

/// Internal to transport: the virtual clock, the wire and who is on it. The
/// ports of sim_net.cpp share ownership; nobody on the wire owns the world.
class sim_world {
public:
  explicit sim_world(const sim_net_options& options)
      : options_(options), random_(options.seed) {}

  time_point now() const noexcept { return now_; }
  time_point next_event() const noexcept;
  void advance_to(time_point until);
  /// Runs `action` at `when`; behind what was asked for the same time before.
  void at(time_point when, std::function<void()> action);
  void after(std::chrono::nanoseconds delay, std::function<void()> action);

  void set_connected(bool connected) noexcept { connected_ = connected; }
  sim_net::statistics stats() const noexcept;
  const sim_net_options& options() const noexcept { return options_; }

  /// A link-local address that nobody else has.
  ip6_address new_address();
  std::shared_ptr<sim_receiver> add_receiver();
  /// Joins the wire and asks who is waiting.
  std::shared_ptr<sim_reporter> add_reporter(report_handler on_reports);

  /// Packets leave now and arrive after `delay`.
  void transmit(sim_frame frame);
  /// A host says what it wants or is done with.
  void report(const sim_receiver& from,
              const std::vector<group_address>& groups, membership change);

private:
  struct event {
    time_point when;
    std::uint64_t order = 0;
    std::function<void()> action;
    bool operator<(const event& other) const noexcept; // for a heap
  };

  void arrive(const sim_frame& frame);
  void deliver(const std::shared_ptr<sim_receiver>& to, const sim_frame& frame);
  /// Puts packets into the host's buffer, if they fit.
  void queue(const std::shared_ptr<sim_receiver>& to,
             const group_address& group, packet_batch batch);
  void hand_over(sim_receiver& to, const group_address& group,
                 packet_batch batch);
  bool is_cut(const sim_receiver& host) const noexcept;
  void answer_query();
  void hear(const std::vector<group_change>& changes, double loss);
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most) noexcept;

  sim_net_options options_;
  sim_random random_;
  time_point now_{0};
  std::uint64_t order_ = 0;
  std::size_t opened_ = 0; ///< receivers so far
  std::vector<event> events_;
  bool connected_ = true;
  sim_net::statistics stats_;
  std::vector<std::weak_ptr<sim_receiver>> receivers_;
  std::vector<std::weak_ptr<sim_reporter>> reporters_;
};

} // namespace troupe
