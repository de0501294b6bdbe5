// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe {

/// Blocks of memory that are used again and again, since touching fresh pages
/// costs more than filling them. Thread-safe. Blocks keep their pool alive.
class block_pool : public std::enable_shared_from_this<block_pool> {
public:
  /// Blocks of up to `block_bytes`; keeps up to `spares` unused ones.
  block_pool(std::size_t block_bytes, std::size_t spares)
      : block_bytes_(block_bytes), spares_(spares) {}

  /// A block with undefined content; comes back when its last owner lets go.
  /// Throws std::bad_alloc.
  std::shared_ptr<std::byte> take();

private:
  void put_back(std::unique_ptr<std::byte[]> block) noexcept;

  std::size_t block_bytes_;
  std::size_t spares_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::byte[]>> free_;
};

} // namespace troupe
