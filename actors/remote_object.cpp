// SPDX-License-Identifier: BSD-3-Clause
#include "actors/remote_object.hpp"

#include <algorithm>

namespace troupe {

namespace {

std::size_t tree_offset(const object_header& header) {
  return net_tree_header_bytes + header.name.size();
}

std::uint64_t part_bytes(const object_header& header, std::uint64_t index) {
  const auto all = object_bytes(header);
  return std::min<std::uint64_t>(tree_part_bytes,
                                 all - index * tree_part_bytes);
}

} // namespace

expected<remote_object> remote_object::from_first(hash_type type, blob first,
                                                  std::uint64_t limit_bytes) {
  auto header = parse_header(first.view(), limit_bytes);
  if (!header)
    return header.error();
  remote_object result;
  result.type_ = type;
  result.header_ = std::move(*header);
  result.first_bytes_ = first.size();
  if (!result.has_tree()) {
    result.parts_ = {std::move(first)};
    return result;
  }
  if (first.size() != part_bytes(result.header_, 0))
    return error{errc::bad_object, "the first part of the tree is " +
                                       std::to_string(first.size()) +
                                       " bytes long"};
  // A name may push the root into the second part.
  if (result.header_.size > 0) {
    const auto at = tree_offset(result.header_);
    if (first.size() < at + hash_bytes)
      return error{errc::bad_object, "the name leaves no room for the root"};
    std::memcpy(result.root_.bytes.data(), first.view().data() + at,
                hash_bytes);
  }
  result.parts_.resize(part_count(result.header_));
  result.missing_ = result.parts_.size() - 1;
  result.parts_.front() = std::move(first);
  return result;
}

bool remote_object::has_tree() const noexcept {
  const auto kind = header_.kind();
  return kind == object_kind::file || kind == object_kind::memory;
}

hash remote_object::part_hash(std::uint64_t index) const {
  return tree_part_hash(type_, header_, root_, index);
}

hash remote_object::id() const {
  const auto whole = parts_.front().view();
  if (has_tree())
    return part_hash(0);
  if (header_.kind() == object_kind::symlink)
    return symlink_hash(type_, header_);
  const auto children = parse_directory(whole);
  return children ? directory_hash(type_, header_, *children, false) : hash{};
}

bool remote_object::add_part(std::uint64_t index, blob bytes) {
  auto& place = parts_.at(index);
  if (bytes.size() != part_bytes(header_, index))
    return false;
  if (place.empty())
    --missing_;
  place = std::move(bytes);
  return true;
}

expected<merkle_tree> remote_object::tree() const {
  if (header_.size == 0)
    return merkle_tree{};
  std::vector<std::byte> nodes;
  nodes.reserve(shape_of(header_.size).tree_bytes());
  auto skip = tree_offset(header_);
  for (const auto& part : parts_) {
    const auto bytes = part.view().subspan(std::min(skip, part.size()));
    skip -= part.size() - bytes.size();
    nodes.insert(nodes.end(), bytes.begin(), bytes.end());
  }
  return merkle_tree::parse(type_, header_.size, nodes);
}

} // namespace troupe
