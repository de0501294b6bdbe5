// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run_to_end.hpp"

#include "tool/signals.hpp"

#include <mutex>

namespace troupe::tool {

sync_report run_to_end(sync_request request, on_sync_progress on_progress) {
  end_waiter waiter;
  std::mutex lock;
  sync_report result;
  {
    session all;
    const auto sync = all.start_sync(
        std::move(request),
        [&](const sync_report& report) {
          {
            const std::lock_guard guard{lock};
            result = report;
          }
          waiter.finish();
        },
        std::move(on_progress));
    while (waiter.wait() == end_waiter::reason::interrupted)
      sync.cancel();
  }
  const std::lock_guard guard{lock};
  return result;
}

std::string top_name(const sync_options& options) {
  auto name = options.name;
  if (!name.empty() && name.back() == '/')
    return {};
  const auto slash = name.rfind('/');
  return slash == name.npos ? name : name.substr(slash + 1);
}

} // namespace troupe::tool
