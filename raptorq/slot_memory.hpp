// SPDX-License-Identifier: BSD-3-Clause
/// Memory aligned for the kernels.
#pragma once

#include "raptorq/octets.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace troupe::raptorq {

/// Rounds up to whole slot units.
constexpr std::size_t slot_round(std::size_t octets) noexcept {
  return (octets + slot_unit - 1) / slot_unit * slot_unit;
}

struct slot_delete {
  void operator()(std::uint8_t* p) const noexcept {
    ::operator delete[](p, std::align_val_t{slot_unit});
  }
};

/// An owned array of octets that begins at a multiple of slot_unit.
using slot_memory = std::unique_ptr<std::uint8_t[], slot_delete>;

/// `octets` octets, not set. Throws std::bad_alloc.
inline slot_memory make_slot_memory(std::size_t octets) {
  return slot_memory(static_cast<std::uint8_t*>(
      ::operator new[](octets, std::align_val_t{slot_unit})));
}

} // namespace troupe::raptorq
