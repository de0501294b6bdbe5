// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/look.hpp"
#include "transport/batch_io_linux.hpp"
#include "transport/mld.hpp"
#include "transport/socket_linux.hpp"

#include <netinet/icmp6.h>
#include <poll.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace troupe::doctor {

namespace {

using clock = std::chrono::steady_clock;

/// An own packet that is heard at all is heard at once; asked again, for one
/// may be lost.
constexpr auto echo_patience = std::chrono::milliseconds{600};
constexpr auto echo_step = std::chrono::milliseconds{100};
constexpr std::size_t slot_bytes = 2048;
/// Of an MLDv1 query; those of version 2 are longer (RFC 3810 8.1).
constexpr std::size_t version_1_bytes = 24;

group_address random_group() {
  hash value{};
  randombytes_buf(value.bytes.data(), value.bytes.size());
  return group_of(value);
}

/// Waits for a message that `is_it` takes, until `end`.
template <class Pred>
bool wait_for(int fd, clock::time_point end, Pred is_it) {
  message_reader reader;
  std::vector<std::byte> buffer(message_reader::max_messages * slot_bytes);
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - clock::now());
    if (left.count() <= 0)
      return false;
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      continue; // interrupted, or the time is over
    int problem = 0;
    for (const auto& one :
         reader.read(fd, buffer.data(), slot_bytes,
                     message_reader::max_messages, problem))
      if (is_it(one))
        return true;
  }
}

echo what_refused(int number) {
  return number == EPERM || number == EACCES ? echo::send_refused
                                             : echo::send_failed;
}

/// Sends with `send` (0 or an errno value) until `fd` hears it.
template <class Send, class Pred>
echo hear_oneself(int fd, Send send, Pred is_it, int& problem) {
  const auto end = clock::now() + echo_patience;
  while (clock::now() < end) {
    problem = send();
    if (problem != 0)
      return what_refused(problem);
    if (wait_for(fd, clock::now() + echo_step, is_it))
      return echo::heard;
  }
  return echo::not_heard;
}

void probe_data(facts& all) {
  receive_options here;
  here.interface_index = all.chosen;
  const auto in = open_receive_socket(here, false);
  const auto out = open_send_socket(all.chosen, true);
  const auto group = random_group();
  if (!in || !out ||
      change_membership(in->get(), true, group, all.chosen) != 0) {
    all.data = echo::send_failed;
    all.data_errno = errno;
    return;
  }
  std::array<std::byte, 16> text{};
  randombytes_buf(text.data(), text.size());
  const auto to = to_sockaddr(group, channel_port, all.chosen);
  all.data = hear_oneself(
      in->get(),
      [&] {
        return ::sendto(out->get(), text.data(), text.size(), 0,
                        reinterpret_cast<const sockaddr*>(&to),
                        sizeof(to)) < 0
                   ? errno
                   : 0;
      },
      [&](const received_message& one) {
        return one.to == group &&
               std::equal(one.bytes.begin(), one.bytes.end(), text.begin(),
                          text.end());
      },
      all.data_errno);
}

void probe_reports(facts& all) {
  const auto socket = open_mld_socket(true);
  if (!socket || listen_for_reports(socket->get(), {all.chosen}) != errc::none)
    return;
  const auto group = random_group();
  const group_change joined{group, {}, all.chosen, membership::wanted};
  const auto message = make_report({&joined, 1});
  int problem = 0;
  all.report = hear_oneself(
      socket->get(),
      [&] {
        return send_mld(socket->get(), message, all_mld_routers(), all.chosen);
      },
      [&](const received_message& one) {
        std::vector<group_change> changes;
        parse_report(one.bytes, one.from, one.interface_index, changes);
        return std::any_of(changes.begin(), changes.end(),
                           [&](const auto& c) { return c.group == group; });
      },
      problem);
}

void listen_for_queries(const look_options& options, facts& all) {
  const auto socket = open_mld_socket(false);
  if (!socket || listen_for_reports(socket->get(), {all.chosen}) != errc::none)
    return;
  icmp6_filter queries{};
  ICMP6_FILTER_SETBLOCKALL(&queries);
  ICMP6_FILTER_SETPASS(MLD_LISTENER_QUERY, &queries);
  if (::setsockopt(socket->get(), IPPROTO_ICMPV6, ICMP6_FILTER, &queries,
                   sizeof(queries)) != 0)
    return;
  all.listened_ms = static_cast<std::uint32_t>(options.listen.count());
  wait_for(socket->get(), clock::now() + options.listen,
           [&](const received_message& one) {
             const bool is_query =
                 !one.bytes.empty() && one.interface_index == all.chosen &&
                 one.bytes.front() == std::byte{MLD_LISTENER_QUERY};
             if (is_query)
               all.queries.push_back(
                   {one.from, one.bytes.size() == version_1_bytes});
             return false;
           });
}

} // namespace

void probe_network(const look_options& options, facts& all) {
  if (all.chosen == 0)
    return;
  probe_data(all);
  probe_reports(all);
  listen_for_queries(options, all);
}

} // namespace troupe::doctor
