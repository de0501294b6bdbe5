// SPDX-License-Identifier: BSD-3-Clause
#include "tool/units.hpp"

#include "tests/support/catch.hpp"

using namespace troupe::tool;

TEST_CASE("a bandwidth limit has rsync's units") {
  const auto of = [](const char* text) {
    const auto rate = parse_bwlimit(text);
    return rate ? *rate : ~std::uint64_t{0};
  };
  CHECK(of("0") == 0);
  CHECK(of("1") == 8 * 1024);
  CHECK(of("1000") == 8 * 1'024'000);
  CHECK(of("1.5M") == 8 * 1'572'864);
  CHECK(of("2MB") == 16'000'000);
  for (const auto* wrong : {"", "x", "-1", "1Q", "1e99"})
    CHECK(!parse_bwlimit(wrong));
}

TEST_CASE("bytes are read at a glance") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(999) == "999 B");
  CHECK(human_bytes(1000) == "1.0 kB");
  CHECK(human_bytes(93'400'000) == "93.4 MB");
}
