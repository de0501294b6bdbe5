// SPDX-License-Identifier: BSD-3-Clause
#include "core/source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace troupe {

namespace {

class memory_source final : public source {
public:
  explicit memory_source(blob bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const noexcept override { return bytes_.size(); }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset)
      return errc::invalid_argument;
    if (!out.empty())
      std::memcpy(out.data(), bytes_.view().data() + offset, out.size());
    return errc::none;
  }

  errc check_unchanged() const override { return errc::none; }

private:
  blob bytes_;
};

} // namespace

errc source::check_unchanged_in(byte_range) const {
  return check_unchanged();
}

errc source::read_once_and_space(std::uint64_t offset, std::uint64_t length,
                                 std::span<std::byte> out,
                                 std::size_t piece_bytes,
                                 std::size_t stride) const {
  std::vector<std::byte> bytes(length);
  if (const auto result = read_at(offset, bytes); result != errc::none)
    return result;
  for (std::size_t at = 0, to = 0; at < bytes.size(); to += stride) {
    const auto count = std::min(piece_bytes, bytes.size() - at);
    if (to > out.size() || count > out.size() - to)
      return errc::invalid_argument;
    std::memcpy(out.data() + to, bytes.data() + at, count);
    at += count;
  }
  return errc::none;
}

errc source::read_spaced(std::uint64_t offset, std::uint64_t length,
                         std::span<std::byte> out, std::size_t piece_bytes,
                         std::size_t stride) const {
  for (; length > 0; out = out.subspan(std::min(stride, out.size()))) {
    const auto piece = std::min<std::uint64_t>(length, piece_bytes);
    if (out.size() < piece)
      return errc::invalid_argument;
    if (const auto e = read_at(offset, out.first(piece)); e != errc::none)
      return e;
    offset += piece;
    length -= piece;
  }
  return errc::none;
}

std::shared_ptr<source> make_memory_source(std::span<const std::byte> bytes) {
  return make_blob_source(blob{nullptr, bytes});
}

std::shared_ptr<source> make_blob_source(blob bytes) {
  return std::make_shared<memory_source>(std::move(bytes));
}

} // namespace troupe
