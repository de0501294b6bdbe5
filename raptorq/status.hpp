// SPDX-License-Identifier: BSD-3-Clause
/// What an operation of the codec answers. No function of the codec throws
/// for bad input; only std::bad_alloc can leave it.
#pragma once

#include <cstdint>

namespace troupe::raptorq {

enum class status : std::uint8_t {
  done,          ///< all that was asked for was done
  need_more,     ///< not enough symbols yet; adding more may help
  bad_parameter, ///< K, T, Z, N, Al or F is outside what RFC 6330 allows
  bad_esi,       ///< the ESI is not of the kind asked for, or >= 2^24
  bad_length,    ///< a buffer has the wrong number of bytes
};

/// What block_decoder::add did with a symbol.
enum class add_result : std::uint8_t {
  added,           ///< stored
  duplicate,       ///< a symbol of this ESI is already stored
  bad_esi,         ///< ESI or block number out of range
  bad_length,      ///< the symbol has the wrong number of bytes
  full,            ///< the store for repair symbols is full
  already_decoded, ///< the block is complete; the symbol was not needed
};

/// A short English name, such as "need_more". Never null.
constexpr const char* to_string(status s) noexcept {
  switch (s) {
  case status::done:
    return "done";
  case status::need_more:
    return "need_more";
  case status::bad_parameter:
    return "bad_parameter";
  case status::bad_esi:
    return "bad_esi";
  case status::bad_length:
    return "bad_length";
  }
  return "unknown";
}

/// A short English name, such as "duplicate". Never null.
constexpr const char* to_string(add_result r) noexcept {
  switch (r) {
  case add_result::added:
    return "added";
  case add_result::duplicate:
    return "duplicate";
  case add_result::bad_esi:
    return "bad_esi";
  case add_result::bad_length:
    return "bad_length";
  case add_result::full:
    return "full";
  case add_result::already_decoded:
    return "already_decoded";
  }
  return "unknown";
}

} // namespace troupe::raptorq
