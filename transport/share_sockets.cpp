// SPDX-License-Identifier: BSD-3-Clause
#include "transport/share_sockets.hpp"

#include "transport/interfaces_linux.hpp"
#include "transport/socket_linux.hpp"

namespace troupe {

expected<std::shared_ptr<share_sockets>>
share_sockets::open(const send_options& options) {
  auto result = std::make_shared<share_sockets>();
  const auto interfaces = sharing_interfaces(options.interface_index);
  if (!interfaces)
    return interfaces.error();
  auto report = open_mld_socket(options.loopback);
  if (!report)
    return report.error();
  enlarge_report_buffer(report->get());
  result->report_ = report->release();
  for (const auto index : *interfaces) {
    auto sender = open_send_socket(index, options.loopback);
    if (!sender)
      return sender.error();
    result->senders_.emplace(index, sender->release());
  }
  return result;
}

share_sockets::~share_sockets() {
  unique_fd{report_};
  for (const auto& [index, fd] : senders_)
    unique_fd{fd};
}

int share_sockets::take_report() noexcept {
  const std::lock_guard guard{lock_};
  return std::exchange(report_, -1);
}

int share_sockets::take_sender(std::uint32_t interface_index) noexcept {
  const std::lock_guard guard{lock_};
  const auto found = senders_.find(interface_index);
  return found == senders_.end() ? -1 : std::exchange(found->second, -1);
}

} // namespace troupe
