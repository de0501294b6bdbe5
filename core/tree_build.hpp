// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunk_map.hpp"
#include "core/merkle_tree.hpp"
#include "core/source.hpp"

#include <atomic>
#include <memory>

namespace troupe {

/// One tree under construction, shared by as many workers as there are.
/// Each worker calls hash_next_range() until it says there is nothing left to
/// take; whoever finishes the last range gets true from it exactly once and
/// then calls finish(). Leaves are written to disjoint places, so workers
/// need no lock. Reads the source, hence blocks as long as the source does.
class tree_build {
public:
  /// Bytes that one call of hash_next_range() hashes at most.
  static constexpr std::uint64_t range_bytes = 2u << 20;

  /// Chunks in `skip` (may be empty) may be left out; then their leaves are
  /// zero. So are those of which the source says that they are void.
  tree_build(hash_type type, std::shared_ptr<const source> input,
             std::shared_ptr<const chunk_map> skip = nullptr);

  enum class step {
    more,     ///< a range was hashed, call again
    nothing,  ///< all ranges are taken, others still work on theirs
    complete, ///< this call finished the last range: call finish()
  };
  /// Any thread.
  step hash_next_range();

  /// Stops early: workers get step::nothing from now on, and complete from
  /// the last of them. Any thread.
  void abandon() noexcept;

  /// Folds. Call once, after step::complete. Errors: the first read error, a
  /// source that changed while it was hashed (source_changed), cancelled after
  /// abandon(), out_of_memory for a source with more leaves than fit.
  expected<merkle_tree> finish();

  std::uint64_t ranges() const noexcept { return ranges_; }
  /// Ranges hashed so far: a sign of life. Any thread.
  std::uint64_t ranges_done() const noexcept { return done_.load(); }

private:
  errc hash_range(std::uint64_t range);
  bool can_skip(byte_range piece) const;
  void fail(errc reason) noexcept;

  hash_type type_;
  std::shared_ptr<const source> input_;
  std::shared_ptr<const chunk_map> skip_;
  std::uint64_t length_;
  std::uint64_t ranges_;
  std::vector<hash> leaves_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint64_t> done_{0};
  std::atomic<errc> failure_{errc::none};
};

/// Whether all of `input`, on this thread, has that root. Reads it.
bool has_root(hash_type type, std::shared_ptr<const source> input,
              const hash& root);

} // namespace troupe
