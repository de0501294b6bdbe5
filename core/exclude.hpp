// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Patterns of what is left out of a directory, by its sharer or a receiver, in
/// the simple form of rsync's --exclude: '*' stands for anything but slashes,
/// '**' for anything, '?' for a byte that is no slash, [a-z] and [!a-z] for one
/// of them, a backslash takes what follows as it is. A slash at the end:
/// directories only. A slash at the beginning: from the name of the share on.
/// With another slash or '**' in it a pattern is compared with the end of the
/// whole path, else with the last component.
class exclude_patterns {
public:
  exclude_patterns() = default;
  explicit exclude_patterns(std::vector<std::string> patterns)
      : patterns_(std::move(patterns)) {}

  bool empty() const noexcept { return patterns_.empty(); }

  /// Whether an entry is left out; with a directory goes what is below it, of
  /// which nobody need ask. `path` begins with the name of the share.
  bool match(std::string_view path, bool is_directory) const;

private:
  std::vector<std::string> patterns_;
};

} // namespace troupe
