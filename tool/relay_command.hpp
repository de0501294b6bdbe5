// SPDX-License-Identifier: BSD-3-Clause
// `troupe relay`, and what `troupe share` needs to hear relays.
#pragma once

#include "core/errc.hpp"
#include "transport/network.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace troupe::tool {

/// What `troupe relay` is given.
struct relay_command_options {
  std::string interface;       ///< of the link whose hosts it hears
  std::string address = "::1"; ///< of the sharer, or of a tunnel to it
  std::uint16_t port = 0;
};

/// Whether and where `troupe share` hears relays.
struct hear_options {
  std::uint16_t port = 0; ///< 0: it does not
  std::string address = "::1";
};

/// Adds `troupe relay`; `options` must stay as long as `app`.
void add_relay(CLI::App& app, relay_command_options& options);

/// Adds the options of `troupe share`.
void add_hearing(CLI::App& share, hear_options& options);

/// Forwards joins until it is interrupted or the sharer is gone. Blocks;
/// before any thread is started. Returns the exit code.
int run_relay(const relay_command_options& options);

/// Puts a network around `net` that relays are heard by, too. What they ask
/// for is sent on that interface, or, if it is 0, where multicast goes.
/// Returns what has to live as long as relays are to be heard. Errors:
/// network_error; no_device; unsupported with CAF 1.x.
expected<std::shared_ptr<void>> hear_relays(const hear_options& options,
                                            std::uint32_t interface_index,
                                            std::shared_ptr<network>& net);

} // namespace troupe::tool
