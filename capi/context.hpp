// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/session.hpp"
#include "capi/monitor.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <set>

namespace troupe::capi {

/// A sync or share that was started, and the one place that knows whether it
/// still runs. Lets go of the session as soon as it has ended, so that it may
/// outlive its context. Thread-safe.
class started : public std::enable_shared_from_this<started> {
public:
  virtual ~started() = default;

  /// Asks it to end, if it still runs; its last report comes nevertheless.
  void cancel();

protected:
  /// To be called with what start_sync or start_share returned ...
  void begun(running handle);
  /// ... and with the last report, which may come first.
  void ended();

private:
  monitor lock_;
  running handle_;
  bool ended_ = false;
};

/// What an lc_ctx_t stands for. Kept alive by its handle and by its shares.
class context {
public:
  struct settings {
    std::uint32_t interface_index = 0;
    std::uint64_t rate_bits_per_s = 0;
  };

  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context();

  settings get() const;
  void set_interface(std::uint32_t index);
  void set_rate(std::uint64_t bits_per_s);

  /// True after fork() in the child, if the context was used before: its
  /// threads are not there, its locks may be held for ever.
  bool is_foreign() const noexcept;

  /// A call in progress. close() waits until it is destroyed.
  class call {
  public:
    explicit call(context& owner) : owner_(&owner) {}
    call(call&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    call& operator=(call&&) = delete;
    ~call() {
      if (owner_ != nullptr)
        owner_->leave();
    }
    session& get_session() const { return *owner_->session_; }

    /// close() cancels `what`, which the caller has just started.
    void watch(std::shared_ptr<started> what) const;
    void unwatch(const std::shared_ptr<started>& what) const;

  private:
    context* owner_;
  };

  /// Begins a call, and makes the session the first time. Errors: ECHILD in a
  /// forked child, ECANCELED after close(). Throws what a session throws.
  /// Returns the errno value through `error`.
  std::optional<call> enter(int& error);

  /// Cancels what runs, waits until it has ended and every call has left, and
  /// ends the session. Not a cancellation point.
  void close();

private:
  void leave();

  mutable monitor monitor_;
  settings settings_;
  std::unique_ptr<session> session_;
  std::atomic<pid_t> owner_{0}; ///< the process that made the session
  std::set<std::shared_ptr<started>> watched_;
  unsigned calls_ = 0;
  bool closed_ = false;
};

} // namespace troupe::capi

/// The handle of the C API.
struct lc_ctx_s {
  std::shared_ptr<troupe::capi::context> rep;
};
