// SPDX-License-Identifier: BSD-3-Clause
#include "core/read_buffer.hpp"

#include "tests/support/catch.hpp"

#include <cstdint>

using namespace troupe;

TEST_CASE("what is read into does not begin just behind a page's start",
          "[core]") {
  for (const std::size_t bytes : {1u, 100u, 32768u, 262144u, 1u << 20}) {
    const read_buffer buffer(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
  }
}
