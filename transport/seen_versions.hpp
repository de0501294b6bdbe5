// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"
#include "transport/signing_key.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace troupe {

/// The newest signed manifest that a receiver has accepted for a place.
struct seen_version {
  public_key key;            ///< that signed it
  std::uint64_t version = 0;
  hash manifest;             ///< BLAKE2b of the manifest without its signature
  friend bool operator==(const seen_version&, const seen_version&) = default;
};

/// As it is on the disk: lines of text.
std::string format_seen(const seen_version& seen);
/// Errors: bad_object for anything else than that.
expected<seen_version> parse_seen(std::string_view text);

/// What receivers have seen of signed shares, so that nobody can bring back an
/// old version. A file with mode 0600 for each place, name and trusted key in
/// a folder of the user's own; deleting one makes the receiver forget. Any
/// thread and process; blocks on the disk.
class seen_versions {
public:
  explicit seen_versions(std::filesystem::path folder)
      : folder_(std::move(folder)) {}

  /// What is told apart.
  struct subject {
    std::string place; ///< the destination, an absolute path
    std::string name;  ///< of the share
    public_key trusted; ///< that the receiver was given
  };

  /// The newest one, or nothing if there was none. Errors: what the disk says,
  /// bad_object for a file that is damaged, both naming it: what was seen is
  /// not known then, which must not pass for nothing.
  expected<std::optional<seen_version>> recall(const subject& what) const;

  /// Remembers `seen` unless a higher version is known meanwhile. On the disk
  /// when it returns. Errors: what the disk says, naming the file.
  error remember(const subject& what, const seen_version& seen) const;

private:
  std::filesystem::path path_of(const subject& what) const;

  std::filesystem::path folder_;
};

} // namespace troupe
