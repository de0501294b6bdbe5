// SPDX-License-Identifier: BSD-3-Clause
#include "core/manifest.hpp"

#include "core/big_endian.hpp"
#include "core/catalogue.hpp"
#include "core/hasher.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

// Where each field is; numbers are big-endian.
constexpr std::array<char, 7> magic{'t', 'r', 'o', 'u', 'p', 'e', 'M'};
constexpr std::size_t at_version = 7;
constexpr std::size_t at_hash_type = 8;
constexpr std::size_t at_content = 9;
constexpr std::size_t at_symbol_bytes = 10;
constexpr std::size_t at_header_bytes = 12;
constexpr std::size_t at_header = 16;
constexpr auto version = std::byte{1};
constexpr auto catalogue_content = std::byte{1};

bool is_known(std::byte type) noexcept {
  return type == static_cast<std::byte>(hash_type::blake2b) ||
         type == static_cast<std::byte>(hash_type::blake3);
}

bool is_sound(std::uint64_t symbol_bytes) noexcept {
  return symbol_bytes >= min_range_symbol_bytes &&
         symbol_bytes <= max_range_symbol_bytes && symbol_bytes % 4 == 0;
}

} // namespace

manifest make_manifest(hash_type type, std::uint16_t symbol_bytes,
                       object_header header, const merkle_tree& tree) {
  manifest result{type, symbol_bytes, std::move(header), tree.root(), {},
                  false};
  if (tree.shape().length == 0)
    return result;
  const auto cut = result.cut();
  for (std::uint64_t i = 0; i < cut.count(); ++i)
    result.blocks.push_back(tree.node(cut.node(i)));
  return result;
}

std::vector<std::byte> serialise(const manifest& value) {
  const auto header = serialise_header(value.header);
  const auto blocks = std::as_bytes(std::span{value.blocks});
  std::vector<std::byte> out(at_header + header.size() + hash_bytes +
                             blocks.size());
  std::memcpy(out.data(), magic.data(), magic.size());
  out[at_version] = version;
  out[at_hash_type] = static_cast<std::byte>(value.type);
  if (value.is_catalogue)
    out[at_content] = catalogue_content;
  put_be(&out[at_symbol_bytes], 2, value.symbol_bytes);
  put_be(&out[at_header_bytes], 4, header.size());
  auto at = std::copy(header.begin(), header.end(),
                      out.begin() + at_header);
  at = std::copy(value.root.bytes.begin(), value.root.bytes.end(), at);
  std::copy(blocks.begin(), blocks.end(), at);
  return out;
}

bool is_manifest(std::span<const std::byte> object) noexcept {
  return object.size() >= magic.size() &&
         std::memcmp(object.data(), magic.data(), magic.size()) == 0;
}

expected<manifest> parse_manifest(std::span<const std::byte> bytes,
                                  std::uint64_t limit_bytes) {
  if (bytes.size() < at_header || !is_manifest(bytes))
    return error{errc::bad_object, "this is no manifest"};
  if (bytes[at_version] != version)
    return error{errc::unsupported, "a manifest of a later version"};
  manifest result;
  result.type = static_cast<hash_type>(bytes[at_hash_type]);
  if (!is_known(bytes[at_hash_type]) || !is_available(result.type))
    return error{errc::unsupported,
                 "a manifest with a hash that this build lacks"};
  const auto symbol_bytes = get_be(bytes.subspan(at_symbol_bytes, 2));
  const auto header_bytes = get_be(bytes.subspan(at_header_bytes, 4));
  result.is_catalogue = bytes[at_content] == catalogue_content;
  if ((bytes[at_content] != std::byte{0} && !result.is_catalogue) ||
      !is_sound(symbol_bytes) ||
      header_bytes > bytes.size() - at_header)
    return error{errc::bad_object, "a manifest with impossible fields"};
  result.symbol_bytes = static_cast<std::uint16_t>(symbol_bytes);
  auto header = parse_front(
      bytes.subspan(at_header, header_bytes),
      result.is_catalogue ? max_catalogue_bytes : limit_bytes);
  if (!header)
    return header.error();
  result.header = std::move(*header);
  const auto kind = result.header.kind();
  const auto rest = bytes.subspan(at_header + header_bytes);
  const auto cut = result.cut();
  const auto blocks = result.header.size == 0 ? 0 : cut.count();
  if ((kind != object_kind::memory &&
       (kind != object_kind::file || result.is_catalogue)) ||
      header_bytes != net_tree_header_bytes + result.header.name.size() ||
      rest.size() / hash_bytes != blocks + 1 || rest.size() % hash_bytes != 0)
    return error{errc::bad_object, "a manifest of the wrong length"};
  std::memcpy(result.root.bytes.data(), rest.data(), hash_bytes);
  if (blocks == 0) {
    if (!result.root.is_zero())
      return error{errc::hash_mismatch, "a manifest that contradicts itself"};
    return result;
  }
  result.blocks.resize(blocks);
  std::memcpy(result.blocks.data(), rest.data() + hash_bytes,
              blocks * hash_bytes);
  // Blocks of different lengths are never equal, whoever says so.
  const auto& last = result.blocks.back();
  const bool is_cut_short = cut.chunks(blocks - 1) < cut.width;
  if (is_cut_short && std::find(result.blocks.begin(), result.blocks.end(),
                                last) != std::prev(result.blocks.end()))
    return error{errc::bad_object, "a manifest of equal blocks that differ"};
  if (fold_subtrees(result.type, cut, result.blocks) != result.root)
    return error{errc::hash_mismatch, "a manifest that contradicts itself"};
  return result;
}

} // namespace troupe
