// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace troupe {

/// Memory on a boundary of 64 bytes. Any thread; throws std::bad_alloc.
template <class T>
struct cache_line_allocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  cache_line_allocator() = default;
  template <class U>
  cache_line_allocator(const cache_line_allocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), alignment));
  }
  void deallocate(T* memory, std::size_t) noexcept {
    ::operator delete(memory, alignment);
  }
  template <class U>
  bool operator==(const cache_line_allocator<U>&) const noexcept {
    return true;
  }
};

/// What large parts of files are read into. malloc puts what is large 16 bytes
/// behind a page's start, and there some processors (AMD's of the third and
/// fourth Zen generation) copy pages with a third to a seventh of their speed:
/// 1.7 GB/s instead of 5 (tmpfs) to 12 (ext4).
using read_buffer = std::vector<std::byte, cache_line_allocator<std::byte>>;

} // namespace troupe
