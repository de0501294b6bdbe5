// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/key_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::tool {

/// Where the key of an encrypted share is; at most one is set. An empty path
/// is a mistake, and must not stand for no encryption.
struct key_options {
  std::optional<std::string> key_file;
  std::optional<std::string> password_file;
  /// Made into a key as librecast's lcsync does it.
  std::optional<std::string> librecast_password_file;

  bool any() const noexcept {
    return key_file || password_file || librecast_password_file;
  }
};

/// The key for the shares `names`, or nothing if there is no option. Blocks
/// for about a second if it is made from a password.
/// Errors: what key_file.hpp says, and invalid_argument for a password and
/// more than one share.
expected<std::optional<seal_key>>
read_key(const key_options& options, const std::vector<std::string>& names);

} // namespace troupe::tool
