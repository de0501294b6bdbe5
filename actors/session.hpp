// SPDX-License-Identifier: BSD-3-Clause
// Troupe for programs that know nothing of actors: start, be called back,
// cancel. The C API and the tool stand on this; nothing bypasses the actors.
#pragma once

#include "actors/requests.hpp"

#include <functional>
#include <memory>

namespace troupe {

/// A running sync or share. Dropping the last copy does not stop it.
class running {
public:
  running() = default;
  /// Asks it to end; the report still comes (errc::cancelled for a sync,
  /// stopped for a share). Any thread; returns at once; may be repeated.
  void cancel() const;

private:
  friend class session;
  struct rep;
  std::shared_ptr<rep> rep_;
};

/// Callbacks run on a thread of the session. They must not block nor destroy
/// the session. on_report of a sync is called exactly once.
using on_sync_report = std::function<void(const sync_report&)>;
using on_sync_progress = std::function<void(const sync_progress&)>;
using on_share_report = std::function<void(const share_report&)>;

/// An actor system of our own and a network: what a process needs that does
/// not bring its own. Any number of syncs and shares at once; thread-safe.
/// After fork() only the parent may use it.
class session {
public:
  struct options {
    std::size_t threads = 0; ///< of the actor system; 0: one per core, 2..4
    std::shared_ptr<network> net; ///< nullptr: the real one
  };
  explicit session(options opts);
  session() : session(options{}) {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  /// Cancels what runs, waits until it has ended and reported.
  ~session();

  running start_sync(sync_request request, on_sync_report on_report,
                     on_sync_progress on_progress = {});
  running start_share(share_request request, on_share_report on_report);

private:
  struct rep;
  std::unique_ptr<rep> rep_;
};

} // namespace troupe
