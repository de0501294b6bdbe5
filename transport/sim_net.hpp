// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/network.hpp"
#include "transport/sim_faults.hpp"

#include <memory>

namespace troupe {

/// What the simulated network does to packets, drawn from one seed. Chances
/// are per packet and receiver, 0..1.
struct sim_net_options {
  std::uint64_t seed = 1;
  double loss = 0;        ///< of data packets
  double corruption = 0;  ///< one byte changed
  double duplication = 0; ///< delivered twice
  double reordering = 0;  ///< delayed by up to `reorder_delay`
  double report_loss = 0; ///< of membership reports
  std::chrono::nanoseconds delay = std::chrono::microseconds{100};
  std::chrono::nanoseconds reorder_delay = std::chrono::milliseconds{2};
  std::chrono::nanoseconds report_delay = std::chrono::microseconds{100};
  std::uint64_t rate_bits_per_s = 1'000'000'000; ///< of each sender's link
  sim_bursts bursts{};
  std::chrono::nanoseconds jitter{0}; ///< as in sim_path
  /// Of the receive ports in the order in which they are opened, instead of
  /// what is said above; those beyond the last are as above.
  std::vector<sim_path> paths{};
  std::vector<sim_cut> cuts{};

  /// The way to receiver `number`.
  sim_path path_to(std::size_t number) const;
};

/// A network in one process with virtual time, for tests and what-if runs:
/// same interface, no sockets, no threads. Everything happens inside
/// advance_to(), in an order that the seed alone decides. One thread.
/// Each receive port is a host of its own; all are on one link.
class sim_net : public network {
public:
  explicit sim_net(sim_net_options options = {});
  ~sim_net() override;

  /// Virtual time now.
  time_point now() const noexcept;
  /// When the next event is due; time_point::max() if nothing is under way.
  time_point next_event() const noexcept;
  /// Carries out every event up to and including `until`, then stands there.
  void advance_to(time_point until);

  /// Cuts the link (nothing arrives) or mends it.
  void set_connected(bool connected) noexcept;

  struct statistics {
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_delivered = 0;
    std::uint64_t packets_lost = 0;    ///< on the way
    std::uint64_t packets_dropped = 0; ///< by receivers whose buffer was full
    std::uint64_t packets_corrupted = 0;
    std::uint64_t packets_duplicated = 0;
    std::uint64_t reports = 0;
    std::uint64_t groups_joined_now = 0; ///< over all open ports
  };
  statistics stats() const noexcept;

  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) override;
  expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) override;
  expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options, report_handler on_reports) override;

private:
  struct world;
  std::shared_ptr<world> world_;
};

} // namespace troupe
