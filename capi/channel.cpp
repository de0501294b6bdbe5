// SPDX-License-Identifier: BSD-3-Clause
#include "capi/channel.hpp"

#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"
#include "capi/tokens.hpp"
#include "transport/packet.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::capi {

channel::channel(const context& owner, const channel_name& name)
    : name_(name), type_(owner.get().names()) {
  const auto from = owner.get();
  settings_.coding = from.coding;
  settings_.overhead_packets = from.overhead_packets;
  settings_.shared_key = from.shared_key;
  settings_.public_key = from.public_key;
  rate_bits_per_s_ = from.rate_bits_per_s;
}

channel::~channel() {
  if (joined_ && socket_)
    socket_->wire->change_membership(false, name_.group);
}

sockaddr_in6 channel::address() const noexcept {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(name_.port);
  address.sin6_addr = name_.group;
  return address;
}

channel::settings channel::get() const {
  monitor_lock lock{lock_};
  return settings_;
}

void channel::set_rate(std::uint64_t bits_per_s) {
  rate_bits_per_s_ = bits_per_s;
}

std::uint64_t channel::next_number() {
  monitor_lock lock{lock_};
  return ++number_;
}

std::shared_ptr<net_socket> channel::socket() const {
  monitor_lock lock{lock_};
  return socket_ ? socket_ : fail(ENOTSOCK, socket_);
}

void channel::bind(std::shared_ptr<net_socket> to) {
  const auto coding = to ? to->coding() : std::nullopt;
  monitor_lock lock{lock_};
  if (socket_ == to)
    return;
  if (coding && !settings_.own_coding)
    settings_.coding = *coding;
  if (joined_)
    socket_->wire->change_membership(false, name_.group);
  joined_ = false;
  std::swap(socket_, to); // the old one goes without the lock
  lock.unlock();
  if (to)
    to->remove(this);
}

int channel::join() {
  monitor_lock lock{lock_};
  if (!socket_)
    return fail(ENOTSOCK, LC_ERROR_SOCKET_REQUIRED);
  if (joined_)
    return fail(EADDRINUSE, LC_ERROR_MCAST_JOIN);
  if (socket_->wire->change_membership(true, name_.group) != 0)
    return LC_ERROR_MCAST_JOIN;
  joined_ = true;
  return 0;
}

int channel::part() {
  monitor_lock lock{lock_};
  if (!socket_)
    return fail(ENOTSOCK, LC_ERROR_SOCKET_REQUIRED);
  if (!joined_)
    return fail(EADDRNOTAVAIL, LC_ERROR_MCAST_PART);
  joined_ = false;
  return socket_->wire->change_membership(false, name_.group) == 0
             ? 0
             : LC_ERROR_MCAST_PART;
}

bool channel::encryption(const settings& how, std::optional<seal_key>& key) {
  if ((how.coding & LC_CODE_SYMM) == 0)
    return true;
  const auto& from = how.shared_key;
  if (from.key == nullptr || from.keylen < seal_key_bytes)
    return fail(EINVAL, false);
  const auto bytes = std::as_bytes(std::span{from.key, seal_key_bytes});
  monitor_lock lock{lock_};
  if (!key_ || !std::equal(bytes.begin(), bytes.end(), key_->bytes().begin())) {
    auto made = seal_key::from_bytes(bytes);
    if (!made)
      return fail(made.error().code, false);
    key_ = std::move(*made);
  }
  key = key_;
  return true;
}

bool channel::is_plain() const {
  const auto how = get();
  return (how.coding & (LC_CODE_FEC_RQ | LC_CODE_SYMM)) == 0 &&
         how.filter == nullptr;
}

std::size_t channel::packet_room(std::uint64_t room) const {
  const auto content =
      is_coded() ? max_packet_bytes + 1
                 : static_cast<std::size_t>(room) + seal_overhead_bytes;
  return content + token_bytes + token_signature_bytes;
}

std::optional<symbol_packet>
channel::peek(std::span<const std::byte> payload) const {
  if (get().filter != nullptr && payload.size() >= token_bytes)
    payload = payload.subspan(token_bytes);
  if (payload.size() < object_packet_bytes)
    return std::nullopt;
  return parse_symbol(payload.first(object_packet_bytes), true);
}

bool channel::is_done(const hash& object) const {
  monitor_lock lock{receiving_};
  return objects_.is_done(object);
}

channel::verdict channel::take(std::span<const std::byte> payload,
                               std::uint64_t room, blob& out) {
  const auto how = get();
  if (how.filter != nullptr) {
    if (!is_accepted(*how.filter, name_.group, payload))
      return verdict::nothing;
    payload = payload.subspan(token_bytes, payload.size() - token_bytes -
                                               token_signature_bytes);
  }
  std::optional<seal_key> key;
  if (!encryption(how, key))
    return verdict::failed;
  if ((how.coding & LC_CODE_FEC_RQ) == 0) {
    if (!key) {
      out = blob::copy_of(payload);
    } else if (auto plain = unseal(payload, *key)) {
      out = std::move(*plain);
    } else {
      return fail(EBADMSG, verdict::failed);
    }
    return out.size() <= room ? verdict::complete
                              : fail(EMSGSIZE, verdict::failed);
  }
  const bool with_oti = payload.size() == object_packet_bytes;
  const auto packet = parse_symbol(payload, with_oti);
  if (!packet || (!with_oti && (how.coding & LC_CODE_FEC_OTI) != 0))
    return verdict::nothing;
  const auto limit = room + (key ? seal_overhead_bytes : 0);
  monitor_lock lock{receiving_};
  switch (objects_.add(*packet, limit, limit, key, out)) {
  case object_receiver::outcome::complete:
    current_bytes_ = packet->info ? packet->info->transfer_bytes : limit;
    return verdict::complete;
  case object_receiver::outcome::bad_key:
    return fail(EBADMSG, verdict::failed);
  case object_receiver::outcome::too_large:
    return fail(EMSGSIZE, verdict::failed);
  case object_receiver::outcome::more:
    break;
  }
  return verdict::nothing;
}

rq_t* channel::parameters() {
  monitor_lock lock{lock_};
  const auto bytes = current_bytes_.load();
  if (bytes != rq_bytes_) {
    rq_.reset(rq_init(bytes, classic_symbol_bytes));
    rq_bytes_ = rq_ ? bytes : 0;
  }
  return rq_.get();
}

} // namespace troupe::capi
