// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tests/core/vectors.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace troupe::test {

/// A fresh directory that goes away with its content.
class temp_dir {
public:
  temp_dir() {
    auto name = (std::filesystem::temp_directory_path() / "troupe-core-XXXXXX")
                    .string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;
  ~temp_dir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

  /// Names in the directory, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& each : std::filesystem::directory_iterator{path_})
      all.push_back(each.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }

private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path,
                       std::span<const std::byte> data) {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(data.data()),
             static_cast<std::streamsize>(data.size()));
  file.close();
  REQUIRE(file);
}

inline bytes read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return bytes_of(text);
}

} // namespace troupe::test
