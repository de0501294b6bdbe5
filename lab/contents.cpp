// SPDX-License-Identifier: BSD-3-Clause
#include "lab/contents.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <vector>

namespace troupe::lab {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = 1 << 20;

/// splitmix64: every seed gives a sequence that does not repeat itself.
struct noise {
  std::uint64_t state;
  std::uint64_t next() noexcept {
    auto z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};

bool make_file(const fs::path& path, std::uint64_t bytes, noise& from) {
  std::ofstream out{path, std::ios::binary};
  std::vector<char> buffer(buffer_bytes);
  while (bytes > 0 && out) {
    for (std::size_t i = 0; i < buffer.size(); i += sizeof(std::uint64_t)) {
      const auto word = from.next();
      std::memcpy(&buffer[i], &word, sizeof word);
    }
    const auto part = std::min<std::uint64_t>(bytes, buffer.size());
    out.write(buffer.data(), static_cast<std::streamsize>(part));
    bytes -= part;
  }
  out.close();
  return !out.fail();
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::ifstream first{a, std::ios::binary};
  std::ifstream second{b, std::ios::binary};
  if (!first || !second)
    return false;
  std::vector<char> left(buffer_bytes);
  std::vector<char> right(buffer_bytes);
  for (;;) {
    first.read(left.data(), static_cast<std::streamsize>(left.size()));
    second.read(right.data(), static_cast<std::streamsize>(right.size()));
    if (first.bad() || second.bad() || first.gcount() != second.gcount())
      return false;
    const auto count = static_cast<std::size_t>(first.gcount());
    if (std::memcmp(left.data(), right.data(), count) != 0)
      return false;
    if (count < left.size())
      return true;
  }
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code none;
  for (fs::recursive_directory_iterator each{folder, none}, end;
       !none && each != end; each.increment(none))
    if (each->is_regular_file(none))
      all.push_back(each->path().lexically_relative(folder));
  std::sort(all.begin(), all.end());
  return all;
}

} // namespace

std::uint64_t total_bytes(const content& what) noexcept {
  return what.bytes * what.files;
}

expected<fs::path> make_content(const fs::path& folder, const content& what,
                                std::uint64_t seed) {
  const auto path = folder / what.name;
  noise from{(seed + what.seed) << 32};
  std::error_code trouble;
  fs::create_directories(what.files > 1 ? path : folder, trouble);
  for (std::uint64_t i = 0; !trouble && i < what.files; ++i) {
    const auto file =
        what.files > 1 ? path / ("file-" + std::to_string(i)) : path;
    if (!make_file(file, what.bytes, from))
      return error{errc::no_space, "'" + file.string() + "'"};
  }
  if (trouble)
    return error{errc::io_error, "'" + path.string() + "'"};
  return path;
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code none;
  if (!fs::is_directory(a, none))
    return is_same_file(a, b);
  const auto files = files_of(a);
  return files == files_of(b) &&
         std::all_of(files.begin(), files.end(), [&](const fs::path& each) {
           return is_same_file(a / each, b / each);
         });
}

} // namespace troupe::lab
