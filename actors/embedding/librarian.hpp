// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/embedding/keeper_messages.hpp"
#include "actors/requests.hpp"
#include "actors/sharing/shared_paths.hpp"
#include "core/live_index.hpp"
#include "troupe/messages.hpp"
#include "troupe/settings.hpp"

#include <map>
#include <stop_token>

namespace troupe {

/// An embedder's share: what he has a handle of.
using share_keeper_actor =
    compat::typed_actor<caf::result<void>(stop_share),
                        caf::result<void>(put_content),
                        caf::result<void>(library_opened),
                        caf::result<void>(library_changed),
                        caf::result<void>(share_report)>;

/// Keeps the index of a share.
using librarian_actor =
    compat::typed_actor<caf::result<void>(open_library),
                        caf::result<void>(put_content),
                        caf::result<void>(look_at_paths)>;

/// What a librarian has to know.
struct library_settings {
  std::vector<std::string> paths;
  std::vector<shared_content> contents;
  bool watch = true;
  hash_type type = hash_type::blake2b;
  std::uint16_t range_symbol_bytes = 0;
  std::shared_ptr<share_counters> counters;
  std::shared_ptr<const share_signing> signing; ///< whose revision is raised
  std::stop_token stop; ///< ends hashing early
};

/// @relates librarian
struct librarian_state {
  librarian_state() = default; // never an aggregate

  /// Content in memory as it is indexed.
  struct book {
    object_header header;
    merkle_tree tree;
    std::shared_ptr<const source> content;
  };

  librarian_actor::stateful_pointer<librarian_state> self = nullptr;
  share_keeper_actor keeper;
  library_settings how;
  std::optional<shared_paths> paths;
  std::map<std::string, book> books; ///< by name
  std::shared_ptr<live_index> shelf; ///< of the books

  static inline const char* name = "troupe.librarian";

  error add(const std::string& name,
            std::shared_ptr<const content_source> content);
  void rebuild();
  void raise_revision();
  error open();
  void put(const put_content& msg);
  void look();
  void tell(std::string name, error failure);
};

/// Hashes what is shared, and again when it changes. The index that it makes
/// may be used by any thread, also after its end.
///
/// Sends:  library_opened once; library_changed for each put_content, and for
///         each path that has changed.
/// Blocks: on the disk and for hashing, hence on a thread of its own (detached);
///         library_settings::stop ends that early.
librarian_actor::behavior_type
librarian(librarian_actor::stateful_pointer<librarian_state> self,
          share_keeper_actor keeper, library_settings how);

} // namespace troupe
