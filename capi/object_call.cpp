// SPDX-License-Identifier: BSD-3-Clause
#include "capi/object_call.hpp"

#include "capi/boundary.hpp"
#include "capi/options.hpp"
#include "transport/packet.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace troupe::capi {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_wait{250};
constexpr milliseconds longest_wait{2000};

/// Packets beyond K' in each round of send_forever().
constexpr int overhead_packets = 10;
/// Between rounds, so that a sender without a rate leaves room for others.
constexpr unsigned pause_us = 500;

bool set_timeout(int fd, milliseconds after) {
  const timeval timeout{after.count() / 1000,
                        static_cast<suseconds_t>(after.count() % 1000 * 1000)};
  return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0;
}

bool is_silence(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// When to ask again, and when to give up.
class patience {
public:
  explicit patience(milliseconds silence)
      : silence_(silence), give_up_at_(began_ + silence),
        end_at_(began_ + 10 * silence) {}

  void heard() { give_up_at_ = clock::now() + silence_; }
  bool is_over() const {
    const auto now = clock::now();
    return now >= give_up_at_ || now >= end_at_;
  }
  milliseconds next_wait() {
    const auto now = wait_;
    wait_ = std::min(2 * wait_, longest_wait);
    return std::min(now, std::max(silence_, milliseconds{1}));
  }

private:
  clock::time_point began_ = clock::now();
  milliseconds silence_;
  clock::time_point give_up_at_;
  clock::time_point end_at_;
  milliseconds wait_ = first_wait;
};

} // namespace

bool object_channel::open(lc_ctx_t* ctx, const unsigned char* id, int coding,
                          bool loopback) {
  socket_ = lc_socket_acquire(lc_socket_new(ctx));
  if (socket_ == nullptr)
    return false;
  channel_ = lc_channel_acquire(lc_channel_hash(
      ctx, id, HASHSIZE, LC_DEFAULT_FLAGS, LC_DEFAULT_PORT));
  if (channel_ == nullptr)
    return false;
  const auto base = lc_ctx_coding_get(ctx) & ~LC_CODE_FEC_OTI;
  lc_channel_coding_set(channel_, base | coding);
  if (loopback && lc_socket_loop(socket_, 1) != 0)
    return false;
  return lc_channel_bind(socket_, channel_) == LC_ERROR_SUCCESS;
}

object_channel::~object_channel() {
  errno_keeper keep;
  const no_cancel guard;
  if (channel_ != nullptr) {
    lc_channel_free(channel_);
    lc_channel_release(channel_);
  }
  if (socket_ != nullptr) {
    lc_socket_close(socket_);
    lc_socket_release(socket_);
  }
}

bool receive_object(object_channel& on, const receive_limits& limits,
                    const no_cancel& guard, received_object& out) {
  const auto rep = on.channel()->rep;
  const auto by = on.socket()->rep;
  patience left{limits.silence};
  if (!set_timeout(lc_socket_raw(on.socket()), left.next_wait()))
    return false;
  if (lc_channel_join(on.channel()) != LC_ERROR_SUCCESS)
    return fail(errno != 0 ? errno : ENODEV, false);
  std::vector<std::byte> room(rep->packet_room(limits.bytes));
  const iovec into{room.data(), room.size()};
  while (!left.is_over()) {
    packet_origin what;
    ssize_t bytes = 0;
    {
      const no_cancel::opening here{&guard};
      bytes = by->wire->receive(std::span{&into, 1}, 0, what);
    }
    if (bytes < 0) {
      if (!is_silence(errno))
        return false;
      lc_channel_part(on.channel());
      if (lc_channel_join(on.channel()) != LC_ERROR_SUCCESS ||
          !set_timeout(lc_socket_raw(on.socket()), left.next_wait()))
        return false;
      continue;
    }
    if (what.truncated || by->find(what) != rep)
      continue;
    ++out.packets;
    left.heard();
    switch (rep->take(std::span{room}.first(static_cast<std::size_t>(bytes)),
                      limits.bytes, out.bytes)) {
    case channel::verdict::complete:
      return true;
    case channel::verdict::failed:
      return false;
    case channel::verdict::nothing:
      break;
    }
  }
  return fail(ETIMEDOUT, false);
}

ssize_t send_forever(object_channel& on, std::span<const std::byte> object,
                     lc_stat_t* stats, const no_cancel& guard) {
  lc_channel_rq_overhead(on.channel(), overhead_packets);
  const auto* parameters = static_cast<rq_t*>(nullptr);
  const void* content = object.data();
  for (;;) {
    // The first call takes the object, every other sends it once more.
    const auto sent = lc_channel_send(on.channel(), content,
                                      content != nullptr ? object.size() : 0, 0);
    if (sent < 0)
      return -1;
    content = nullptr;
    if (stats != nullptr) {
      if (parameters == nullptr)
        parameters = lc_channel_rq(on.channel());
      const auto packets =
          parameters == nullptr
              ? std::uint64_t{0}
              : std::uint64_t{rq_KP(parameters)} * rq_Z(parameters) +
                    overhead_packets;
      add(stats->pkts_io, packets);
      add(stats->byt_gross, packets * rq_T(parameters));
      add(stats->byt_info, object.size());
    }
    const no_cancel::opening here{&guard};
    usleep(pause_us); // a cancellation point
  }
}

} // namespace troupe::capi
