// SPDX-License-Identifier: BSD-3-Clause
// Private to the tree supervisor: what entries are called.
#pragma once

#include "core/errc.hpp"

#include <string>

namespace troupe {

/// The last component of a path, slashes at its end left out; "" for "/".
inline std::string last_component(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  if (end == path.npos)
    return {};
  const auto slash = path.rfind('/', end);
  const auto begin = slash == path.npos ? 0 : slash + 1;
  return path.substr(begin, end + 1 - begin);
}

/// Names of entries are share paths: of a sharer that means well.
inline error impossible(const std::string& name) {
  return {errc::bad_object, "an entry cannot have the name '" + name + "'"};
}

/// The path of the entry with that share path in the directory `parent`.
inline std::string path_below(const std::string& parent,
                              const std::string& name) {
  const auto own = last_component(name);
  return parent.empty() ? own : parent + "/" + own;
}

} // namespace troupe
