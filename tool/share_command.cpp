// SPDX-License-Identifier: BSD-3-Clause
#include "actors/session.hpp"
#include "core/range_index.hpp"
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/indexing.hpp"
#include "tool/privileges.hpp"
#include "tool/requests.hpp"
#include "tool/signals.hpp"
#include "tool/units.hpp"
#include "transport/asio_network.hpp"
#include "transport/core_dumps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>

namespace troupe::tool {

expected<share_request>
make_share_request(const share_options& options,
                   std::shared_ptr<const object_directory> index) {
  share_request request;
  request.index = std::move(index);
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

sharing_options sharing_of(const share_options& options) {
  auto type = hash_type::blake2b;
  if (!options.common.hash.empty())
    from_string(options.common.hash, type);
  // A share always answers classic receivers.
  return {type,
          options.common.wire == "classic" ? std::uint16_t{0}
          : options.common.key.any()       ? sealed_range_symbol_bytes
                                           : default_range_symbol_bytes,
          options.recursive, open_cache(options.common)};
}

void raise_version(const std::shared_ptr<const share_signing>& signing) {
  if (!signing || !signing->revision)
    return;
  auto& revision = *signing->revision;
  const auto ms = static_cast<std::uint64_t>(system_unix_time()) * 1000;
  revision = std::max(ms, revision.load() + 1);
}

namespace {

void say_goodbye(const share_counters& counters) {
  fmt::print("sent {} objects in {} packets", counters.objects_sent.load(),
             counters.packets_sent.load());
  if (counters.sources_changed != 0)
    fmt::print("; {} were not sent because a file changed after it was"
               " indexed",
               counters.sources_changed.load());
  fmt::print("\n");
}

void say_shared(const char* how, const indexed_file& file, hash_type type) {
  fmt::print("{} {} ({} bytes, hash {}, root {})\n", how, file.name,
             file.bytes, to_string(type), to_hex(file.root));
}

shared_paths::observer
observer_of(bool is_quiet, hash_type type,
            std::shared_ptr<const share_signing> signing) {
  shared_paths::observer result;
  result.renewed = [is_quiet, type, signing = std::move(signing)](
                       const indexed_file& file) {
    raise_version(signing);
    if (is_quiet)
      return;
    say_shared("sharing again", file, type);
    std::fflush(stdout);
  };
  result.lost = [](const error& why) {
    fmt::print(stderr, "troupe: not shared any more: {}\n", why.message());
  };
  return result;
}

} // namespace

int run_share(const share_options& options) {
  end_waiter waiter;
  if (options.common.key.any() || !options.sign.key_file.empty())
    keep_out_of_core_dumps();
  const auto how = sharing_of(options);
  const auto type = how.type;
  shared_paths paths{options.paths, how};
  auto request = make_share_request(options, paths.index());
  if (!request)
    return complain(request.error());
  auto sockets = share_sockets::open(request->send);
  if (!sockets)
    return complain(sockets.error());
  if (auto failed = keep_reading_only(); failed.code != errc::none)
    return complain(failed);
  const auto files = paths.open();
  if (!files)
    return complain(files.error());
  if (!options.common.quiet)
    for (const auto& file : *files)
      say_shared("sharing", file, type);
  const auto counters = request->counters;
  const auto signing = request->signing;
  // A version that the user has chosen stands for this one content.
  const bool is_watched =
      !options.no_watch && !(signing && !signing->revision);
  std::mutex lock;
  error failure;
  session::options settings;
  settings.net = make_asio_network({.sockets = std::move(*sockets)});
  session all{std::move(settings)};
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
  std::jthread watcher; // ends before the session does
  if (is_watched)
    watcher = std::jthread{[&](const std::stop_token& stop) {
      paths.watch(stop, observer_of(options.common.quiet, type, signing),
                  counters->sources_changed);
    }};
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
