// SPDX-License-Identifier: BSD-3-Clause
#include "lab/router.hpp"

#include "lab/membership_table.hpp"
#include "transport/batch_io_linux.hpp"
#include "transport/interfaces_linux.hpp"
#include "transport/multicast_routes_linux.hpp"
#include "transport/socket_linux.hpp"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <set>

namespace troupe::lab {

namespace {

using time = membership_table::time;
using namespace std::chrono_literals;

/// Each change is told upwards twice, in case a report is lost (RFC 3810 9.1).
constexpr auto repeat_after = 500ms;
constexpr auto query_interval = 20s;
constexpr auto patience_for_addresses = 5s;
constexpr std::uint16_t max_response_ms = 1000;
constexpr std::size_t report_slot_bytes = std::size_t{10} * 1024;
constexpr std::size_t most_groups = 4096;

time now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

class router {
public:
  router(multicast_routes routes, unique_fd mld,
         std::vector<std::uint32_t> interfaces, bool pass_joins)
      : routes_{std::move(routes)}, mld_{std::move(mld)},
        interfaces_{std::move(interfaces)}, pass_joins_{pass_joins},
        buffer_(message_reader::max_messages * report_slot_bytes) {}

  int descriptor() const { return mld_.get(); }

  void read_reports() {
    int problem = 0;
    const auto messages =
        reader_.read(mld_.get(), buffer_.data(), report_slot_bytes,
                     message_reader::max_messages, problem);
    for (const auto& each : messages) {
      const auto link = std::find(interfaces_.begin() + 1, interfaces_.end(),
                                  each.interface_index);
      // RFC 3810 5.2.13: reports never cross a router.
      if (link == interfaces_.end() || each.hop_limit != 1 ||
          !is_link_local(each.from))
        continue;
      heard_.clear();
      parse_report(each.bytes, each.from, each.interface_index, heard_);
      for (const auto& change : heard_)
        table_.hear(static_cast<std::uint32_t>(link - interfaces_.begin()),
                    change, now());
    }
    carry_out();
  }

  void tick() {
    const auto at = now();
    table_.expire(at);
    carry_out();
    if (at >= repeat_at_ && !changed_.empty()) {
      tell_upstream(changed_);
      changed_.clear();
    }
    if (at < query_at_)
      return;
    query_at_ = at + query_interval;
    const auto query = make_general_query(max_response_ms);
    for (std::size_t i = 1; i < interfaces_.size(); ++i)
      send_mld(mld_.get(), query, all_nodes(), interfaces_[i]);
    std::set<group_address> all;
    for (const auto& each : table_.all())
      all.insert(each.group);
    tell_upstream(all);
  }

  std::string told() const {
    return std::to_string(most_at_once_) + " groups at most, " +
           std::to_string(route_changes_) + " changes, " +
           std::to_string(table_.refused()) + " refused, " +
           std::to_string(failures_) + " failed";
  }

private:
  void carry_out() {
    const auto changes = table_.take_changes();
    std::set<group_address> crossed;
    std::set<group_address> left;
    for (const auto& each : changes) {
      ++route_changes_;
      if (each.was_left && each.links != 0) {
        left.insert(each.group); // and joined again: both are news
        up_.erase(each.group);
      }
      if (routes_.set(each.group, each.links) != errc::none)
        ++failures_;
      const bool was_up = up_.contains(each.group);
      if (was_up == (each.links != 0))
        continue;
      if (each.links != 0)
        up_.insert(each.group);
      else
        up_.erase(each.group);
      crossed.insert(each.group);
    }
    most_at_once_ = std::max(most_at_once_, up_.size());
    if (crossed.empty())
      return;
    for (const auto& each : left)
      up_.erase(each);
    tell_upstream(left);
    up_.insert(left.begin(), left.end());
    tell_upstream(crossed);
    if (changed_.empty())
      repeat_at_ = now() + repeat_after;
    changed_.merge(crossed);
  }

  /// What is true of these groups now, as one member of the upstream link.
  void tell_upstream(const std::set<group_address>& groups) {
    if (!pass_joins_)
      return;
    std::vector<group_change> records;
    for (const auto& each : groups) {
      records.push_back({each, {}, 0,
                         up_.contains(each) ? membership::wanted
                                            : membership::done});
      if (records.size() == max_report_records)
        send_records(records);
    }
    send_records(records);
  }

  void send_records(std::vector<group_change>& records) {
    if (!records.empty())
      send_mld(mld_.get(), make_report(records), all_mld_routers(),
               interfaces_.front());
    records.clear();
  }

  multicast_routes routes_;
  unique_fd mld_;
  std::vector<std::uint32_t> interfaces_; ///< upstream first
  bool pass_joins_;
  membership_table table_{most_groups};
  std::set<group_address> up_;      ///< groups that somebody is in
  std::set<group_address> changed_; ///< to be told again
  time repeat_at_{0};
  time query_at_{0};
  message_reader reader_;
  std::vector<std::byte> buffer_;
  std::vector<group_change> heard_;
  std::size_t most_at_once_ = 0;
  std::uint64_t route_changes_ = 0;
  std::uint64_t failures_ = 0;
};

/// Devices that have just been made wait a moment for their addresses.
expected<std::vector<std::uint32_t>>
indexes_of(const router_options& options, time until) {
  auto names = options.downstream;
  names.insert(names.begin(), options.upstream);
  const auto there = list_interfaces();
  std::vector<std::uint32_t> all;
  for (const auto& name : names) {
    const auto found =
        std::find_if(there.begin(), there.end(),
                     [&](const auto& one) { return one.name == name; });
    const bool is_there = found != there.end();
    if (is_there && !found->has_link_local() && now() < until) {
      poll(nullptr, 0, 20);
      return indexes_of(options, until);
    }
    if (!is_there || !found->has_link_local())
      return error{errc::no_device,
                   "'" + name + "' is not there, or has no address"};
    all.push_back(found->index);
  }
  return all;
}

} // namespace

error run_router(const router_options& options,
                 const std::function<void(const std::string&)>& say) {
  auto interfaces = indexes_of(options, now() + patience_for_addresses);
  if (!interfaces)
    return interfaces.error();
  auto routes = multicast_routes::open(*interfaces);
  if (!routes)
    return routes.error();
  auto mld = open_mld_socket(false);
  if (!mld)
    return mld.error();
  if (const auto bad = listen_for_reports(
          mld->get(), {interfaces->begin() + 1, interfaces->end()});
      bad != errc::none)
    return {bad, "cannot listen for membership reports"};
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  const unique_fd signals{signalfd(-1, &ending, SFD_CLOEXEC)};
  if (!signals)
    return {from_errno(errno), "signalfd"};
  router self{std::move(*routes), std::move(*mld), std::move(*interfaces),
              options.pass_joins};
  self.tick();
  say("ready");
  for (;;) {
    std::array<pollfd, 2> all{pollfd{self.descriptor(), POLLIN, 0},
                              pollfd{signals.get(), POLLIN, 0}};
    constexpr int tick_ms = 100;
    if (poll(all.data(), all.size(), tick_ms) > 0) {
      if (all[1].revents != 0)
        break;
      self.read_reports();
    }
    self.tick();
  }
  say(self.told());
  return {};
}

} // namespace troupe::lab
