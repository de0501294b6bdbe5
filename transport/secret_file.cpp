// SPDX-License-Identifier: BSD-3-Clause
#include "transport/secret_file.hpp"

#include "transport/unique_fd.hpp"

#include <sodium.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace troupe {

namespace {

std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

expected<std::size_t> read_start(const std::filesystem::path& path,
                                 std::span<std::byte> out, bool is_secret) {
  const unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0)
    return error{from_errno(errno), quoted(path)};
  if (S_ISDIR(status.st_mode))
    return error{errc::is_directory, quoted(path)};
  if (is_secret && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return error{errc::access_denied,
                 quoted(path) + " is a secret that others have access to;"
                                " `chmod 600` it"};
  std::size_t size = 0;
  while (size < out.size()) {
    const auto n = ::read(fd.get(), out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error{from_errno(errno), quoted(path)};
    if (n == 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  return size;
}

bool write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace

void wipe(std::span<std::byte> bytes) noexcept {
  sodium_memzero(bytes.data(), bytes.size());
}

expected<std::size_t> read_file_start(const std::filesystem::path& path,
                                      std::span<std::byte> out) {
  return read_start(path, out, false);
}

expected<std::size_t> read_secret_start(const std::filesystem::path& path,
                                        std::span<std::byte> out) {
  return read_start(path, out, true);
}

error write_new_file(const std::filesystem::path& path,
                     std::span<const std::byte> bytes, mode_t mode) {
  const unique_fd fd{::open(path.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!fd)
    return {from_errno(errno), quoted(path)};
  if (write_all(fd.get(), bytes) && ::fsync(fd.get()) == 0)
    return {};
  const auto why = from_errno(errno);
  ::unlink(path.c_str());
  return {why, quoted(path)};
}

} // namespace troupe
