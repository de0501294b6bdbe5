// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

namespace troupe::tool {

/// What `troupe top` knows of a session.
struct session_view {
  std::string file;   ///< the session file
  std::string status; ///< content of its status file now; empty: there is none
  std::string before; ///< and `seconds` ago; empty: not known
  double seconds = 0;
};

/// A table of its shares and syncs for a screen of `columns` characters: what
/// does not fit is cut. A line feed ends each line; control characters only for
/// colours. Figures per second are those between the two contents. Pure.
std::string top_table(const session_view& session, std::size_t columns,
                      bool has_colour);

/// The process that wrote a status file's content; nothing if that is none.
std::optional<int> process_of(const std::string& status);

} // namespace troupe::tool
