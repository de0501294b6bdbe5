// SPDX-License-Identifier: BSD-3-Clause
// Inodes and what of them travels.
#pragma once

#include "core/errc.hpp"
#include "core/file_system.hpp"
#include "core/sink.hpp"

#include <sys/stat.h>

#include <optional>

namespace troupe {

/// What an inode says, as far as it travels.
file_metadata metadata_of(const struct stat& info) noexcept;

/// What tells a file from another, and from itself after a change.
file_identity identity_of(const struct stat& info) noexcept;

/// Gives the open `file` owner, group, mode and times: those of `metadata`
/// that are chosen, else those of the file it is going to replace, if any.
/// Owner and group as far as we may: without the privilege the file stays
/// ours. Set-user-id and set-group-id are taken over only together with the
/// owner or group that they speak of. A time that is not chosen is left alone.
errc apply_attributes(const descriptor& file,
                      const std::optional<struct stat>& replaced,
                      const file_metadata& metadata,
                      const metadata_choice& choice);

/// Whether what is chosen of `metadata` is what the file has already.
bool is_as_chosen(const struct stat& info, const file_metadata& metadata,
                  const metadata_choice& choice) noexcept;

/// Owner, group and times of the symbolic link `name` in `directory`; not its
/// mode, which links do not have. Owner and group as far as we may.
errc apply_link_attributes(const descriptor& directory, const char* name,
                           const file_metadata& metadata,
                           const metadata_choice& choice);

} // namespace troupe
