// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/symbol_collector.hpp"
#include "transport/seal.hpp"

#include <unordered_map>

namespace troupe {

/// Collects the symbols of one sealed object from one sender and opens it.
///
/// Each transmission of such an object is sealed with a nonce of its own: its
/// symbols say nothing about those of another, and nothing on the wire tells
/// them apart. But a sender sends one after the other, each from its first
/// source symbol on and source symbols before repair symbols. So the symbols
/// are kept in the order in which they came. A source symbol that does not
/// come in turn may begin another transmission. When the symbols open to
/// nothing, those before the first such place are given up, and so on. A
/// symbol that contradicts an earlier one is of another transmission for sure.
///
/// Takes memory as symbols come, for little more than 2 K of them. Nothing
/// here is trusted until it opens. Pure; one thread.
class sealed_collector {
public:
  /// `sealed_bytes` > 0 as for symbol_collector.
  explicit sealed_collector(std::uint64_t sealed_bytes);

  /// Adds a symbol of block 0. True when it was new.
  bool add(const symbol_id& id, std::span<const std::byte> symbol);

  struct outcome {
    std::optional<blob> plain;   ///< the object: its seal was right
    /// A transmission, decoded, that `key` does not open. Given once for each
    /// transmission. What was mixed of several is not counted.
    std::optional<blob> refused;
  };
  /// Opens the object if the symbols suffice; cheap as long as they do not.
  outcome open(const seal_key& key);

  /// Forgets all symbols: what was opened is not what its name says.
  void restart();

  /// Symbols held.
  std::uint32_t held() const noexcept {
    return static_cast<std::uint32_t>(esis_.size());
  }
  /// Of what was opened.
  std::uint32_t symbols_source() const noexcept { return source_; }
  std::uint32_t symbols_repair() const noexcept { return repair_; }

private:
  std::span<const std::byte> symbol(std::size_t at) const noexcept;
  void drop_before(std::size_t at);
  void drop_first_run();

  std::uint64_t bytes_;
  std::uint32_t k_;
  std::vector<std::uint32_t> esis_;  ///< in order of arrival
  std::vector<std::byte> symbols_;   ///< classic_symbol_bytes each
  std::vector<std::size_t> starts_;  ///< places where one may begin, but 0
  std::unordered_map<std::uint32_t, std::size_t> places_; ///< by ESI
  std::uint32_t last_rank_ = 0; ///< of the last symbol: ESI, or K for repair
  bool is_refused_ = false;     ///< the transmission under way was refused
  std::uint32_t source_ = 0;
  std::uint32_t repair_ = 0;
};

} // namespace troupe
