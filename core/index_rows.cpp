// SPDX-License-Identifier: BSD-3-Clause
#include "core/index_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace troupe {

namespace {

/// Rows that one insertion may have to move at most.
constexpr std::size_t recent_rows = 256;

bool less_id(const index_row& a, const index_row& b) noexcept {
  return a.id < b.id;
}

bool begins_with(const hash& id, std::span<const std::byte> key) noexcept {
  return std::memcmp(id.bytes.data(), key.data(), key.size()) == 0;
}

/// One run with the rows of both. `newer` wins. With `is_oldest` there is
/// nothing below that gone rows could hide.
std::vector<index_row> merge(const std::vector<index_row>& older,
                             const std::vector<index_row>& newer,
                             bool is_oldest, std::vector<index_row>& dropped) {
  std::vector<index_row> merged;
  merged.reserve(older.size() + newer.size());
  auto a = older.begin();
  auto b = newer.begin();
  while (a != older.end() || b != newer.end()) {
    if (b == newer.end() || (a != older.end() && a->id < b->id)) {
      merged.push_back(*a++);
      continue;
    }
    if (a != older.end() && a->id == b->id)
      dropped.push_back(*a++);
    if (!is_oldest || b->what != index_row::gone)
      merged.push_back(*b);
    ++b;
  }
  if (merged.size() < merged.capacity() / 4 * 3)
    merged.shrink_to_fit();
  return merged;
}

} // namespace

void index_rows::insert(const index_row& row, std::vector<index_row>& dropped) {
  const auto at =
      std::lower_bound(recent_.begin(), recent_.end(), row, less_id);
  if (at != recent_.end() && at->id == row.id) {
    dropped.push_back(std::exchange(*at, row));
    return;
  }
  recent_.insert(at, row);
  if (recent_.size() == recent_rows)
    settle(dropped);
}

void index_rows::settle(std::vector<index_row>& dropped) {
  if (runs_.empty()) // merging with nothing drops gone rows
    runs_.emplace_back();
  runs_.push_back(std::move(recent_));
  recent_ = {};
  while (runs_.size() > 1) {
    auto& older = runs_[runs_.size() - 2];
    const auto& newer = runs_.back();
    if (older.size() >= 2 * newer.size())
      break;
    older = merge(older, newer, runs_.size() == 2, dropped);
    runs_.pop_back();
  }
}

/// Goes through several runs in the order of the hashes.
class index_rows::walk {
public:
  walk(const index_rows& rows, const hash& from) {
    const index_row first{from};
    // Newest first: of equal rows it is the newest that counts.
    open(rows.recent_, first);
    for (auto each = rows.runs_.rbegin(); each != rows.runs_.rend(); ++each)
      open(*each, first);
  }

  /// The newest row of the next hash, which may be gone; nullptr at the end.
  const index_row* next() {
    const index_row* best = nullptr;
    for (auto& each : std::span{cursors_}.first(count_))
      if (each.at != each.end && (best == nullptr || each.at->id < best->id))
        best = each.at;
    if (best != nullptr)
      for (auto& each : std::span{cursors_}.first(count_))
        if (each.at != each.end && each.at->id == best->id)
          ++each.at;
    return best;
  }

private:
  struct cursor {
    const index_row* at;
    const index_row* end;
  };

  void open(const run& rows, const index_row& first) {
    const auto* end = rows.data() + rows.size();
    const auto* at = std::lower_bound(rows.data(), end, first, less_id);
    if (at != end)
      cursors_[count_++] = {at, end};
  }

  // Each run is at least twice as long as the next, hence 64 are plenty.
  std::array<cursor, 64> cursors_;
  std::size_t count_ = 0;
};

const index_row* index_rows::find(std::span<const std::byte> key) const {
  hash from; // the smallest hash that may match
  std::copy(key.begin(), key.end(), from.bytes.begin());
  walk rows{*this, from};
  while (const auto* row = rows.next()) {
    if (!begins_with(row->id, key))
      break;
    if (row->what != index_row::gone)
      return row;
  }
  return nullptr;
}

std::size_t index_rows::size() const {
  if (recent_.empty() && runs_.size() == 1)
    return runs_.front().size();
  std::size_t count = 0;
  walk rows{*this, hash{}};
  while (const auto* row = rows.next())
    count += row->what != index_row::gone;
  return count;
}

} // namespace troupe
