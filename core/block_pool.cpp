// SPDX-License-Identifier: BSD-3-Clause
#include "core/block_pool.hpp"

namespace troupe {

std::shared_ptr<std::byte> block_pool::take() {
  std::unique_ptr<std::byte[]> block;
  {
    const std::lock_guard lock{mutex_};
    free_.reserve(spares_); // so that nothing throws on the way back
    if (!free_.empty()) {
      block = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (!block)
    block.reset(new std::byte[block_bytes_]);
  // From here on the deleter owns it, also when this throws.
  return std::shared_ptr<std::byte>{
      block.release(),
      [pool = shared_from_this()](std::byte* used) {
        pool->put_back(std::unique_ptr<std::byte[]>{used});
      }};
}

void block_pool::put_back(std::unique_ptr<std::byte[]> block) noexcept {
  const std::lock_guard lock{mutex_};
  if (free_.size() < spares_)
    free_.push_back(std::move(block));
}

} // namespace troupe
