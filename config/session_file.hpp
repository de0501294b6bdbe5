// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/option.hpp"

#include <filesystem>
#include <map>
#include <optional>

namespace troupe::config {

/// Where a value comes from.
struct origin {
  enum class kind { none, built_in, file, environment, command_line };
  kind from = kind::none;
  std::string where; ///< file or variable
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// "file:line:column", "default", "the environment (TROUPE_RATE)", "--set".
std::string to_string(const origin& from);

struct setting {
  option_value value;
  origin from;
};

/// One share or sync, or what is said of the host: values by key. Only what
/// somebody set; effective() adds the rest.
struct entry {
  section where = section::host;
  origin at;
  std::map<std::string, setting, std::less<>> values;

  const setting* find(std::string_view key) const;
};

/// Something is wrong in a session file. Nothing of the file counts then.
struct complaint {
  origin at;
  std::string what; ///< a clause, with the fix

  /// "file:line:column: what".
  std::string message() const;
};

/// A session file and its drop-ins, read and checked.
struct session_file {
  entry host;
  std::vector<entry> shares;
  std::vector<entry> syncs;
  std::vector<std::filesystem::path> files; ///< in the order they count
};

/// What counts for `key` of `one`: its own value, else the host's where that
/// is inherited, else the default; nothing if there is none of these.
std::optional<setting> effective(const session_file& all, const entry& one,
                                 std::string_view key);

} // namespace troupe::config
