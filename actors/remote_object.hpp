// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/merkle_tree.hpp"
#include "core/net_tree.hpp"

#include <memory>
#include <vector>

namespace troupe {

/// What the receiver knows of the remote object: from the first part of its
/// tree to the whole, verified tree. Pure; one thread.
class remote_object {
public:
  /// Reads the first object that came on the name's group.
  /// Errors: bad_object, too_large.
  static expected<remote_object> from_first(hash_type type, blob first,
                                            std::uint64_t limit_bytes);

  const object_header& header() const noexcept { return header_; }
  hash_type type() const noexcept { return type_; }
  std::uint64_t first_bytes() const noexcept { return first_bytes_; }
  /// Channel hash of the object as a whole: of part 0, of the listing below the
  /// top of a share, of the link.
  hash id() const;
  /// True for regular files and memory: what has a tree.
  bool has_tree() const noexcept;

  /// Parts of the tree object, the first included.
  std::uint64_t parts() const noexcept { return parts_.size(); }
  /// Channel hash of part `index`, 0 < index < parts().
  hash part_hash(std::uint64_t index) const;
  /// Takes part `index`. False when its length is not what the header
  /// announced.
  bool add_part(std::uint64_t index, blob bytes);
  bool complete() const noexcept { return missing_ == 0; }

  /// The whole tree, checked. Precondition: has_tree() and complete().
  /// Errors: bad_object, hash_mismatch.
  expected<merkle_tree> tree() const;

private:
  remote_object() = default;

  hash_type type_ = hash_type::blake2b;
  object_header header_;
  std::uint64_t first_bytes_ = 0;
  hash root_;
  std::vector<blob> parts_;
  std::uint64_t missing_ = 0;
};

} // namespace troupe
