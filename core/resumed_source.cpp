// SPDX-License-Identifier: BSD-3-Clause
#include "core/resumed_source.hpp"

#include "core/file_copy.hpp"
#include "core/posix_file.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

using from = resumed_piece::from;

resumed_source::resumed_source(std::shared_ptr<const source> old,
                               std::shared_ptr<const source> rest,
                               const chunk_map& there, covered what)
    : old_(std::move(old)), rest_(std::move(rest)) {
  size_ = std::max(old_bytes(), rest_->size());
  chunks_ = size_ == 0 ? 0 : chunk_count(size_);
  const auto old_chunks = old_bytes() == 0 ? 0 : chunk_count(old_bytes());
  for (auto chunk = there.next(0); what == covered::is_appended &&
                                   chunk < std::min(there.chunks(), old_chunks);
       chunk = there.next(chunk + 1))
    covered_.push_back(chunk);
  if (!covered_.empty())
    size_ = (chunks_ + covered_.size() - 1) * chunk_bytes +
            chunk_range(old_bytes(), covered_.back()).length;
  chunk_map all{chunks_ + covered_.size()};
  for (auto chunk = there.next(0); chunk < there.chunks();
       chunk = there.next(chunk + 1))
    all.insert(chunk);
  left_over_ = std::make_shared<const chunk_map>(std::move(all));
}

resumed_piece resumed_source::chunk_of(std::uint64_t chunk,
                                       std::uint64_t within) const {
  const auto piece = [within](from what, std::uint64_t place,
                              std::uint64_t bytes) {
    const auto begin = place * chunk_bytes + within;
    const auto end = std::min((place + 1) * chunk_bytes, bytes);
    if (begin >= end) // behind the end of it
      return resumed_piece{from::nowhere, 0, chunk_bytes - within};
    return resumed_piece{what, begin, end - begin};
  };
  if (chunk >= chunks_)
    return piece(from::old_object, covered_[chunk - chunks_], old_bytes());
  if (left_over_->contains(chunk))
    return piece(from::left_over, chunk, rest_->size());
  return piece(from::old_object, chunk, old_bytes());
}

resumed_piece resumed_source::first_of(byte_range range) const {
  auto chunk = range.offset / chunk_bytes;
  auto run = chunk_of(chunk, range.offset % chunk_bytes);
  // Neighbours that lie behind each other go together.
  while (run.length < range.length &&
         (range.offset + run.length) % chunk_bytes == 0) {
    const auto next = chunk_of(++chunk, 0);
    if (next.what != run.what || (run.what != from::nowhere &&
                                  next.offset != run.offset + run.length))
      break;
    run.length += next.length;
  }
  run.length = std::min(run.length, range.length);
  return run;
}

errc resumed_source::read_at(std::uint64_t offset,
                             std::span<std::byte> out) const {
  if (!lies_within(offset, out.size(), size_))
    return errc::invalid_argument;
  while (!out.empty()) {
    const auto piece = first_of({offset, out.size()});
    const auto part = out.first(static_cast<std::size_t>(piece.length));
    auto result = errc::none;
    if (piece.what == from::nowhere)
      std::memset(part.data(), 0, part.size());
    else
      result = (piece.what == from::left_over ? rest_ : old_)
                   ->read_at(piece.offset, part);
    if (result != errc::none)
      return result;
    offset += piece.length;
    out = out.subspan(part.size());
  }
  return errc::none;
}

errc resumed_source::check_unchanged() const {
  return old_ ? old_->check_unchanged() : errc::none;
}

bool resumed_source::is_void(byte_range range) const {
  const auto piece = first_of(range);
  return piece.what == from::nowhere && piece.length == range.length;
}

namespace {

class open_source final : public source {
public:
  open_source(descriptor file, std::uint64_t size)
      : file_(std::move(file)), size_(size) {}

  std::uint64_t size() const noexcept override { return size_; }
  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    return read_fully(file_, offset, out);
  }
  errc check_unchanged() const override { return errc::none; }

private:
  descriptor file_;
  std::uint64_t size_;
};

} // namespace

std::shared_ptr<source> make_open_source(descriptor file, std::uint64_t size) {
  return std::make_shared<open_source>(std::move(file), size);
}

chunk_map chunks_with_data(const descriptor& file, std::uint64_t size) {
  std::vector<byte_range> runs; // of chunks
  for (std::uint64_t at = 0; at < size;) {
    const auto next = next_extent(file, {at, size - at});
    const auto first = at / chunk_bytes;
    at += next.length;
    if (!next.is_hole)
      runs.push_back({first, (at - 1) / chunk_bytes + 1 - first});
  }
  if (runs.empty())
    return {};
  chunk_map found{runs.back().offset + runs.back().length};
  for (const auto& run : runs)
    found.insert(run.offset, run.length);
  return found;
}

} // namespace troupe
