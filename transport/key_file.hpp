// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/seal.hpp"

#include <filesystem>
#include <string_view>

namespace troupe {

// Where a shared key comes from. Nothing here prints or keeps a secret, and
// what is read of a file is wiped. All of it blocks: on the disk, and a
// derivation on purpose, for some tenths of a second.

/// Bytes of a key file, as librecast's lcsync has it: the first
/// seal_key_bytes of them are the key.
inline constexpr std::size_t key_file_bytes = 128;

/// Reads a key file: key_file_bytes random bytes, of which more are ignored.
/// Errors: invalid_argument when it is shorter, access_denied when others than
/// its owner may read or change it, or what open(2) says, with the path.
expected<seal_key> read_key_file(const std::filesystem::path& path);

/// The key that everybody who knows `password` can make for the share
/// `share_name`, of which only the part before the first slash counts: of a
/// directory and what is in it. Argon2id with 3 passes over 256 MiB; the salt
/// is made from the name, because there is no channel for a random one.
/// Errors: invalid_argument for an empty password, out_of_memory.
expected<seal_key> derive_key(std::string_view password,
                              std::string_view share_name);

/// The key that librecast's lcsync 0.3 makes from the same password: its last
/// character does not count, the salt is a hash of the rest, and Argon2id runs
/// with 2 passes over 64 MiB. Weaker than derive_key(), since one attempt of a
/// guesser serves for all shares there are.
/// Errors: invalid_argument for less than two characters, out_of_memory.
expected<seal_key> derive_librecast_key(std::string_view password);

/// The same with the first line of a file as the password, all of it but for
/// the line's end. Errors: also access_denied and others as read_key_file(),
/// and invalid_argument for a line of more than 4096 bytes.
expected<seal_key> read_password_file(const std::filesystem::path& path,
                                      std::string_view share_name);
expected<seal_key>
read_librecast_password_file(const std::filesystem::path& path);

} // namespace troupe
