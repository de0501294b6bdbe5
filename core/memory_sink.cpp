// SPDX-License-Identifier: BSD-3-Clause
#include "core/sink.hpp"

#include <cstring>
#include <string>
#include <vector>

namespace troupe {

namespace {

class memory_sink final : public sink {
public:
  explicit memory_sink(std::span<std::byte> buffer) : buffer_(buffer) {}

  error check_room(std::uint64_t length) const override {
    if (length <= buffer_.size())
      return {};
    return {errc::buffer_too_small, "an object of " + std::to_string(length) +
                                        " bytes for a buffer of " +
                                        std::to_string(buffer_.size())};
  }

  errc begin(std::uint64_t length) override {
    if (length > buffer_.size())
      return errc::buffer_too_small;
    object_ = buffer_.first(static_cast<std::size_t>(length));
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!fits(offset, bytes.size(), object_.size()))
      return errc::invalid_argument;
    move_announced();
    if (!bytes.empty())
      std::memcpy(object_.data() + offset, bytes.data(), bytes.size());
    return errc::none;
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!fits(from.offset, from.length, buffer_.size()) ||
        !fits(offset, from.length, object_.size()))
      return errc::invalid_argument;
    if (from.offset == offset || from.length == 0)
      return errc::none;
    const auto bytes = buffer_.subspan(static_cast<std::size_t>(from.offset),
                                       static_cast<std::size_t>(from.length));
    announced_.push_back({offset, {bytes.begin(), bytes.end()}});
    return errc::none;
  }

  errc commit(const file_metadata&, const metadata_choice&) override {
    move_announced();
    return errc::none;
  }

  std::shared_ptr<const source> old() const override {
    return make_memory_source(buffer_);
  }

  void discard() noexcept override {
    announced_.clear();
    object_ = {}; // nothing more can be written
  }

private:
  struct moved {
    std::uint64_t offset;
    std::vector<std::byte> bytes;
  };

  static bool fits(std::uint64_t offset, std::uint64_t length,
                   std::uint64_t room) noexcept {
    return offset <= room && length <= room - offset;
  }

  void move_announced() {
    for (const auto& each : announced_)
      std::memcpy(object_.data() + each.offset, each.bytes.data(),
                  each.bytes.size());
    announced_.clear();
  }

  std::span<std::byte> buffer_;
  std::span<std::byte> object_;  ///< the part of the buffer that is written
  std::vector<moved> announced_; ///< copies, until the first write
};

} // namespace

std::unique_ptr<sink> make_memory_sink(std::span<std::byte> buffer) {
  return std::make_unique<memory_sink>(buffer);
}

} // namespace troupe
