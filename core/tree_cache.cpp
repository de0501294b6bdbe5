// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_cache.hpp"

#include "core/hasher.hpp"
#include "core/posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <system_error>

namespace troupe {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t format = 0x5452'4545'0000'0001; // "TREE", version 1
constexpr std::int64_t settled_ns = 1'000'000'000;
constexpr std::uintmax_t most_bytes = 256u << 20;

/// What an entry begins with. Not portable and not meant to be.
struct entry_header {
  std::uint64_t what = format;
  file_identity file;
  std::uint64_t type = 0;
  std::uint64_t leaves = 0;
};
static_assert(std::has_unique_object_representations_v<entry_header>);

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace

std::optional<merkle_tree> tree_cache::find(const source& file,
                                            hash_type type) const {
  const auto identity = file.identity();
  if (!identity || identity->size == 0)
    return std::nullopt;
  const auto fd = open_path(posix_file_system(),
                            path_of(*identity, type).c_str(), O_RDONLY);
  const auto shape = shape_of(identity->size);
  entry_header header;
  if (!fd ||
      read_fully(fd, 0,
                 std::as_writable_bytes(std::span{&header, 1})) != errc::none ||
      header.what != format || header.file != *identity ||
      header.type != static_cast<std::uint64_t>(type) ||
      header.leaves != shape.chunks)
    return std::nullopt;
  std::vector<hash> leaves(shape.chunks + 1); // and a checksum
  if (read_fully(fd, sizeof(header),
                 std::as_writable_bytes(std::span{leaves})) != errc::none)
    return std::nullopt;
  const auto checksum = leaves.back();
  leaves.pop_back();
  if (hash_of(hash_type::blake2b, std::as_bytes(std::span{leaves})) != checksum)
    return std::nullopt;
  auto tree = merkle_tree::fold(type, identity->size, leaves);
  return tree ? std::optional{std::move(*tree)} : std::nullopt;
}

void tree_cache::put(const source& file, hash_type type,
                     const merkle_tree& tree) const {
  const auto identity = file.identity();
  if (!identity || identity->size == 0 ||
      tree.shape().length != identity->size ||
      now_ns() - std::max(identity->mtime_ns, identity->ctime_ns) < settled_ns)
    return;
  std::error_code failed;
  fs::create_directories(folder_, failed);
  make_room();
  const auto path = path_of(*identity, type);
  auto temporary = path;
  temporary += ".new" + std::to_string(::getpid());
  const auto bytes = std::as_bytes(tree.leaves());
  const auto checksum = hash_of(hash_type::blake2b, bytes);
  entry_header header;
  header.file = *identity;
  header.type = static_cast<std::uint64_t>(type);
  header.leaves = tree.shape().chunks;
  {
    const auto fd = open_path(posix_file_system(), temporary.c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC, 0600);
    auto write = [&, at = std::uint64_t{0}](
                           std::span<const std::byte> part) mutable {
      at += part.size();
      return write_fully(fd, at - part.size(), part) == errc::none;
    };
    if (fd && write(std::as_bytes(std::span{&header, 1})) && write(bytes) &&
        write(checksum.bytes) &&
        ::rename(temporary.c_str(), path.c_str()) == 0)
      return;
  }
  ::unlink(temporary.c_str());
}

fs::path tree_cache::path_of(const file_identity& file, hash_type type) const {
  return folder_ / (std::to_string(file.device) + "-" +
                    std::to_string(file.inode) + "." +
                    std::string{to_string(type)});
}

void tree_cache::make_room() const {
  std::error_code failed;
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  std::uintmax_t bytes = 0;
  for (fs::directory_iterator each{folder_, failed}, end;
       !failed && each != end; each.increment(failed)) {
    bytes += each->file_size(failed);
    entries.emplace_back(each->last_write_time(failed), each->path());
  }
  if (failed || bytes <= most_bytes)
    return;
  std::sort(entries.begin(), entries.end());
  for (const auto& [when, path] : entries) {
    if (bytes <= most_bytes / 2)
      return;
    bytes -= std::min(bytes, fs::file_size(path, failed));
    fs::remove(path, failed);
  }
}

} // namespace troupe
