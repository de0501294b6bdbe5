// SPDX-License-Identifier: BSD-3-Clause
// Catalogues that no honest sharer sends. Meant for AddressSanitizer too: each
// is parsed from a heap block of exactly its size.
#include "core/catalogue.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto no_limit = ~std::uint64_t{0};

errc parse_error(const bytes& wire, std::uint64_t limit = no_limit) {
  const auto exact = std::make_unique<std::byte[]>(wire.size());
  std::copy(wire.begin(), wire.end(), exact.get());
  const auto read = parse_catalogue({exact.get(), wire.size()}, limit);
  return read ? errc::none : read.error().code;
}

errc parse_error(const catalogue& value) {
  return parse_error(serialise(value));
}

/// top, "d", "d/f" (5 bytes), "l" -> "t", "z" (3 bytes).
catalogue sound() {
  auto all = empty_tree();
  all["d"] = node::directory();
  all["d/f"] = node::file(bytes_of("hello"));
  all["l"] = node::link("t");
  all["z"] = node::file(bytes_of("end"));
  return *describe(all).what;
}

/// The sound one with its entry `at` named otherwise.
catalogue renamed(std::size_t at, std::string path) {
  auto value = sound();
  value.entries[at].path = std::move(path);
  return value;
}

/// Where the count of entries is in the bytes of a catalogue.
std::size_t count_at(const catalogue& value) {
  return 7 + 1 + 2 + value.name.size() + 4 + serialise(value.pack).size();
}

void put_number(bytes& wire, std::size_t at, std::size_t count,
                std::uint64_t value) {
  for (std::size_t i = 0; i < count; ++i)
    wire[at + i] = static_cast<std::byte>(value >> 8 * (count - 1 - i));
}

} // namespace

TEST_CASE("the catalogue that the others here are made from is sound",
          "[catalogue][hostile]") {
  REQUIRE(parse_error(sound()) == errc::none);
}

TEST_CASE("a catalogue with a path that leaves is refused",
          "[catalogue][hostile]") {
  for (const std::string bad :
       {"..", "../pwned", "z/../../pwned", "/etc/passwd", "/", "z/", "z//y",
        "d/..", "d/../..", "d/../../pwned", "z/.", "."}) {
    CAPTURE(bad);
    CHECK(parse_error(renamed(4, bad)) == errc::bad_object);
    CHECK(parse_error(renamed(1, bad)) == errc::bad_object);
    CHECK(parse_error(renamed(3, bad)) == errc::bad_object);
  }
  CHECK(parse_error(renamed(4, std::string("z\0y", 3))) == errc::bad_object);
  CHECK(parse_error(renamed(4, std::string(256, 'z'))) == errc::bad_object);
  CHECK(parse_error(renamed(4, std::string(5000, 'z'))) == errc::bad_object);
}

TEST_CASE("a catalogue out of order, or with a name twice, is refused",
          "[catalogue][hostile]") {
  CHECK(parse_error(renamed(4, "l")) == errc::bad_object);   // as the link
  CHECK(parse_error(renamed(4, "d")) == errc::bad_object);   // as the directory
  CHECK(parse_error(renamed(4, "k")) == errc::bad_object);   // before the link
  CHECK(parse_error(renamed(4, "")) == errc::bad_object);    // as the top
  auto swapped = sound();
  std::swap(swapped.entries[3], swapped.entries[4]);
  CHECK(parse_error(swapped) == errc::bad_object);
}

TEST_CASE("what is in a file, in a link or nowhere is refused",
          "[catalogue][hostile]") {
  CHECK(parse_error(renamed(4, "l/x")) == errc::bad_object);
  CHECK(parse_error(renamed(3, "d/f/l")) == errc::bad_object);
  CHECK(parse_error(renamed(4, "m/x")) == errc::bad_object);
  CHECK(parse_error(renamed(2, "d/e/f")) == errc::bad_object);
  // Its directory is there, but comes later or was left.
  auto value = sound();
  value.entries[4].path = "d/z";
  CHECK(parse_error(value) == errc::bad_object);
  value = sound();
  std::swap(value.entries[1], value.entries[2]);
  CHECK(parse_error(value) == errc::bad_object);
}

TEST_CASE("a catalogue begins with its top, a directory",
          "[catalogue][hostile]") {
  auto value = sound();
  value.entries.erase(value.entries.begin());
  CHECK(parse_error(value) == errc::bad_object);
  CHECK(parse_error(renamed(0, "x")) == errc::bad_object);
  value = sound();
  value.entries[0].metadata.mode = S_IFREG | 0644;
  CHECK(parse_error(value) == errc::bad_object);
  value.entries[0].metadata.mode = S_IFLNK | 0777;
  value.entries[0].target = "t";
  CHECK(parse_error(value) == errc::bad_object);
  value.entries.clear();
  CHECK(parse_error(value) == errc::bad_object);
}

TEST_CASE("entries that contradict themselves are refused",
          "[catalogue][hostile]") {
  for (auto mode : {S_IFSOCK, S_IFIFO, S_IFCHR, S_IFBLK, 0, 0x3000, 0xf000}) {
    auto value = sound();
    value.entries[1].metadata.mode = static_cast<std::uint32_t>(mode) | 0644;
    CHECK(parse_error(value) == errc::bad_object);
  }
  auto value = sound();
  value.entries[1].metadata.mode |= 0x10000; // no such bit in st_mode
  CHECK(parse_error(value) == errc::bad_object);
  value = sound();
  value.entries[3].target.clear();
  CHECK(parse_error(value) == errc::bad_object);
  value.entries[3].target = std::string("a\0b", 3);
  CHECK(parse_error(value) == errc::bad_object);
  value.entries[3].target = std::string(max_path_bytes + 1, 't');
  CHECK(parse_error(value) == errc::bad_object);
  for (const std::size_t at : {0u, 1u, 2u}) {
    value = sound();
    value.entries[at].target = "t"; // of a directory, of a file
    CHECK(parse_error(value) == errc::bad_object);
  }
  for (const std::size_t at : {0u, 1u, 3u}) {
    value = sound();
    value.entries[at].size = 1; // of a directory, of a link
    CHECK(parse_error(value) == errc::bad_object);
  }
  value = sound();
  value.entries[2].metadata.mtime_ns = 1'000'000'000;
  CHECK(parse_error(value) == errc::bad_object);
  value = sound();
  value.entries[2].metadata.atime_ns = (1u << 30) - 1; // UTIME_NOW
  CHECK(parse_error(value) == errc::bad_object);
}

TEST_CASE("the name of a share is one name", "[catalogue][hostile]") {
  for (const std::string bad : {"", ".", "..", "a/b", "/", "/a", "../a"}) {
    auto value = sound();
    value.name = bad;
    CHECK(parse_error(value) == errc::bad_object);
  }
  auto value = sound();
  value.name = std::string("a\0b", 3);
  CHECK(parse_error(value) == errc::bad_object);
  value.name = std::string(256, 'x');
  CHECK(parse_error(value) == errc::bad_object);
}

TEST_CASE("a pack that the entries do not add up to is refused",
          "[catalogue][hostile]") {
  for (const std::size_t at : {2u, 4u}) {
    auto value = sound();
    ++value.entries[at].size;
    CHECK(parse_error(value) == errc::bad_object);
    value.entries[at].size -= 2;
    CHECK(parse_error(value) == errc::bad_object);
  }
  // Sums that wrap round to the right length.
  auto value = sound();
  value.entries[2].size = ~std::uint64_t{0} - 1;
  value.entries[4].size = 10;
  CHECK(parse_error(value) == errc::bad_object);
  value.entries[2].size = std::uint64_t{1} << 63;
  value.entries[4].size = (std::uint64_t{1} << 63) + 8;
  CHECK(parse_error(value) == errc::bad_object);
  // A pack that is a file, or a catalogue itself.
  value = sound();
  value.pack.header.metadata.mode = S_IFREG | 0644;
  CHECK(parse_error(value) == errc::bad_object);
  value = sound();
  value.pack.is_catalogue = true;
  CHECK(parse_error(value) == errc::bad_object);
  value = sound();
  value.pack.root.bytes[0] ^= std::byte{1};
  CHECK(parse_error(value) == errc::hash_mismatch);
}

TEST_CASE("a pack beyond the limit is too large", "[catalogue][hostile]") {
  const auto wire = serialise(sound());
  CHECK(parse_error(wire, 8) == errc::none);
  CHECK(parse_error(wire, 7) == errc::too_large);
}

TEST_CASE("counts and lengths that lie are refused without their memory",
          "[catalogue][hostile]") {
  const auto value = sound();
  const auto wire = serialise(value);
  const auto at = count_at(value);
  for (const std::uint64_t count :
       {0ull, 1ull, 4ull, 6ull, 7ull, 1ull << 24, (1ull << 24) + 1, 1ull << 31,
        0xffffffffull}) {
    CAPTURE(count);
    auto lie = wire;
    put_number(lie, at, 4, count);
    CHECK(parse_error(lie) == errc::bad_object);
  }
  const auto pack_at = 7 + 1 + 2 + value.name.size();
  for (const std::uint64_t length : {0ull, 1ull, 0x7fffffffull, 0xffffffffull}) {
    auto lie = wire;
    put_number(lie, pack_at, 4, length);
    CHECK(parse_error(lie) == errc::bad_object);
  }
  auto lie = wire;
  put_number(lie, 8, 2, 0xffff); // of the name
  CHECK(parse_error(lie) == errc::bad_object);
  const auto first = at + 4;
  for (const std::size_t field : {44u, 46u, 48u}) { // same, suffix, target
    lie = wire;
    put_number(lie, first + field, 2, 0xffff);
    CHECK(parse_error(lie) == errc::bad_object);
  }
  lie = wire;
  put_number(lie, first + 44, 2, 1); // the top has nothing before it
  CHECK(parse_error(lie) == errc::bad_object);
}

TEST_CASE("a small catalogue cannot ask for gigabytes of paths",
          "[catalogue][hostile]") {
  // 4000 bytes of directories once, and then 50 bytes for 4000 each time.
  auto all = empty_tree();
  std::string path;
  while (path.size() < 4000) {
    path += path.empty() ? "d" : "/d";
    all[path] = node::directory();
  }
  auto value = *describe(all).what;
  const auto entries = value.entries.size();
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    auto entry = value.entries[1];
    char name[8];
    std::snprintf(name, sizeof(name), "e%06x", i);
    entry.path = path + "/" + name;
    value.entries.push_back(entry);
  }
  const auto wire = serialise(value);
  CHECK(wire.size() < 10'000'000);
  CHECK(parse_error(wire) == errc::too_large);
  value.entries.resize(entries + 1000);
  CHECK(parse_error(value) == errc::none);
}

TEST_CASE("other versions and other things are told from catalogues",
          "[catalogue][hostile]") {
  const auto wire = serialise(sound());
  auto other = wire;
  other[7] = std::byte{2};
  CHECK(parse_error(other) == errc::unsupported);
  other = wire;
  other[6] = std::byte{'M'};
  CHECK(parse_error(other) == errc::bad_object);
  CHECK(parse_error(bytes{}) == errc::bad_object);
  CHECK(parse_error(serialise(sound().pack)) == errc::bad_object);
}

TEST_CASE("catalogues that are cut short or too long are refused",
          "[catalogue][hostile]") {
  const auto wire = serialise(sound());
  for (std::size_t size = 0; size < wire.size(); ++size)
    CHECK(parse_error(bytes(wire.begin(),
                            wire.begin() + static_cast<long>(size))) !=
          errc::none);
  auto longer = wire;
  longer.push_back(std::byte{0});
  CHECK(parse_error(longer) == errc::bad_object);
}

TEST_CASE("a hundred thousand mutated catalogues do no harm",
          "[catalogue][hostile]") {
  std::mt19937_64 random{7};
  std::vector<bytes> valid{serialise(sound())};
  for (auto i = 0; i < 8; ++i)
    valid.push_back(serialise(*describe(random_tree(random, 12)).what));
  std::size_t accepted = 0;
  for (auto round = 0; round < 100'000; ++round) {
    auto wire = valid[random() % valid.size()];
    if (random() % 8 == 0)
      wire.resize(random() % (wire.size() + 64));
    for (auto i = random() % 4; i > 0 && !wire.empty(); --i) {
      auto& at = wire[random() % wire.size()];
      switch (random() % 3) {
      case 0:
        at = static_cast<std::byte>(random() & 255);
        break;
      case 1:
        at ^= static_cast<std::byte>(1u << (random() % 8));
        break;
      default:
        at = static_cast<std::byte>("./\0\xff"[random() % 4]);
      }
    }
    const auto exact = std::make_unique<std::byte[]>(wire.size());
    std::copy(wire.begin(), wire.end(), exact.get());
    const auto read = parse_catalogue({exact.get(), wire.size()}, 1u << 24);
    if (!read)
      continue;
    ++accepted;
    // All that the rest of the way relies on.
    const auto& entries = read->entries;
    REQUIRE(is_beneath(read->name));
    REQUIRE(entries.front().path.empty());
    std::map<std::string, bool> is_directory{{"", true}};
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const auto& path = entries[i].path;
      REQUIRE(is_beneath(path));
      REQUIRE(path_less(entries[i - 1].path, path));
      const auto slash = path.rfind('/');
      REQUIRE(is_directory[slash == path.npos ? "" : path.substr(0, slash)]);
      is_directory[path] = entries[i].is_directory();
    }
    REQUIRE(pack_bytes(*pack_layout(entries)) == read->pack.header.size);
    REQUIRE(read->pack.header.size <= 1u << 24);
    const auto again = parse_catalogue(serialise(*read), 1u << 24);
    REQUIRE(again);
    REQUIRE(again->entries.size() == entries.size());
  }
  // Neither everything nor nothing gets through, or this tests nothing.
  CHECK(accepted > 10'000);
  CHECK(accepted < 90'000);
}
