// SPDX-License-Identifier: BSD-3-Clause
#include "core/live_index.hpp"

namespace troupe {

live_index::live_index(hash_type type, std::uint16_t range_symbol_bytes,
                       std::size_t places)
    : type_(type), range_symbol_bytes_(range_symbol_bytes), indexes_(places) {}

void live_index::set(std::size_t place,
                     std::shared_ptr<const share_index> index) {
  // The old one goes outside of the lock: it may be large.
  const std::lock_guard guard{lock_};
  indexes_.at(place).swap(index);
}

std::shared_ptr<const share_index> live_index::at(std::size_t place) const {
  const std::lock_guard guard{lock_};
  return indexes_[place];
}

std::optional<object_directory::found>
live_index::find(std::span<const std::byte> key) const {
  for (std::size_t place = 0; place < indexes_.size(); ++place)
    if (const auto index = at(place))
      if (auto entry = index->find(key))
        return entry;
  return std::nullopt;
}

} // namespace troupe
