// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/session_file.hpp"
#include "tool/commands.hpp"

#include <chrono>
#include <optional>

namespace troupe::tool {

/// A share of a session, as the command would have it.
struct planned_share {
  share_options options;
  /// Of its own; nothing: a part of session_plan::rate_bits_per_s.
  std::optional<std::uint64_t> rate_bits_per_s;
  std::string fingerprint; ///< all that counts, as text: equal means the same
};

/// A sync of a session.
struct planned_sync {
  sync_options options;
  std::chrono::milliseconds every{0}; ///< 0: once
  bool on_change = false; ///< and when the sharer tells of another version
  std::vector<std::string> after;     ///< command; empty: none
  std::string fingerprint;
};

/// What a session file comes to.
struct session_plan {
  std::vector<planned_share> shares;
  std::vector<planned_sync> syncs;
  std::uint64_t rate_bits_per_s = 0; ///< of shares without their own; 0: any
  std::string status_file; ///< empty: none
  std::string metrics;     ///< address and port; empty: none
};

/// Turns what a file says into options of the commands. Pure.
session_plan make_plan(const config::session_file& file);

} // namespace troupe::tool
