// SPDX-License-Identifier: BSD-3-Clause
#include "actors/session.hpp"
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/progress.hpp"
#include "tool/requests.hpp"
#include "tool/signals.hpp"
#include "tool/units.hpp"
#include "transport/core_dumps.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>

namespace troupe::tool {

expected<sync_request> make_sync_request(const sync_options& options) {
  sync_request request;
  request.name = options.name;
  // As librecast's own tool has it: a trailing slash is not part of the name.
  bool is_content = false;
  while (request.name.size() > 1 && request.name.back() == '/') {
    request.name.pop_back();
    is_content = true;
  }
  auto type = hash_type::blake2b;
  if (from_string(options.common.hash, type))
    request.type = type;
  request.timeout = std::chrono::milliseconds{
      static_cast<std::int64_t>(options.timeout_s * 1000)};
  if (!options.max_size.empty()) {
    const auto size = parse_size(options.max_size);
    if (!size)
      return size.error();
    request.limit_bytes = *size;
  }
  request.receive.loopback = options.common.loopback;
  if (!options.common.interface.empty()) {
    auto number = find_interface(options.common.interface);
    if (!number)
      return number.error();
    request.receive.interface_index = *number;
  }
  if (options.common.wire != "auto")
    request.wire = options.common.wire == "range" ? wire_mode::range
                                                  : wire_mode::classic;
  auto key = read_key(options.common.key, {request.name});
  if (!key)
    return key.error();
  request.key = std::move(*key);
  auto trust = read_trust(options.verify, options.destination);
  if (!trust)
    return trust.error();
  request.trust = std::move(*trust);
  if (request.trust && options.common.wire == "classic")
    return error{errc::invalid_argument,
                 "the classic protocol has no signatures: leave out"
                 " --wire classic"};
  request.trees = open_cache(options.common);
  const bool all = options.archive;
  request.metadata = {all || options.owner, all || options.group,
                      all || options.permissions, all || options.times, false};
  request.tree = tree_request{options.destination, !is_content,
                              all || options.recursive, options.delete_others,
                              !options.no_fsync, options.in_place};
  return request;
}

int run_sync(const sync_options& options) {
  end_waiter waiter;
  if (options.common.key.any())
    keep_out_of_core_dumps();
  auto request = make_sync_request(options);
  if (!request)
    return complain(request.error());
  const auto name = request->name;
  progress_line line{!options.common.quiet};
  std::mutex lock;
  sync_report result;
  {
    session all;
    const auto sync = all.start_sync(
        std::move(*request),
        [&](const sync_report& report) {
          {
            const std::lock_guard guard{lock};
            result = report;
          }
          waiter.finish();
        },
        [&line](const sync_progress& progress) { line.show(progress); });
    while (waiter.wait() == end_waiter::reason::interrupted)
      sync.cancel();
  }
  line.clear();
  const std::lock_guard guard{lock};
  if (!result.ok())
    return complain(result.failure);
  if (!options.common.quiet)
    fmt::print("{}\n", summary(name, result));
  if (!options.common.quiet && result.stats.objects_refused > 0)
    fmt::print("{} forged or outdated answers were ignored\n",
               result.stats.objects_refused);
  return exit_ok;
}

} // namespace troupe::tool
