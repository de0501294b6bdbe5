// SPDX-License-Identifier: BSD-3-Clause
#include "transport/receive_sockets.hpp"

#include "transport/socket_linux.hpp"

#include <algorithm>
#include <cerrno>

namespace troupe {
namespace {

/// Receive calls before others get their turn on the thread.
constexpr int rounds_per_turn = 32;
/// Messages up to this size are copied together: a slot for the largest one
/// each would make slabs of a few packets, and as many messages to actors.
constexpr std::size_t small_bytes = 2048;
/// Pause after small messages, so that the next call finds several: a wake-up
/// costs more than reading ten of them. The socket's buffer holds far more
/// than arrives meanwhile.
constexpr auto collecting_pause = std::chrono::microseconds{400};

} // namespace

receive_counters receive_tallies::read() const noexcept {
  return {.packets = packets,
          .bytes = bytes,
          .packets_stray = packets_stray,
          .packets_dropped = packets_dropped,
          .starvations = starvations,
          .groups_joined = groups_joined,
          .packets_malformed = packets_malformed,
          .joins_failed = joins_failed,
          .packets_unheard = packets_unheard};
}

receive_sockets::receive_sockets(io_loop& loop, const receive_options& options,
                                 std::uint32_t interface_index, bool coalesce,
                                 std::uint32_t slabs, receive_tallies& tallies)
    : loop_(loop), options_(options), interface_index_(interface_index),
      coalesce_(coalesce), pool_(std::make_shared<slab_pool>(slabs)),
      tallies_(tallies) {}

bool receive_sockets::add(unique_fd fd) {
  if (!filtered_.empty())
    filter_senders(fd.get(), filtered_);
  auto s = std::make_unique<socket>(
      socket{std::move(fd), boost::asio::posix::stream_descriptor{loop_.context()},
             boost::asio::steady_timer{loop_.context()}});
  if (!watch(*s))
    return false;
  sockets_.push_back(std::move(s));
  return true;
}

bool receive_sockets::watch(socket& s) {
  if (s.descriptor.is_open())
    return true;
  boost::system::error_code bad;
  s.descriptor.assign(s.fd.get(), bad);
  return !bad;
}

void receive_sockets::start(message_sink sink) {
  sink_ = std::move(sink);
  pool_->set_on_return([this, weak = weak_from_this()] {
    loop_.post([weak] {
      if (const auto self = weak.lock())
        self->resume();
    });
  });
  for (const auto& s : sockets_)
    wait(*s);
}

int receive_sockets::join(const group_address& group) {
  for (std::size_t i = 0; i < sockets_.size(); ++i)
    if (!sockets_[i]->full)
      if (const int problem = join_on(i, group); problem != ENOMEM)
        return problem;
  auto more = open_receive_socket(options_, coalesce_);
  if (!more || !add(std::move(*more)))
    return ENOBUFS;
  wait(*sockets_.back());
  return join_on(sockets_.size() - 1, group);
}

int receive_sockets::join_on(std::size_t at, const group_address& group) {
  socket& s = *sockets_[at];
  const int problem = change_membership(s.fd.get(), true,
                                        group, interface_index_);
  if (problem == 0)
    member_of_[group] = at;
  s.full = problem == ENOMEM;
  return problem;
}

void receive_sockets::leave(const group_address& group) {
  const auto it = member_of_.find(group);
  if (it == member_of_.end())
    return;
  socket& s = *sockets_[it->second];
  change_membership(s.fd.get(), false, group,
                    interface_index_);
  s.full = false;
  member_of_.erase(it);
}

void receive_sockets::filter(std::vector<ip6_address> senders) {
  filtered_ = std::move(senders);
  for (const auto& s : sockets_)
    if (s->fd)
      filter_senders(s->fd.get(), filtered_); // works without, only slower
}

std::vector<group_address> receive_sockets::groups() const {
  std::vector<group_address> all;
  all.reserve(member_of_.size());
  for (const auto& [group, at] : member_of_)
    all.push_back(group);
  return all;
}

void receive_sockets::close() {
  closed_ = true;
  pool_->set_on_return({});
  for (const auto& s : sockets_) {
    s->timer.cancel();
    if (s->descriptor.is_open())
      s->descriptor.release();
    s->fd = unique_fd{}; // leaves its groups in one go
  }
  member_of_.clear();
  slab_.reset();
  gathered_.clear();
  dense_.reset();
}

void receive_sockets::wait(socket& s) {
  if (!watch(s))
    return pause(s);
  s.descriptor.async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this(), &s](const boost::system::error_code& bad) {
        if (!bad && !self->closed_)
          self->drain(s);
      });
}

void receive_sockets::drain(socket& s) {
  for (int round = 0; round < rounds_per_turn; ++round) {
    if (!take_slots()) {
      hand_over_gathered();
      s.stalled = true;
      return;
    }
    int problem = 0;
    const unsigned slots = slab_slots - next_slot_;
    const auto messages =
        reader_.read(s.fd.get(),
                     slab_.get() + next_slot_ * slab_slot_bytes,
                     slab_slot_bytes, slots, problem);
    count_drops(s);
    if (!gather(messages)) {
      next_slot_ += static_cast<unsigned>(messages.size());
      hand_over_gathered();
      if (!messages.empty())
        sink_(messages, slab_);
    }
    if (messages.size() < slots)
      break;
  }
  const bool were_small = !gathered_.empty();
  hand_over_gathered();
  if (were_small)
    pause(s);
  else
    wait(s);
}

void receive_sockets::pause(socket& s) {
  // Else each packet that comes meanwhile would wake the thread for nothing.
  if (s.descriptor.is_open())
    s.descriptor.release();
  s.timer.expires_after(collecting_pause);
  s.timer.async_wait(
      [self = shared_from_this(), &s](const boost::system::error_code& bad) {
        if (!bad && !self->closed_)
          self->drain(s);
      });
}

bool receive_sockets::gather(std::span<const received_message> messages) {
  std::size_t bytes = 0;
  for (const auto& m : messages) {
    if (m.bytes.size() > small_bytes)
      return false;
    bytes += m.bytes.size();
  }
  if (!dense_ || dense_used_ + bytes > slab_bytes) {
    hand_over_gathered();
    dense_.reset(); // may be the very one that comes next
    dense_ = pool_->try_take();
    dense_used_ = 0;
    if (!dense_)
      return false;
  }
  for (const auto& m : messages) {
    auto* to = dense_.get() + dense_used_;
    std::copy(m.bytes.begin(), m.bytes.end(), to);
    gathered_.push_back(m);
    gathered_.back().bytes = {to, m.bytes.size()};
    dense_used_ += m.bytes.size();
  }
  return true;
}

void receive_sockets::hand_over_gathered() {
  if (!gathered_.empty())
    sink_(gathered_, dense_);
  gathered_.clear();
}

bool receive_sockets::take_slots() {
  if (next_slot_ < slab_slots)
    return true;
  slab_.reset(); // may be the very one that comes next
  slab_ = pool_->try_take();
  if (!slab_) {
    tallies_.starvations.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  next_slot_ = 0;
  return true;
}

void receive_sockets::resume() {
  if (closed_)
    return;
  for (const auto& s : sockets_)
    if (std::exchange(s->stalled, false))
      drain(*s);
}

void receive_sockets::count_drops(socket& s) noexcept {
  // A running total that wraps; zero when the call brought none.
  if (const std::uint32_t total = reader_.dropped()) {
    // What a filter refuses counts with the rest, and says nothing of room.
    auto& tally = filtered_.empty() ? tallies_.packets_dropped
                                    : tallies_.packets_unheard;
    tally.fetch_add(total - s.dropped, std::memory_order_relaxed);
    s.dropped = total;
  }
}

} // namespace troupe
