// SPDX-License-Identifier: BSD-3-Clause
#include "transport/interfaces_linux.hpp"
#include "transport/join_schedule.hpp"
#include "transport/ports.hpp"
#include "transport/receive_sockets.hpp"
#include "transport/socket_linux.hpp"

#include <algorithm>
#include <ctime>

namespace troupe {
namespace {

/// Packets of others that are passed over one by one; then the kernel is told
/// to drop them, which costs its count of what it drops for lack of room.
constexpr std::uint64_t patience_packets = 256;

/// The kernel's timer tick: the coarse clock advances by it.
std::chrono::nanoseconds kernel_jiffy() {
  timespec tick{};
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0)
    return std::chrono::milliseconds{4};
  return std::chrono::seconds{tick.tv_sec} +
         std::chrono::nanoseconds{tick.tv_nsec};
}

/// A socket for own reports, or none where they would not be believed: a
/// sharer wants them from a link-local address (RFC 3810 5.2.13).
unique_fd open_own_reports(const receive_options& options,
                           std::uint32_t interface_index) {
  for (const network_interface& i : list_interfaces())
    if (i.index == interface_index && (i.has_link_local() || i.loopback))
      if (auto fd = open_mld_socket(options.loopback))
        return std::move(*fd);
  return {};
}

/// What a receive port does on the network's thread.
class receive_core : public std::enable_shared_from_this<receive_core> {
public:
  receive_core(io_loop& loop, const receive_options& options,
               std::uint32_t interface_index,
               const asio_network_options& settings, unique_fd own_reports,
               std::shared_ptr<join_silence> silence)
      : loop_(loop), interface_index_(interface_index),
        own_reports_(std::move(own_reports)),
        schedule_(default_join_limits(static_cast<bool>(own_reports_),
                                      kernel_jiffy()),
                  std::move(silence)),
        timer_(loop.context()),
        sockets_(std::make_shared<receive_sockets>(
            loop, options, interface_index, settings.segmentation,
            settings.slabs, tallies_)) {}

  /// False when there are no descriptors left to watch it.
  bool start(unique_fd first_socket) {
    if (!sockets_->add(std::move(first_socket)))
      return false;
    loop_.post([self = shared_from_this()] {
      self->sockets_->start([core = self.get()](auto messages, auto& slab) {
        core->dispatch(messages, slab);
      });
    });
    return true;
  }

  void join(std::vector<subscription> wanted) {
    if (closed_)
      return;
    for (subscription& s : wanted) {
      handlers_[s.group] = std::move(s.on_packets);
      schedule_.join(s.group, loop_.now());
    }
    pump_soon();
  }

  void leave(const std::vector<group_address>& groups) {
    for (const group_address& group : groups) {
      handlers_.erase(group);
      schedule_.leave(group, loop_.now());
    }
    pump_soon();
  }

  void rejoin(const std::vector<group_address>& groups) {
    for (const group_address& group : groups)
      if (handlers_.contains(group))
        schedule_.rejoin(group, loop_.now());
    pump_soon();
  }

  void hear_only(std::vector<ip6_address> senders) {
    senders.resize(std::min(senders.size(), max_heard));
    if (closed_ || senders == heard_)
      return;
    heard_ = std::move(senders);
    unheard_ = 0;
    if (std::exchange(is_filtering_, false))
      sockets_->filter({});
  }

  void close() {
    if (std::exchange(closed_, true))
      return;
    timer_.cancel();
    report(sockets_->groups(), membership::done);
    sockets_->close();
    handlers_.clear();
  }

  receive_counters counters() const { return tallies_.read(); }

private:
  struct share {
    group_address to;
    std::size_t packets = 0;
    packet_batch batch;
  };

  /// Behind the requests that wait already, so that they share a batch.
  void pump_soon() {
    if (!std::exchange(pump_posted_, true))
      loop_.post([self = shared_from_this()] {
        self->pump_posted_ = false;
        self->pump();
      });
  }

  void pump() {
    if (closed_)
      return;
    auto due = schedule_.take_due(loop_.now());
    if (due.empty())
      return wait();
    for (const group_address& group : due.leave)
      sockets_->leave(group);
    std::erase_if(due.join, [this](const group_address& group) {
      const bool failed = sockets_->join(group) != 0;
      ++(failed ? tallies_.joins_failed : tallies_.groups_joined);
      return failed;
    });
    // A sharer that knows a group as wanted must see it done first.
    report(due.leave, membership::done);
    report(due.join, membership::wanted);
    schedule_.finished(loop_.now());
    wait();
  }

  void wait() {
    const time_point due = schedule_.next_due(loop_.now());
    if (due == time_point::max())
      return;
    timer_.expires_at(io_loop::to_clock(due));
    timer_.async_wait([self = shared_from_this()](const auto& bad) {
      if (!bad)
        self->pump();
    });
  }

  /// The kernel reports too, later: a report of ours that fails is not lost.
  void report(const std::vector<group_address>& groups, membership change) {
    if (!own_reports_)
      return;
    for (std::size_t first = 0; first < groups.size();
         first += max_report_records) {
      const auto last = std::min(first + max_report_records, groups.size());
      std::vector<group_change> changes;
      for (std::size_t i = first; i < last; ++i)
        changes.push_back(
            {.group = groups[i], .reporter = {}, .change = change});
      send_mld(own_reports_.get(), make_report(changes), all_mld_routers(),
               interface_index_);
    }
  }

  void dispatch(std::span<const received_message> messages,
                const std::shared_ptr<std::byte>& slab) {
    share_of_.assign(messages.size(), 0);
    std::size_t used = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (!is_sound(messages[i])) {
        ++tallies_.packets_malformed;
        continue;
      }
      if (!is_heard(messages[i])) {
        unheard_ += messages[i].packets();
        tallies_.packets_unheard += messages[i].packets();
        continue;
      }
      tallies_.packets += messages[i].packets();
      tallies_.bytes += messages[i].bytes.size();
      const auto end = shares_.begin() + static_cast<std::ptrdiff_t>(used);
      const auto it = std::find_if(shares_.begin(), end, [&](const share& s) {
        return s.to == messages[i].to && s.batch.from == messages[i].from;
      });
      share_of_[i] = static_cast<std::size_t>(it - shares_.begin());
      if (it == end) {
        if (used == shares_.size())
          shares_.emplace_back();
        shares_[used++] = {messages[i].to, 0, {nullptr, {}, messages[i].from}};
      }
      shares_[share_of_[i]].packets += messages[i].packets();
    }
    for (std::size_t i = 0; i < messages.size(); ++i)
      if (is_sound(messages[i]) && is_heard(messages[i]))
        add_packets(messages[i], shares_[share_of_[i]]);
    for (std::size_t i = 0; i < used; ++i)
      deliver(shares_[i], slab);
    if (unheard_ > patience_packets && !std::exchange(is_filtering_, true))
      sockets_->filter(heard_);
  }

  bool is_heard(const received_message& m) const {
    return heard_.empty() ||
           std::find(heard_.begin(), heard_.end(), m.from) != heard_.end();
  }

  static bool is_sound(const received_message& m) {
    return !m.truncated && !m.bytes.empty();
  }

  static void add_packets(const received_message& m, share& to) {
    to.batch.packets.reserve(to.packets);
    const std::size_t step = m.segment_bytes ? m.segment_bytes : m.bytes.size();
    for (auto rest = m.bytes; !rest.empty();) {
      const std::size_t size = std::min(step, rest.size());
      to.batch.packets.push_back(rest.first(size));
      rest = rest.subspan(size);
    }
  }

  void deliver(share& s, const std::shared_ptr<std::byte>& slab) {
    const auto it = handlers_.find(s.to);
    if (it == handlers_.end()) {
      tallies_.packets_stray += s.packets;
      return;
    }
    s.batch.slab = slab;
    it->second(std::move(s.batch));
  }

  io_loop& loop_;
  std::uint32_t interface_index_;
  unique_fd own_reports_;
  join_schedule schedule_;
  boost::asio::steady_timer timer_;
  receive_tallies tallies_;
  std::shared_ptr<receive_sockets> sockets_;
  std::unordered_map<group_address, packet_handler> handlers_;
  std::vector<share> shares_;         ///< of the messages being dispatched
  std::vector<std::size_t> share_of_; ///< for each message
  std::vector<ip6_address> heard_;    ///< the only senders; none: all
  std::uint64_t unheard_ = 0;         ///< packets of others since
  bool is_filtering_ = false;         ///< the kernel does it
  bool pump_posted_ = false;
  bool closed_ = false;
};

class asio_receive_port final : public receive_port {
public:
  asio_receive_port(std::shared_ptr<io_loop> loop,
                    std::shared_ptr<receive_core> core)
      : loop_(std::move(loop)), core_(std::move(core)) {}
  ~asio_receive_port() override { asio_receive_port::close(); }

  void join(std::vector<subscription> wanted) override {
    loop_->post([core = core_, wanted = std::move(wanted)]() mutable {
      core->join(std::move(wanted));
    });
  }

  void leave(std::vector<group_address> groups) override {
    loop_->post(
        [core = core_, groups = std::move(groups)] { core->leave(groups); });
  }

  void rejoin(std::vector<group_address> groups) override {
    loop_->post(
        [core = core_, groups = std::move(groups)] { core->rejoin(groups); });
  }

  void hear_only(std::vector<ip6_address> senders) override {
    loop_->post([core = core_, senders = std::move(senders)]() mutable {
      core->hear_only(std::move(senders));
    });
  }

  receive_counters counters() const override { return core_->counters(); }

  void close() override {
    loop_->run_and_wait([this] { core_->close(); });
  }

private:
  std::shared_ptr<io_loop> loop_;
  std::shared_ptr<receive_core> core_;
};

} // namespace

expected<std::unique_ptr<receive_port>>
open_receive_port(std::shared_ptr<io_loop> loop, shared_silences& silences,
                  const receive_options& options,
                  const asio_network_options& settings) {
  const auto index = receiving_interface(options.interface_index);
  if (!index)
    return index.error();
  auto socket = open_receive_socket(options, settings.segmentation);
  if (!socket)
    return socket.error();
  auto core = std::make_shared<receive_core>(
      *loop, options, *index, settings,
      settings.own_reports ? open_own_reports(options, *index) : unique_fd{},
      silences.of(*index));
  auto port = std::make_unique<asio_receive_port>(std::move(loop), core);
  if (!core->start(std::move(*socket)))
    return error{errc::network_error, "cannot watch a UDP socket"};
  return std::unique_ptr<receive_port>{std::move(port)};
}

} // namespace troupe
