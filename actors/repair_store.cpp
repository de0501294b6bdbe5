// SPDX-License-Identifier: BSD-3-Clause
#include "actors/repair_store.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Blocks that may follow each other before one of them is asked about: what a
/// receiver has under way.
constexpr std::uint32_t patience_blocks = 24;
/// More than that is made when it is asked for.
constexpr std::uint32_t most_narrow = 2;
constexpr std::uint32_t most_wide = 4;

} // namespace

repair_store::symbols
repair_store::find(const std::shared_ptr<const source>& from, byte_range range,
                   std::uint32_t first_esi) {
  const std::lock_guard guard{mutex_};
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const entry& one) {
        return one.first_esi == first_esi && one.range == range &&
               one.from == from;
      });
  if (found == entries_.end())
    return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return found->made;
}

void repair_store::put(std::shared_ptr<const source> from, byte_range range,
                       std::uint32_t first_esi, symbols made) {
  const std::lock_guard guard{mutex_};
  bytes_ += made->size();
  entries_.push_front({std::move(from), range, first_esi, std::move(made)});
  while (bytes_ > most_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().made->size();
    entries_.pop_back();
  }
}

void repair_store::data_sent() {
  const std::lock_guard guard{mutex_};
  if (sent_since_asked_ < patience_blocks)
    ++sent_since_asked_;
  else
    expected_ = {};
}

void repair_store::repair_asked(batch kind, std::uint32_t number) {
  const std::lock_guard guard{mutex_};
  sent_since_asked_ = 0;
  auto& expected = expected_[static_cast<std::size_t>(kind)];
  const auto most = kind == batch::wide ? most_wide : most_narrow;
  expected = std::max(expected, std::min(number + 1, most));
}

std::uint32_t repair_store::batches_expected(batch kind) const {
  const std::lock_guard guard{mutex_};
  return expected_[static_cast<std::size_t>(kind)];
}

} // namespace troupe
