// SPDX-License-Identifier: BSD-3-Clause
#include "transport/batch_io_linux.hpp"
#include "transport/interfaces_linux.hpp"
#include "transport/ports.hpp"
#include "transport/socket_linux.hpp"

#include <algorithm>

namespace troupe {
namespace {

using namespace std::chrono_literals;

/// Receivers spread their answers over this time.
constexpr std::uint16_t max_response_ms = 500;
/// The first query may come before a new link carries anything.
constexpr auto second_query_after = 1s;
/// More than any report on a link of 9000 bytes.
constexpr std::size_t report_slot_bytes = std::size_t{10} * 1024;
constexpr int rounds_per_turn = 8;
/// Batches that wait for the actors, and changes in one: what a flood of
/// reports can take of memory is this and one read more.
constexpr std::uint32_t max_batches_out = 4;
constexpr std::size_t max_batch_changes = 16384;

/// RFC 3810 5.2.13 and 6.2: reports never cross a router. The unspecified
/// address is that of a host which has none yet; ::1 can only be our own.
bool is_believable(const received_message& m) {
  ip6_address loopback;
  loopback.bytes[15] = 1;
  return m.hop_limit == 1 && (is_link_local(m.from) ||
                              m.from == ip6_address{} || m.from == loopback);
}

/// What a report port does on the network's thread.
class report_core : public std::enable_shared_from_this<report_core> {
public:
  report_core(io_loop& loop, std::vector<std::uint32_t> interfaces,
              std::vector<ip6_address> not_heard, report_handler on_reports)
      : loop_(loop.weak_from_this()), interfaces_(std::move(interfaces)),
        not_heard_(std::move(not_heard)),
        on_reports_(std::move(on_reports)), descriptor_(loop.context()),
        timer_(loop.context()),
        buffer_(message_reader::max_messages * report_slot_bytes) {}

  bool assign(unique_fd fd) {
    boost::system::error_code bad;
    descriptor_.assign(fd.get(), bad);
    if (bad)
      return false;
    fd.release();
    return true;
  }

  void start() {
    wait();
    ask();
    timer_.expires_after(second_query_after);
    timer_.async_wait([self = shared_from_this()](const auto& bad) {
      if (!bad && !self->closed_)
        self->ask();
    });
  }

  void close() {
    closed_ = true;
    timer_.cancel();
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    on_reports_ = {};
  }

private:
  void ask() {
    const auto query = make_general_query(max_response_ms);
    for (const std::uint32_t index : interfaces_)
      send_mld(descriptor_.native_handle(), query, all_nodes(), index);
  }

  void wait() {
    descriptor_.async_wait(
        boost::asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this()](const boost::system::error_code& bad) {
          if (!bad && !self->closed_)
            self->drain();
        });
  }

  void drain() {
    std::vector<group_change> heard;
    for (int round = 0;
         round < rounds_per_turn && heard.size() < max_batch_changes; ++round) {
      int problem = 0;
      const auto messages = reader_.read(descriptor_.native_handle(),
                                         buffer_.data(), report_slot_bytes,
                                         message_reader::max_messages, problem);
      for (const received_message& m : messages)
        if (is_believable(m) && !is_ignored(m.from))
          parse_report(m.bytes, m.from, m.interface_index, heard);
      if (messages.size() < message_reader::max_messages)
        break;
    }
    if (!heard.empty())
      on_reports_({std::move(heard), take_credit()});
    if (batches_out_ < max_batches_out)
      wait();
    else
      is_stalled_ = true;
  }

  /// Comes back on any thread, and maybe after everything here is gone.
  std::shared_ptr<const void> take_credit() {
    ++batches_out_;
    return {this, [loop = loop_, weak = weak_from_this()](const void*) {
              if (const auto there = loop.lock())
                there->post([weak] {
                  if (const auto self = weak.lock())
                    self->on_credit();
                });
            }};
  }

  void on_credit() {
    --batches_out_;
    if (std::exchange(is_stalled_, false) && !closed_)
      wait();
  }

  bool is_ignored(const ip6_address& reporter) const {
    return std::find(not_heard_.begin(), not_heard_.end(), reporter) !=
           not_heard_.end();
  }

  std::weak_ptr<io_loop> loop_;
  std::vector<std::uint32_t> interfaces_;
  std::vector<ip6_address> not_heard_;
  report_handler on_reports_;
  boost::asio::posix::stream_descriptor descriptor_;
  boost::asio::steady_timer timer_;
  message_reader reader_;
  std::vector<std::byte> buffer_;
  std::uint32_t batches_out_ = 0;
  bool is_stalled_ = false; ///< waits for a batch to come back
  bool closed_ = false;
};

class asio_report_port final : public report_port {
public:
  asio_report_port(std::shared_ptr<io_loop> loop,
                   std::shared_ptr<report_core> core)
      : loop_(std::move(loop)), core_(std::move(core)) {}
  ~asio_report_port() override { asio_report_port::close(); }

  void close() override {
    loop_->run_and_wait([this] { core_->close(); });
  }

private:
  std::shared_ptr<io_loop> loop_;
  std::shared_ptr<report_core> core_;
};

/// Reporters on this host, whom the sender's packets would not reach. What is
/// sent on `lo` always stays here.
std::vector<ip6_address> own_addresses() {
  std::vector<ip6_address> own;
  for (const network_interface& i : list_interfaces())
    if (!i.loopback)
      own.insert(own.end(), i.addresses.begin(), i.addresses.end());
  return own;
}

} // namespace

expected<std::unique_ptr<report_port>>
open_report_port(std::shared_ptr<io_loop> loop, const send_options& options,
                 report_handler on_reports,
                 const asio_network_options& settings) {
  auto interfaces = sharing_interfaces(options.interface_index);
  if (!interfaces)
    return interfaces.error();
  unique_fd socket{settings.sockets ? settings.sockets->take_report() : -1};
  if (!socket) {
    auto opened = open_mld_socket(options.loopback);
    if (!opened)
      return opened.error();
    socket = std::move(*opened);
  }
  if (const errc bad = listen_for_reports(socket.get(), *interfaces);
      bad != errc::none)
    return error{bad, "cannot listen for membership reports"};
  auto core = std::make_shared<report_core>(
      *loop, std::move(*interfaces),
      options.loopback ? std::vector<ip6_address>{} : own_addresses(),
      std::move(on_reports));
  if (!core->assign(std::move(socket)))
    return error{errc::network_error, "cannot watch a raw ICMPv6 socket"};
  io_loop& thread = *loop;
  auto port = std::make_unique<asio_report_port>(std::move(loop), core);
  thread.post([core] { core->start(); });
  return std::unique_ptr<report_port>{std::move(port)};
}

} // namespace troupe
