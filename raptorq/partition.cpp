// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/partition.hpp"

namespace troupe::raptorq {

partition make_partition(std::uint64_t whole, std::uint64_t parts) noexcept {
  partition out{};
  out.short_size = whole / parts;
  out.long_count = whole % parts;
  out.long_size = out.short_size + (out.long_count != 0 ? 1 : 0);
  out.short_count = parts - out.long_count;
  return out;
}

} // namespace troupe::raptorq
