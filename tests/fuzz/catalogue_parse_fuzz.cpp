// SPDX-License-Identifier: BSD-3-Clause
// A fuzzing entry point for what a receiver does with a catalogue from the
// network: whatever the octets are, there is an error, or a catalogue of which
// all holds that core/catalogue.hpp promises. The first octet of the input
// chooses how large the pack may be.
// With libFuzzer: clang++ -std=c++20 -I. -fsanitize=fuzzer,address,undefined
// this file, core/*.cpp but blake2b_x4_avx2.cpp and blake2b_x8_avx512.cpp, -lb2.
// tests/core/catalogue_replay_test.cpp replays the corpus without it.
#include "core/catalogue.hpp"
#include "core/pack.hpp"

#include <cstdlib>
#include <set>

namespace {

using namespace troupe;

void demand(bool truth) {
  if (!truth)
    std::abort();
}

bool is_same(const catalogue& a, const catalogue& b) {
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

void check(const catalogue& value, std::uint64_t limit_bytes) {
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0)
    return 0;
  const auto limit_bytes = std::uint64_t{1} << data[0] % 64;
  const auto octets = std::as_bytes(std::span{data + 1, size - 1});
  if (const auto read = parse_catalogue(octets, limit_bytes))
    check(*read, limit_bytes);
  return 0;
}
