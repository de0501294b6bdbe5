// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hasher.hpp"
#include "core/tree_cache.hpp"
#include "tool/key_options.hpp"
#include "tool/relay_command.hpp"
#include "tool/sign_options.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::tool {

/// What both commands take.
struct common_options {
  std::string interface; ///< name or number; empty: see receive_options
  std::string hash;      ///< "blake2b", "blake3" or empty
  std::string wire = "auto"; ///< "auto", "range" or "classic"
  key_options key;
  bool loopback = false;
  bool no_cache = false;
  bool quiet = false;
  int verbose = 0; ///< 1: names what changes, 2: how it travelled, too
  bool json = false; ///< lines of JSON instead of text on standard output
};

struct share_options {
  common_options common;
  bool recursive = false;
  bool no_watch = false;
  std::string rate = "5g"; ///< bits per second with k, m or g; 0: no limit
  std::string bwlimit; ///< the same in rsync's units; empty: `rate` counts
  std::vector<std::string> exclude; ///< patterns
  std::uint16_t symbol_bytes = 0; ///< T of range channels; 0: fits 1500
  sign_options sign;
  hear_options relays;
  std::vector<std::string> paths;
};

/// What `sync`, and whatever only looks at the same, take.
struct sync_options {
  common_options common;
  std::string verify; ///< public key file; empty: anything is believed
  double timeout_s = 30;
  std::string max_size; ///< bytes with k, m, g or t; empty: see sync_request
  bool no_fsync = false;
  bool in_place = false;
  bool archive = false;   ///< recursive, and all metadata but access times
  bool recursive = false;
  bool times = false;
  bool permissions = false;
  bool owner = false;
  bool group = false;
  bool delete_others = false;
  std::vector<std::string> exclude; ///< patterns
  std::string partial_dir; ///< empty: beside the destination
  std::string bwlimit; ///< most to ask for, in rsync's units; empty: no limit
  std::uint64_t rate_bits_per_s = 0; ///< the same without `bwlimit`; 0: none
  bool dry_run = false;
  std::string plan_rate = "1g"; ///< of the time that a dry run estimates
  bool itemize = false;
  bool stats = false;
  std::string name;
  std::string destination;
};

/// Where trees of unchanged files are kept: $XDG_CACHE_HOME/troupe/trees, or
/// below ~/.cache; nullptr if there is no such place or `options` says no.
std::shared_ptr<const tree_cache> open_cache(const common_options& options);

/// `troupe key new PATH`, `show PATH` and `rotate OLD NEW`: makes a key pair,
/// prints a public key, makes a successor. Return the exit code.
int run_key_new(const std::string& path);
int run_key_show(const std::string& path);
int run_key_rotate(const std::string& old_path, const std::string& new_path);

/// Runs until SIGINT or SIGTERM. Returns the exit code.
int run_share(const share_options& options);

/// Whether NAME is a path on this host: one that begins with '/', './' or '../',
/// as no share's name does.
bool is_local(const std::string& name);

/// Syncs from a path of this host, without a network. Returns the exit code.
int run_local(const sync_options& options);

/// Runs until the destination is complete or cannot be; as a dry run until it
/// is known what that takes. Returns the exit code.
int run_sync(const sync_options& options);

/// `troupe ls`: prints what a name stands for. `options.destination` is not
/// used. Returns the exit code.
int run_list(const sync_options& options);

/// `troupe verify`: reads all of the destination and says how it differs from
/// what is shared. Returns exit_ok, exit_other if it does, or another code.
int run_verify(const sync_options& options);

struct hash_options {
  std::string type;  ///< of the hash; empty: blake2b
  bool recursive = false;
  bool json = false;
  std::vector<std::string> exclude;
  std::vector<std::string> paths;
};

/// `troupe hash`: prints what sharing these paths would give them.
int run_hash(const hash_options& options);

} // namespace troupe::tool
