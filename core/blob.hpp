// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace troupe {

/// Shared bytes that nobody changes any more. Cheap to copy, safe to hand
/// from thread to thread; the last copy frees them.
class blob {
public:
  blob() = default;

  /// Takes over `bytes`.
  explicit blob(std::vector<std::byte> bytes)
      : owner_(std::make_shared<std::vector<std::byte>>(std::move(bytes))) {
    view_ = *std::static_pointer_cast<const std::vector<std::byte>>(owner_);
  }

  /// Bytes that `owner` keeps alive, for instance a part of another blob.
  blob(std::shared_ptr<const void> owner, std::span<const std::byte> view)
      : owner_(std::move(owner)), view_(view) {}

  /// A copy of `bytes`.
  static blob copy_of(std::span<const std::byte> bytes) {
    return blob{std::vector<std::byte>(bytes.begin(), bytes.end())};
  }

  std::span<const std::byte> view() const noexcept { return view_; }
  std::size_t size() const noexcept { return view_.size(); }
  bool empty() const noexcept { return view_.empty(); }

  /// The bytes from `first` on, at most `count`, sharing ownership.
  /// Precondition: first <= size().
  blob slice(std::size_t first, std::size_t count) const {
    return blob{owner_, view_.subspan(first, std::min(count, size() - first))};
  }

private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> view_;
};

} // namespace troupe
