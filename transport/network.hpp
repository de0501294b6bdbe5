// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "transport/group_address.hpp"
#include "transport/mld.hpp"
#include "transport/pacer.hpp"
#include "transport/packet_batch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Interface index 0 stands for: when receiving, the one interface that the
/// routing table sends global multicast to, or else the first that is up, can
/// multicast and has an IPv6 address; when sharing, every such interface.
/// What 0 means is found out once, when the port opens. `lo` counts only when
/// there is no other and somebody routed multicast to it (`ip -6 route add
/// local ff00::/8 dev lo table local`).
struct receive_options {
  std::uint32_t interface_index = 0;
  bool loopback = false; ///< sharers on this host hear our own reports too
  /// Asked for; without CAP_NET_ADMIN net.core.rmem_max is the most. About a
  /// full window, so that nothing is lost while the threads are busy.
  std::uint32_t receive_buffer_bytes = 16u << 20;
};

struct send_options {
  std::uint32_t interface_index = 0;
  bool loopback = false;             ///< receivers on this host hear it too
  std::uint64_t rate_bits_per_s = 0; ///< UDP payload on each interface; 0 is
                                     ///< unlimited
};

/// What a receive port has seen so far. Read from any thread.
struct receive_counters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;             ///< UDP payload
  std::uint64_t packets_stray = 0;     ///< for groups that nobody asked for
  std::uint64_t packets_dropped = 0;   ///< by the kernel, SO_RXQ_OVFL
  std::uint64_t starvations = 0;       ///< times that no slab was free
  std::uint64_t groups_joined = 0;     ///< joins so far, re-joins included
  std::uint64_t packets_malformed = 0; ///< empty, or longer than a slot
  std::uint64_t joins_failed = 0; ///< the system refused: nothing will come
  std::uint64_t packets_unheard = 0; ///< of others than hear_only() named
};

/// Senders that a port can be told to listen to alone.
inline constexpr std::size_t max_heard = 4;

/// A group and who gets its packets.
struct subscription {
  group_address group;
  packet_handler on_packets;
};

/// A receiver's window to the network. Calls return at once and may come from
/// any thread; what they ask for happens in batches on the network's thread.
class receive_port {
public:
  virtual ~receive_port() = default;

  /// Joins groups and routes their packets. A group is joined once a port.
  virtual void join(std::vector<subscription> wanted) = 0;
  /// Leaves; the handlers are not called any more once this was carried out.
  virtual void leave(std::vector<group_address> groups) = 0;
  /// Leaves and joins again: a request to send once more. Handlers stay.
  virtual void rejoin(std::vector<group_address> groups) = 0;
  /// From now on packets of other senders are dropped, as early as can be;
  /// an empty list (at most max_heard long) means everybody again.
  virtual void hear_only(std::vector<ip6_address> senders) = 0;

  virtual receive_counters counters() const = 0;

  /// Leaves everything and drops all handlers. Blocks until no handler runs
  /// any more, so not from within one. The destructor does the same.
  virtual void close() = 0;
};

/// Equal-sized packets for one group, one behind the other, and room for the
/// next use: senders keep a few trains and fill them again.
struct packet_train {
  group_address to;
  std::uint32_t interface_index = 0; ///< 0: every interface of the port
  std::uint16_t packet_bytes = 0;
  std::vector<std::byte> bytes; ///< a multiple of packet_bytes
  /// Packets that may share one superpacket and so may be lost together.
  std::uint16_t burst_packets = 1;
};

/// Outcome of a train; the train comes back for its buffer.
struct train_sent {
  std::unique_ptr<packet_train> train;
  errc result = errc::none;  ///< of the first packet that did not leave
  std::uint64_t packets = 0; ///< handed to the kernel, over all interfaces
};

class send_port {
public:
  virtual ~send_port() = default;

  /// Queues a train behind the pacer. `on_sent` is called on the network's
  /// thread, exactly once, also when the port closes first (cancelled).
  /// Any thread; returns at once.
  virtual void send(std::unique_ptr<packet_train> train,
                    std::function<void(train_sent&&)> on_sent) = 0;

  /// Drops what is queued. Blocks until no callback runs any more.
  virtual void close() = 0;
};

/// What was heard since the last time. Few batches are out at once: while
/// those before are kept alive the port reads less, and reports that come
/// meanwhile are lost in the kernel.
struct report_batch {
  std::vector<group_change> changes;
  std::shared_ptr<const void> credit; ///< goes with the last copy
};

/// Called on the network's thread.
using report_handler = std::function<void(report_batch&&)>;

/// A sharer's ear for MLD reports. Joins ff02::16, asks who is waiting with a
/// General Query when opened. Closes as the others do.
class report_port {
public:
  virtual ~report_port() = default;
  virtual void close() = 0;
};

/// Everything actors need from the network: real (asio_network.hpp) or
/// simulated (sim_net.hpp). Thread-safe. Ports may not outlive their network.
class network {
public:
  virtual ~network() = default;

  /// Errors: no_device, network_error, no_permission.
  virtual expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) = 0;

  /// Errors: as open_receiver.
  virtual expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) = 0;

  /// Errors: no_permission without CAP_NET_RAW, else as open_receiver.
  virtual expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options, report_handler on_reports) = 0;
};

/// Index of the interface called `name`, or of the number it spells.
/// Errors: no_device, with the names that there are.
expected<std::uint32_t> find_interface(const std::string& name);

} // namespace troupe
