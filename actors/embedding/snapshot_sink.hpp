// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob_sink.hpp"
#include "troupe/content.hpp"

#include <utility>

namespace troupe {

/// A new version of an object in memory of its own, made from the last one,
/// which stays as it is. As blob_sink otherwise.
class snapshot_sink final : public sink {
public:
  /// `last` may be nullptr.
  snapshot_sink(std::uint64_t limit_bytes, const snapshot_ptr& last)
      : bytes_(std::make_shared<blob_sink>(limit_bytes, source_of(last))) {}

  error check_room(std::uint64_t length) const override {
    return bytes_->check_room(length);
  }
  errc begin(std::uint64_t length) override { return bytes_->begin(length); }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    return bytes_->write_at(offset, bytes);
  }
  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    return bytes_->copy_from_old(from, offset);
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    is_complete_ = true;
    return errc::none;
  }
  std::shared_ptr<const source> old() const override { return bytes_->old(); }
  void discard() noexcept override { bytes_->forget_old(); }

  /// The version, once the sync has reported; nullptr: it stayed the last one.
  std::shared_ptr<const blob_sink> take() const {
    return is_complete_ ? bytes_ : nullptr;
  }

private:
  static std::shared_ptr<const source> source_of(const snapshot_ptr& last) {
    if (!last)
      return nullptr;
    return make_blob_source(blob{last, {last->data, last->size}});
  }

  std::shared_ptr<blob_sink> bytes_;
  bool is_complete_ = false;
};

} // namespace troupe
