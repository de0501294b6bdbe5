// SPDX-License-Identifier: BSD-3-Clause
// Objects of classic mode: headers, listings, links, trees. A receiver sees
// them once their hash is that of their own packets, which anybody can make.
#include "actors/remote_object.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>

namespace troupe::fuzz {

namespace {

constexpr auto type = hash_type::blake2b;

std::vector<hash> hashes_of(octets input) {
  std::vector<hash> all(input.size() / hash_bytes);
  for (std::size_t i = 0; i < all.size(); ++i)
    std::ranges::copy(input.subspan(i * hash_bytes, hash_bytes),
                      all[i].bytes.begin());
  return all;
}

} // namespace

bool header(octets input) {
  reader in{input};
  const auto limit_bytes = std::uint64_t{1} << in.take(1) % 64;
  const auto object = in.rest();
  const auto front = parse_front(object, limit_bytes);
  const auto whole = parse_header(object, limit_bytes);
  demand(front || !whole);
  if (!front)
    return false;
  demand(front->size <= limit_bytes);
  demand(front->name.size() + net_tree_header_bytes <= object.size());
  demand(front->name.find('\0') == std::string::npos);
  demand(front->kind() != object_kind::memory || front->name.empty());
  demand(front->metadata.mtime_ns < 1'000'000'000 &&
         front->metadata.atime_ns < 1'000'000'000);
  const auto again = parse_front(serialise_header(*front), limit_bytes);
  demand(again && *again == *front);
  const bool has_tree = front->kind() == object_kind::file ||
                        front->kind() == object_kind::memory;
  if (!has_tree)
    demand(object_bytes(*front) == front->size && part_count(*front) == 1);
  else if (front->size < std::uint64_t{1} << 50) // as much as is ever allowed
    demand(part_count(*front) ==
           (object_bytes(*front) - 1) / tree_part_bytes + 1);
  if (!whole)
    return false;
  demand(*whole == *front);
  demand(has_tree || object.size() >= whole->size);
  demand(relative_path(whole->name).size() <= whole->name.size());
  return true;
}

bool listing(octets input) {
  const auto head = parse_header(input, input.size());
  const auto children = parse_directory(input);
  const auto target = parse_symlink(input);
  demand(!children || !target);
  demand(head || (!children && !target));
  if (children) {
    demand(head->kind() == object_kind::directory &&
           children->size() * hash_bytes <= input.size());
    // Four octets of a header are not looked at.
    const auto again = make_directory_object(*head, *children);
    demand(again.size() == input.size() && *parse_directory(again.view()) ==
                                               *children);
    directory_hash(type, *head, *children, false);
  }
  if (target) {
    demand(head->kind() == object_kind::symlink && !target->empty() &&
           target->size() < 4096 && target->find('\0') == std::string::npos);
    const auto again = make_symlink_object(*head, *target);
    demand(again.size() == input.size() && parse_symlink(again.view()) &&
           *parse_symlink(again.view()) == *target);
    symlink_hash(type, *head);
  }
  return children || target;
}

// The first octet says whether the rest are the nodes of a tree, or leaves of
// which a tree is made, and then damaged in one place.
bool tree(octets input) {
  reader in{input};
  const bool are_leaves = in.take(1) % 2 == 1;
  const auto place = in.take(3);
  if (!are_leaves) {
    const auto length = in.take(8);
    const auto made = merkle_tree::parse(type, length, in.rest());
    if (!made)
      return false;
    demand(made->shape() == shape_of(length) &&
           (length == 0 || std::ranges::equal(made->bytes(), in.rest())));
    return true;
  }
  const auto last_bytes = 1 + in.take(2) % chunk_bytes;
  auto chunks = hashes_of(in.rest());
  // Zero means that there is no chunk, and is refused where there ought to be.
  if (chunks.empty() || chunks.size() > 4096 ||
      std::ranges::any_of(chunks, [](const hash& x) { return x.is_zero(); }))
    return false;
  const auto length =
      std::uint64_t{chunk_bytes} * (chunks.size() - 1) + last_bytes;
  const auto made = merkle_tree::fold(type, length, chunks);
  demand(bool{made} && std::ranges::equal(made->leaves(), chunks));
  const auto again = merkle_tree::parse(type, length, made->bytes());
  demand(again && again->root() == made->root());
  std::vector<std::byte> damaged(made->bytes().begin(), made->bytes().end());
  damaged[place % damaged.size()] ^= std::byte{1};
  // A tree of one chunk is its leaf: there is nothing to compare it with.
  demand(chunks.size() == 1 || !merkle_tree::parse(type, length, damaged));
  damaged.pop_back();
  demand(!merkle_tree::parse(type, length, damaged));
  return true;
}

// A header, then parts: each an index and what is said to be that part. An
// octet says for each whether its length is mended.
bool tree_parts(octets input) {
  constexpr auto limit_bytes = std::uint64_t{1} << 36;
  reader in{input};
  const auto first_bytes = in.take(2);
  auto remote = remote_object::from_first(
      type, blob::copy_of(in.take_some(first_bytes)), limit_bytes);
  if (!remote)
    return false;
  demand(remote->header().size <= limit_bytes);
  if (!remote->has_tree()) {
    remote->id();
    return true;
  }
  demand(remote->parts() == part_count(remote->header()));
  while (!in.empty() && remote->parts() > 1) {
    const auto index = 1 + in.take(2) % (remote->parts() - 1);
    const bool is_mended = in.take(1) % 2 == 1;
    const auto given = in.take_some(in.take(2));
    std::vector<std::byte> part(given.begin(), given.end());
    if (is_mended)
      part.resize(std::min<std::uint64_t>(
          tree_part_bytes,
          object_bytes(remote->header()) - index * tree_part_bytes));
    const auto before = remote->part_hash(index);
    demand(!is_mended || remote->add_part(index, blob::copy_of(part)));
    demand(is_mended || !remote->add_part(index, blob::copy_of(part)) ||
           part.size() <= tree_part_bytes);
    demand(remote->part_hash(index) == before);
  }
  if (!remote->complete())
    return false;
  const auto whole = remote->tree();
  if (whole)
    demand(whole->shape() == shape_of(remote->header().size));
  return bool{whole};
}

} // namespace troupe::fuzz
