// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/message.hpp"
#include "core/hasher.hpp"

#include <librecast/net.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

void* free_data(void* data, void*) {
  std::free(data);
  return nullptr;
}

std::span<const std::byte> bytes_of(const auto& value) {
  return std::as_bytes(std::span{&value, 1});
}

} // namespace

extern "C" {

void* lc_msg_init(lc_message_t* msg) {
  if (msg == nullptr)
    return fail<void*>(EINVAL, nullptr);
  *msg = lc_message_t{};
  return msg;
}

int lc_msg_init_data(lc_message_t* msg, void* data, std::size_t len,
                     lc_free_fn_t* f, void* hint) {
  if (msg == nullptr || (data == nullptr && len > 0))
    return fail(EINVAL, -1);
  lc_msg_init(msg);
  msg->data = data;
  msg->len = len;
  msg->free = f;
  msg->hint = hint;
  return 0;
}

int lc_msg_init_size(lc_message_t* msg, std::size_t len) {
  if (msg == nullptr)
    return fail(EINVAL, -1);
  void* data = std::calloc(1, std::max<std::size_t>(len, 1));
  if (data == nullptr)
    return fail(ENOMEM, -1);
  return lc_msg_init_data(msg, data, len, free_data, nullptr);
}

void lc_msg_free(void* msg) {
  if (msg == nullptr)
    return;
  errno_keeper keep;
  auto& message = *static_cast<lc_message_t*>(msg);
  if (message.free != nullptr && message.data != nullptr)
    message.free(message.data, message.hint);
  message.data = nullptr;
  message.free = nullptr;
}

void* lc_msg_data(lc_message_t* msg) {
  return msg == nullptr ? fail<void*>(EINVAL, nullptr) : msg->data;
}

int lc_msg_get(lc_message_t* msg, lc_msg_attr_t attr, void** value) {
  if (msg == nullptr || value == nullptr)
    return fail(EINVAL, int{LC_ERROR_INVALID_PARAMS});
  switch (attr) {
  case LC_ATTR_DATA:
    *value = msg->data;
    return 0;
  case LC_ATTR_LEN:
    *value = &msg->len;
    return 0;
  case LC_ATTR_OPCODE:
    *value = &msg->op;
    return 0;
  }
  return fail(EINVAL, int{LC_ERROR_MSG_ATTR_UNKNOWN});
}

int lc_msg_set(lc_message_t* msg, lc_msg_attr_t attr, void* value) {
  if (msg == nullptr)
    return fail(EINVAL, int{LC_ERROR_INVALID_PARAMS});
  if (attr == LC_ATTR_DATA) {
    msg->data = value;
    return 0;
  }
  if (attr != LC_ATTR_LEN && attr != LC_ATTR_OPCODE)
    return fail(EINVAL, int{LC_ERROR_MSG_ATTR_UNKNOWN});
  if (value == nullptr)
    return fail(EINVAL, int{LC_ERROR_INVALID_PARAMS});
  if (attr == LC_ATTR_LEN)
    msg->len = *static_cast<const lc_len_t*>(value);
  else
    msg->op = *static_cast<const lc_opcode_t*>(value);
  return 0;
}

int lc_msg_id(lc_message_t* msg, unsigned char* id, std::size_t len) {
  if (msg == nullptr || id == nullptr || len == 0 || len > hash_bytes)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    hasher state{default_hash_type()};
    state.update(bytes_of(msg->src)).update(bytes_of(msg->dst));
    state.update_le64(msg->seq).update_le64(msg->rnd);
    state.update_le64(msg->timestamp);
    const auto digest = state.finish();
    std::memcpy(id, digest.bytes.data(), len);
    return 0;
  });
}

ssize_t lc_msg_send(lc_channel_t* chan, lc_message_t* msg) {
  if (chan == nullptr || msg == nullptr)
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    const auto rep = chan->rep;
    return send_message(*rep, *msg);
  });
}

ssize_t lc_msg_sendto(int sock, const void* buf, std::size_t len,
                      const sockaddr_in6* addr, int flags) {
  if (addr == nullptr || (buf == nullptr && len > 0))
    return fail(EINVAL, -1);
  if (addr->sin6_family != AF_INET6)
    return fail(EAFNOSUPPORT, -1);
  if ((flags & MSG_DROP) != 0)
    return static_cast<ssize_t>(len);
  return ::sendto(sock, buf, len, flags | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(addr), sizeof(*addr));
}

ssize_t lc_msg_recv(lc_socket_t* sock, lc_message_t* msg) {
  if (sock == nullptr || msg == nullptr)
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    const auto rep = sock->rep;
    return receive_message(*rep, *msg);
  });
}

} // extern "C"
