// SPDX-License-Identifier: BSD-3-Clause
/// Room for received repair symbols, bounded from the start.
#pragma once

#include "raptorq/slot_memory.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Keeps up to `limit` symbols of equal size, in slabs taken as they fill up.
class symbol_store {
public:
  symbol_store(std::uint32_t limit, std::size_t symbol_bytes)
      : limit_(limit), bytes_(symbol_bytes), pitch_(slot_round(symbol_bytes)),
        slab_(std::clamp(limit / 16, 8U, 256U)) {}

  std::uint32_t size() const noexcept { return size_; }
  bool full() const noexcept { return size_ == limit_; }

  /// Copies one more symbol in; the store must not be full.
  void push(const std::uint8_t* symbol) {
    if (size_ / slab_ == slabs_.size())
      slabs_.push_back(make_slot_memory(slab_ * pitch_));
    std::memcpy(at(size_), symbol, bytes_);
    ++size_;
  }

  const std::uint8_t* operator[](std::uint32_t n) const noexcept {
    return slabs_[n / slab_].get() + n % slab_ * pitch_;
  }

  /// Forgets the symbols; keeps the slabs.
  void clear() noexcept { size_ = 0; }

private:
  std::uint8_t* at(std::uint32_t n) noexcept {
    return slabs_[n / slab_].get() + n % slab_ * pitch_;
  }

  std::uint32_t limit_;
  std::size_t bytes_;
  std::size_t pitch_;
  std::uint32_t slab_;
  std::uint32_t size_ = 0;
  std::vector<slot_memory> slabs_;
};

} // namespace troupe::raptorq
