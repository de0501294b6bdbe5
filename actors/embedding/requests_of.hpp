// SPDX-License-Identifier: BSD-3-Clause
// From what an embedder asks for to what the supervisors take.
#pragma once

#include "actors/requests.hpp"
#include "troupe/settings.hpp"

namespace troupe {

// All of these read key files and ask the system for interfaces: they block, but
// shortly. Errors: invalid_argument for what makes no sense, no_device, and those
// of the key files.

/// A share of an index that is still to be made: `index` is nullptr.
expected<share_request> request_of(const share_settings& settings);

expected<sync_request> request_of(const sync_settings& settings);

/// Without a destination.
expected<sync_request> request_of(const replica_settings& settings);

/// The network of the settings, or a new one.
std::shared_ptr<network> network_of(const link_settings& link);

} // namespace troupe
