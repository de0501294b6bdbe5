// SPDX-License-Identifier: BSD-3-Clause
#include "capi/oti.hpp"

#include "raptorq/parameters.hpp"
#include "transport/packet.hpp"

namespace troupe::capi {

raptorq::oti oti_of(std::uint64_t transfer_bytes) noexcept {
  raptorq::oti info;
  info.transfer_bytes = transfer_bytes;
  info.symbol_bytes = classic_symbol_bytes;
  const auto symbols = info.total_symbols();
  const auto blocks = (symbols + raptorq::source_symbols_max - 1) /
                      raptorq::source_symbols_max;
  // 0, which no object may have, when the number does not fit
  info.source_blocks = static_cast<std::uint8_t>(blocks <= 255 ? blocks : 0);
  return info;
}

} // namespace troupe::capi
