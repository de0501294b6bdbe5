// SPDX-License-Identifier: BSD-3-Clause
#include "core/diff.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace troupe {

namespace {

std::uint32_t bytes_of_chunk(const merkle_tree& tree, std::uint64_t chunk) {
  return static_cast<std::uint32_t>(
      chunk_range(tree.shape().length, chunk).length);
}

/// A node by its height above the leaves and its place at that height, so that
/// trees of different size can be compared subtree by subtree.
struct position {
  std::uint32_t height;
  std::uint64_t index;
};

/// The hash at `where`, or nullptr when the tree is too small.
const hash* node_at(const merkle_tree& tree, position where) {
  const auto width = tree.shape().base >> where.height;
  if (where.index >= width)
    return nullptr;
  return &tree.node(width - 1 + where.index);
}

/// Marks the chunks that are equal at the same place.
class comparison {
public:
  comparison(const merkle_tree& old_tree, const merkle_tree& new_tree)
      : old_(old_tree), new_(new_tree), keep_(new_tree.shape().chunks) {}

  chunk_map run() {
    const auto& shape = new_.shape();
    const auto top = std::bit_width(shape.base) - 1;
    compare({static_cast<std::uint32_t>(top), 0});
    // Whatever the trees say, chunks of different length are different. Only
    // the last chunk of either object can be short.
    for (auto last : {shape.chunks - 1, old_.shape().chunks - 1})
      if (last < std::min(shape.chunks, old_.shape().chunks) &&
          bytes_of_chunk(new_, last) != bytes_of_chunk(old_, last))
        keep_.erase(last);
    return std::move(keep_);
  }

private:
  void compare(position where) {
    const auto first = where.index << where.height;
    const auto chunks = std::min(new_.shape().chunks, old_.shape().chunks);
    if (first >= chunks)
      return;
    const auto* ours = node_at(old_, where);
    const auto* theirs = node_at(new_, where);
    if (ours != nullptr && *ours == *theirs) {
      if (!theirs->is_zero())
        keep_.insert(
            first, std::min(std::uint64_t{1} << where.height, chunks - first));
      return;
    }
    if (where.height == 0)
      return;
    compare({where.height - 1, 2 * where.index});
    compare({where.height - 1, 2 * where.index + 1});
  }

  const merkle_tree& old_;
  const merkle_tree& new_;
  chunk_map keep_;
};

/// Chunks with equal bytes are equal in both. The length is part of it because
/// a hostile tree can give a short last chunk the hash of a whole one.
using content = std::tuple<const hash&, std::uint32_t>;

content content_of(const merkle_tree& tree, std::uint64_t chunk) {
  return {tree.leaf(chunk), bytes_of_chunk(tree, chunk)};
}

content content_of(const chunk_fetch& fetch) {
  return {fetch.id, fetch.size_bytes};
}

/// All chunks that are not kept, equal ones together, ascending by content.
/// Sorted, not hashed: whoever made the tree chose the keys.
std::vector<chunk_fetch> missing_contents(const merkle_tree& tree,
                                          const chunk_map& keep) {
  std::vector<std::uint64_t> chunks;
  for (std::uint64_t chunk = 0; chunk < tree.shape().chunks; ++chunk)
    if (!keep.contains(chunk))
      chunks.push_back(chunk);
  std::sort(chunks.begin(), chunks.end(), [&](auto a, auto b) {
    const auto order = content_of(tree, a) <=> content_of(tree, b);
    return order != 0 ? order < 0 : a < b;
  });
  std::vector<chunk_fetch> missing;
  for (auto chunk : chunks) {
    const auto wanted = content_of(tree, chunk);
    if (missing.empty() || content_of(missing.back()) != wanted)
      missing.push_back({tree.leaf(chunk), bytes_of_chunk(tree, chunk), {}});
    missing.back().places.push_back(chunk);
  }
  return missing;
}

constexpr auto nowhere = ~std::uint64_t{0};

/// For each of `missing` the first chunk of `tree` with its content. Asks the
/// few missing ones for every old chunk instead of sorting all old chunks.
std::vector<std::uint64_t> find_contents(const merkle_tree& tree,
                                         std::span<const chunk_fetch> missing,
                                         const chunk_map* fixed) {
  std::vector<std::uint64_t> found(missing.size(), nowhere);
  if (missing.empty())
    return found;
  for (std::uint64_t chunk = 0; chunk < tree.shape().chunks; ++chunk) {
    if (fixed != nullptr && chunk < fixed->chunks() && fixed->contains(chunk))
      continue;
    const auto wanted = content_of(tree, chunk);
    const auto at = std::lower_bound(
        missing.begin(), missing.end(), wanted,
        [](const auto& a, const content& b) { return content_of(a) < b; });
    if (at == missing.end() || content_of(*at) != wanted ||
        tree.leaf(chunk).is_zero())
      continue;
    auto& first = found[static_cast<std::size_t>(at - missing.begin())];
    first = std::min(first, chunk);
  }
  return found;
}

/// The plan for a new object with nothing in it: its one empty chunk is there.
sync_plan plan_for_nothing() {
  sync_plan plan;
  plan.keep = chunk_map{1};
  plan.keep.insert(0);
  return plan;
}

void set_fetch(sync_plan& plan, std::vector<chunk_fetch> fetch) {
  std::sort(fetch.begin(), fetch.end(), [](const auto& a, const auto& b) {
    return a.places.front() < b.places.front();
  });
  for (const auto& each : fetch)
    plan.fetch_bytes += each.size_bytes;
  plan.fetch = std::move(fetch);
}

} // namespace

sync_plan make_plan(const merkle_tree& old_tree, const merkle_tree& new_tree,
                    const chunk_map* fixed) {
  const auto same_length = old_tree.shape().length == new_tree.shape().length;
  if (new_tree.shape().length == 0) {
    auto plan = plan_for_nothing();
    plan.nothing_to_do = same_length;
    return plan;
  }
  sync_plan plan;
  plan.nothing_to_do = same_length && old_tree.root() == new_tree.root();
  plan.keep = comparison{old_tree, new_tree}.run();
  auto missing = missing_contents(new_tree, plan.keep);
  const auto from = find_contents(old_tree, missing, fixed);

  std::vector<chunk_fetch> fetch;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (from[i] == nowhere) {
      fetch.push_back(std::move(missing[i]));
      continue;
    }
    for (auto place : missing[i].places)
      plan.copy.push_back(
          {missing[i].id, missing[i].size_bytes, from[i], place});
  }
  std::sort(plan.copy.begin(), plan.copy.end(),
            [](const auto& a, const auto& b) { return a.to < b.to; });
  set_fetch(plan, std::move(fetch));
  return plan;
}

sync_plan fetch_in_order(sync_plan plan, std::uint64_t window_chunks) {
  std::vector<chunk_fetch> all;
  for (auto& each : plan.fetch) {
    chunk_fetch part{each.id, each.size_bytes, {}};
    for (const auto place : each.places) {
      if (!part.places.empty() && place - part.places.front() > window_chunks) {
        all.push_back(part);
        part.places.clear();
      }
      part.places.push_back(place);
    }
    all.push_back(std::move(part));
  }
  plan.fetch_bytes = 0;
  set_fetch(plan, std::move(all));
  return plan;
}

sync_plan make_plan(const merkle_tree& new_tree) {
  if (new_tree.shape().length == 0)
    return plan_for_nothing();
  sync_plan plan;
  plan.keep = chunk_map{new_tree.shape().chunks};
  set_fetch(plan, missing_contents(new_tree, plan.keep));
  return plan;
}

sync_plan without(sync_plan plan, const chunk_map& unwanted) {
  const auto is_unwanted = [&unwanted](std::uint64_t chunk) {
    return unwanted.contains(chunk);
  };
  std::erase_if(plan.copy, [&](const chunk_copy& one) {
    return is_unwanted(one.to);
  });
  for (auto& one : plan.fetch)
    std::erase_if(one.places, is_unwanted);
  std::erase_if(plan.fetch,
                [](const chunk_fetch& one) { return one.places.empty(); });
  std::sort(plan.fetch.begin(), plan.fetch.end(),
            [](const chunk_fetch& a, const chunk_fetch& b) {
              return a.places.front() < b.places.front();
            });
  plan.fetch_bytes = 0;
  for (const auto& one : plan.fetch)
    plan.fetch_bytes += one.size_bytes;
  return plan;
}

} // namespace troupe
