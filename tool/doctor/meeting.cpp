// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/meeting.hpp"

#include "core/hasher.hpp"
#include "transport/batch_io_linux.hpp"
#include "transport/socket_linux.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace troupe::doctor {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto beat = std::chrono::milliseconds{100};
/// Goes on so long after all is well, for the other host to learn it, too.
constexpr auto courtesy = std::chrono::milliseconds{1500};
constexpr std::size_t udp_header_bytes = 48; ///< of IPv6 and UDP
constexpr std::size_t slot_bytes = 10 * 1024;
constexpr std::size_t most_others = 64;

/// A packet of a meeting: fixed fields, then padding.
struct greeting {
  std::array<char, 16> magic{"troupe/doctor/1"};
  std::array<std::uint8_t, 16> id{};    ///< of the host that says it
  std::array<std::uint8_t, 16> heard{}; ///< a host that it hears
  std::uint32_t number = 0;             ///< little endian
  std::uint8_t is_full = 0;
  std::uint8_t hears_full = 0;          ///< full packets of `heard`, too
};
constexpr std::size_t greeting_bytes = 54;

std::vector<std::byte> serialise(const greeting& value, std::size_t bytes) {
  std::vector<std::byte> out(std::max(bytes, greeting_bytes));
  auto* at = out.data();
  const auto put = [&](const void* from, std::size_t count) {
    std::memcpy(at, from, count);
    at += count;
  };
  put(value.magic.data(), 16);
  put(value.id.data(), 16);
  put(value.heard.data(), 16);
  for (int i = 0; i < 4; ++i)
    *at++ = static_cast<std::byte>(value.number >> (8 * i));
  *at++ = std::byte{value.is_full};
  *at++ = std::byte{value.hears_full};
  return out;
}

bool parse(std::span<const std::byte> bytes, greeting& out) {
  if (bytes.size() < greeting_bytes ||
      std::memcmp(bytes.data(), greeting{}.magic.data(), 16) != 0)
    return false;
  std::memcpy(out.id.data(), bytes.data() + 16, 16);
  std::memcpy(out.heard.data(), bytes.data() + 32, 16);
  out.number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    out.number |= std::to_integer<std::uint32_t>(bytes[48 + i]) << (8 * i);
  out.is_full = std::to_integer<std::uint8_t>(bytes[52]);
  out.hears_full = std::to_integer<std::uint8_t>(bytes[53]);
  return true;
}

struct other_host {
  ip6_address from;
  bool small = false, full = false;       ///< heard by us
  bool hears_us = false, hears_full = false;
  std::uint32_t packets = 0;
  std::uint32_t first_number = 0, last_number = 0;
};

using others = std::map<std::array<std::uint8_t, 16>, other_host>;

void note(const received_message& message, const greeting& own, others& all) {
  greeting said;
  if (!parse(message.bytes, said) || said.id == own.id)
    return;
  const auto found = all.find(said.id);
  if (found == all.end() && all.size() >= most_others)
    return;
  auto& one = found == all.end() ? all[said.id] : found->second;
  if (one.packets++ == 0)
    one.first_number = said.number;
  one.last_number = said.number;
  one.from = message.from;
  (said.is_full ? one.full : one.small) = true;
  if (said.heard == own.id) {
    one.hears_us = true;
    one.hears_full = one.hears_full || said.hears_full != 0;
  }
}

bool is_well(const other_host& one) {
  return one.small && one.full && one.hears_us && one.hears_full;
}

} // namespace

meeting meet(const meeting_options& options) {
  meeting result;
  const auto fail = [&](std::string why) {
    result.failed = true;
    result.what = std::move(why);
    return result;
  };
  receive_options here;
  here.interface_index = options.interface_index;
  const auto in = open_receive_socket(here, false);
  if (!in)
    return fail(in.error().message());
  const auto out = open_send_socket(options.interface_index, false);
  if (!out)
    return fail(out.error().message());
  const auto group =
      group_of(hash_of(hash_type::blake2b, "troupe/doctor/1" + options.name));
  if (const int bad = change_membership(in->get(), true, group,
                                        options.interface_index))
    return fail(std::generic_category().message(bad));
  const auto to = to_sockaddr(group, channel_port, options.interface_index);
  const auto full_bytes =
      std::max<std::size_t>(options.mtu_bytes, udp_header_bytes) -
      udp_header_bytes;

  greeting own;
  randombytes_buf(own.id.data(), own.id.size());
  others all;
  message_reader reader;
  std::vector<std::byte> buffer(message_reader::max_messages * slot_bytes);
  auto end = clock::now() + options.patience;
  bool is_done = false;
  for (auto next = clock::now(); clock::now() < end;) {
    if (clock::now() >= next) {
      next += beat;
      // Each of the others is told in turn that it is heard.
      if (!all.empty()) {
        const auto& [id, one] =
            *std::next(all.begin(), static_cast<std::ptrdiff_t>(
                                        own.number / 2 % all.size()));
        own.heard = id;
        own.hears_full = one.full;
      }
      for (const bool is_full : {false, true}) {
        own.is_full = is_full;
        const auto bytes = serialise(own, is_full ? full_bytes : 0);
        ++own.number;
        if (::sendto(out->get(), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof(to)) < 0 &&
            (errno == EPERM || errno == EACCES))
          return fail("this host's firewall forbids sending");
      }
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::min(next, end) - clock::now());
    pollfd ready{in->get(), POLLIN, 0};
    if (::poll(&ready, 1, std::max(0, static_cast<int>(left.count()))) > 0) {
      int problem = 0;
      for (const auto& one :
           reader.read(in->get(), buffer.data(), slot_bytes,
                       message_reader::max_messages, problem))
        if (one.to == group)
          note(one, own, all);
    }
    if (!is_done && std::any_of(all.begin(), all.end(), [](const auto& one) {
          return is_well(one.second);
        })) {
      is_done = true;
      end = std::min(end, clock::now() + courtesy);
    }
  }

  result.others = static_cast<std::uint32_t>(all.size());
  const auto best = std::max_element(
      all.begin(), all.end(), [](const auto& a, const auto& b) {
        const auto points = [](const other_host& one) {
          return one.small + one.full + one.hears_us + one.hears_full;
        };
        return points(a.second) < points(b.second);
      });
  if (best == all.end())
    return result;
  const auto& one = best->second;
  result.with = one.from;
  result.heard_small = one.small;
  result.heard_full = one.full;
  result.was_heard = one.hears_us;
  result.was_heard_full = one.hears_full;
  result.packets_heard = one.packets;
  result.packets_sent_by_other = one.last_number - one.first_number + 1;
  return result;
}

std::vector<finding> judge(const meeting& what, const std::string& name) {
  const auto fault = [](std::string id, std::string text, std::string fix) {
    return std::vector{finding{severity::fault, std::move(id), std::move(text),
                               std::move(fix)}};
  };
  if (what.failed)
    return fault("cannot-meet", what.what, "see the findings above");
  const auto who = to_string(what.with);
  if (what.others == 0)
    return fault(
        "nobody-met", fmt::format("nobody else was heard in '{}'", name),
        fmt::format("run 'troupe doctor --with {}' on the other host at the"
                    " same time; if it runs there: switches between the two"
                    " drop multicast (snooping without a querier, a limit on"
                    " groups), or they are on different links",
                    name));
  if (what.heard_small && !what.heard_full)
    return fault("full-packets-lost",
                 fmt::format("small packets of {} arrive, full ones do not",
                             who),
                 "make the MTU of both hosts, and of what is between them, the"
                 " same");
  if (!what.was_heard)
    return fault("one-way",
                 fmt::format("{} is heard, but does not hear this host", who),
                 "look at the other host's firewall, and at what filters"
                 " between the two");
  if (!what.was_heard_full)
    return fault("full-packets-lost-there",
                 fmt::format("{} hears small packets of this host, but no full"
                             " ones",
                             who),
                 "make the MTU of both hosts, and of what is between them, the"
                 " same");
  std::vector<finding> all;
  const auto sent = std::max(what.packets_sent_by_other, what.packets_heard);
  const auto lost = sent - what.packets_heard;
  if (lost * 20 > sent)
    all.push_back({severity::hint, "loss",
                   fmt::format("{} of {} packets of {} were lost", lost, sent,
                               who),
                   "share with a lower --rate, or look for a slow or faulty"
                   " link"});
  all.push_back({severity::ok, "met",
                 fmt::format("{} and this host hear each other, full packets"
                             " included",
                             who),
                 {}});
  return all;
}

} // namespace troupe::doctor
