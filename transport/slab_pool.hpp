// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe {

/// Slots of a slab, each large enough for the largest UDP payload, which is
/// also the largest superpacket.
inline constexpr unsigned slab_slots = 16;
inline constexpr std::size_t slab_slot_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t slab_bytes = slab_slots * slab_slot_bytes;

/// Internal to transport: a fixed number of receive buffers in one anonymous
/// mapping, so that memory that was never written to costs nothing. Slabs
/// keep the pool alive and come back when their last owner lets go, on any
/// thread. What is out is the receiver's credit.
class slab_pool : public std::enable_shared_from_this<slab_pool> {
public:
  /// Throws std::bad_alloc.
  explicit slab_pool(std::uint32_t slabs); // at least one
  ~slab_pool();
  slab_pool(const slab_pool&) = delete;
  slab_pool& operator=(const slab_pool&) = delete;

  /// The slab used last, for warm caches, or nullptr when all are out: then
  /// the next one that returns calls `on_return`. Any thread.
  std::shared_ptr<std::byte> try_take();

  /// Sets or clears what try_take() speaks of. It runs under the pool's lock
  /// on whatever thread let go: it must only post. Any thread; no call is
  /// under way any more on return.
  void set_on_return(std::function<void()> on_return);

private:
  void put_back(std::byte* slab) noexcept;

  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::mutex mutex_;
  std::vector<std::byte*> free_;
  std::function<void()> on_return_;
  bool starved_ = false;
};

} // namespace troupe
