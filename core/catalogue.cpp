// SPDX-License-Identifier: BSD-3-Clause
#include "core/catalogue.hpp"

#include "core/pack.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

constexpr std::array<char, 7> magic{'t', 'r', 'o', 'u', 'p', 'e', 'C'};
constexpr auto version = std::byte{1};
constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint32_t most_mode = 0xffff;
/// Of an entry without its path, target and root: an entry's least bytes.
constexpr std::size_t fixed_entry_bytes = 50;
/// An entry names only the end of its path, so a few bytes could ask for much
/// memory: all paths together may have so many bytes for each of the catalogue,
/// and some besides.
constexpr std::uint64_t path_bytes_for_each = 16;
constexpr std::uint64_t path_bytes_besides = std::uint64_t{64} << 20;

/// Appends numbers, most significant byte first, and strings.
class writer {
public:
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;)
      out_.push_back(static_cast<std::byte>(value >> 8 * i));
  }
  void bytes(std::span<const std::byte> value) {
    out_.insert(out_.end(), value.begin(), value.end());
  }
  void text(std::string_view value) {
    number(value.size(), 2);
    bytes(std::as_bytes(std::span{value.data(), value.size()}));
  }
  std::vector<std::byte> take() { return std::move(out_); }

private:
  std::vector<std::byte> out_;
};

/// Takes them off the front again. After the first that is not there, nothing
/// is, and is_short() tells.
class reader {
public:
  explicit reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::span<const std::byte> bytes(std::size_t count) {
    if (count > rest_.size()) {
      is_short_ = true;
      rest_ = {};
      return {};
    }
    const auto front = rest_.first(count);
    rest_ = rest_.subspan(count);
    return front;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const auto byte : bytes(count))
      value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
  }
  std::string_view text() {
    const auto view = bytes(static_cast<std::size_t>(number(2)));
    return {reinterpret_cast<const char*>(view.data()), view.size()};
  }
  bool is_short() const noexcept { return is_short_; }
  std::size_t left() const noexcept { return rest_.size(); }

private:
  std::span<const std::byte> rest_;
  bool is_short_ = false;
};

void put_entry(writer& out, const catalogue_entry& entry,
               std::string_view before) {
  const auto& meta = entry.metadata;
  out.number(meta.mode, 4);
  out.number(meta.uid, 4);
  out.number(meta.gid, 4);
  out.number(static_cast<std::uint64_t>(meta.mtime_s), 8);
  out.number(meta.mtime_ns, 4);
  out.number(static_cast<std::uint64_t>(meta.atime_s), 8);
  out.number(meta.atime_ns, 4);
  out.number(entry.size, 8);
  const auto same = static_cast<std::size_t>(
      std::mismatch(entry.path.begin(), entry.path.end(), before.begin(),
                    before.end())
          .first -
      entry.path.begin());
  out.number(same, 2);
  out.text(std::string_view{entry.path}.substr(same));
  out.text(entry.target);
  if (entry.is_file() && entry.size > 0)
    out.bytes(entry.root.bytes);
}

/// False when the fields contradict each other or the format.
bool take_entry(reader& in, std::string_view before, catalogue_entry& entry) {
  auto& meta = entry.metadata;
  meta.mode = static_cast<std::uint32_t>(in.number(4));
  meta.uid = static_cast<std::uint32_t>(in.number(4));
  meta.gid = static_cast<std::uint32_t>(in.number(4));
  meta.mtime_s = static_cast<std::int64_t>(in.number(8));
  meta.mtime_ns = in.number(4);
  meta.atime_s = static_cast<std::int64_t>(in.number(8));
  meta.atime_ns = in.number(4);
  entry.size = in.number(8);
  const auto same = static_cast<std::size_t>(in.number(2));
  const auto suffix = in.text();
  const auto target = in.text();
  if (in.is_short() || same > before.size() ||
      same + suffix.size() > max_path_bytes || target.size() > max_path_bytes ||
      meta.mode > most_mode || meta.mtime_ns >= nanoseconds_per_second ||
      meta.atime_ns >= nanoseconds_per_second)
    return false;
  entry.path = before.substr(0, same);
  entry.path += suffix;
  entry.target = target;
  if (!entry.is_file())
    return (entry.is_directory() || entry.is_symlink()) && entry.size == 0 &&
           entry.is_symlink() != entry.target.empty() &&
           entry.target.find('\0') == entry.target.npos;
  if (entry.size > 0) {
    const auto root = in.bytes(hash_bytes);
    if (in.is_short())
      return false;
    std::copy(root.begin(), root.end(), entry.root.bytes.begin());
  }
  return entry.target.empty();
}

/// The directories around the entry that was read last, innermost last. False
/// when `next` is in none of them.
bool enter(std::vector<std::string>& around, const catalogue_entry& next) {
  const auto slash = next.path.rfind('/');
  const auto parent = slash == next.path.npos
                          ? std::string_view{}
                          : std::string_view{next.path}.substr(0, slash);
  while (!around.empty() && around.back() != parent)
    around.pop_back();
  if (around.empty())
    return false;
  if (next.is_directory())
    around.push_back(next.path);
  return true;
}

} // namespace

bool catalogue_entry::is_file() const noexcept {
  return S_ISREG(metadata.mode);
}
bool catalogue_entry::is_directory() const noexcept {
  return S_ISDIR(metadata.mode);
}
bool catalogue_entry::is_symlink() const noexcept {
  return S_ISLNK(metadata.mode);
}

bool is_beneath(std::string_view path) noexcept {
  if (path.size() > max_path_bytes || path.find('\0') != path.npos)
    return false;
  while (true) {
    const auto slash = path.find('/');
    const auto component = path.substr(0, slash);
    if (component.empty() || component == "." || component == ".." ||
        component.size() > 255)
      return false;
    if (slash == path.npos)
      return true;
    path.remove_prefix(slash + 1);
  }
}

bool path_less(std::string_view a, std::string_view b) noexcept {
  const auto rank = [](char c) {
    return c == '/' ? 0u : static_cast<unsigned char>(c) + 1u;
  };
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [&](char x, char y) { return rank(x) < rank(y); });
}

std::vector<std::byte> serialise(const catalogue& value) {
  writer out;
  out.bytes(std::as_bytes(std::span{magic}));
  out.number(std::to_integer<std::uint64_t>(version), 1);
  out.text(value.name);
  const auto pack = serialise(value.pack);
  out.number(pack.size(), 4);
  out.bytes(pack);
  out.number(value.entries.size(), 4);
  std::string_view before;
  for (const auto& entry : value.entries) {
    put_entry(out, entry, before);
    before = entry.path;
  }
  return out.take();
}

expected<catalogue> parse_catalogue(std::span<const std::byte> bytes,
                                    std::uint64_t limit_bytes) {
  const auto bad = [](const char* why) { return error{errc::bad_object, why}; };
  reader in{bytes};
  const auto front = in.bytes(magic.size());
  if (in.is_short() ||
      std::memcmp(front.data(), magic.data(), magic.size()) != 0)
    return bad("this is no catalogue");
  if (in.number(1) != std::to_integer<std::uint64_t>(version))
    return error{errc::unsupported, "a catalogue of a later version"};
  catalogue result;
  result.name = in.text();
  auto pack = parse_manifest(
      in.bytes(static_cast<std::size_t>(in.number(4))), limit_bytes);
  const auto count = in.number(4);
  if (in.is_short() || result.name.find('/') != result.name.npos ||
      !is_beneath(result.name))
    return bad("a catalogue with impossible fields");
  if (!pack)
    return pack.error();
  result.pack = std::move(*pack);
  if (count == 0 || count > max_catalogue_entries ||
      count > in.left() / fixed_entry_bytes)
    return bad("a catalogue with an impossible number of entries");
  result.entries.reserve(static_cast<std::size_t>(count));
  std::vector<std::string> around;
  auto path_bytes_left =
      bytes.size() * path_bytes_for_each + path_bytes_besides;
  for (std::uint64_t i = 0; i < count; ++i) {
    catalogue_entry entry;
    const auto before = result.entries.empty()
                            ? std::string_view{}
                            : std::string_view{result.entries.back().path};
    if (!take_entry(in, before, entry))
      return bad("a catalogue with an impossible entry");
    if (entry.path.size() > path_bytes_left)
      return error{errc::too_large, "the paths of a catalogue"};
    path_bytes_left -= entry.path.size();
    if (i == 0) {
      if (!entry.path.empty() || !entry.is_directory())
        return bad("a catalogue without a top");
      around.emplace_back();
    } else if (!is_beneath(entry.path) || !path_less(before, entry.path) ||
               !enter(around, entry)) {
      return error{errc::bad_object,
                   "a catalogue with a name that is not its directory's"};
    }
    result.entries.push_back(std::move(entry));
  }
  const auto layout = pack_layout(result.entries);
  if (in.left() != 0 || !layout ||
      pack_bytes(*layout) != result.pack.header.size ||
      result.pack.header.kind() != object_kind::memory ||
      result.pack.is_catalogue)
    return bad("a catalogue whose files are not those of its pack");
  return result;
}

} // namespace troupe
