// SPDX-License-Identifier: BSD-3-Clause
// What is asked of Troupe, as plain values.
#pragma once

#include "troupe/content.hpp"

#include <chrono>
#include <variant>

namespace troupe {

/// Sockets, timers and memberships, with a thread of their own while they are
/// in use. One can serve any number of shares and syncs, of several actor
/// systems, too. Opaque.
class network;
TROUPE_PUBLIC std::shared_ptr<network> make_network();

/// What shares and syncs have in common.
struct link_settings {
  std::string interface;  ///< name or number; empty: where multicast is routed
  bool loopback = false;  ///< reach others on this host, too
  std::string key_file;   ///< of an encrypted share; empty: none
  std::shared_ptr<network> through; ///< nullptr: a network of its own
};

/// Content that is no file, and what receivers ask for it as.
struct shared_content {
  std::string name;
  std::shared_ptr<const content_source> content;
};

/// A share: everything that it answers for.
struct share_settings {
  link_settings link;
  /// Files and directories; receivers ask for the last component.
  std::vector<std::string> paths;
  std::vector<shared_content> contents;
  bool watch = true; ///< share paths anew when they change
  std::uint64_t rate_bits_per_s = 5'000'000'000; ///< UDP payload; 0: unlimited
  std::string signing_key_file; ///< sign what is sent; empty: do not
};

/// To a file, or to a directory if the name stands for one. Replaced in one
/// step, after fsync.
struct to_path {
  std::string path;
  bool directories = true;    ///< false: a directory is refused
  bool delete_others = false; ///< of a directory: what the share has not, goes
  bool metadata = false;      ///< take over modes, times and owners
};

/// To memory that the caller keeps until the result is there. Not torn-free: it
/// is written while it arrives. An object that is longer is refused.
struct to_memory {
  std::byte* data = nullptr;
  std::size_t size = 0;
};

using sync_target =
    std::variant<std::monostate, to_path, to_memory,
                 std::shared_ptr<content_sink>, std::shared_ptr<content_stream>>;

/// A sync: one object, once.
struct sync_settings {
  link_settings link;
  std::string name; ///< what it is shared as
  sync_target to;
  bool progress = false; ///< send sync_status
  /// Longest silence: no verified data for so long ends the sync.
  std::chrono::milliseconds timeout = std::chrono::seconds{30};
  std::uint64_t limit_bytes = std::uint64_t{1} << 44; ///< longer is refused
  std::string trusted_key_file; ///< accept only what it has signed; empty: all
  /// Where to remember versions of signed shares, so that no older one is
  /// accepted; empty: nothing is remembered.
  std::string seen_folder;
  /// Of a stream: bytes that may be received ahead of the next in order. About
  /// twice as many are kept in memory at most.
  std::uint64_t order_window_bytes = 32u << 20;
};

/// A replica: one object in memory, and whatever becomes of it.
struct replica_settings {
  link_settings link;
  std::string name;
  /// How long to wait before it is asked whether there is a new version.
  std::chrono::milliseconds every = std::chrono::seconds{1};
  std::chrono::milliseconds timeout = std::chrono::seconds{30}; ///< as of a sync
  std::uint64_t limit_bytes = std::uint64_t{1} << 30; ///< longer is refused
  std::string trusted_key_file; ///< as of a sync
  std::string seen_folder;      ///< as of a sync
};

} // namespace troupe
