// SPDX-License-Identifier: BSD-3-Clause
// The simulated network with somebody who looks at what crosses it: groups
// joined beyond the budget or after the end, packets after the end, and
// nonces that are used twice.
#pragma once

#include "core/share_index.hpp"
#include "tests/simulation/judge.hpp"
#include "transport/sim_net.hpp"

#include <array>
#include <set>
#include <vector>

namespace troupe::test {

/// What a receive port did.
struct watched_port {
  std::size_t receiver = 0;
  std::set<group_address> joined;
  std::size_t most_groups = 0; ///< allowed at once
  std::size_t most_seen = 0;
  bool is_closed = false;
};

/// Sees whether a key stream is used twice: what was sealed is known, so the
/// stream is what is left of the ciphertext without it. One thread.
class seal_watch {
public:
  explicit seal_watch(judge& court) : court_(court) {}
  /// What may be sent from now on.
  void knows(std::shared_ptr<const object_directory> index) {
    indexes_.push_back(std::move(index));
  }
  void see(const packet_train& train);
  std::size_t streams() const noexcept { return seen_.size(); }

private:
  judge& court_;
  std::vector<std::shared_ptr<const object_directory>> indexes_;
  std::set<std::array<std::byte, 16>> seen_;
};

/// As its inner network. `receive_options::interface_index` has to be the
/// receiver's number plus one. One thread.
class watched_network final : public network {
public:
  watched_network(std::shared_ptr<network> inner, judge& court)
      : inner_(std::move(inner)), court_(court) {}

  /// The budget of groups of the receivers, by number.
  std::vector<std::size_t> budgets;
  std::vector<std::shared_ptr<watched_port>> ports;
  std::shared_ptr<seal_watch> seals; ///< nullptr: nothing is sealed
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;

  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) override;
  expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) override;
  expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options, report_handler on_reports) override;

private:
  std::shared_ptr<network> inner_;
  judge& court_;
};

} // namespace troupe::test
