// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"

#include <mutex>
#include <vector>

namespace troupe {

/// Several indexes as one, each of which can be replaced by another while it is
/// shared. What was found before stays readable. Any thread; looking up takes
/// a lock for as long as it takes to copy a pointer.
class live_index final : public object_directory {
public:
  /// `places` indexes, of which none is there yet. Looking up takes as many
  /// steps: keep them few.
  live_index(hash_type type, std::uint16_t range_symbol_bytes,
             std::size_t places);

  hash_type type() const override { return type_; }
  std::uint16_t range_symbol_bytes() const override {
    return range_symbol_bytes_;
  }
  std::size_t places() const noexcept { return indexes_.size(); }

  /// Puts an index, of the same type and symbol length, into a place.
  void set(std::size_t place, std::shared_ptr<const share_index> index);

  std::optional<found> find(std::span<const std::byte> key) const override;

private:
  std::shared_ptr<const share_index> at(std::size_t place) const;

  hash_type type_;
  std::uint16_t range_symbol_bytes_;
  mutable std::mutex lock_;
  std::vector<std::shared_ptr<const share_index>> indexes_;
};

} // namespace troupe
