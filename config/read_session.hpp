// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/session_file.hpp"

#include <functional>

namespace troupe::config {

/// What may override a file: `--set key=value`, and TROUPE_KEY variables.
struct overrides {
  std::vector<std::string> sets; ///< "key=value" of the host, the last one wins
  /// The value of an environment variable, or nullptr; empty: none is looked at.
  std::function<const char*(const char* name)> environment;
};

/// Either a session or what is wrong with it, all of it.
struct session_result {
  std::optional<session_file> session;
  std::vector<complaint> complaints; ///< empty if there is a session
};

/// Files larger than this are refused.
inline constexpr std::uint64_t max_session_bytes = 1u << 20;

/// Reads SESSION.toml, then the drop-ins SESSION.d/*.toml by name: what they
/// say of the host replaces what was said before, and so does what they say of
/// a share of the same `path` or a sync of the same `dest`; others are added.
/// Relative paths are below the folder of the file that names them. An unknown
/// key is an error, with a suggestion; so are a missing one, a value of another
/// kind, two shares of one name, two syncs to one destination. Blocks on the
/// disk. Does not open what the file names.
session_result read_session(const std::filesystem::path& path,
                            const overrides& more = {});

/// The same of a text that `name` stands for in messages; without drop-ins.
session_result read_session_text(std::string_view text,
                                 const std::string& name,
                                 const overrides& more = {});

} // namespace troupe::config
