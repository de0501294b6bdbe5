// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/preflight.hpp"

#include "transport/network.hpp"
#include "transport/unique_fd.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace troupe::tool {

namespace {

/// Collects what is missing.
struct gaps {
  std::string whose;
  std::vector<std::string> found = {};

  void need_interface(const std::string& name) {
    if (name.empty())
      return;
    if (const auto number = find_interface(name); !number)
      found.push_back(whose + ": " + number.error().message());
  }

  void need_file(const std::string& path) {
    if (path.empty())
      return;
    const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file)
      found.push_back(whose + ": '" + path +
                      "': " + std::generic_category().message(errno));
  }

  void need_common(const common_options& options) {
    need_interface(options.interface);
    need_file(options.key.key_file.value_or(""));
    need_file(options.key.password_file.value_or(""));
  }
};

} // namespace

std::vector<std::string> preflight(const planned_share& plan) {
  gaps all{"share " + plan.options.paths.front()};
  all.need_common(plan.options.common);
  all.need_file(plan.options.sign.key_file);
  all.need_file(plan.options.paths.front());
  return std::move(all.found);
}

std::vector<std::string> preflight(const planned_sync& plan) {
  gaps all{"sync " + plan.options.destination};
  all.need_common(plan.options.common);
  all.need_file(plan.options.verify);
  return std::move(all.found);
}

} // namespace troupe::tool
