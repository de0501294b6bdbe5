// SPDX-License-Identifier: BSD-3-Clause
#include "capi/message.hpp"

#include "capi/boundary.hpp"

#include <librecast/crypto.h>
#include <librecast/net.h>

#include <arpa/inet.h>

#include <cstdlib>
#include <cstring>
#include <ctime>

namespace troupe::capi {

namespace {

constexpr std::size_t largest_packet = 65536;

std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// Fills in what the head and the packet say; the data is not touched.
void read_head(const lc_message_head_t& head, const packet_origin& what,
               lc_message_t& message) {
  message.timestamp = be64toh(head.timestamp);
  message.seq = be64toh(head.seq);
  message.rnd = be64toh(head.rnd);
  message.op = static_cast<lc_opcode_t>(head.op);
  message.src = what.from.sin6_addr;
  message.dst = what.to;
  ::inet_ntop(AF_INET6, &message.src, message.srcaddr, INET6_ADDRSTRLEN);
  ::inet_ntop(AF_INET6, &message.dst, message.dstaddr, INET6_ADDRSTRLEN);
}

} // namespace

ssize_t send_message(channel& by, const lc_message_t& message) {
  if (message.data == nullptr && message.len > 0)
    return fail(EINVAL, -1);
  const auto socket = by.socket();
  if (!socket)
    return -1;
  lc_message_head_t head{};
  head.timestamp = htobe64(now_ns());
  head.seq = htobe64(by.next_number());
  std::uint64_t random = 0;
  lc_getrandom(&random, sizeof(random));
  head.rnd = htobe64(random);
  head.op = static_cast<std::uint8_t>(message.op);
  head.len = htobe64(message.len);
  const iovec pieces[] = {{&head, sizeof(head)}, {message.data, message.len}};
  const packet one{std::span{pieces, message.len > 0 ? 2U : 1U}};
  if (!socket->wire->send(by.address(), by.name().id, std::span{&one, 1}, 0))
    return -1;
  return static_cast<ssize_t>(message_head_bytes + message.len);
}

ssize_t receive_message(net_socket& by, lc_message_t& message, int stop) {
  std::vector<std::byte> buffer(largest_packet);
  const iovec room{buffer.data(), buffer.size()};
  packet_origin what;
  const auto bytes = by.wire->receive(std::span{&room, 1}, 0, what, stop);
  if (bytes < 0)
    return -1;
  lc_message_head_t head;
  if (static_cast<std::size_t>(bytes) < sizeof(head) || what.truncated)
    return fail(EBADMSG, -1);
  std::memcpy(&head, buffer.data(), sizeof(head));
  const auto length = be64toh(head.len);
  if (length != static_cast<std::size_t>(bytes) - sizeof(head) ||
      head.op >= LC_OP_MAX)
    return fail(EBADMSG, -1);
  lc_msg_init(&message);
  if (length > 0 && lc_msg_init_size(&message, length) != 0)
    return -1;
  if (length > 0)
    std::memcpy(message.data, buffer.data() + sizeof(head), length);
  read_head(head, what, message);
  message.bytes = static_cast<std::size_t>(bytes);
  message.sockid = by.wire->number();
  if (const auto whose = by.find(what))
    message.chan = whose->handle;
  return bytes;
}

} // namespace troupe::capi
