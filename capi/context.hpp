// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/session.hpp"
#include "capi/handle.hpp"
#include "capi/monitor.hpp"
#include "capi/queue_pool.hpp"
#include "capi/tree_work.hpp"
#include "transport/seal.hpp"

#include <librecast/types.h>

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <utility>

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

/// What an lc_ctx_t stands for. Kept alive by its handle and by its shares,
/// sockets and channels.
class context {
public:
  /// What calls, sockets and channels begin with. Keys and the stream are the
  /// caller's.
  struct settings {
    std::uint32_t interface_index = 0;
    std::uint64_t rate_bits_per_s = 0;
    int coding = LC_CODE_NONE;
    int overhead_packets = -1; ///< below 0: one packet a call
    int debug = 0;
    std::FILE* stream = nullptr;
    lc_key_t shared_key{};
    lc_key_t public_key{};
    std::optional<hash_type> type; ///< empty: that of the library

    /// The hash function that names are hashed with.
    hash_type names() const { return type.value_or(default_hash_type()); }
    /// What to encrypt with: a key, or none unless `coding` asks for it.
    /// Errors: invalid_argument when it asks and no usable key is there.
    expected<std::optional<seal_key>> encryption() const;
    /// Where to write paths of files to; nullptr unless asked for.
    std::FILE* file_log() const {
      return (debug & LCTX_DEBUG_SYNCFILE) != 0 ? stream : nullptr;
    }
  };

  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context();

  settings get() const;
  /// Runs `change(settings&)` and returns what it returns.
  template <class Change>
  auto set(Change&& change) {
    monitor_lock lock{monitor_};
    return change(settings_);
  }
  /// ENOTSUP, EBUSY after first use, or 0.
  int set_hash_type(hash_type type);

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

  /// A handle that close() frees unless forget() came first. Errors: 0,
  /// ECANCELED after close().
  int remember(owned_handle* handle);
  void forget(owned_handle* handle);
  /// Some handle of a type that `is_it(const Handle&)` accepts, or nullptr.
  /// `is_it` must not come back here.
  template <class Handle, class Is>
  Handle* find(Is&& is_it) const {
    monitor_lock lock{monitor_};
    for (auto* each : handles_)
      if (auto* one = dynamic_cast<Handle*>(each);
          one != nullptr && is_it(std::as_const(*one)))
        return one;
    return nullptr;
  }
  /// From here on only this process may use the context: it has threads.
  void has_threads();

  /// The queue of lc_ctx_qpool_init(3) and its threads. All return 0 or an
  /// errno value; the queue is nullptr without a pool.
  int make_pool(int threads);
  int resize_pool(int threads);
  void end_pool();
  q_t* queue() const noexcept { return queue_.load(); }

  /// Cancels what runs, waits until it has ended and every call has left, ends
  /// the session, and frees the handles. Not a cancellation point.
  void close();

private:
  void leave();
  void end_handles();

  mutable monitor monitor_;
  settings settings_;
  std::unique_ptr<session> session_;
  std::atomic<pid_t> owner_{0}; ///< the process that made the session
  std::set<std::shared_ptr<started>> watched_;
  std::set<owned_handle*> handles_;
  unsigned calls_ = 0;
  bool used_ = false;
  bool closed_ = false;
  monitor pool_lock_;
  std::unique_ptr<queue_pool> pool_;
  std::atomic<q_t*> queue_{nullptr}; ///< jobs ask, whatever holds the lock
};

} // namespace troupe::capi

/// The handle of the C API.
struct lc_ctx_s {
  std::shared_ptr<troupe::capi::context> rep;
  troupe::capi::lifetime life;
};
