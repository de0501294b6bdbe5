// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace troupe::raptorq {

// The entry point ends the process when something is wrong.
TEST_CASE("the corpus of the fuzzing entry point passes", "[fuzz]") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(TROUPE_RAPTORQ_CORPUS)) {
    INFO(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    const std::vector<std::uint8_t> input(text.begin(), text.end());
    REQUIRE(file);
    REQUIRE(LLVMFuzzerTestOneInput(input.data(), input.size()) == 0);
    ++files;
  }
  REQUIRE(files > 0);
}

TEST_CASE("random inputs of the fuzzing entry point pass", "[fuzz]") {
  test::random_source random(71);
  const int rounds = test::thorough ? 1500 : 150;
  for (int n = 0; n < rounds; ++n) {
    std::vector<std::uint8_t> input(random.below(n % 4 == 0 ? 400 : 60));
    for (std::uint8_t& x : input)
      x = static_cast<std::uint8_t>(random.next() >> 32);
    REQUIRE(LLVMFuzzerTestOneInput(input.data(), input.size()) == 0);
  }
}

TEST_CASE("an empty input of the fuzzing entry point passes", "[fuzz]") {
  REQUIRE(LLVMFuzzerTestOneInput(nullptr, 0) == 0);
}

} // namespace troupe::raptorq
