// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/peeling.hpp"

#include <array>
#include <bit>
#include <utility>

namespace troupe::raptorq {

namespace {

// The graph of section 5.4.2.2: columns are nodes, rows with two columns left
// are edges. When a node is taken out, each of its edges becomes a row with
// one column left, so that the whole component goes in the same run of
// eliminations. Hence components only ever merge, or vanish as a whole, and a
// union-find structure keeps them exactly.
class components {
public:
  explicit components(std::uint32_t nodes) : size_(nodes, 1), parent_(nodes) {
    for (std::uint32_t n = 0; n < nodes; ++n)
      parent_[n] = n;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a == b)
      return;
    if (size_[a] < size_[b])
      std::swap(a, b);
    parent_[b] = a;
    const auto before = std::bit_width(size_[a]);
    size_[a] += size_[b];
    if (const auto now = std::bit_width(size_[a]); now != before || now == 2)
      by_size_[static_cast<std::size_t>(now)].push_back(a);
  }

  // The root of a component of about the largest size, or nothing.
  template <class Alive>
  std::uint32_t largest(Alive alive) {
    for (std::size_t c = by_size_.size(); c-- > 0;)
      while (!by_size_[c].empty()) {
        const std::uint32_t root = by_size_[c].back();
        by_size_[c].pop_back();
        const bool current =
            static_cast<std::size_t>(std::bit_width(size_[root])) == c;
        if (current && parent_[root] == root && alive(root))
          return root;
      }
    return none;
  }

  static constexpr std::uint32_t none = 0xffffffffU;

private:
  std::uint32_t find(std::uint32_t n) {
    while (parent_[n] != n) {
      parent_[n] = parent_[parent_[n]];
      n = parent_[n];
    }
    return n;
  }

  std::vector<std::uint32_t> size_;
  std::vector<std::uint32_t> parent_;
  std::array<std::vector<std::uint32_t>, 18> by_size_; // by bit width
};

class peeler {
public:
  peeler(const parameters& code, const binary_rows& rows)
      : rows_(rows), components_(code.w), left_(rows.count), gone_(code.w, 0),
        taken_(rows.count, 0), active_(code.w) {
    index_columns(code.w);
    ready_.reserve(rows.count);
    edges_.reserve(rows.count);
    for (std::uint32_t row = 0; row < rows.count; ++row)
      note(row);
    out_.pivot_row.reserve(code.w);
    out_.pivot_column.reserve(code.w);
  }

  std::optional<peeling_order> run() {
    while (true) {
      drain();
      if (active_ == 0)
        break;
      if (out_.inactive.size() == inactive_max)
        return std::nullopt;
      const std::uint16_t column = choose();
      out_.inactive.push_back(column);
      remove(column);
    }
    for (std::uint32_t row = 0; row < rows_.count; ++row)
      if (taken_[row] == 0)
        out_.rest.push_back(row);
    return std::move(out_);
  }

private:
  // What is left of a row: how many columns, and the exclusive or of their
  // numbers, which is the column itself when there is one.
  struct remaining {
    std::uint16_t count;
    std::uint16_t sum;
  };

  void index_columns(std::uint32_t columns) {
    begin_.assign(columns + 2, 0);
    for (const std::uint16_t column : rows_.lt)
      ++begin_[column + 2U];
    for (std::uint32_t c = 2; c < columns + 2; ++c)
      begin_[c] += begin_[c - 1];
    row_of_.resize(rows_.lt.size());
    for (std::uint32_t row = 0; row < rows_.count; ++row) {
      remaining r{};
      for (const std::uint16_t column : rows_.lt_of(row)) {
        row_of_[begin_[column + 1U]++] = row;
        ++r.count;
        r.sum ^= column;
      }
      left_[row] = r;
    }
  }

  void note(std::uint32_t row) {
    if (left_[row].count == 1)
      ready_.push_back(row);
    else if (left_[row].count == 2)
      edges_.push_back(row);
  }

  void remove(std::uint16_t column) {
    gone_[column] = 1;
    --active_;
    for (std::uint32_t i = begin_[column]; i < begin_[column + 1U]; ++i) {
      remaining& r = left_[row_of_[i]];
      --r.count;
      r.sum ^= column;
      if (r.count == 1 || r.count == 2)
        note(row_of_[i]);
    }
  }

  void drain() {
    constexpr std::size_t ahead = 4;
    for (std::size_t next = 0; next < ready_.size(); ++next) {
      if (next + ahead < ready_.size())
        __builtin_prefetch(row_of_.data() +
                           begin_[left_[ready_[next + ahead]].sum]);
      const std::uint32_t row = ready_[next];
      if (left_[row].count != 1)
        continue;
      const std::uint16_t column = left_[row].sum;
      taken_[row] = 1;
      out_.pivot_row.push_back(row);
      out_.pivot_column.push_back(column);
      remove(column);
    }
    ready_.clear();
  }

  // Rows that came down to two columns since the last choice; most of them
  // came down further and were solved before they were looked at.
  void join_edges() {
    for (const std::uint32_t row : edges_) {
      if (left_[row].count != 2)
        continue;
      for (const std::uint16_t column : rows_.lt_of(row))
        if (gone_[column] == 0) {
          components_.join(column, column ^ left_[row].sum);
          break;
        }
    }
    edges_.clear();
  }

  std::uint16_t choose() {
    join_edges();
    const std::uint32_t root = components_.largest(
        [this](std::uint32_t column) { return gone_[column] == 0; });
    if (root != components::none)
      return static_cast<std::uint16_t>(root);
    return from_lightest_row();
  }

  // No row has one or two columns left: take a column of a row with fewest.
  std::uint16_t from_lightest_row() {
    std::uint32_t best = components::none;
    for (std::uint32_t row = 0; row < rows_.count; ++row)
      if (left_[row].count > 0 &&
          (best == components::none || left_[row].count < left_[best].count))
        best = row;
    if (best != components::none)
      for (const std::uint16_t column : rows_.lt_of(best))
        if (gone_[column] == 0)
          return column;
    std::uint16_t column = 0; // no row holds the columns that are left
    while (gone_[column] != 0)
      ++column;
    return column;
  }

  const binary_rows& rows_;
  components components_;
  std::vector<remaining> left_;
  std::vector<std::uint8_t> gone_;    // by column: solved or inactive
  std::vector<std::uint8_t> taken_;   // by row: a pivot
  std::vector<std::uint32_t> begin_;  // by column, into row_of_
  std::vector<std::uint32_t> row_of_; // the rows of each column
  std::vector<std::uint32_t> ready_;  // rows that had one column left
  std::vector<std::uint32_t> edges_;  // rows that had two
  std::uint32_t active_;
  peeling_order out_;
};

} // namespace

std::optional<peeling_order> peel(const parameters& code,
                                  const binary_rows& rows) {
  return peeler(code, rows).run();
}

} // namespace troupe::raptorq
