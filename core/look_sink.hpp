// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/sink.hpp"

#include <memory>

namespace troupe {

/// Something to compare with that is never written: the destination of a sync
/// which is to say only what it would do.
class look_sink final : public sink {
public:
  /// `old` may be nullptr.
  explicit look_sink(std::shared_ptr<const source> old)
      : old_(std::move(old)) {}

  errc begin(std::uint64_t) override { return errc::unsupported; }
  errc write_at(std::uint64_t, std::span<const std::byte>) override {
    return errc::unsupported;
  }
  errc copy_from_old(byte_range, std::uint64_t) override {
    return errc::unsupported;
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    return errc::unsupported;
  }
  errc commit_unchanged(const file_metadata&,
                        const metadata_choice&) override {
    return errc::unsupported;
  }
  std::shared_ptr<const source> old() const override { return old_; }
  void discard() noexcept override {}

private:
  std::shared_ptr<const source> old_;
};

/// The regular file at `path`, for looking only; what is no file, or not there,
/// is compared as nothing. Errors: is_directory; not_found for a parent that is
/// not there; access_denied.
expected<std::shared_ptr<sink>>
make_look_sink(const std::filesystem::path& path);

} // namespace troupe
