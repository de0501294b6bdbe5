// SPDX-License-Identifier: BSD-3-Clause
#include "actors/relay/relay_inbox.hpp"

namespace troupe {

/// The port within; nothing is put into it any more when it is closed.
class relay_inbox::port final : public report_port {
public:
  port(std::shared_ptr<relay_inbox> inbox, std::unique_ptr<report_port> within)
      : inbox_{std::move(inbox)}, within_{std::move(within)} {}
  ~port() override { inbox_->close(); }
  void close() override {
    inbox_->close();
    within_->close();
  }

private:
  std::shared_ptr<relay_inbox> inbox_;
  std::unique_ptr<report_port> within_;
};

expected<std::unique_ptr<receive_port>>
relay_inbox::open_receiver(const receive_options& options) {
  return within_->open_receiver(options);
}

expected<std::unique_ptr<send_port>>
relay_inbox::open_sender(const send_options& options) {
  return within_->open_sender(options);
}

expected<std::unique_ptr<report_port>>
relay_inbox::open_reports(const send_options& options,
                          report_handler on_reports) {
  auto opened = within_->open_reports(options, on_reports);
  if (!opened)
    return opened;
  {
    const std::lock_guard lock{guard_};
    on_reports_ = std::move(on_reports);
  }
  return std::unique_ptr<report_port>{
      std::make_unique<port>(shared_from_this(), std::move(*opened))};
}

bool relay_inbox::put(const std::vector<group_change>& changes) {
  const std::lock_guard lock{guard_};
  if (!on_reports_)
    return true;
  if (out_->load() >= max_batches)
    return false;
  ++*out_;
  // Given back with the last copy, on any thread.
  std::shared_ptr<const void> credit{this, [out = out_](const void*) {
                                       --*out;
                                     }};
  on_reports_({changes, std::move(credit)});
  return true;
}

void relay_inbox::close() {
  const std::lock_guard lock{guard_};
  on_reports_ = {};
}

} // namespace troupe
