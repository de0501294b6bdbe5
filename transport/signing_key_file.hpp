// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/signing_key.hpp"

#include <filesystem>

namespace troupe {

// Key files are lines of text; docs/wire-format.md, "Signing keys" has their
// form. Reading and writing block on the disk; nothing here prints.

/// Bytes of a key file at most.
inline constexpr std::size_t max_signing_key_file_bytes = 4096;

/// What a public key file says. Errors: invalid_argument, saying which line
/// is wrong; of a secret one, that it is one.
expected<public_key> parse_public_key(std::string_view text);
std::string format_public_key(const public_key& key);

/// What a secret key file says. Errors: invalid_argument, out_of_memory.
expected<signing_key> parse_signing_key(std::string_view text);

/// Reads a public key file. Errors: also what open(2) says, with the path.
expected<public_key> read_public_key(const std::filesystem::path& path);

/// Reads a secret key file. Errors: also access_denied when others than its
/// owner have access to it.
expected<signing_key> read_signing_key(const std::filesystem::path& path);

/// Where the public half of the key file `path` is: `path`.pub.
std::filesystem::path public_path_of(const std::filesystem::path& path);

/// Writes both halves, the secret one with mode 0600, and waits for the disk.
/// Replaces nothing: errors: already_exists, or what open(2) and write(2) say;
/// then there is neither file.
error write_key_pair(const std::filesystem::path& path, const signing_key& key);

} // namespace troupe
