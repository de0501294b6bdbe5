// SPDX-License-Identifier: BSD-3-Clause
#include "actors/symbol_collector.hpp"

namespace troupe {

symbol_collector::symbol_collector(std::uint64_t size_bytes,
                                   std::uint16_t symbol_bytes,
                                   std::shared_ptr<block_pool> pool)
    : size_bytes_(size_bytes),
      k_(static_cast<std::uint32_t>((size_bytes + symbol_bytes - 1) /
                                    symbol_bytes)),
      pool_(std::move(pool)) {
  take_memory();
  decoder_.emplace(k_, symbol_bytes, block_);
}

void symbol_collector::take_memory() {
  std::byte* bytes = nullptr;
  if (pool_) {
    auto block = pool_->take();
    bytes = block.get();
    owner_ = std::move(block);
  } else {
    auto block = std::make_shared<std::vector<std::byte>>(size_bytes_);
    bytes = block->data();
    owner_ = std::move(block);
  }
  block_ = {bytes, size_bytes_};
}

bool symbol_collector::add(const symbol_id& id,
                           std::span<const std::byte> symbol) {
  if (id.source_block != 0)
    return false;
  switch (decoder_->add(id.encoding_symbol, symbol)) {
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
  if (!decoder_->ready() || decoder_->decode() != raptorq::status::done)
    return std::nullopt;
  return blob{owner_, block_};
}

void symbol_collector::restart() {
  // The bytes may be in somebody's hands already: never write to them again.
  take_memory();
  decoder_->reset(block_);
  source_ = repair_ = 0;
}

} // namespace troupe
