// SPDX-License-Identifier: BSD-3-Clause
#include "tool/relay_command.hpp"

#include "tool/exit_code.hpp"
#include "tool/requests.hpp"
#include "tool/signals.hpp"
#include "transport/asio_network.hpp"
#include "transport/interfaces_linux.hpp"

#if TROUPE_RELAYS
#include "actors/relay/relay_nodes.hpp"
#endif

#include <fmt/format.h>

#include <cstdio>
#include <mutex>

namespace troupe::tool {

#if TROUPE_RELAYS

int run_relay(const relay_command_options& options) {
  end_waiter waiter;
  const auto interface = find_interface(options.interface);
  if (!interface)
    return complain(interface.error());
  std::mutex lock;
  error failure;
  auto running = relay::open({options.address, options.port, *interface},
                             make_asio_network(), [&](const error& why) {
                               {
                                 const std::lock_guard guard{lock};
                                 failure = why;
                               }
                               waiter.finish();
                             });
  if (!running)
    return complain(running.error());
  fmt::print("ready\n");
  std::fflush(stdout);
  waiter.wait();
  running->reset();
  return failure.code == errc::none ? exit_ok : complain(failure);
}

expected<std::shared_ptr<void>> hear_relays(const hear_options& options,
                                            std::uint32_t interface_index,
                                            std::shared_ptr<network>& net) {
  if (options.port == 0)
    return std::shared_ptr<void>{};
  if (interface_index == 0) {
    const auto usual = receiving_interface(0);
    if (!usual)
      return usual.error();
    interface_index = *usual;
  }
  const auto inbox = std::make_shared<relay_inbox>(net);
  auto server = relay_server::open(
      {options.address, options.port, interface_index}, inbox,
      [](const std::string& line) {
        fmt::print(stderr, "troupe: {}\n", line);
      });
  if (!server)
    return server.error();
  net = inbox;
  return std::shared_ptr<void>{std::move(*server)};
}

#else

namespace {
const error no_relays{errc::unsupported,
                      "built with a CAF that relays do not speak yet"};
} // namespace

int run_relay(const relay_command_options&) { return complain(no_relays); }

expected<std::shared_ptr<void>> hear_relays(const hear_options& options,
                                            std::uint32_t,
                                            std::shared_ptr<network>&) {
  if (options.port == 0)
    return std::shared_ptr<void>{};
  return no_relays;
}

#endif

} // namespace troupe::tool
