// SPDX-License-Identifier: BSD-3-Clause
// Private to core: the old content together with what a sync that was killed
// has left of the new one.
#pragma once

#include "core/chunk_map.hpp"
#include "core/file_system.hpp"
#include "core/source.hpp"

#include <vector>

namespace troupe {

/// Where a run of bytes of a resumed_source is.
struct resumed_piece {
  enum class from { old_object, left_over, nowhere };
  from what = from::nowhere;
  std::uint64_t offset = 0; ///< in there
  std::uint64_t length = 0;
};

/// Chunk by chunk what is left over, where there is something, and else the old
/// object. Behind that, from the next chunk border on, come those chunks of the
/// old object that are covered, so that nothing of it is out of reach. Nothing of it
/// is trusted: it is compared like any old content.
class resumed_source final : public source {
public:
  enum class covered { is_appended, is_lost };

  /// `old` may be nullptr. `there`: the chunks that `rest` has.
  resumed_source(std::shared_ptr<const source> old,
                 std::shared_ptr<const source> rest, const chunk_map& there,
                 covered what = covered::is_appended);

  std::uint64_t size() const noexcept override { return size_; }
  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override;
  errc check_unchanged() const override;
  bool is_void(byte_range range) const override;

  /// The chunks that are left over, of all chunks of this source.
  std::shared_ptr<const chunk_map> left_over() const { return left_over_; }

  /// What `range`, which is not empty and lies within size(), begins with.
  resumed_piece first_of(byte_range range) const;

private:
  std::uint64_t old_bytes() const noexcept { return old_ ? old_->size() : 0; }
  resumed_piece chunk_of(std::uint64_t chunk, std::uint64_t within) const;

  std::shared_ptr<const source> old_, rest_;
  std::shared_ptr<const chunk_map> left_over_;
  std::vector<std::uint64_t> covered_; ///< chunks of the old object
  std::uint64_t chunks_ = 0;           ///< before those
  std::uint64_t size_ = 0;
};

/// The first `size` bytes of an open file, for reading.
std::shared_ptr<source> make_open_source(descriptor file, std::uint64_t size);

/// The chunks of `file`, `size` bytes long, that have data in them as far as the
/// file system can tell; as many as there are up to the last of those, so that
/// a file that is all hole costs nothing.
chunk_map chunks_with_data(const descriptor& file, std::uint64_t size);

} // namespace troupe
