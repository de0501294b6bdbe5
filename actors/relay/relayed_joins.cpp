// SPDX-License-Identifier: BSD-3-Clause
#include "actors/relay/relayed_joins.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr std::size_t address_bytes = 16;
constexpr std::size_t record_bytes = 1 + 2 * address_bytes;
constexpr std::uint8_t scope_mask = 0x0f;
constexpr std::uint8_t link_scope = 2;

void append(std::string& text, const ip6_address& address) {
  for (const auto byte : address.bytes)
    text.push_back(static_cast<char>(byte));
}

ip6_address address_at(const std::string& text, std::size_t at) {
  ip6_address address;
  std::transform(text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(at + address_bytes),
                 address.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return address;
}

} // namespace

std::string write_relayed(std::span<const group_change> changes) {
  std::string text;
  text.reserve(changes.size() * record_bytes);
  for (const auto& each : changes) {
    text.push_back(each.change == membership::wanted ? 1 : 0);
    append(text, each.group);
    append(text, each.reporter);
  }
  return text;
}

expected<std::vector<group_change>>
read_relayed(const std::string& text, std::uint32_t interface_index) {
  if (text.size() % record_bytes != 0 ||
      text.size() / record_bytes > max_relayed_records)
    return error{errc::invalid_argument, "length of a relay's message"};
  std::vector<group_change> all;
  for (std::size_t at = 0; at < text.size(); at += record_bytes) {
    group_change one;
    if (text[at] != 0 && text[at] != 1)
      return error{errc::invalid_argument, "record of a relay"};
    one.change = text[at] == 1 ? membership::wanted : membership::done;
    one.group = address_at(text, at + 1);
    one.reporter = address_at(text, at + 1 + address_bytes);
    one.interface_index = interface_index;
    if (!one.group.is_multicast() ||
        (one.group.bytes[1] & scope_mask) <= link_scope)
      return error{errc::invalid_argument, "group of a relay"};
    all.push_back(one);
  }
  return all;
}

std::size_t relayed_joins::take(std::vector<group_change>& changes) {
  return std::erase_if(changes, [this](const group_change& one) {
    const std::pair key{one.group, one.reporter};
    if (one.change == membership::done) {
      all_.erase(key);
      return false;
    }
    if (all_.size() >= max_relayed_joins && !all_.contains(key))
      return true;
    all_[key] = one.interface_index;
    return false;
  });
}

std::vector<group_change> relayed_joins::forget() {
  std::vector<group_change> left;
  left.reserve(all_.size());
  for (const auto& [key, interface_index] : all_)
    left.push_back({key.first, key.second, interface_index, membership::done});
  all_.clear();
  return left;
}

} // namespace troupe
