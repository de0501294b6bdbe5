// SPDX-License-Identifier: BSD-3-Clause
#include "actors/session.hpp"
#include "core/range_index.hpp"
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/indexing.hpp"
#include "tool/signals.hpp"
#include "tool/units.hpp"
#include "transport/core_dumps.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>

namespace troupe::tool {

namespace {

expected<share_request> make_request(const share_options& options,
                                     const std::shared_ptr<share_index>& index) {
  share_request request;
  request.index = index;
  request.counters = std::make_shared<share_counters>();
  request.send.loopback = options.common.loopback;
  auto rate = parse_rate(options.rate);
  if (!rate)
    return rate.error();
  request.send.rate_bits_per_s = *rate;
  if (!options.common.interface.empty()) {
    auto number = find_interface(options.common.interface);
    if (!number)
      return number.error();
    request.send.interface_index = *number;
  }
  std::vector<std::string> names;
  for (const auto& path : options.paths)
    names.push_back(share_name(path));
  auto key = read_key(options.common.key, names);
  if (!key)
    return key.error();
  request.key = std::move(*key);
  auto signing = read_signing(options.sign, names);
  if (!signing)
    return signing.error();
  request.signing = std::move(*signing);
  if (request.signing && options.common.wire == "classic")
    return error{errc::invalid_argument,
                 "the classic protocol has no signatures: leave out"
                 " --wire classic"};
  return request;
}

void say_goodbye(const share_counters& counters) {
  fmt::print("sent {} objects in {} packets", counters.objects_sent.load(),
             counters.packets_sent.load());
  if (counters.sources_changed != 0)
    fmt::print("; {} were not sent because a file changed after it was"
               " indexed: share it again",
               counters.sources_changed.load());
  fmt::print("\n");
}

} // namespace

int run_share(const share_options& options) {
  end_waiter waiter;
  if (options.common.key.any() || !options.sign.key_file.empty())
    keep_out_of_core_dumps();
  auto type = hash_type::blake2b;
  if (!options.common.hash.empty())
    from_string(options.common.hash, type);
  // A share always answers classic receivers.
  auto index = std::make_shared<share_index>(
      type, options.common.wire == "classic" ? 0
            : options.common.key.any()       ? sealed_range_symbol_bytes
                                             : default_range_symbol_bytes);
  auto request = make_request(options, index);
  if (!request)
    return complain(request.error());
  const auto files = index_files(
      *index, options.paths, options.recursive,
      open_cache(options.common).get());
  if (!files)
    return complain(files.error());
  for (const auto& file : *files)
    if (!options.common.quiet)
      fmt::print("sharing {} ({} bytes, hash {}, root {})\n", file.name,
                 file.bytes, to_string(type), to_hex(file.root));
  const auto counters = request->counters;
  std::mutex lock;
  error failure;
  session all;
  const auto share =
      all.start_share(std::move(*request), [&](const share_report& report) {
        if (report.what == share_report::event::listening) {
          fmt::print("ready\n");
          std::fflush(stdout);
          return;
        }
        {
          const std::lock_guard guard{lock};
          failure = report.failure;
        }
        waiter.finish();
      });
  if (waiter.wait() == end_waiter::reason::interrupted) {
    share.cancel();
    while (waiter.wait() == end_waiter::reason::interrupted) {
    }
  }
  const std::lock_guard guard{lock};
  if (failure.code != errc::none)
    return complain(failure);
  if (!options.common.quiet)
    say_goodbye(*counters);
  return exit_ok;
}

} // namespace troupe::tool
