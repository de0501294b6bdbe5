// SPDX-License-Identifier: BSD-3-Clause
#include "core/net_tree.hpp"

#include "core/hasher.hpp"
#include "core/room.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <stdexcept>

namespace troupe {

namespace {

// -- fields -------------------------------------------------------------------

template <class T>
void put_le(std::byte* at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    at[i] = static_cast<std::byte>(
        static_cast<std::uint64_t>(value) >> (8 * i) & 255);
}

template <class T>
void put_be(std::byte* at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    at[sizeof(T) - 1 - i] = static_cast<std::byte>(
        static_cast<std::uint64_t>(value) >> (8 * i) & 255);
}

template <class T>
T get_le(const std::byte* at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = value << 8 | std::to_integer<std::uint64_t>(at[i]);
  return static_cast<T>(value);
}

template <class T>
T get_be(const std::byte* at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = value << 8 | std::to_integer<std::uint64_t>(at[i]);
  return static_cast<T>(value);
}

// Where each field is in the header.
constexpr std::size_t at_size = 0;
constexpr std::size_t at_mtime_s = 8;
constexpr std::size_t at_mtime_ns = 16;
constexpr std::size_t at_atime_s = 24;
constexpr std::size_t at_atime_ns = 32;
constexpr std::size_t at_uid = 40;
constexpr std::size_t at_gid = 44;
constexpr std::size_t at_mode = 48;
constexpr std::size_t at_name_bytes = 50;

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

bool carries_tree(object_kind kind) noexcept {
  return kind == object_kind::file || kind == object_kind::memory;
}

bool is_known_type(std::uint32_t mode) noexcept {
  return mode == 0 || S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode);
}

std::uint64_t front_bytes(const object_header& header) noexcept {
  return net_tree_header_bytes + header.name.size();
}

blob with_payload(const object_header& header,
                  std::span<const std::byte> payload) {
  auto bytes = serialise_header(header);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return blob{std::move(bytes)};
}

/// What follows the name of an object that must be whole and of `kind`.
expected<std::span<const std::byte>>
payload_of(std::span<const std::byte> object, object_kind kind) {
  const auto header = parse_header(object, object.size());
  if (!header || header->kind() != kind || header->size != object.size())
    return errc::bad_object;
  return object.subspan(front_bytes(*header));
}

std::string_view base_name(std::string_view share_path) noexcept {
  const auto slash = share_path.rfind('/');
  return slash == share_path.npos ? share_path : share_path.substr(slash + 1);
}

} // namespace

object_kind object_header::kind() const noexcept {
  if (S_ISDIR(metadata.mode))
    return object_kind::directory;
  if (S_ISLNK(metadata.mode))
    return object_kind::symlink;
  return metadata.mode == 0 ? object_kind::memory : object_kind::file;
}

// -- objects ------------------------------------------------------------------

std::vector<std::byte> serialise_header(const object_header& header) {
  if (header.name.size() > max_name_bytes)
    throw std::length_error("troupe::serialise_header: name too long");
  std::vector<std::byte> bytes(front_bytes(header));
  const auto& meta = header.metadata;
  put_be(&bytes[at_size], header.size);
  put_le(&bytes[at_mtime_s], meta.mtime_s);
  put_le(&bytes[at_mtime_ns], meta.mtime_ns);
  put_le(&bytes[at_atime_s], meta.atime_s);
  put_le(&bytes[at_atime_ns], meta.atime_ns);
  put_le(&bytes[at_uid], meta.uid);
  put_le(&bytes[at_gid], meta.gid);
  put_le(&bytes[at_mode], static_cast<std::uint16_t>(meta.mode));
  put_be(&bytes[at_name_bytes], static_cast<std::uint16_t>(header.name.size()));
  std::memcpy(bytes.data() + net_tree_header_bytes, header.name.data(),
              header.name.size());
  return bytes;
}

blob make_tree_object(const object_header& header, const merkle_tree& tree) {
  if (header.size == 0)
    return blob{serialise_header(header)};
  return with_payload(header, tree.bytes());
}

blob make_directory_object(object_header header,
                           std::span<const hash> children) {
  header.size = front_bytes(header) + children.size() * hash_bytes;
  return with_payload(header, std::as_bytes(children));
}

blob make_symlink_object(object_header header, std::string_view target) {
  header.size = front_bytes(header) + target.size();
  return with_payload(header,
                      std::as_bytes(std::span{target.data(), target.size()}));
}

expected<object_header> parse_front(std::span<const std::byte> object,
                                    std::uint64_t limit_bytes) {
  if (object.size() < net_tree_header_bytes)
    return errc::bad_object;
  const auto* at = object.data();
  object_header header;
  header.size = get_be<std::uint64_t>(at + at_size);
  auto& meta = header.metadata;
  meta.mtime_s = get_le<std::int64_t>(at + at_mtime_s);
  meta.mtime_ns = get_le<std::uint64_t>(at + at_mtime_ns);
  meta.atime_s = get_le<std::int64_t>(at + at_atime_s);
  meta.atime_ns = get_le<std::uint64_t>(at + at_atime_ns);
  meta.uid = get_le<std::uint32_t>(at + at_uid);
  meta.gid = get_le<std::uint32_t>(at + at_gid);
  meta.mode = get_le<std::uint16_t>(at + at_mode);
  const auto name_bytes = get_be<std::uint16_t>(at + at_name_bytes);
  if (!is_known_type(meta.mode) || meta.mtime_ns >= nanoseconds_per_second ||
      meta.atime_ns >= nanoseconds_per_second ||
      object.size() - net_tree_header_bytes < name_bytes)
    return errc::bad_object;
  header.name.assign(reinterpret_cast<const char*>(at + net_tree_header_bytes),
                     name_bytes);
  if (header.name.find('\0') != header.name.npos)
    return errc::bad_object;

  const auto kind = header.kind();
  if (kind == object_kind::memory && name_bytes != 0)
    return errc::bad_object;
  if (!carries_tree(kind) && header.size < front_bytes(header))
    return errc::bad_object;
  if (kind == object_kind::directory &&
      (header.size - front_bytes(header)) % hash_bytes != 0)
    return errc::bad_object;
  if (header.size > limit_bytes)
    return exceeds(header.size, limit_bytes);
  return header;
}

expected<object_header> parse_header(std::span<const std::byte> object,
                                     std::uint64_t limit_bytes) {
  auto header = parse_front(object, limit_bytes);
  if (!header)
    return header;
  const auto announced =
      carries_tree(header->kind())
          ? std::min<std::uint64_t>(object_bytes(*header), tree_part_bytes)
          : header->size;
  if (object.size() < announced)
    return errc::bad_object;
  return header;
}

std::uint64_t object_bytes(const object_header& header) noexcept {
  if (!carries_tree(header.kind()))
    return header.size;
  const auto tree = header.size == 0 ? 0 : shape_of(header.size).tree_bytes();
  return front_bytes(header) + tree;
}

std::uint64_t part_count(const object_header& header) noexcept {
  if (!carries_tree(header.kind()))
    return 1;
  return (object_bytes(header) - 1) / tree_part_bytes + 1;
}

blob part_of(const blob& object, std::uint64_t index) {
  if (index > object.size() / tree_part_bytes)
    return {};
  return object.slice(static_cast<std::size_t>(index) * tree_part_bytes,
                      tree_part_bytes);
}

expected<std::vector<hash>> parse_directory(std::span<const std::byte> object) {
  const auto payload = payload_of(object, object_kind::directory);
  if (!payload)
    return payload.error();
  std::vector<hash> children(payload->size() / hash_bytes);
  if (!children.empty())
    std::memcpy(children.data(), payload->data(), payload->size());
  return children;
}

expected<std::string> parse_symlink(std::span<const std::byte> object) {
  const auto payload = payload_of(object, object_kind::symlink);
  if (!payload)
    return payload.error();
  std::string target{reinterpret_cast<const char*>(payload->data()),
                     payload->size()};
  if (target.empty() || target.size() >= PATH_MAX ||
      target.find('\0') != target.npos)
    return errc::bad_object;
  return target;
}

// -- channel hashes -----------------------------------------------------------

std::string_view relative_path(std::string_view share_path) noexcept {
  const auto slash = share_path.find('/');
  return slash == share_path.npos ? share_path : share_path.substr(slash);
}

std::array<std::byte, 26> stat_bits(const file_metadata& metadata) noexcept {
  std::array<std::byte, 26> bits;
  put_le(&bits[0], static_cast<std::uint16_t>(metadata.mode));
  put_le(&bits[2], metadata.uid);
  put_le(&bits[6], metadata.gid);
  put_le(&bits[10], metadata.mtime_s);
  put_le(&bits[18], metadata.mtime_ns & ~std::uint64_t{7});
  return bits;
}

hash file_part_hash(hash_type type, const object_header& header,
                    const hash& root, std::uint64_t part) {
  if (header.size == 0)
    return symlink_hash(type, header); // the same formula
  return hasher{type}
      .update(relative_path(header.name))
      .update(root)
      .update_le64(part)
      .update(stat_bits(header.metadata))
      .finish();
}

hash memory_part_hash(hash_type type, const hash& root, std::uint64_t part) {
  return hasher{type}.update(root).update_le64(part).finish();
}

hash tree_part_hash(hash_type type, const object_header& header,
                    const hash& root, std::uint64_t part) {
  return header.kind() == object_kind::memory
             ? memory_part_hash(type, root, part)
             : file_part_hash(type, header, root, part);
}

hash symlink_hash(hash_type type, const object_header& header) {
  return hasher{type}
      .update(relative_path(header.name))
      .update(stat_bits(header.metadata))
      .finish();
}

hash directory_hash(hash_type type, const object_header& header,
                    std::span<const hash> children, bool top) {
  hasher sum{type};
  if (!top)
    sum.update(base_name(header.name)).update(stat_bits(header.metadata));
  return sum.update(std::as_bytes(children)).finish();
}

} // namespace troupe
