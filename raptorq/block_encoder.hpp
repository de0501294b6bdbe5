// SPDX-License-Identifier: BSD-3-Clause
/// Encoding of one source block (RFC 6330 sections 4.4 and 5.3).
#pragma once

#include "raptorq/parameters.hpp"
#include "raptorq/slot_memory.hpp"
#include "raptorq/status.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::raptorq {

struct elimination_plan;
class generator;

/// Makes encoding symbols of a source block of K symbols of T octets. ESIs
/// below K are the source symbols as they are; all others, up to 2^24 - 1,
/// are repair symbols.
///
/// The block stays the caller's: it is read, never copied, and must outlive
/// the encoder unchanged. Constructing one costs next to nothing. What has to
/// be worked out once for a K is shared by all encoders of the process. For K
/// of a few hundred and less each repair symbol is made on its own; above
/// that a call does work for the whole block, so many symbols a call are
/// better than few. From the second such call on the encoder holds about
/// K * T octets of its own.
///
/// One thread at a time for each encoder; any number of encoders at once.
/// Nothing blocks, except that the first use of a K makes others wait for it.
class block_encoder {
public:
  /// `block` has k_symbols * symbol_bytes octets; the last symbol may be cut
  /// short and is then taken to end in zeros. Arguments that make no sense
  /// are reported by state() and by every call.
  block_encoder(std::uint32_t k_symbols, std::uint32_t symbol_bytes,
                std::span<const std::byte> block);

  /// done; bad_parameter: K is not 1..56403 or T not 1..65535;
  /// bad_length: the block does not have K symbols.
  status state() const noexcept { return state_; }

  /// Copies source symbol `esi` < K, padded with zeros, to `out` (T octets).
  status source(std::uint32_t esi, std::span<std::byte> out) const noexcept;

  /// Writes repair symbols first_esi, first_esi + 1 and so on, `count` of
  /// them, one behind the other into `out` (count * T octets).
  /// @return bad_esi unless K <= first_esi and all are below 2^24.
  status repair(std::uint32_t first_esi, std::uint32_t count,
                std::span<std::byte> out);

  /// Writes the repair symbols `esis` (in any order), each stride_bytes >= T
  /// behind the one before, so that headers fit between them. `out` reaches
  /// at least to the end of the last symbol; the gaps are not touched.
  status repair(std::span<const std::uint32_t> esis, std::span<std::byte> out,
                std::size_t stride_bytes);

  std::uint32_t k_symbols() const noexcept { return k_; }
  std::uint32_t symbol_bytes() const noexcept { return symbol_bytes_; }

private:
  const std::uint8_t* symbol(std::uint32_t esi) const noexcept;
  void repair_dense(std::span<const std::uint32_t> esis, std::uint8_t* out,
                    std::size_t stride);
  void repair_sparse(std::span<const std::uint32_t> esis, std::uint8_t* out,
                     std::size_t stride);
  void repair_solved(std::span<const std::uint32_t> esis, std::uint8_t* out,
                     std::size_t stride);
  void solve();

  std::uint32_t k_;
  std::uint32_t symbol_bytes_;
  std::span<const std::byte> block_;
  status state_ = status::bad_parameter;
  parameters code_{};
  std::vector<std::uint8_t> last_; // the last symbol when it was cut short
  bool asked_before_ = false;      // a sparse call was made
  std::shared_ptr<const elimination_plan> plan_;
  slot_memory solved_; // the intermediate symbols by slot, once needed
};

} // namespace troupe::raptorq
