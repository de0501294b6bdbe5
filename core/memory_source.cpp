// SPDX-License-Identifier: BSD-3-Clause
#include "core/source.hpp"

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

std::shared_ptr<source> make_memory_source(std::span<const std::byte> bytes) {
  return make_blob_source(blob{nullptr, bytes});
}

std::shared_ptr<source> make_blob_source(blob bytes) {
  return std::make_shared<memory_source>(std::move(bytes));
}

} // namespace troupe
