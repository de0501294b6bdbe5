// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_memory.hpp"

#include "core/hasher.hpp"
#include "core/posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <system_error>
#include <vector>

namespace troupe {

namespace {

// Not portable and not meant to be.
constexpr std::uint64_t format = 0x504c'4143'4500'0001; // "PLACE", version 1
constexpr std::int64_t settled_ns = 20'000'000;
constexpr std::size_t most_bytes = 256u << 20;
constexpr std::size_t fixed_bytes =
    sizeof(file_identity) + hash_bytes + sizeof(std::uint16_t);

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void append(std::vector<std::byte>& to, const void* from, std::size_t bytes) {
  const auto* first = static_cast<const std::byte*>(from);
  to.insert(to.end(), first, first + bytes);
}

/// Whoever reads it meanwhile sees the old or the new one.
void replace_file(const std::filesystem::path& path,
                  std::span<const std::byte> bytes) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  auto temporary = path;
  temporary += ".new" + std::to_string(::getpid());
  {
    const auto fd = open_path(posix_file_system(), temporary.c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd && write_fully(fd, 0, bytes) == errc::none &&
        ::rename(temporary.c_str(), path.c_str()) == 0)
      return;
  }
  ::unlink(temporary.c_str());
}

std::filesystem::path catalogue_path(const std::filesystem::path& folder,
                                     const std::string& key) {
  return folder / ("catalogue-" + key);
}

} // namespace

known_files tree_memory::recall(const file_identity& directory) const {
  known_files result;
  const auto fd =
      open_path(posix_file_system(), path_of(directory).c_str(), O_RDONLY);
  struct stat info {};
  if (!fd || fd->fstat(fd.get(), info) != 0 ||
      info.st_size < static_cast<off_t>(sizeof(format) + hash_bytes) ||
      info.st_size > static_cast<off_t>(most_bytes))
    return result;
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
  if (read_fully(fd, 0, bytes) != errc::none)
    return result;
  auto rest = std::span<const std::byte>{bytes}.first(bytes.size() - hash_bytes);
  const auto checksum = hash_of(hash_type::blake2b, rest);
  if (std::memcmp(checksum.bytes.data(), rest.data() + rest.size(),
                  hash_bytes) != 0 ||
      std::memcmp(rest.data(), &format, sizeof(format)) != 0)
    return result;
  rest = rest.subspan(sizeof(format));
  const auto take = [&rest](void* to, std::size_t count) {
    std::memcpy(to, rest.data(), count);
    rest = rest.subspan(count);
  };
  while (rest.size() >= fixed_bytes) {
    known_file one;
    std::uint16_t length = 0;
    take(&one.file, sizeof(one.file));
    take(one.root.bytes.data(), hash_bytes);
    take(&length, sizeof(length));
    if (length > rest.size())
      break;
    std::string path(length, '\0');
    take(path.data(), length);
    result.emplace(std::move(path), one);
  }
  return result;
}

void tree_memory::remember(const file_identity& directory,
                           const known_files& files) const {
  const auto now = now_ns();
  std::vector<std::byte> bytes;
  append(bytes, &format, sizeof(format));
  for (const auto& [path, one] : files) {
    if (now - std::max(one.file.mtime_ns, one.file.ctime_ns) < settled_ns ||
        path.size() > UINT16_MAX)
      continue;
    const auto length = static_cast<std::uint16_t>(path.size());
    append(bytes, &one.file, sizeof(one.file));
    append(bytes, one.root.bytes.data(), hash_bytes);
    append(bytes, &length, sizeof(length));
    append(bytes, path.data(), path.size());
  }
  const auto checksum = hash_of(hash_type::blake2b, bytes);
  append(bytes, checksum.bytes.data(), hash_bytes);
  if (bytes.size() > most_bytes)
    return;
  replace_file(path_of(directory), bytes);
}

std::filesystem::path
tree_memory::path_of(const file_identity& directory) const {
  return folder_ / ("below-" + std::to_string(directory.device) + "-" +
                    std::to_string(directory.inode) + "." +
                    std::string{to_string(type_)});
}

std::shared_ptr<const source>
recall_catalogue(const std::filesystem::path& folder, const std::string& key) {
  const auto file = open_file_source(catalogue_path(folder, key));
  return file && file->bytes->size() > 0 ? file->bytes : nullptr;
}

void remember_catalogue(const std::filesystem::path& folder,
                        const std::string& key,
                        std::span<const std::byte> bytes) {
  replace_file(catalogue_path(folder, key), bytes);
}

} // namespace troupe
