// SPDX-License-Identifier: BSD-3-Clause
#include "transport/send_link.hpp"

#include "transport/socket_linux.hpp"

#include <algorithm>
#include <cerrno>

namespace troupe {
namespace {

constexpr std::size_t max_segments = 64; // UDP_MAX_SEGMENTS of older kernels
constexpr std::size_t max_message_bytes = 65487; // 65535 less IPv6 and UDP

bool may_be_segmentation(int problem) {
  return problem == EINVAL || problem == EIO || problem == ENOTSUP ||
         problem == EOPNOTSUPP || problem == EMSGSIZE;
}

bool is_full(int problem) {
  return problem == EAGAIN || problem == EWOULDBLOCK || problem == ENOBUFS;
}

} // namespace

std::size_t packets_per_message(const packet_train& train) noexcept {
  const std::size_t fit = max_message_bytes / train.packet_bytes;
  const std::size_t most =
      std::min({fit, max_segments, std::size_t{train.burst_packets}});
  return std::max<std::size_t>(most, 1);
}

send_link::send_link(io_loop& loop, std::uint32_t interface_index,
                     bool segmentation)
    : descriptor_(loop.context()), interface_index_(interface_index),
      segmentation_(segmentation) {}

bool send_link::assign(unique_fd fd) {
  boost::system::error_code bad;
  descriptor_.assign(fd.get(), bad);
  if (bad)
    return false;
  fd.release();
  return true;
}

send_link::outcome send_link::send(const packet_train& train, std::size_t first,
                                   std::size_t last) {
  const std::size_t burst = segmentation_ ? packets_per_message(train) : 1;
  auto sent = write(train, first, last, burst);
  if (burst > 1 && may_be_segmentation(sent.problem)) {
    // Packets above the MTU cannot be segments (EMSGSIZE), others still can.
    const bool is_this_train = sent.problem == EMSGSIZE;
    sent = write(train, first, last, 1);
    segmentation_ = is_this_train || sent.problem != 0;
  } else if (sent.problem != 0 && !is_full(sent.problem) &&
             sent.problem != EPERM) {
    // With IPV6_RECVERR an ICMP error of the past fails the next call, once.
    sent = write(train, first, last, burst);
  }
  if (sent.problem == 0)
    return {progress::sent, sent.bytes, 0};
  if (sent.problem == ENOBUFS)
    return {progress::no_buffers, 0, sent.problem};
  return {is_full(sent.problem) ? progress::no_room : progress::failed, 0,
          sent.problem};
}

message_writer::outcome send_link::write(const packet_train& train,
                                         std::size_t first, std::size_t last,
                                         std::size_t per_message) {
  return writer_.write(descriptor_.native_handle(),
                       to_sockaddr(train.to, channel_port, interface_index_),
                       std::span{train.bytes}.subspan(first, last - first),
                       train.packet_bytes, per_message);
}

} // namespace troupe
