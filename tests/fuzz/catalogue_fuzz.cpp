// SPDX-License-Identifier: BSD-3-Clause
// What a receiver does with a catalogue: whatever the octets are, there is an
// error, or a catalogue of which all holds that core/catalogue.hpp promises.
// The first octet of the input chooses how large the pack may be.
#include "core/catalogue.hpp"
#include "core/pack.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <set>

namespace troupe::fuzz {

namespace {

bool is_same(const troupe::catalogue& a, const troupe::catalogue& b) {
  if (a.name != b.name || a.entries.size() != b.entries.size() ||
      a.pack.root != b.pack.root || a.pack.header != b.pack.header)
    return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    const auto &x = a.entries[i], &y = b.entries[i];
    if (x.path != y.path || x.metadata != y.metadata || x.size != y.size ||
        x.root != y.root || x.target != y.target)
      return false;
  }
  return true;
}

void check(const troupe::catalogue& value, std::uint64_t limit_bytes) {
  demand(is_beneath(value.name) &&
         value.name.find('/') == std::string::npos);
  demand(!value.entries.empty() && value.entries.front().path.empty() &&
         value.entries.front().is_directory());
  demand(!value.pack.is_catalogue && value.pack.header.size <= limit_bytes);
  std::set<std::string> directories{""};
  for (std::size_t i = 1; i < value.entries.size(); ++i) {
    const auto& entry = value.entries[i];
    demand(is_beneath(entry.path));
    demand(path_less(value.entries[i - 1].path, entry.path));
    const auto slash = entry.path.rfind('/');
    demand(directories.contains(
        slash == std::string::npos ? "" : entry.path.substr(0, slash)));
    if (entry.is_directory())
      directories.insert(entry.path);
    demand(entry.is_file() || entry.size == 0);
    demand(entry.is_symlink() != entry.target.empty());
  }
  const auto layout = pack_layout(value.entries);
  demand(layout && pack_bytes(*layout) == value.pack.header.size);
  const auto again = parse_catalogue(serialise(value), limit_bytes);
  demand(again && is_same(*again, value));
}

} // namespace

bool catalogue(octets input) {
  if (input.empty())
    return false;
  const auto limit_bytes = std::uint64_t{1}
                           << std::to_integer<unsigned>(input[0]) % 64;
  const auto read = parse_catalogue(input.subspan(1), limit_bytes);
  if (read)
    check(*read, limit_bytes);
  return bool{read};
}

} // namespace troupe::fuzz
