// SPDX-License-Identifier: BSD-3-Clause
// Every message between a program and the actors that it has spawned. None of
// them leaves the process.
#pragma once

#include "troupe/caf.hpp"
#include "troupe/content.hpp"

#include <chrono>

namespace troupe {

// -- of syncs -------------------------------------------------------------------

/// To a sync: end early. It answers with its sync_result (errc::cancelled).
struct cancel_sync {};

/// How far a sync is, at most every 100 ms.
struct sync_status {
  enum class phase { waiting, comparing, fetching, finishing };
  phase now = phase::waiting;
  std::uint64_t bytes_total = 0; ///< to fetch; 0 until known
  std::uint64_t bytes_done = 0;  ///< of them, verified
};

/// The end of a sync: exactly one for each. errc::none: what was asked for is
/// there.
struct sync_result {
  error failure;
  std::uint64_t object_bytes = 0;  ///< length of the content
  std::uint64_t fetched_bytes = 0; ///< of it, what came from the network
  std::uint64_t wire_bytes = 0;    ///< UDP payload received
  std::chrono::nanoseconds elapsed{0};
  bool unchanged = false; ///< all of it was there already
  bool is_directory = false;
  std::string root; ///< hash of the content, hexadecimal; empty: not known

  bool ok() const noexcept { return failure.code == errc::none; }
};

// -- of shares ------------------------------------------------------------------

/// To a share: end. It answers with share_status::event::ended.
struct stop_share {};

/// To a share: `content` is what `name` stands for from now on. Receivers in the
/// middle of the version before it begin again. Answered by renewed or refused.
struct put_content {
  std::string name;
  std::shared_ptr<const content_source> content; ///< nullptr: no longer shared
};

/// What becomes of a share.
struct share_status {
  enum class event {
    listening, ///< once, first: everything is indexed, receivers are heard
    renewed,   ///< `name` is shared in a new version
    refused,   ///< `name` cannot be shared (any more), for `failure`
    ended,     ///< exactly once, last: stopped, or for `failure`
  };
  event what = event::listening;
  error failure;
  std::string name;
};

// -- of replicas ----------------------------------------------------------------

/// To a replica: end. It answers with replica_status::event::ended.
struct stop_replica {};

/// To a replica: ask now whether there is a new version.
struct refresh_replica {};

/// There is a (new) version.
struct snapshot_update {
  snapshot_ptr now;
};

/// What becomes of a replica.
struct replica_status {
  enum class event {
    lost,  ///< no sharer, or nothing of use; the last version stays. Goes on
    found, ///< after `lost`: there is a sharer again
    ended, ///< exactly once, last: stopped, or for `failure`
  };
  event what = event::ended;
  error failure;
};

} // namespace troupe

TROUPE_BEGIN_MESSAGES(troupe, TROUPE_FIRST_TYPE_ID)
TROUPE_LOCAL_MESSAGE(troupe, troupe::cancel_sync)
TROUPE_LOCAL_MESSAGE(troupe, troupe::sync_status)
TROUPE_LOCAL_MESSAGE(troupe, troupe::sync_result)
TROUPE_LOCAL_MESSAGE(troupe, troupe::stop_share)
TROUPE_LOCAL_MESSAGE(troupe, troupe::put_content)
TROUPE_LOCAL_MESSAGE(troupe, troupe::share_status)
TROUPE_LOCAL_MESSAGE(troupe, troupe::stop_replica)
TROUPE_LOCAL_MESSAGE(troupe, troupe::refresh_replica)
TROUPE_LOCAL_MESSAGE(troupe, troupe::snapshot_update)
TROUPE_LOCAL_MESSAGE(troupe, troupe::replica_status)
TROUPE_END_MESSAGES(troupe)

namespace troupe {

// -- who sends and who gets them ------------------------------------------------

/// A running sync.
using sync_actor = compat::typed_actor<caf::result<void>(cancel_sync)>;
/// Whoever asked for it.
using sync_client = compat::typed_actor<
    // How far it is, if the settings ask for that.
    caf::result<void>(sync_status),
    // The end.
    caf::result<void>(sync_result)>;

/// A running share.
using share_actor = compat::typed_actor<
    // The end.
    caf::result<void>(stop_share),
    // A new version of something in memory.
    caf::result<void>(put_content)>;
/// Whoever asked for it.
using share_client = compat::typed_actor<caf::result<void>(share_status)>;

/// A running replica.
using replica_actor = compat::typed_actor<
    // The end.
    caf::result<void>(stop_replica),
    // Is there anything new?
    caf::result<void>(refresh_replica)>;
/// Whoever asked for it.
using replica_client = compat::typed_actor<
    // A new version.
    caf::result<void>(snapshot_update),
    // Anything else.
    caf::result<void>(replica_status)>;

} // namespace troupe
