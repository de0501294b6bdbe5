// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/batch_io_linux.hpp"
#include "transport/io_loop.hpp"
#include "transport/network.hpp"
#include "transport/unique_fd.hpp"

namespace troupe {

/// Internal to transport: the socket that sends on one interface. Network's
/// thread only.
class send_link {
public:
  send_link(io_loop& loop, std::uint32_t interface_index, bool segmentation);

  /// Takes over a socket of open_send_socket(). False when there are no
  /// descriptors left to watch it.
  bool assign(unique_fd fd);

  enum class progress {
    sent,       ///< `bytes` are with the kernel
    no_room,    ///< the socket is full: wait until it is writable
    no_buffers, ///< the device is full: wait a little
    failed,     ///< `problem` says why the packet in front will not go
  };
  struct outcome {
    progress is = progress::sent;
    std::size_t bytes = 0;
    int problem = 0; ///< errno value
  };
  /// Sends packets of `train`, from `first` up to `last` (offsets into its
  /// bytes), as far as one system call goes. Gives segmentation up for good
  /// when the interface cannot do it.
  outcome send(const packet_train& train, std::size_t first, std::size_t last);

  std::uint32_t interface_index() const noexcept { return interface_index_; }
  boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }

private:
  message_writer::outcome write(const packet_train& train, std::size_t first,
                                std::size_t last, std::size_t per_message);

  boost::asio::posix::stream_descriptor descriptor_;
  std::uint32_t interface_index_;
  bool segmentation_;
  message_writer writer_;
};

/// Packets of a train that travel as one message: what its sender allows and
/// the kernel can (at most 64 segments, 64 KiB).
std::size_t packets_per_message(const packet_train& train) noexcept;

} // namespace troupe
