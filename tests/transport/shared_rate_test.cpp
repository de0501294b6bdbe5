// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/shared_rate.hpp"

namespace troupe::test {

TEST_CASE("those that send get equal parts of a shared rate") {
  shared_rate all{900};
  shared_rate::place a{all}, b{all}, c{all};
  CHECK(a.use(0ns) == 900);
  CHECK(b.use(1ms) == 450);
  CHECK(c.use(2ms) == 300);
  CHECK(a.use(3ms) == 300);
}

TEST_CASE("what a sender does not use the others have") {
  shared_rate all{900};
  shared_rate::place a{all};
  std::optional<shared_rate::place> b;
  b.emplace(all);
  CHECK(b->use(0ns) == 900);
  CHECK(a.use(49ms) == 450);
  CHECK(a.use(50ms) == 900);
  CHECK(b->use(60ms) == 450);
  b.reset();
  CHECK(a.use(61ms) == 900);
}

TEST_CASE("a sender that waits for its turn keeps its part") {
  shared_rate all{900};
  shared_rate::place a{all}, b{all};
  a.use(0ns);
  a.wait(10s);
  CHECK(b.use(9s) == 450);
  CHECK(b.use(10s + 50ms) == 900);
}

TEST_CASE("a shared rate can change, and be none at all") {
  shared_rate all{900};
  shared_rate::place a{all}, b{all};
  a.use(0ns);
  all.set(100);
  CHECK(all.bits_per_s() == 100);
  CHECK(b.use(1ms) == 50);
  all.set(1);
  CHECK(b.use(2ms) == 1); // never nothing
  all.set(0);
  CHECK(b.use(3ms) == 0); // as fast as it can
}

} // namespace troupe::test
