// SPDX-License-Identifier: BSD-3-Clause
#include "transport/interfaces_linux.hpp"
#include "transport/ports.hpp"
#include "transport/send_link.hpp"
#include "transport/socket_linux.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <optional>

namespace troupe {
namespace {

using namespace std::chrono_literals;
using boost::asio::posix::stream_descriptor;

/// Writability wakes us; the pause is for full devices, which wake nobody.
constexpr auto full_device_pause = 1ms;
constexpr auto full_socket_pause = 100ms;
/// A train that cannot send anything for so long is given up on that link.
constexpr auto longest_wait = 2s;
/// Bytes for the kernel before others get their turn on the thread.
constexpr std::size_t bytes_per_turn = 256 << 10;

/// Small enough for a switch's queue, large enough for coarse timers.
std::uint64_t burst_for(std::uint64_t rate_bits_per_s) {
  constexpr std::uint64_t bursts_per_s = 250;
  return std::clamp<std::uint64_t>(rate_bits_per_s / 8 / bursts_per_s, 16 << 10,
                                   256 << 10);
}

errc check(const packet_train& train) {
  const bool sound = train.to.is_multicast() && train.packet_bytes > 0 &&
                     train.bytes.size() % train.packet_bytes == 0;
  return sound ? errc::none : errc::invalid_argument;
}

/// A train on its way, piece by piece: each piece goes out on every link
/// before the next one, so that one pacer serves them all.
struct job {
  std::unique_ptr<packet_train> train;
  std::function<void(train_sent&&)> on_sent;
  errc result = errc::none;
  std::uint64_t packets = 0;
  std::size_t piece_begin = 0; ///< offsets into the train's bytes
  std::size_t piece_end = 0;   ///< equal to piece_begin between pieces
  std::size_t next = 0;        ///< first byte that `link` has not taken
  std::size_t link = 0;
  std::optional<time_point> blocked_since; ///< nothing went out on `link`
};

/// What a send port does on the network's thread.
class send_core : public std::enable_shared_from_this<send_core> {
public:
  /// `shared` may be nullptr; it counts for part_of_shared_rate.
  send_core(io_loop& loop, const send_options& options,
            std::shared_ptr<shared_rate> shared)
      : loop_(loop), shared_(std::move(shared)), timer_(loop.context()) {
    if (options.rate_bits_per_s != part_of_shared_rate)
      set_rate(options.rate_bits_per_s, 0, {});
    else if (shared_)
      place_.emplace(*shared_);
  }

  void add(std::unique_ptr<send_link> link) {
    links_.push_back(std::move(link));
  }

  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) {
    job j;
    j.train = std::move(train);
    j.on_sent = std::move(on_sent);
    j.result = closed_ ? errc::cancelled : check(*j.train);
    if (j.result == errc::none && !has_link_for(*j.train))
      j.result = errc::no_device;
    if (j.result != errc::none)
      return finish(std::move(j));
    jobs_.push_back(std::move(j));
    if (!waiting_ && jobs_.size() == 1)
      pump();
  }

  void close() {
    if (std::exchange(closed_, true))
      return;
    timer_.cancel();
    for (const auto& link : links_) {
      boost::system::error_code ignored;
      link->descriptor().close(ignored);
    }
    for (job& j : std::exchange(jobs_, {})) {
      j.result = errc::cancelled;
      finish(std::move(j));
    }
  }

private:
  /// What was owed at the old rate is owed at the new one.
  void set_rate(std::uint64_t bits_per_s, std::uint64_t owed_bytes,
                time_point now) {
    rate_bits_per_s_ = bits_per_s;
    burst_bytes_ = burst_for(bits_per_s);
    pacer_ = pacer{bits_per_s, burst_bytes_};
    pacer_.spend(owed_bytes, now);
  }

  void take_part(time_point now) {
    const auto rate = place_->use(now);
    if (rate == rate_bits_per_s_)
      return;
    // A fresh bucket is full: a rate that changes often is no way to get more.
    const std::chrono::duration<double> wait = pacer_.delay(now);
    const auto owed = static_cast<std::uint64_t>(
        wait.count() * static_cast<double>(rate_bits_per_s_) / 8);
    set_rate(rate, burst_for(rate) + owed, now);
  }

  bool is_for(const packet_train& train, const send_link& link) const {
    return train.interface_index == 0 ||
           train.interface_index == link.interface_index();
  }

  bool has_link_for(const packet_train& train) const {
    return std::any_of(links_.begin(), links_.end(),
                       [&](const auto& l) { return is_for(train, *l); });
  }

  static void finish(job&& j) {
    j.on_sent({std::move(j.train), j.result, j.packets});
  }

  void pump() {
    for (std::size_t turn = 0; turn < bytes_per_turn;) {
      if (closed_ || jobs_.empty())
        return;
      job& j = jobs_.front();
      if (j.piece_begin == j.train->bytes.size()) {
        job sent = std::move(j);
        jobs_.pop_front();
        finish(std::move(sent));
        continue;
      }
      if (j.piece_end == j.piece_begin && !begin_piece(j))
        return;
      turn += j.piece_end - j.piece_begin;
      if (!send_piece(j))
        return;
    }
    waiting_ = true;
    loop_.post([self = shared_from_this()] { self->go_on(); });
  }

  /// False: the pacer says wait.
  bool begin_piece(job& j) {
    const time_point now = loop_.now();
    if (place_)
      take_part(now);
    if (const auto delay = pacer_.delay(now); delay > 0ns) {
      if (place_)
        place_->wait(now + delay);
      wait_for(delay);
      return false;
    }
    const std::size_t step =
        packets_per_message(*j.train) * j.train->packet_bytes;
    const std::size_t most =
        rate_bits_per_s_ > 0 ? burst_bytes_ : bytes_per_turn;
    const std::size_t piece = std::max<std::size_t>(most / step, 1) * step;
    j.piece_end = std::min(j.piece_begin + piece, j.train->bytes.size());
    j.next = j.piece_begin;
    j.link = 0;
    pacer_.spend(j.piece_end - j.piece_begin, now);
    return true;
  }

  /// False: a link says wait.
  bool send_piece(job& j) {
    for (; j.link < links_.size(); ++j.link) {
      while (is_for(*j.train, *links_[j.link]) && j.next < j.piece_end)
        if (!send_some(j, *links_[j.link]))
          return false;
      j.next = j.piece_begin;
      j.blocked_since.reset();
    }
    j.piece_begin = j.piece_end;
    return true;
  }

  bool send_some(job& j, send_link& link) {
    using progress = send_link::progress;
    const auto sent = link.send(*j.train, j.next, j.piece_end);
    if (sent.is == progress::sent) {
      j.next += sent.bytes;
      j.packets += sent.bytes / j.train->packet_bytes;
      j.blocked_since.reset();
      return true;
    }
    const time_point now = loop_.now();
    if (sent.is != progress::failed &&
        now - j.blocked_since.value_or(now) < longest_wait) {
      j.blocked_since = j.blocked_since.value_or(now);
      wait_for_room(link, sent.is == progress::no_room);
      return false;
    }
    if (j.result == errc::none)
      j.result = socket_errc(sent.problem);
    j.next += j.train->packet_bytes; // the ones behind it may do better
    return true;
  }

  /// Goes on once, whichever of several wake-ups comes first.
  auto waker() {
    return [self = shared_from_this(),
            wait = wait_](const boost::system::error_code& bad) {
      if (!bad && self->waiting_ && wait == self->wait_)
        self->go_on();
    };
  }

  void wait_for_room(send_link& link, bool is_socket) {
    wait_for(is_socket ? full_socket_pause : full_device_pause);
    if (is_socket)
      link.descriptor().async_wait(stream_descriptor::wait_write, waker());
  }

  void wait_for(std::chrono::nanoseconds delay) {
    waiting_ = true;
    timer_.expires_after(delay);
    timer_.async_wait(waker());
  }

  void go_on() {
    ++wait_;
    waiting_ = false;
    pump();
  }

  io_loop& loop_;
  std::shared_ptr<shared_rate> shared_;
  std::optional<shared_rate::place> place_;
  std::uint64_t rate_bits_per_s_ = 0; ///< 0: any
  std::uint64_t burst_bytes_ = 0;
  pacer pacer_;
  boost::asio::steady_timer timer_;
  std::vector<std::unique_ptr<send_link>> links_;
  std::deque<job> jobs_;
  bool waiting_ = false;
  std::uint64_t wait_ = 0; ///< tells the wake-ups of one wait from another's
  bool closed_ = false;
};

class asio_send_port final : public send_port {
public:
  asio_send_port(std::shared_ptr<io_loop> loop, std::shared_ptr<send_core> core)
      : loop_(std::move(loop)), core_(std::move(core)) {}
  ~asio_send_port() override { asio_send_port::close(); }

  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) override {
    loop_->post([core = core_, train = std::move(train),
                 on_sent = std::move(on_sent)]() mutable {
      core->send(std::move(train), std::move(on_sent));
    });
  }

  void close() override {
    loop_->run_and_wait([this] { core_->close(); });
  }

private:
  std::shared_ptr<io_loop> loop_;
  std::shared_ptr<send_core> core_;
};

} // namespace

expected<std::unique_ptr<send_port>>
open_send_port(std::shared_ptr<io_loop> loop, const send_options& options,
               const asio_network_options& settings) {
  const auto interfaces = sharing_interfaces(options.interface_index);
  if (!interfaces)
    return interfaces.error();
  auto core = std::make_shared<send_core>(*loop, options, settings.rate);
  for (const std::uint32_t index : *interfaces) {
    unique_fd socket{settings.sockets ? settings.sockets->take_sender(index)
                                      : -1};
    if (!socket) {
      auto opened = open_send_socket(index, options.loopback);
      if (!opened)
        return opened.error();
      socket = std::move(*opened);
    }
    auto link =
        std::make_unique<send_link>(*loop, index, settings.segmentation);
    if (!link->assign(std::move(socket)))
      return error{errc::network_error, "cannot watch a UDP socket"};
    core->add(std::move(link));
  }
  return std::unique_ptr<send_port>{
      std::make_unique<asio_send_port>(std::move(loop), std::move(core))};
}

} // namespace troupe
