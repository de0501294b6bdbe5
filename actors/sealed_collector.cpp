// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sealed_collector.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr std::size_t t = classic_symbol_bytes;
/// So many symbols more than K and no solution: some are wrong.
constexpr std::uint32_t patience_symbols = 32;

} // namespace

sealed_collector::sealed_collector(std::uint64_t sealed_bytes)
    : bytes_(sealed_bytes),
      k_(static_cast<std::uint32_t>((sealed_bytes + t - 1) / t)) {}

std::span<const std::byte>
sealed_collector::symbol(std::size_t at) const noexcept {
  return std::span{symbols_}.subspan(at * t, t);
}

bool sealed_collector::add(const symbol_id& id,
                           std::span<const std::byte> bytes) {
  if (id.source_block != 0 || bytes.size() != t)
    return false;
  const auto esi = id.encoding_symbol;
  const auto rank = std::min(esi, k_);
  const auto known = places_.find(esi);
  if (known != places_.end() &&
      std::equal(bytes.begin(), bytes.end(),
                 symbol(known->second).begin()))
    return false;
  const bool may_begin = rank < last_rank_;
  last_rank_ = rank;
  if (may_begin)
    is_refused_ = false;
  if (may_begin && !esis_.empty())
    starts_.push_back(esis_.size());
  if (known != places_.end()) {
    // Not the transmission that the earlier symbol is of.
    const auto next =
        std::upper_bound(starts_.begin(), starts_.end(), known->second);
    drop_before(next == starts_.end() ? esis_.size() : *next);
  }
  if (held() >= 2 * k_ + 2 * patience_symbols)
    drop_first_run();
  places_[esi] = esis_.size();
  esis_.push_back(esi);
  symbols_.insert(symbols_.end(), bytes.begin(), bytes.end());
  return true;
}

sealed_collector::outcome sealed_collector::open(const seal_key& key) {
  outcome result;
  while (held() >= k_) {
    symbol_collector block{bytes_};
    for (std::size_t i = 0; i < esis_.size(); ++i)
      block.add({0, esis_[i]}, symbol(i));
    const auto sealed = block.decode();
    if (!sealed && held() < k_ + patience_symbols)
      break; // another symbol will do
    if (sealed) {
      if (auto plain = unseal(sealed->view(), key)) {
        source_ = block.symbols_source();
        repair_ = block.symbols_repair();
        result.plain = std::move(*plain);
        break;
      }
      if (starts_.empty() && !std::exchange(is_refused_, true))
        result.refused = *sealed;
    }
    drop_first_run();
  }
  return result;
}

void sealed_collector::restart() { drop_before(esis_.size()); }

void sealed_collector::drop_first_run() {
  // Many such places are nobody's transmissions: bound the attempts.
  drop_before(starts_.empty() ? esis_.size() : starts_[starts_.size() / 8]);
}

void sealed_collector::drop_before(std::size_t at) {
  const auto count = static_cast<std::ptrdiff_t>(at);
  esis_.erase(esis_.begin(), esis_.begin() + count);
  symbols_.erase(symbols_.begin(),
                 symbols_.begin() + count * static_cast<std::ptrdiff_t>(t));
  places_.clear();
  for (std::size_t i = 0; i < esis_.size(); ++i)
    places_[esis_[i]] = i;
  std::erase_if(starts_, [&](std::size_t start) { return start <= at; });
  for (auto& start : starts_)
    start -= at;
}

} // namespace troupe
