// SPDX-License-Identifier: BSD-3-Clause
#include "transport/mld.hpp"

#include <algorithm>
#include <optional>

namespace troupe {
namespace {

// ICMPv6 types: RFC 2710 3.1 and RFC 3810 5.2.
constexpr std::uint8_t type_query = 130;
constexpr std::uint8_t type_report_v1 = 131;
constexpr std::uint8_t type_done_v1 = 132;
constexpr std::uint8_t type_report_v2 = 143;

// Record types: RFC 3810 5.2.12.
constexpr std::uint8_t mode_is_include = 1;
constexpr std::uint8_t mode_is_exclude = 2;
constexpr std::uint8_t change_to_include = 3;
constexpr std::uint8_t change_to_exclude = 4;
constexpr std::uint8_t allow_new_sources = 5;

constexpr std::size_t v1_message_bytes = 24;
constexpr std::size_t v1_group_offset = 8;
constexpr std::size_t report_header_bytes = 8;
constexpr std::size_t record_bytes = 20;
constexpr std::size_t source_bytes = 16;
constexpr std::size_t auxiliary_unit_bytes = 4;
constexpr std::size_t record_group_offset = 4;
constexpr std::size_t query_bytes = 28;
constexpr std::uint8_t robustness = 2;
constexpr std::uint8_t query_interval_s = 125;

std::uint8_t byte_at(std::span<const std::byte> in, std::size_t at) noexcept {
  return std::to_integer<std::uint8_t>(in[at]);
}

std::uint16_t word_at(std::span<const std::byte> in, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(byte_at(in, at) << 8 | byte_at(in, at + 1));
}

void put_word(std::span<std::byte> out, std::size_t at,
              std::uint16_t value) noexcept {
  out[at] = static_cast<std::byte>(value >> 8);
  out[at + 1] = static_cast<std::byte>(value & 0xff);
}

ip6_address address_at(std::span<const std::byte> in, std::size_t at) noexcept {
  ip6_address address;
  std::memcpy(address.bytes.data(), in.data() + at, address.bytes.size());
  return address;
}

bool is_link_scope(const ip6_address& group) noexcept {
  return group.bytes[1] == 0x02;
}

std::optional<membership> meaning_of(std::uint8_t record_type) noexcept {
  switch (record_type) {
  case mode_is_exclude:
  case change_to_exclude:
  case allow_new_sources:
    return membership::wanted;
  case mode_is_include:
  case change_to_include:
    return membership::done;
  default:
    return std::nullopt;
  }
}

/// Everything that the messages of one sender have in common.
struct hearer {
  const ip6_address& reporter;
  std::uint32_t interface_index;
  std::vector<group_change>& out;

  void note(const group_address& group, membership change) const {
    if (group.is_multicast() && !is_link_scope(group))
      out.push_back({group, reporter, interface_index, change});
  }
};

bool parse_v1(std::span<const std::byte> message, membership change,
              const hearer& hear) {
  if (message.size() < v1_message_bytes)
    return false;
  hear.note(address_at(message, v1_group_offset), change);
  return true;
}

bool parse_v2(std::span<const std::byte> message, const hearer& hear) {
  if (message.size() < report_header_bytes)
    return false;
  std::size_t records = word_at(message, 6);
  for (auto rest = message.subspan(report_header_bytes); records > 0;
       --records) {
    if (rest.size() < record_bytes)
      return false;
    const std::size_t length = record_bytes + source_bytes * word_at(rest, 2) +
                               auxiliary_unit_bytes * byte_at(rest, 1);
    if (rest.size() < length)
      return false;
    if (const auto change = meaning_of(byte_at(rest, 0)))
      hear.note(address_at(rest, record_group_offset), *change);
    rest = rest.subspan(length);
  }
  return true;
}

} // namespace

bool parse_report(std::span<const std::byte> message,
                  const ip6_address& reporter, std::uint32_t interface_index,
                  std::vector<group_change>& out) {
  if (message.empty())
    return false;
  const hearer hear{reporter, interface_index, out};
  switch (byte_at(message, 0)) {
  case type_report_v1:
    return parse_v1(message, membership::wanted, hear);
  case type_done_v1:
    return parse_v1(message, membership::done, hear);
  case type_report_v2:
    return parse_v2(message, hear);
  default:
    return true; // another kind of message says nothing about groups
  }
}

std::vector<std::byte> make_report(std::span<const group_change> changes) {
  std::vector<std::byte> message(report_header_bytes +
                                 record_bytes * changes.size());
  message[0] = std::byte{type_report_v2};
  put_word(message, 6, static_cast<std::uint16_t>(changes.size()));
  auto record = std::span{message}.subspan(report_header_bytes);
  for (const group_change& c : changes) {
    record[0] = std::byte{c.change == membership::wanted ? change_to_exclude
                                                         : change_to_include};
    std::ranges::copy(std::as_bytes(std::span{c.group.bytes}),
                      record.begin() + record_group_offset);
    record = record.subspan(record_bytes);
  }
  return message;
}

std::vector<std::byte> make_general_query(std::uint16_t max_response_ms) {
  std::vector<std::byte> message(query_bytes);
  message[0] = std::byte{type_query};
  put_word(message, 4, max_response_ms);
  message[24] = std::byte{robustness}; // S flag clear
  message[25] = std::byte{query_interval_s};
  return message;
}

} // namespace troupe
