// SPDX-License-Identifier: BSD-3-Clause
// A destination that knows what is true: nothing but bytes of one version, at
// their places, may ever be written to it. Its disk fails as planned.
#pragma once

#include "tests/simulation/judge.hpp"
#include "tests/simulation/scenario.hpp"

namespace troupe::test {

/// What there is at a destination, and what happened to it. One thread.
struct destination {
  destination(const receiver_plan& plan, const std::vector<byte_string>& all,
              judge& judging);

  bool is_memory;
  disk_plan disk;
  const std::vector<byte_string>& versions;
  judge& court;

  byte_string content; ///< that others see
  byte_string before;  ///< what it was at first
  byte_string shadow;  ///< being written, until commit()
  std::uint64_t length = 0;
  std::vector<bool> may_be; ///< versions that all that was written belongs to
  bool has_begun = false;
  bool has_committed = false;
  bool is_over = false;   ///< the report has come
  bool fault_hit = false; ///< the disk failed
  std::uint64_t writes = 0;
  mutable std::uint64_t reads = 0;

  /// The version that the content is now; nullptr for none. Of memory as much
  /// as `object_bytes` counts.
  const byte_string* version_now(std::uint64_t object_bytes) const;
};

/// A sink that writes to `to`.
std::shared_ptr<sink> make_checked_sink(std::shared_ptr<destination> to);

} // namespace troupe::test
