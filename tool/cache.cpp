// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"

#include <cstdlib>

namespace troupe::tool {

std::shared_ptr<const tree_cache> open_cache(const common_options& options) {
  if (options.no_cache)
    return nullptr;
  std::filesystem::path base;
  // As the XDG base directory specification has it: relative ones count not.
  if (const char* set = std::getenv("XDG_CACHE_HOME"); set && *set == '/')
    base = set;
  else if (const char* home = std::getenv("HOME"); home && *home == '/')
    base = std::filesystem::path{home} / ".cache";
  else
    return nullptr;
  return std::make_shared<const tree_cache>(base / "troupe" / "trees");
}

} // namespace troupe::tool
