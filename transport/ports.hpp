// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/asio_network.hpp"
#include "transport/io_loop.hpp"
#include "transport/join_schedule.hpp"

#include <map>

namespace troupe {

// Internal to transport: the ports of the real network, one source file each.
// They are opened on the caller's thread and live on the loop's. Errors as in
// network.hpp; throw boost::system::system_error when descriptors run out.

/// What the receive ports of a network share: the silence of each interface.
/// Any thread.
class shared_silences {
public:
  std::shared_ptr<join_silence> of(std::uint32_t interface_index);

private:
  std::mutex mutex_;
  std::map<std::uint32_t, std::weak_ptr<join_silence>> all_;
};

expected<std::unique_ptr<receive_port>>
open_receive_port(std::shared_ptr<io_loop> loop, shared_silences& silences,
                  const receive_options& options,
                  const asio_network_options& settings);

expected<std::unique_ptr<send_port>>
open_send_port(std::shared_ptr<io_loop> loop, const send_options& options,
               const asio_network_options& settings);

expected<std::unique_ptr<report_port>>
open_report_port(std::shared_ptr<io_loop> loop, const send_options& options,
                 report_handler on_reports,
                 const asio_network_options& settings);

} // namespace troupe
