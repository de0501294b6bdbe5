// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"
#include "core/source.hpp"

#include <unordered_map>

namespace troupe {

/// A file as it was when it was known to have the merkle root `root`.
struct known_file {
  file_identity file;
  hash root;
};
/// By path below their directory.
using known_files = std::unordered_map<std::string, known_file>;

/// Files below a directory whose content was compared with a share's or came
/// from it, and which are not read again while their inodes say the same. One
/// file in `folder` for each directory; it may be deleted at any time.
/// Whatever goes wrong means: nothing is known. Any thread; blocks on the disk.
///
/// A file that changed while the clock stood still could not be told from what
/// it was before, so that those are left out which changed less than 20 ms
/// before they were remembered.
class tree_memory {
public:
  /// `directory` is the destination's own identity.
  tree_memory(std::filesystem::path folder, hash_type type)
      : folder_(std::move(folder)), type_(type) {}

  known_files recall(const file_identity& directory) const;
  void remember(const file_identity& directory, const known_files& files) const;

private:
  std::filesystem::path path_of(const file_identity& directory) const;

  std::filesystem::path folder_;
  hash_type type_;
};

/// The catalogue that was got last under `key`, so that of the next one only
/// what has changed is got; nullptr if there is none. As little certain.
std::shared_ptr<const source>
recall_catalogue(const std::filesystem::path& folder, const std::string& key);
void remember_catalogue(const std::filesystem::path& folder,
                        const std::string& key,
                        std::span<const std::byte> bytes);

} // namespace troupe
