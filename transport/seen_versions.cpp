// SPDX-License-Identifier: BSD-3-Clause
#include "transport/seen_versions.hpp"

#include "core/hasher.hpp"
#include "transport/secret_file.hpp"
#include "transport/unique_fd.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace troupe {

namespace {

constexpr std::string_view title = "troupe seen version, 1\n";
constexpr std::size_t most_bytes = 512;

error failure_at(const std::filesystem::path& path) {
  return {from_errno(errno), "'" + path.string() + "'"};
}

/// Takes "WORD VALUE\n" off `text`.
bool take_line(std::string_view& text, std::string_view word,
               std::string_view& value) {
  const auto end = text.find('\n');
  if (end == text.npos || !text.starts_with(word))
    return false;
  value = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return true;
}

} // namespace

std::string format_seen(const seen_version& seen) {
  return std::string{title} + "key " + to_hex(seen.key) + "\nversion " +
         std::to_string(seen.version) + "\nmanifest " + to_hex(seen.manifest) +
         "\n";
}

expected<seen_version> parse_seen(std::string_view text) {
  const error damaged{errc::bad_object, "this is no record of a version"};
  if (!text.starts_with(title))
    return damaged;
  text.remove_prefix(title.size());
  std::string_view key, number, manifest;
  seen_version seen;
  if (!take_line(text, "key ", key) || !from_hex(key, seen.key) ||
      !take_line(text, "version ", number) ||
      !take_line(text, "manifest ", manifest) ||
      !from_hex(manifest, seen.manifest) || !text.empty())
    return damaged;
  const auto* end = number.data() + number.size();
  const auto [rest, problem] =
      std::from_chars(number.data(), end, seen.version);
  if (problem != std::errc{} || rest != end)
    return damaged;
  return seen;
}

expected<std::optional<seen_version>>
seen_versions::recall(const subject& what) const {
  const auto path = path_of(what);
  secret_bytes<most_bytes> text;
  const auto size = read_file_start(path, text.bytes);
  if (!size && size.error().code == errc::not_found)
    return std::optional<seen_version>{};
  if (!size)
    return size.error();
  auto seen = parse_seen(text.chars(*size));
  if (!seen)
    return error{seen.error().code,
                 "'" + path.string() + "', which says what version was here"
                 " before, is damaged; if you delete it, any version counts"
                 " as new"};
  return std::optional{*seen};
}

error seen_versions::remember(const subject& what,
                              const seen_version& seen) const {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  // Two syncs to one place must not lower what the other has written.
  const unique_fd lock{
      ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0)
    return failure_at(folder_);
  const auto path = path_of(what);
  const auto known = recall(what);
  if (!known)
    return known.error();
  if (*known && ((*known)->version > seen.version || **known == seen))
    return {};
  auto temporary = path;
  temporary += ".new";
  ::unlink(temporary.c_str()); // of one that was killed; the lock is ours
  const auto text = format_seen(seen);
  if (auto problem = write_new_file(temporary, std::as_bytes(std::span{text}),
                                    0600);
      problem.code != errc::none)
    return problem;
  if (::rename(temporary.c_str(), path.c_str()) != 0 ||
      ::fsync(lock.get()) != 0)
    return failure_at(path);
  return {};
}

std::filesystem::path seen_versions::path_of(const subject& what) const {
  std::string all = to_hex(what.trusted);
  for (const auto* part : {&what.name, &what.place}) {
    all += '\0';
    all += *part;
  }
  return folder_ / to_hex(hash_of(hash_type::blake2b, all));
}

} // namespace troupe
