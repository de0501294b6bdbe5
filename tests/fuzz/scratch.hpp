// SPDX-License-Identifier: BSD-3-Clause
// Files for the entry points that read files.
#pragma once

#include "tests/fuzz/fuzz.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace troupe::fuzz {

/// A folder of its own, gone with the process that made it.
class scratch_directory {
public:
  scratch_directory() {
    auto name = (std::filesystem::temp_directory_path() / "troupe-fuzz-XXXXXX")
                    .string();
    demand(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The file is the owner's alone, and the same file if it was there.
inline void write(const std::filesystem::path& path, octets bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  demand(fd >= 0 && ::write(fd, bytes.data(), bytes.size()) ==
                        static_cast<ssize_t>(bytes.size()));
  ::close(fd);
}

inline std::vector<std::byte> read(const std::filesystem::path& path) {
  std::vector<std::byte> bytes(std::filesystem::file_size(path));
  const int fd = ::open(path.c_str(), O_RDONLY);
  demand(fd >= 0 && ::read(fd, bytes.data(), bytes.size()) ==
                        static_cast<ssize_t>(bytes.size()));
  ::close(fd);
  return bytes;
}

} // namespace troupe::fuzz
