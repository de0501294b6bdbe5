// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/block_decoder.hpp"

#include "raptorq/recover.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace troupe::raptorq {

namespace {

const std::uint8_t* octets(const std::byte* p) noexcept {
  return reinterpret_cast<const std::uint8_t*>(p);
}

std::uint8_t* octets(std::byte* p) noexcept {
  return reinterpret_cast<std::uint8_t*>(p);
}

// Something a sender cannot know.
std::uint64_t fresh_seed(const void* self) noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(now.count()) * 0x9e3779b97f4a7c15U +
         reinterpret_cast<std::uintptr_t>(self);
}

} // namespace

block_decoder::block_decoder(std::uint32_t k_symbols,
                             std::uint32_t symbol_bytes,
                             std::span<std::byte> block,
                             std::uint32_t repair_max)
    : k_(k_symbols), symbol_bytes_(symbol_bytes), block_(block),
      repairs_(repair_max != 0 ? repair_max : k_symbols + 32, symbol_bytes),
      repair_set_(fresh_seed(this)) {
  const std::optional<parameters> code = parameters_for(k_symbols);
  if (!code || symbol_bytes == 0 || symbol_bytes > 0xffff)
    return;
  code_ = *code;
  state_ = check(block.size());
  if (state_ != status::done)
    return;
  seen_.resize((k_symbols + 63) / 64);
  if (block.size() < std::uint64_t{k_symbols} * symbol_bytes)
    last_.resize(symbol_bytes);
}

status block_decoder::check(std::size_t block_bytes) const noexcept {
  const std::uint64_t whole = std::uint64_t{k_} * symbol_bytes_;
  const bool fits = block_bytes <= whole && block_bytes > whole - symbol_bytes_;
  return fits ? status::done : status::bad_length;
}

std::uint8_t* block_decoder::symbol(std::uint32_t esi) noexcept {
  if (esi + 1 == k_ && !last_.empty())
    return last_.data();
  return octets(block_.data()) + std::size_t{esi} * symbol_bytes_;
}

add_result block_decoder::add(std::uint32_t esi,
                              std::span<const std::byte> data) {
  if (esi >= esi_limit || state_ != status::done)
    return add_result::bad_esi;
  if (data.size() != symbol_bytes_)
    return add_result::bad_length;
  if (complete_)
    return add_result::already_decoded;
  if (esi < k_) {
    if (seen(esi))
      return add_result::duplicate;
    std::memcpy(symbol(esi), data.data(), symbol_bytes_);
    seen_[esi / 64] |= std::uint64_t{1} << (esi % 64);
    if (++sources_ == k_)
      finish();
    return add_result::added;
  }
  if (repair_set_.contains(esi))
    return add_result::duplicate;
  if (repairs_.full())
    return add_result::full;
  repairs_.push(octets(data.data()));
  repair_esis_.push_back(esi);
  repair_set_.insert(esi);
  return add_result::added;
}

// The end of a short block goes to the caller last.
void block_decoder::finish() noexcept {
  complete_ = true;
  if (last_.empty())
    return;
  const std::size_t before = (k_ - std::size_t{1}) * symbol_bytes_;
  std::memcpy(block_.data() + before, last_.data(), block_.size() - before);
}

status block_decoder::decode() {
  if (state_ != status::done)
    return state_;
  if (complete_)
    return status::done;
  if (held() < k_ || held() == failed_with_)
    return status::need_more;
  received_block block;
  block.code = code_;
  block.k = k_;
  block.symbol_bytes = symbol_bytes_;
  block.source.resize(k_);
  block.lost.reserve(k_ - sources_);
  block.out.reserve(k_ - sources_);
  for (std::uint32_t esi = 0; esi < k_; ++esi)
    if (seen(esi)) {
      block.source[esi] = symbol(esi);
    } else {
      block.lost.push_back(esi);
      block.out.push_back(symbol(esi));
    }
  block.repair_isi.reserve(repairs_.size());
  block.repair.reserve(repairs_.size());
  for (std::uint32_t n = 0; n < repairs_.size(); ++n) {
    block.repair_isi.push_back(repair_esis_[n] + (code_.k_prime - k_));
    block.repair.push_back(repairs_[n]);
  }
  if (!recover(block)) {
    failed_with_ = held();
    return status::need_more;
  }
  finish();
  return status::done;
}

void block_decoder::reset() noexcept {
  std::fill(seen_.begin(), seen_.end(), 0U);
  sources_ = 0;
  repairs_.clear();
  repair_esis_.clear();
  repair_set_.clear();
  failed_with_ = 0;
  complete_ = false;
}

status block_decoder::reset(std::span<std::byte> block) noexcept {
  if (state_ != status::done)
    return state_;
  if (block.size() != block_.size())
    return status::bad_length;
  block_ = block;
  reset();
  return status::done;
}

} // namespace troupe::raptorq
