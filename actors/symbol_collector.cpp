// SPDX-License-Identifier: BSD-3-Clause
#include "actors/symbol_collector.hpp"

namespace troupe {

namespace {

std::uint32_t symbols_of(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes + classic_symbol_bytes - 1) /
                                    classic_symbol_bytes);
}

} // namespace

symbol_collector::symbol_collector(std::uint64_t size_bytes)
    : size_bytes_(size_bytes), k_(symbols_of(size_bytes)),
      block_(std::make_shared<std::vector<std::byte>>(size_bytes)),
      decoder_(k_, classic_symbol_bytes, *block_) {}

bool symbol_collector::add(const symbol_id& id,
                           std::span<const std::byte> symbol) {
  if (id.source_block != 0)
    return false;
  switch (decoder_.add(id.encoding_symbol, symbol)) {
  case raptorq::add_result::added:
    ++(id.encoding_symbol < k_ ? source_ : repair_);
    return true;
  case raptorq::add_result::full:
    // So many symbols and no solution: some of them are wrong.
    restart();
    return false;
  default:
    return false;
  }
}

std::optional<blob> symbol_collector::decode() {
  if (!decoder_.ready() || decoder_.decode() != raptorq::status::done)
    return std::nullopt;
  return blob{block_, *block_};
}

void symbol_collector::restart() {
  // The bytes may be in somebody's hands already: never write to them again.
  block_ = std::make_shared<std::vector<std::byte>>(size_bytes_);
  decoder_.reset(*block_);
  source_ = repair_ = 0;
}

} // namespace troupe
