// SPDX-License-Identifier: BSD-3-Clause
// Files of our own that are read again later: whoever changed them meanwhile,
// they are believed as a whole or not at all.
#include "core/file_place.hpp"
#include "core/hasher.hpp"
#include "core/journal.hpp"
#include "core/tree_cache.hpp"
#include "core/tree_memory.hpp"
#include "tests/fuzz/scratch.hpp"

#include <cstring>

namespace troupe::fuzz {

namespace {

constexpr auto type = hash_type::blake2b;

/// Some octets changed, some cut off the end. What the input says; whether it
/// said anything.
bool damage(std::vector<std::byte>& bytes, reader& in, std::size_t first = 0) {
  const auto before = bytes;
  const auto changes = in.take(1);
  for (auto n = changes % 8; n > 0 && bytes.size() > first; --n) {
    const auto place = first + in.take(2) % (bytes.size() - first);
    bytes[place] ^= static_cast<std::byte>(in.take(1));
  }
  if (changes >= 128)
    bytes.resize(std::max<std::size_t>(
        first, bytes.size() - in.take(2) % (bytes.size() + 1)));
  return bytes != before;
}

/// A file that only says which it is.
class named_source final : public source {
public:
  explicit named_source(file_identity who) : who_(who) {}
  std::uint64_t size() const noexcept override { return who_.size; }
  errc read_at(std::uint64_t, std::span<std::byte>) const override {
    return errc::io_error;
  }
  errc check_unchanged() const override { return errc::none; }
  std::optional<file_identity> identity() const override { return who_; }

private:
  file_identity who_;
};

std::filesystem::path only_file(const std::filesystem::path& folder) {
  return std::filesystem::directory_iterator{folder}->path();
}

} // namespace

bool tree_cache(octets input) {
  static const scratch_directory folder;
  reader in{input};
  const std::uint64_t chunks = 1 + in.take(1) % 9;
  const named_source file{
      {.device = 1, .inode = 2, .size = chunks * chunk_bytes}};
  const std::vector<hash> leaves(chunks, hash_of(type, "leaf"));
  const auto made = *merkle_tree::fold(type, file.size(), leaves);
  const troupe::tree_cache cache{folder.path()};
  cache.put(file, type, made);
  const auto path = only_file(folder.path());
  auto bytes = read(path);
  bool is_damaged = damage(bytes, in);
  if (in.take(1) % 4 == 3) {
    bytes.assign(in.rest().begin(), in.rest().end());
    is_damaged = true;
  }
  write(path, bytes);
  const auto found = cache.find(file, type);
  demand(!found || found->root() == made.root());
  demand(bool{found} || is_damaged);
  return bool{found};
}

// The input is the file but for what it begins and ends with; or, damaged, one
// that was written.
bool tree_memory(octets input) {
  static const scratch_directory folder;
  constexpr std::size_t format_bytes = 8;
  const file_identity top{.device = 3, .inode = 4};
  const troupe::tree_memory memory{folder.path(), type};
  reader in{input};
  const auto how = in.take(1);
  known_files files;
  for (auto n = how % 4; n > 0; --n)
    files[std::string(n, 'f')] = {{.inode = n, .size = 9}, hash_of(type, "f")};
  memory.remember(top, files);
  const auto path = only_file(folder.path());
  auto bytes = read(path);
  bool is_damaged = false;
  if (how >= 128) {
    bytes.resize(format_bytes);
    bytes.insert(bytes.end(), in.rest().begin(), in.rest().end());
    const auto checksum = hash_of(type, bytes);
    bytes.insert(bytes.end(), checksum.bytes.begin(), checksum.bytes.end());
  } else {
    is_damaged = damage(bytes, in);
  }
  write(path, bytes);
  const auto found = memory.recall(top);
  std::size_t told = 0;
  for (const auto& [name, one] : found)
    told += name.size() + sizeof(one.file) + hash_bytes + 2;
  demand(told <= bytes.size());
  if (how < 128)
    demand(is_damaged ? found.empty() : found.size() == files.size());
  return !is_damaged;
}

// A file, what is to be written into it, and damage to the journal: outside of
// the content, which is on the disk before the journal counts.
bool journal(octets input) {
  static const scratch_directory folder;
  static const auto path = folder / "file";
  reader in{input};
  const auto how = in.take(1);
  const std::vector<std::byte> old(in.take(1) * 16, std::byte{'o'});
  std::vector<std::byte> wanted = old;
  wanted.resize(in.take(2));
  write(path, old);
  const auto place = file_place::open(posix_file_system(), path);
  demand(bool{place});

  auto made = troupe::journal::begin(*place);
  demand(bool{made});
  std::vector<std::byte> text;
  for (auto n = how % 4; n > 0 && !wanted.empty(); --n) {
    const auto offset = in.take(2) % wanted.size();
    const auto length =
        std::min<std::uint64_t>(in.take(1), wanted.size() - offset);
    const std::vector<std::byte> bytes(length, static_cast<std::byte>(n));
    std::ranges::copy(bytes,
                      wanted.begin() + static_cast<std::ptrdiff_t>(offset));
    demand(made->append(offset, bytes) == errc::none);
  }
  {
    const auto file = open_path(posix_file_system(), path.c_str(), O_RDWR);
    demand(file && made->close_with(wanted.size(), file, *place, false) ==
                       errc::none);
  }

  const auto left = folder / ".file.troupe-journal";
  auto bytes = read(left);
  bool is_damaged = false;
  if (how >= 192) {
    bytes.assign(in.rest().begin(), in.rest().end());
    is_damaged = true;
  } else if (how >= 64) {
    constexpr std::size_t end_bytes = 56 + hash_bytes;
    is_damaged = damage(bytes, in, bytes.size() - end_bytes);
  }
  write(left, bytes);
  demand(troupe::journal::recover(*place, false) == errc::none);
  // One that was cut off is continued, as far as it goes.
  if (auto rest = troupe::journal::find_rest(*place)) {
    demand(is_damaged && !rest->chunks().empty());
    const auto content = rest->content(*place);
    demand(content && content->size() == rest->content_bytes());
    std::vector<std::byte> some(
        std::min<std::uint64_t>(content->size(), 3 * chunk_bytes));
    demand(content->read_at(content->size() - some.size(), some) ==
           errc::none);
    demand(rest->remove(*place, false) == errc::none);
  }
  demand(!std::filesystem::exists(left));
  demand(read(path) == (is_damaged ? old : wanted));
  return !is_damaged;
}

} // namespace troupe::fuzz
