// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_build.hpp"

#include "core/hash_many.hpp"
#include "core/read_buffer.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace troupe {

namespace {

/// Read and hash in pieces that stay in the processor's cache, of as many
/// chunks as are hashed side by side.
constexpr std::size_t piece_bytes = 8 * chunk_bytes;

} // namespace

tree_build::tree_build(hash_type type, std::shared_ptr<const source> input,
                       std::shared_ptr<const chunk_map> skip)
    : type_(type), input_(std::move(input)), skip_(std::move(skip)),
      length_(input_->size()),
      ranges_(length_ == 0 ? 1 : (length_ - 1) / range_bytes + 1) {
  try {
    leaves_.resize(chunk_count(length_));
  } catch (const std::bad_alloc&) {
    failure_ = errc::out_of_memory;
  } catch (const std::length_error&) {
    failure_ = errc::out_of_memory;
  }
}

tree_build::step tree_build::hash_next_range() {
  const auto range = next_.fetch_add(1);
  if (range >= ranges_)
    return step::nothing;
  std::uint64_t taken = 1;
  const auto stopped = failure_.load() != errc::none;
  if (stopped) {
    // Nobody will hash the rest, but somebody has to account for it.
    const auto next = next_.exchange(ranges_);
    if (next < ranges_)
      taken += ranges_ - next;
  } else if (const auto result = hash_range(range); result != errc::none) {
    fail(result);
  }
  if (done_.fetch_add(taken) + taken == ranges_)
    return step::complete;
  return stopped ? step::nothing : step::more;
}

errc tree_build::hash_range(std::uint64_t range) {
  if (length_ == 0)
    return errc::none;
  thread_local read_buffer buffer(piece_bytes);
  auto offset = range * range_bytes;
  const auto end = std::min(offset + range_bytes, length_);
  while (offset < end) {
    const auto piece = std::span{buffer}.first(static_cast<std::size_t>(
        std::min<std::uint64_t>(piece_bytes, end - offset)));
    if (can_skip({offset, piece.size()})) {
      offset += piece.size();
      continue;
    }
    if (const auto result = input_->read_at(offset, piece);
        result != errc::none)
      return result;
    const auto leaves = std::span{leaves_}.subspan(offset / chunk_bytes,
                                                   chunk_count(piece.size()));
    hash_chunks(type_, piece, chunk_bytes, leaves);
    offset += piece.size();
  }
  return errc::none;
}

bool tree_build::can_skip(byte_range piece) const {
  if (input_->is_void(piece))
    return true;
  if (!skip_)
    return false;
  const auto end = (piece.offset + piece.length - 1) / chunk_bytes + 1;
  for (auto chunk = piece.offset / chunk_bytes; chunk < end; ++chunk)
    if (chunk >= skip_->chunks() || !skip_->contains(chunk))
      return false;
  return true;
}

void tree_build::fail(errc reason) noexcept {
  auto before = errc::none; // the first reason stays
  failure_.compare_exchange_strong(before, reason);
}

void tree_build::abandon() noexcept { fail(errc::cancelled); }

expected<merkle_tree> tree_build::finish() {
  if (const auto reason = failure_.load(); reason != errc::none)
    return reason;
  if (const auto reason = input_->check_unchanged(); reason != errc::none)
    return reason;
  return merkle_tree::fold(type_, length_, leaves_);
}

bool has_root(hash_type type, std::shared_ptr<const source> input,
              const hash& root) {
  tree_build work{type, std::move(input)};
  while (work.hash_next_range() == tree_build::step::more) {
  }
  const auto made = work.finish();
  return made && made->root() == root;
}

} // namespace troupe
