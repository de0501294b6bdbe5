// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/share_signing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::tool {

/// How a share is signed.
struct sign_options {
  std::string key_file; ///< empty: not at all
  std::optional<std::uint64_t> version; ///< else the time of the start, in ms
  std::string expires; ///< a duration or a date; empty: 7 days
};

/// What signs the shares `names`; nullptr if they are not signed. Errors: those
/// of the key file, and invalid_argument for an end that is over.
expected<std::shared_ptr<const share_signing>>
read_signing(const sign_options& options,
             const std::vector<std::string>& names);

/// What a sync to `destination` demands; nullptr for an empty `path`. What was
/// seen is remembered below $XDG_STATE_HOME/troupe, or ~/.local/state/troupe.
/// Errors: those of the key file; not_found when there is no such place.
expected<std::shared_ptr<const share_trust>>
read_trust(const std::string& path, const std::string& destination);

} // namespace troupe::tool
