// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/context.hpp"
#include "capi/object_receiver.hpp"
#include "capi/object_sender.hpp"
#include "capi/wire_socket.hpp"
#include "transport/pacer.hpp"

#include <lcrq.h>
#include <librecast/types.h>

#include <optional>

namespace troupe::capi {

class net_socket;

/// The name of a channel: its hash, and the group that follows from it.
struct channel_name {
  hash id;
  in6_addr group{};
  std::uint16_t port = LC_DEFAULT_PORT;
};

/// What an lc_channel_t stands for: a group, how to speak there, and the
/// objects that are under way. Functions return as system calls do. Those that
/// send or receive are cancellation points. Any thread; one sends at a time,
/// and any number receive.
class channel {
public:
  struct settings {
    int coding = LC_CODE_NONE;
    bool own_coding = false; ///< it was set for this channel
    int overhead_packets = -1;
    lc_key_t shared_key{};
    lc_key_t public_key{};
    lc_key_t signing_key{};
    const lc_token_t* token = nullptr;
    const lc_filter_t* filter = nullptr;
  };

  /// Begins with what the context is set to.
  channel(const context& owner, const channel_name& name);
  /// Ends the membership.
  ~channel();
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  const channel_name& name() const noexcept { return name_; }
  sockaddr_in6 address() const noexcept;

  settings get() const;
  template <class Change>
  auto set(Change&& change) {
    monitor_lock lock{lock_};
    return change(settings_);
  }
  void set_rate(std::uint64_t bits_per_s);
  std::uint64_t next_number();

  /// The handle, while there is one.
  std::atomic<lc_channel_t*> handle{nullptr};

  /// The socket, or nullptr and ENOTSOCK.
  std::shared_ptr<net_socket> socket() const;
  /// Leaves the group on the socket before; nullptr: to no socket. Takes the
  /// coding of the new one, if that has one and the channel none of its own.
  void bind(std::shared_ptr<net_socket> to);
  int join();
  int part();

  /// Sends what `content` holds, or without content the next packet (or the
  /// whole transmission once more) of the object sent last. Returns bytes.
  ssize_t send(std::span<const iovec> content, bool next, int flags);

  /// What a packet held when it is complete.
  enum class verdict { nothing, complete, failed };
  /// Takes a packet that came for this channel. `failed`: see errno.
  verdict take(std::span<const std::byte> payload, std::uint64_t room,
               blob& out);
  /// Bytes to have ready for a packet when `room` bytes of content are wanted.
  std::size_t packet_room(std::uint64_t room) const;
  /// Whether packets are their content, to be received where it belongs.
  bool is_plain() const;
  bool is_coded() const { return (get().coding & LC_CODE_FEC_RQ) != 0; }
  /// A packet with an OTI, without its token; nullopt for any other.
  std::optional<symbol_packet> peek(std::span<const std::byte> payload) const;
  bool is_done(const hash& object) const;

  /// Of the object that was sent, or else received last; nullptr before.
  rq_t* parameters();

private:
  ssize_t send_plain(wire_socket& by, const settings& how,
                     std::span<const iovec> content, int flags);
  ssize_t send_coded(wire_socket& by, const settings& how,
                     std::span<const iovec> content, bool next, int flags);
  bool begin_object(const settings& how, std::span<const iovec> content);
  bool send_packets(wire_socket& by, const settings& how, std::uint64_t count,
                    int flags);
  bool dispatch(wire_socket& by, const settings& how,
                std::span<const packet> packets, int flags);
  bool pace(wire_socket& by, std::uint64_t bytes);
  /// Errors: EINVAL when a key is wanted and there is none.
  bool encryption(const settings& how, std::optional<seal_key>& key);

  const channel_name name_;
  const hash_type type_;
  mutable monitor lock_; ///< for the settings and the socket
  settings settings_;
  std::shared_ptr<net_socket> socket_;
  bool joined_ = false;
  std::uint64_t number_ = 0;
  std::optional<seal_key> key_; ///< made from settings_.shared_key
  std::atomic<std::uint64_t> rate_bits_per_s_{0};

  monitor sending_; ///< held while a call sends
  std::optional<object_sender> object_;
  std::uint64_t content_bytes_ = 0; ///< of the object
  pacer pacer_;
  std::uint64_t paced_bits_per_s_ = 0;

  mutable monitor receiving_; ///< held while a packet is taken in
  object_receiver objects_;
  std::atomic<std::uint64_t> current_bytes_{0}; ///< F of parameters()
  struct free_rq {
    void operator()(rq_t* rq) const { rq_free(rq); }
  };
  std::unique_ptr<rq_t, free_rq> rq_;
  std::uint64_t rq_bytes_ = 0;
};

} // namespace troupe::capi

/// The handle of the C API. Its address and hash are copies that a program may
/// look at, as lc_channel_sockaddr(3) and others promise.
struct lc_channel_s : troupe::capi::owned_handle {
  lc_channel_s(std::shared_ptr<troupe::capi::context> of, lc_ctx_t* ctx,
               const troupe::capi::channel_name& name);
  void close(int error) override;

  lc_ctx_t* const context_handle;
  const std::shared_ptr<troupe::capi::channel> rep;
  in6_addr group;
  sockaddr_in6 address;
  unsigned char id[HASHSIZE];
};
