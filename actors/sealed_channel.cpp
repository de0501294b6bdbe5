// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sealed_channel.hpp"

#include "core/hasher.hpp"

#include <algorithm>

namespace troupe {

sealed_channel::sealed_channel(seal_key key, std::vector<hash_type> types,
                               limits most)
    : key_(std::move(key)), types_(std::move(types)), most_(most) {}

sealed_channel::sealed_channel(seal_key key, std::vector<hash_type> types,
                               const hash& id, std::uint32_t chunk_bytes)
    : key_(std::move(key)), types_(std::move(types)), chunk_(id),
      chunk_bytes_(chunk_bytes + seal_overhead_bytes) {}

bool sealed_channel::is_wanted(const packet_view& packet) const noexcept {
  if (chunk_)
    return !packet.info && packet.object == *chunk_;
  return packet.info && packet.info->transfer_bytes <=
                            most_.object_bytes + seal_overhead_bytes;
}

sealed_channel::candidate&
sealed_channel::candidate_for(const packet_view& packet,
                              const ip6_address& from) {
  const auto bytes = chunk_ ? chunk_bytes_ : packet.info->transfer_bytes;
  const auto known =
      std::find_if(candidates_.begin(), candidates_.end(), [&](const auto& c) {
        return c.object == packet.object && c.bytes == bytes && c.from == from;
      });
  if (known != candidates_.end()) {
    candidates_.splice(candidates_.begin(), candidates_, known);
  } else {
    if (candidates_.size() >= most_.candidates)
      candidates_.pop_back();
    candidates_.push_front(
        {packet.object, bytes, from, sealed_collector{bytes}});
  }
  return candidates_.front();
}

std::optional<hash_type>
sealed_channel::verify(const hash& id, std::span<const std::byte> bytes) const {
  for (const auto type : types_)
    if (hash_of(type, bytes) == id)
      return type;
  return std::nullopt;
}

sealed_channel::result sealed_channel::take(const packet_view& packet,
                                            const ip6_address& from) {
  if (!is_wanted(packet))
    return result::nothing;
  auto& one = candidate_for(packet, from);
  if (!one.symbols.add(packet.id, packet.symbol))
    return result::nothing;
  auto opened = one.symbols.open(key_);
  if (!opened.plain) {
    if (!opened.refused)
      return result::more;
    return verify(one.object, opened.refused->view()) ? result::not_sealed
                                                      : result::not_opened;
  }
  const auto type = verify(one.object, opened.plain->view());
  if (!type) {
    one.symbols.restart();
    return result::wrong_hash;
  }
  found_ = {*type, std::move(*opened.plain), one.symbols.symbols_source(),
            one.symbols.symbols_repair()};
  return result::complete;
}

} // namespace troupe
