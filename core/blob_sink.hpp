// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/room.hpp"
#include "core/sink.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

namespace troupe {

/// An object that is kept in memory, of up to `limit_bytes` bytes.
class blob_sink final : public sink {
public:
  /// `old` is what it is compared with, and may be nullptr.
  explicit blob_sink(std::uint64_t limit_bytes,
                     std::shared_ptr<const source> old = nullptr)
      : limit_bytes_(limit_bytes), old_(std::move(old)) {}

  error check_room(std::uint64_t length) const override {
    return length > limit_bytes_ ? exceeds(length, limit_bytes_) : error{};
  }
  errc begin(std::uint64_t length) override {
    if (length > limit_bytes_)
      return errc::too_large;
    // calloc(3) touches no memory before there is something to write.
    memory_.reset(static_cast<std::byte*>(
        std::calloc(static_cast<std::size_t>(length) + 1, 1)));
    if (!memory_)
      return errc::out_of_memory;
    bytes_ = {memory_.get(), static_cast<std::size_t>(length)};
    return errc::none;
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (offset > bytes_.size() || bytes.size() > bytes_.size() - offset)
      return errc::invalid_argument;
    if (!bytes.empty())
      std::memcpy(bytes_.data() + offset, bytes.data(), bytes.size());
    return errc::none;
  }
  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!old_ || offset > bytes_.size() ||
        from.length > bytes_.size() - offset)
      return errc::invalid_argument;
    return old_->read_at(from.offset,
                         bytes_.subspan(offset, from.length));
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    return errc::none;
  }
  bool has_more_to_commit() const override { return true; } // to be read
  std::shared_ptr<const source> old() const override { return old_; }
  void discard() noexcept override {}

  /// Lets go of what it was compared with. Once nobody writes any more.
  void forget_old() noexcept { old_.reset(); }

  /// The object; after commit(), once nobody writes any more.
  std::span<const std::byte> view() const noexcept { return bytes_; }

private:
  std::uint64_t limit_bytes_;
  std::shared_ptr<const source> old_;
  std::unique_ptr<std::byte, decltype(&std::free)> memory_{nullptr, &std::free};
  std::span<std::byte> bytes_;
};

} // namespace troupe
