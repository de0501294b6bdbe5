// SPDX-License-Identifier: BSD-3-Clause
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

int replay(const bytes& input) {
  // A block of exactly its size, for AddressSanitizer.
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::transform(input.begin(), input.end(), exact.get(), [](std::byte b) {
    return std::to_integer<std::uint8_t>(b);
  });
  return LLVMFuzzerTestOneInput(exact.get(), input.size());
}

} // namespace

// The entry point ends the process when something is wrong.
TEST_CASE("the corpus of catalogues passes", "[catalogue][fuzz]") {
  std::size_t files = 0, sound = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(TROUPE_CATALOGUE_CORPUS)) {
    INFO(entry.path());
    const auto input = read_file(entry.path());
    REQUIRE(replay(input) == 0);
    const auto name = entry.path().filename().string();
    const bool is_sound = bool{
        parse_catalogue(std::span{input}.subspan(1), std::uint64_t{1} << 44)};
    // A corpus of nothing but refusals would reach little.
    CHECK(is_sound == name.starts_with("sound-"));
    sound += is_sound ? 1 : 0;
    ++files;
  }
  CHECK(sound >= 4);
  CHECK(files >= sound + 8);
}

TEST_CASE("random catalogues pass the fuzzing entry point",
          "[catalogue][fuzz]") {
  std::mt19937_64 random{72};
  for (auto round = 0; round < 20'000; ++round) {
    const auto input = random_bytes(random, random() % 300);
    REQUIRE(replay(input) == 0);
  }
  REQUIRE(replay({}) == 0);
}
