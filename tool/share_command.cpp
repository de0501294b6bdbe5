// SPDX-License-Identifier: BSD-3-Clause
#include "actors/session.hpp"
#include "actors/sharing/indexing.hpp"
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/json_lines.hpp"
#include "tool/privileges.hpp"
#include "tool/relay_command.hpp"
#include "tool/requests.hpp"
#include "tool/signals.hpp"
#include "transport/asio_network.hpp"
#include "transport/core_dumps.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

namespace troupe::tool {

namespace {

void add_counters(nlohmann::ordered_json& line,
                  const share_counters& counters) {
  line["objects_sent"] = counters.objects_sent.load();
  line["packets_sent"] = counters.packets_sent.load();
  line["bytes_sent"] = counters.bytes_gross.load();
  line["requests_heard"] = counters.requests_heard.load();
  line["requests_unknown"] = counters.requests_unknown.load();
  line["sources_changed"] = counters.sources_changed.load();
  line["send_errors"] = counters.send_errors.load();
}

void say_goodbye(const share_options& options, const share_counters& counters) {
  if (options.common.json) {
    auto line = json_summary("share", {}, exit_ok);
    add_counters(line, counters);
    return print_json(line);
  }
  if (options.common.quiet)
    return;
  fmt::print("sent {} objects in {} packets", counters.objects_sent.load(),
             counters.packets_sent.load());
  if (counters.sources_changed != 0)
    fmt::print("; {} were not sent because a file changed after it was"
               " indexed",
               counters.sources_changed.load());
  fmt::print("\n");
}

void say_shared(bool is_again, const indexed_file& file, hash_type type,
                bool is_json) {
  if (is_json) {
    auto line = json_line("shared");
    line["name"] = file.name;
    line["bytes"] = file.bytes;
    line["hash"] = std::string{to_string(type)};
    line["root"] = to_hex(file.root);
    line["again"] = is_again;
    return print_json(line);
  }
  const auto* how = is_again ? "sharing again" : "sharing";
  fmt::print("{} {} ({} bytes, hash {}, root {})\n", how, file.name,
             file.bytes, to_string(type), to_hex(file.root));
}

shared_paths::observer
observer_of(const common_options& options, hash_type type,
            std::shared_ptr<const share_signing> signing) {
  shared_paths::observer result;
  result.renewed = [is_quiet = options.quiet, is_json = options.json, type,
                    signing = std::move(signing)](const indexed_file& file) {
    raise_version(signing);
    if (is_quiet)
      return;
    say_shared(true, file, type, is_json);
    std::fflush(stdout);
  };
  result.lost = [is_json = options.json](const error& why) {
    fmt::print(stderr, "troupe: not shared any more: {}\n", why.message());
    if (!is_json)
      return;
    auto line = json_line("error");
    line["error"] = "not shared any more: " + why.message();
    line["code"] = code_name(why.code);
    print_json(line);
  };
  return result;
}

/// A line of JSON every half second in which something was sent, until it is
/// told to stop.
void tell_status(const std::stop_token& stop, const share_counters& counters) {
  std::mutex lock;
  std::condition_variable_any never;
  std::unique_lock guard{lock};
  auto said = counters.packets_sent.load();
  while (!stop.stop_requested()) {
    never.wait_for(guard, stop, std::chrono::milliseconds{500},
                   [] { return false; });
    if (const auto now = counters.packets_sent.load();
        std::exchange(said, now) != now) {
      auto line = json_line("status");
      add_counters(line, counters);
      print_json(line);
    }
  }
}

} // namespace

int run_share(const share_options& options) {
  end_waiter waiter;
  if (options.common.key.any() || !options.sign.key_file.empty())
    keep_out_of_core_dumps();
  const auto how = sharing_of(options);
  const auto type = how.type;
  shared_paths paths{options.paths, how};
  const bool is_json = options.common.json;
  const auto failed_with = [is_json](const error& why) {
    return fail("share", why, is_json);
  };
  auto request = make_share_request(options, paths.index());
  if (!request)
    return failed_with(request.error());
  auto sockets = share_sockets::open(request->send);
  if (!sockets)
    return failed_with(sockets.error());
  if (auto failed = keep_reading_only(); failed.code != errc::none)
    return failed_with(failed);
  const auto files = paths.open();
  if (!files)
    return failed_with(files.error());
  if (!options.common.quiet)
    for (const auto& file : *files)
      say_shared(false, file, type, is_json);
  const auto counters = request->counters;
  const auto signing = request->signing;
  // A version that the user has chosen stands for this one content.
  const bool is_watched =
      !options.no_watch && !(signing && !signing->revision);
  std::mutex lock;
  error failure;
  session::options settings;
  settings.net = make_asio_network({.sockets = std::move(*sockets)});
  const auto relays = hear_relays(options.relays, request->send.interface_index,
                                  settings.net);
  if (!relays)
    return failed_with(relays.error());
  session all{std::move(settings)};
  const auto share =
      all.start_share(std::move(*request), [&](const share_report& report) {
        if (report.what == share_report::event::listening) {
          if (is_json)
            return print_json(json_line("ready"));
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
      paths.watch(stop, observer_of(options.common, type, signing),
                  counters->sources_changed);
    }};
  std::jthread teller; // so does this one
  if (is_json && !options.common.quiet)
    teller = std::jthread{[&counters](const std::stop_token& stop) {
      tell_status(stop, *counters);
    }};
  if (waiter.wait() == end_waiter::reason::interrupted) {
    share.cancel();
    while (waiter.wait() == end_waiter::reason::interrupted) {
    }
  }
  teller = {}; // its last line comes before the summary
  const std::lock_guard guard{lock};
  if (failure.code != errc::none)
    return failed_with(failure);
  say_goodbye(options, *counters);
  return exit_ok;
}

} // namespace troupe::tool
