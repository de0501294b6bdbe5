// SPDX-License-Identifier: BSD-3-Clause
#include "capi/net_socket.hpp"

#include "capi/boundary.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::capi {

namespace {

void scatter(std::span<const std::byte> from, std::span<const iovec> into) {
  for (const auto& each : into) {
    const auto bytes = std::min(each.iov_len, from.size());
    if (bytes > 0)
      std::memcpy(each.iov_base, from.data(), bytes);
    from = from.subspan(bytes);
  }
}

} // namespace

void net_socket::add(const std::shared_ptr<channel>& bound) {
  monitor_lock lock{lock_};
  channels_.push_back(bound);
}

void net_socket::remove(const channel* bound) {
  monitor_lock lock{lock_};
  std::erase_if(channels_, [&](const std::weak_ptr<channel>& each) {
    const auto alive = each.lock();
    return !alive || alive.get() == bound;
  });
}

std::vector<std::shared_ptr<channel>> net_socket::channels() const {
  std::vector<std::shared_ptr<channel>> alive;
  monitor_lock lock{lock_};
  for (const auto& each : channels_)
    if (auto one = each.lock())
      alive.push_back(std::move(one));
  return alive;
}

std::shared_ptr<channel> net_socket::find(const packet_origin& packet) const {
  monitor_lock lock{lock_};
  for (const auto& each : channels_) {
    auto one = each.lock();
    if (!one)
      continue;
    const auto& name = one->name();
    if (packet.is_pair
            ? name.id == packet.channel
            : std::memcmp(&name.group, &packet.to, sizeof(in6_addr)) == 0)
      return one;
  }
  return nullptr;
}

ssize_t net_socket::receive(std::shared_ptr<channel>& whose, bool any,
                            std::span<const iovec> into, int flags,
                            packet_origin& what) {
  const auto room = room_of(into);
  const bool direct = !any && whose->is_plain();
  if (!direct && (flags & MSG_PEEK) != 0)
    return fail(EOPNOTSUPP, -1);
  std::size_t buffer_bytes = 0;
  if (any)
    for (const auto& each : channels())
      buffer_bytes = std::max(buffer_bytes, each->packet_room(room));
  else if (!direct)
    buffer_bytes = whose->packet_room(room);
  std::vector<std::byte> buffer(buffer_bytes);
  const iovec in_buffer{buffer.data(), buffer.size()};
  for (;;) {
    const auto bytes = wire->receive(direct ? into : std::span{&in_buffer, 1},
                                     flags, what);
    if (bytes < 0)
      return -1;
    const auto found = find(what);
    if (!found) {
      if ((flags & MSG_PEEK) != 0)
        wire->receive({}, flags & ~MSG_PEEK, what); // nobody's
      continue;
    }
    if (!any && found != whose)
      return fail(ECHRNG, -1);
    if (direct)
      return what.truncated ? fail(EMSGSIZE, -1) : bytes;
    if (what.truncated) {
      if (!found->is_coded())
        return fail(EMSGSIZE, -1);
      continue; // no packet of a coded channel is that long
    }
    blob content;
    switch (found->take(std::span{buffer}.first(static_cast<std::size_t>(bytes)),
                        room, content)) {
    case channel::verdict::nothing:
      continue;
    case channel::verdict::failed:
      return -1;
    case channel::verdict::complete:
      scatter(content.view(), into);
      if (any)
        whose = found;
      return static_cast<ssize_t>(content.size());
    }
  }
}

void net_socket::set_coding(int coding) {
  monitor_lock lock{lock_};
  coding_ = coding;
}

std::optional<int> net_socket::coding() const {
  monitor_lock lock{lock_};
  return coding_;
}

int net_socket::listen(listener::on_message message,
                       listener::on_error error) {
  monitor_lock lock{lock_};
  if (listener_)
    return EBUSY;
  listener_ = std::make_unique<listener>(shared_from_this(), message, error);
  return 0;
}

void net_socket::stop_listening() {
  std::unique_ptr<listener> last; // ends without the lock
  monitor_lock lock{lock_};
  last.swap(listener_);
}

void net_socket::close(int error) {
  wire->close(error);
  stop_listening();
  for (const auto& each : channels())
    each->bind(nullptr);
}

} // namespace troupe::capi
