// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/content.hpp"

#include "core/chunking.hpp"
#include "tests/support/recorders.hpp"

#include <algorithm>

namespace troupe::test {

namespace {

std::size_t chunks_of(const byte_string& all) {
  return (all.size() + chunk_bytes - 1) / chunk_bytes;
}

/// The bytes of chunk `index`.
std::span<std::byte> chunk_of(byte_string& all, std::size_t index) {
  const auto from = index * chunk_bytes;
  return std::span{all}.subspan(
      from, std::min<std::size_t>(chunk_bytes, all.size() - from));
}

void change_chunks(seeded_random& random, byte_string& all) {
  const auto chunks = chunks_of(all);
  const auto first = random.below(chunks);
  const auto count = 1 + random.below(random.below(2) == 0 ? 3 : chunks);
  for (auto i = first; i < std::min<std::size_t>(first + count, chunks); ++i) {
    const auto chunk = chunk_of(all, i);
    chunk[random.below(chunk.size())] ^= std::byte{0x3c};
  }
}

} // namespace

std::size_t choose_size(seeded_random& random) {
  switch (random.below(40)) {
  case 0:
    return random.below(2); // nothing, or a byte
  case 1: // at a border
    return chunk_bytes * (1 + random.below(40)) + random.below(3) - 1;
  case 2:
  case 3:
    return 1 + random.below(160 * chunk_bytes);
  default:
    return 1 + random.below(random.below(3) == 0 ? 40 * chunk_bytes
                                                 : 4 * chunk_bytes);
  }
}

byte_string make_content(seeded_random& random, std::size_t size) {
  auto all = pattern(size, random.next());
  if (size < 2 * chunk_bytes || random.below(4) != 0)
    return all;
  const auto model = byte_string(all.begin(), all.begin() + chunk_bytes);
  for (std::size_t i = 1; i < chunks_of(all); ++i) {
    const auto chunk = chunk_of(all, i);
    switch (random.below(4)) {
    case 0:
      std::copy_n(model.begin(), chunk.size(), chunk.begin());
      break;
    case 1:
      std::fill(chunk.begin(), chunk.end(), std::byte{0});
      break;
    default:
      break;
    }
  }
  return all;
}

byte_string evolve(seeded_random& random, const byte_string& before) {
  auto after = before;
  switch (before.empty() ? 3 : random.below(6)) {
  case 0: // moved by whole chunks
    std::rotate(after.begin(),
                after.begin() + static_cast<std::ptrdiff_t>(
                                    std::min<std::size_t>(chunk_bytes,
                                                          after.size() - 1)),
                after.end());
    break;
  case 1: // cut
    after.resize(1 + random.below(before.size()));
    break;
  case 2: { // grown
    const auto more = make_content(random, 1 + random.below(3 * chunk_bytes));
    after.insert(after.end(), more.begin(), more.end());
    break;
  }
  case 3: // something else
    return make_content(random, choose_size(random));
  default:
    change_chunks(random, after);
  }
  return after;
}

} // namespace troupe::test
