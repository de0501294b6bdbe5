// SPDX-License-Identifier: BSD-3-Clause
#include "capi/object_receiver.hpp"

#include "capi/oti.hpp"
#include "transport/packet.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::capi {

namespace {

constexpr std::size_t most_pending = 4;

} // namespace

std::optional<symbol_packet> parse_symbol(std::span<const std::byte> payload,
                                          bool with_oti) noexcept {
  if (payload.size() != (with_oti ? object_packet_bytes : chunk_packet_bytes))
    return std::nullopt;
  symbol_packet packet;
  std::memcpy(packet.object.bytes.data(), payload.data(), hash_bytes);
  auto rest = payload.subspan(hash_bytes);
  if (with_oti) {
    raptorq::oti info;
    const auto fec = raptorq::decode_oti(
        rest.first(raptorq::common_oti_bytes),
        rest.subspan(raptorq::common_oti_bytes, raptorq::scheme_oti_bytes),
        info);
    if (fec != raptorq::status::done || info != oti_of(info.transfer_bytes))
      return std::nullopt;
    packet.info = info;
    rest = rest.subspan(raptorq::common_oti_bytes + raptorq::scheme_oti_bytes);
  }
  raptorq::decode_payload_id(rest.first(raptorq::payload_id_bytes), packet.id);
  packet.symbol = rest.subspan(raptorq::payload_id_bytes);
  return packet;
}

bool object_receiver::collection::add(const symbol_packet& packet) {
  decoder.add(packet.id, packet.symbol);
  if (decoder.ready(packet.id.sbn))
    decoder.decode(packet.id.sbn);
  return decoder.complete_blocks() == decoder.info().source_blocks;
}

bool object_receiver::is_done(const hash& object) const noexcept {
  return std::find(done_.begin(), done_.end(), object) != done_.end();
}

object_receiver::pending& object_receiver::find(const hash& object,
                                                const raptorq::oti& info) {
  const auto found =
      std::find_if(pending_.begin(), pending_.end(), [&](const pending& each) {
        return each.object == object && each.info == info;
      });
  if (found != pending_.end()) {
    std::rotate(found, found + 1, pending_.end());
    return pending_.back();
  }
  if (pending_.size() == most_pending)
    pending_.erase(pending_.begin());
  pending fresh{object, info, std::make_unique<collection>(info), {}, {}, false};
  pending_.push_back(std::move(fresh));
  return pending_.back();
}

/// Source symbols come in order and before repair symbols. One that does not
/// is the beginning of another transmission, or came late, which does no harm.
void object_receiver::note_beginning(pending& of, const symbol_packet& packet) {
  const auto k = of.all->decoder.k_symbols(packet.id.sbn);
  if (packet.id.esi >= k) {
    of.after_repair = true;
    return;
  }
  const auto& last = of.last_source;
  const bool goes_back =
      last && (packet.id.sbn < last->sbn ||
               (packet.id.sbn == last->sbn && packet.id.esi <= last->esi));
  const bool same_block = !last || packet.id.sbn == last->sbn;
  if (goes_back || (of.after_repair && same_block))
    of.newer = std::make_unique<collection>(of.info);
  of.last_source = packet.id;
  of.after_repair = false;
}

object_receiver::outcome
object_receiver::add(const symbol_packet& packet, std::uint64_t transfer_bytes,
                     std::uint64_t limit, const std::optional<seal_key>& key,
                     blob& out) {
  if (is_done(packet.object))
    return outcome::more;
  const auto info = packet.info ? *packet.info : oti_of(transfer_bytes);
  if (info.transfer_bytes > limit)
    return outcome::too_large;
  if (raptorq::check(info) != raptorq::status::done)
    return outcome::more;
  auto& one = find(packet.object, info);
  if (key)
    note_beginning(one, packet);
  const bool newer_complete = one.newer && one.newer->add(packet);
  if (one.all->add(packet))
    return finish(one, key, out);
  if (newer_complete) {
    one.all = std::move(one.newer);
    return finish(one, key, out);
  }
  return outcome::more;
}

object_receiver::outcome object_receiver::finish(
    pending& of, const std::optional<seal_key>& key, blob& out) {
  if (!key) {
    out = blob{std::move(of.all->bytes)};
  } else {
    auto plain = unseal(of.all->bytes, *key);
    while (!plain && of.newer) {
      of.all = std::move(of.newer);
      if (of.all->decoder.complete_blocks() != of.info.source_blocks)
        return outcome::more;
      plain = unseal(of.all->bytes, *key);
    }
    if (!plain) {
      forget(of);
      return outcome::bad_key;
    }
    out = std::move(*plain);
  }
  done_[next_done_] = of.object;
  next_done_ = (next_done_ + 1) % done_.size();
  forget(of);
  return outcome::complete;
}

void object_receiver::forget(const pending& which) {
  pending_.erase(pending_.begin() + (&which - pending_.data()));
}

} // namespace troupe::capi
