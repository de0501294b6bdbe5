// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/scratch.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <random>

namespace troupe::fuzz {
namespace {

using text = std::vector<std::byte>;

bool run(const entry_point& entry, const text& input) {
  // A block of exactly its size, for AddressSanitizer.
  const auto exact = std::make_unique<std::byte[]>(input.size());
  std::ranges::copy(input, exact.get());
  return entry.run({exact.get(), input.size()});
}

/// Octets changed, taken out, put in, the end cut off or moved on.
text damage(std::mt19937_64& random, text input) {
  for (auto steps = 1 + random() % 4; steps > 0; --steps) {
    const auto at = input.empty() ? 0 : random() % input.size();
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 6) {
    case 0:
      input.resize(at);
      break;
    case 1:
      input.insert(place, 1 + random() % 40, static_cast<std::byte>(random()));
      break;
    case 2:
      if (!input.empty())
        input.erase(place);
      break;
    case 3:
      if (!input.empty())
        *place ^= static_cast<std::byte>(1U << random() % 8);
      break;
    default:
      if (!input.empty())
        *place = static_cast<std::byte>(random());
    }
  }
  return input;
}

} // namespace

// An entry point ends the process when something is wrong.
TEST_CASE("the corpora of the fuzzers pass, and what is made of them") {
  for (const auto& entry : entry_points) {
    INFO(entry.name);
    std::mt19937_64 random{72};
    std::size_t sound = 0, bad = 0;
    const auto folder =
        std::filesystem::path{TROUPE_FUZZ_CORPUS} / entry.name;
    std::vector<std::filesystem::path> paths;
    for (const auto& each : std::filesystem::directory_iterator{folder})
      paths.push_back(each.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      INFO(path);
      const auto input = read(path);
      const bool is_sound = run(entry, input);
      const auto name = path.filename().string();
      // A corpus of nothing but refusals would reach little.
      if (name.starts_with("sound"))
        CHECK(is_sound);
      if (name.starts_with("bad"))
        CHECK_FALSE(is_sound);
      ++(is_sound ? sound : bad);
      for (int round = 0; round < 100; ++round)
        run(entry, damage(random, input));
    }
    CHECK(sound >= 1);
    CHECK(bad >= 1);
    run(entry, {});
  }
}

} // namespace troupe::fuzz
