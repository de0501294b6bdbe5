// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include <sys/types.h>

namespace troupe {

/// Overwrites `bytes` in a way that no optimiser leaves out.
void wipe(std::span<std::byte> bytes) noexcept;

/// Bytes that are wiped at the end. For what is read and written at once; a
/// key that is kept has locked memory of its own.
template <std::size_t N>
struct secret_bytes {
  secret_bytes() = default;
  secret_bytes(const secret_bytes&) = delete;
  secret_bytes& operator=(const secret_bytes&) = delete;
  ~secret_bytes() { wipe(bytes); }

  /// The first `size` of them as text.
  std::string_view chars(std::size_t size) const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }

  std::array<std::byte, N> bytes{};
};

/// Fills `out` from the file's start, as far as there is something. Returns
/// the number of bytes. Errors: what open(2) and read(2) say, with the path.
/// Blocks.
expected<std::size_t> read_file_start(const std::filesystem::path& path,
                                      std::span<std::byte> out);

/// The same of a secret. Errors: also access_denied when others than its owner
/// may read, change or run it, naming the fix.
expected<std::size_t> read_secret_start(const std::filesystem::path& path,
                                        std::span<std::byte> out);

/// Makes a file that was not there before, with all of `bytes` on the disk, or
/// none. Errors: already_exists, or what the system says, with the path.
/// Blocks.
error write_new_file(const std::filesystem::path& path,
                     std::span<const std::byte> bytes, mode_t mode);

} // namespace troupe
