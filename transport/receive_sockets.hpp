// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/batch_io_linux.hpp"
#include "transport/io_loop.hpp"
#include "transport/network.hpp"
#include "transport/slab_pool.hpp"
#include "transport/unique_fd.hpp"

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace troupe {

/// Counted on the network's thread, read on any.
struct receive_tallies {
  std::atomic<std::uint64_t> packets = 0;
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> packets_stray = 0;
  std::atomic<std::uint64_t> packets_malformed = 0;
  std::atomic<std::uint64_t> packets_dropped = 0;
  std::atomic<std::uint64_t> starvations = 0;
  std::atomic<std::uint64_t> groups_joined = 0;
  std::atomic<std::uint64_t> joins_failed = 0;
  std::atomic<std::uint64_t> packets_unheard = 0;

  receive_counters read() const noexcept;
};

/// Messages of one receive call, in the slab that keeps them alive.
using message_sink = std::function<void(std::span<const received_message>,
                                        const std::shared_ptr<std::byte>&)>;

/// Internal to transport: the sockets behind a receive port. A socket takes
/// some two thousand groups (net.core.optmem_max), so there are as many as it
/// takes; all read into the same slabs. Network's thread only.
class receive_sockets : public std::enable_shared_from_this<receive_sockets> {
public:
  /// `tallies` outlives close(). Throws std::bad_alloc.
  receive_sockets(io_loop& loop, const receive_options& options,
                  std::uint32_t interface_index, bool coalesce,
                  std::uint32_t slabs, receive_tallies& tallies);

  /// A socket more. False when there are no descriptors left to watch it.
  bool add(unique_fd fd);
  /// Begins to read into `sink`, until close().
  void start(message_sink sink);

  /// 0 or an errno value.
  int join(const group_address& group);
  void leave(const group_address& group);

  /// Has the kernel drop what others than `senders` send; none: nothing.
  void filter(std::vector<ip6_address> senders);

  /// What join() joined and leave() did not leave.
  std::vector<group_address> groups() const;

  /// Leaves everything. `sink` is not called any more.
  void close();

private:
  struct socket {
    unique_fd fd;
    /// Watches `fd`, but not during a pause; never owns it.
    boost::asio::posix::stream_descriptor descriptor;
    boost::asio::steady_timer timer;
    bool full = false;    ///< the last join found no room
    bool stalled = false; ///< waits for a slab instead of for packets
    std::uint32_t dropped = 0;
  };

  int join_on(std::size_t at, const group_address& group);
  bool watch(socket& s);
  void wait(socket& s);
  void pause(socket& s);
  void drain(socket& s);
  /// Copies small messages together; false when they are not all small, or
  /// there is no slab for it.
  bool gather(std::span<const received_message> messages);
  void hand_over_gathered();
  bool take_slots();
  void resume();
  void count_drops(socket& s) noexcept;

  io_loop& loop_;
  receive_options options_;
  std::uint32_t interface_index_;
  bool coalesce_;
  std::shared_ptr<slab_pool> pool_;
  receive_tallies& tallies_;
  message_sink sink_;
  message_reader reader_;
  std::shared_ptr<std::byte> slab_; ///< being filled
  unsigned next_slot_ = slab_slots;
  std::shared_ptr<std::byte> dense_; ///< being filled with small messages
  std::size_t dense_used_ = 0;
  std::vector<received_message> gathered_; ///< in dense_, not handed over yet
  std::vector<std::unique_ptr<socket>> sockets_;
  std::unordered_map<group_address, std::size_t> member_of_;
  std::vector<ip6_address> filtered_; ///< the only senders; none: all
  bool closed_ = false;
};

} // namespace troupe
