// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/sink.hpp"

namespace troupe {

/// A place for a sink that is chosen later, once it is known what comes. Until
/// then it is empty, and writing to it is invalid_argument. Set it before
/// whoever writes hears of the object; otherwise as any sink.
class late_sink final : public sink {
public:
  /// Once.
  void set(std::shared_ptr<sink> chosen) { chosen_ = std::move(chosen); }

  bool is_set() const noexcept { return chosen_ != nullptr; }

  error check_room(std::uint64_t length) const override {
    return chosen_ ? chosen_->check_room(length) : error{};
  }
  errc begin(std::uint64_t length) override {
    return chosen_ ? chosen_->begin(length) : errc::invalid_argument;
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    return chosen_ ? chosen_->write_at(offset, bytes) : errc::invalid_argument;
  }
  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    return chosen_ ? chosen_->copy_from_old(from, offset)
                   : errc::invalid_argument;
  }
  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    return chosen_ ? chosen_->commit(metadata, choice)
                   : errc::invalid_argument;
  }
  errc commit_unchanged(const file_metadata& metadata,
                        const metadata_choice& choice) override {
    return chosen_ ? chosen_->commit_unchanged(metadata, choice)
                   : errc::invalid_argument;
  }
  bool has_more_to_commit() const override {
    return chosen_ && chosen_->has_more_to_commit();
  }
  std::shared_ptr<const source> old() const override {
    return chosen_ ? chosen_->old() : nullptr;
  }
  std::shared_ptr<const chunk_map> left_over() const override {
    return chosen_ ? chosen_->left_over() : nullptr;
  }
  void discard() noexcept override {
    if (chosen_)
      chosen_->discard();
  }

private:
  std::shared_ptr<sink> chosen_;
};

} // namespace troupe
