// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/network.hpp"

#include <atomic>
#include <mutex>

namespace troupe {

/// A network whose shares also hear what is put in here: reports of hosts on
/// other links. All else is that of the network within. Thread-safe.
class relay_inbox final : public network,
                          public std::enable_shared_from_this<relay_inbox> {
public:
  /// Batches that wait for the share; more are not taken.
  static constexpr std::uint32_t max_batches = 4;

  explicit relay_inbox(std::shared_ptr<network> within)
      : within_{std::move(within)} {}

  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) override;
  expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) override;
  /// One port at a time hears what is put in here: the last.
  expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options,
               report_handler on_reports) override;

  /// False if the share has not looked at the batches before yet: come
  /// again. Without a share the changes are dropped. Does not block.
  bool put(const std::vector<group_change>& changes);

private:
  class port;
  void close();

  std::shared_ptr<network> within_;
  std::mutex guard_;
  report_handler on_reports_; ///< empty: nobody listens
  std::shared_ptr<std::atomic<std::uint32_t>> out_ =
      std::make_shared<std::atomic<std::uint32_t>>(0);
};

} // namespace troupe
