// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/channel.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace troupe::capi {

/// Hands the messages of a socket to a program, in a thread of its own.
class listener {
public:
  using on_message = void (*)(lc_message_t*);
  using on_error = void (*)(int);

  /// Throws std::system_error when the thread cannot be started.
  listener(std::shared_ptr<net_socket> of, on_message message, on_error error);
  /// Waits until no callback runs any more, unless it is called by one.
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

private:
  struct shared;
  static void run(const std::shared_ptr<shared>& state);

  std::shared_ptr<shared> state_;
  std::thread thread_;
};

/// What an lc_socket_t stands for: a socket, the channels that are bound to
/// it, and its listener. Any thread.
class net_socket : public std::enable_shared_from_this<net_socket> {
public:
  net_socket(std::shared_ptr<wire_socket> by, lc_socket_t* as)
      : wire(std::move(by)), handle(as) {}

  void add(const std::shared_ptr<channel>& bound);
  void remove(const channel* bound);
  /// The channel that a packet is for; nullptr when none is bound.
  std::shared_ptr<channel> find(const packet_origin& packet) const;
  std::vector<std::shared_ptr<channel>> channels() const;

  /// How channels encode that are bound from here on; nullopt: as they did.
  void set_coding(int coding);
  std::optional<int> coding() const;

  /// Runs `use(std::set<hash>&)` on the outgoing interface list: channels that
  /// a program leads to this socket. Nothing here depends on it.
  template <class Use>
  auto with_outgoing(Use&& use) {
    monitor_lock lock{lock_};
    return use(outgoing_);
  }

  /// 0, or EBUSY when it has a listener.
  int listen(listener::on_message message, listener::on_error error);
  void stop_listening();
  /// Ends blocked calls, and lets the channels go.
  void close(int error);

  /// Receives the next content for `only`, or for any channel, which is stored
  /// there. Returns its bytes; what does not fit into `into` is EMSGSIZE.
  ssize_t receive(std::shared_ptr<channel>& whose, bool any,
                  std::span<const iovec> into, int flags, packet_origin& what);

  const std::shared_ptr<wire_socket> wire;
  lc_socket_t* const handle;

private:
  mutable monitor lock_;
  std::vector<std::weak_ptr<channel>> channels_;
  std::unique_ptr<listener> listener_;
  std::optional<int> coding_;
  std::set<hash> outgoing_;
};

} // namespace troupe::capi

/// The handle of the C API.
struct lc_socket_s : troupe::capi::owned_handle {
  lc_socket_s(std::shared_ptr<troupe::capi::context> of, lc_ctx_t* ctx,
              std::shared_ptr<troupe::capi::wire_socket> by)
      : owned_handle(std::move(of)), context_handle(ctx),
        rep(std::make_shared<troupe::capi::net_socket>(std::move(by), this)) {}
  void close(int error) override { rep->close(error); }

  lc_ctx_t* const context_handle;
  const std::shared_ptr<troupe::capi::net_socket> rep;
};
