// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using test::bytes;

// Sends a random block of K symbols over a line that loses a random share of
// everything, source or repair, until the block is there.
class trip {
public:
  explicit trip(test::random_source& random)
      : random_(random), k_(1 + random.below(300)), t_(1 + random.below(24)),
        loss_(random.below(3) == 0 ? random.below(950) : random.below(200)),
        block_(random.octets(std::size_t{k_} * t_)), encoder_(k_, t_, block_),
        out_(block_.size()), decoder_(k_, t_, out_) {}

  // Symbols beyond K that were needed.
  std::uint32_t run() {
    for (std::uint32_t esi = 0; esi < k_; ++esi)
      if (random_.below(1000) >= loss_)
        decoder_.add(esi, test::piece(block_, esi, t_));
    std::uint32_t esi =
        random_.below(8) == 0 ? k_ + random_.below(esi_limit - 200000) : k_;
    while (decoder_.decode() != status::done) {
      const std::uint32_t missing =
          decoder_.held() < k_ ? k_ - decoder_.held() : 1;
      bytes repairs(std::size_t{missing} * t_);
      encoder_.repair(esi, missing, repairs);
      for (std::uint32_t n = 0; n < missing; ++n)
        if (random_.below(1000) >= loss_)
          decoder_.add(esi + n, test::piece(repairs, n, t_));
      esi += missing;
    }
    return decoder_.held() - k_;
  }

  bool right() const { return out_ == block_; }
  std::uint32_t k() const { return k_; }

private:
  test::random_source& random_;
  std::uint32_t k_;
  std::uint32_t t_;
  std::uint32_t loss_; // of 1000
  bytes block_;
  block_encoder encoder_;
  bytes out_;
  block_decoder decoder_;
};

} // namespace

TEST_CASE("random blocks survive random losses", "[trips]") {
  const int trips = test::long_run() ? 1000000 : test::thorough ? 10000 : 1000;
  test::random_source random(1000000);
  int wrong = 0;
  std::uint32_t most = 0;
  for (int n = 0; n < trips; ++n) {
    trip one(random);
    const std::uint32_t extra = one.run();
    most = std::max(most, extra);
    if (!one.right()) {
      ++wrong;
      UNSCOPED_INFO("trip " << n << ", K = " << one.k());
    }
  }
  INFO(trips << " trips, " << wrong << " wrong, at most " << most
             << " symbols beyond K");
  REQUIRE(wrong == 0);
  REQUIRE(most <= 4);
  if (test::long_run())
    WARN(trips << " trips, none wrong, at most " << most
               << " symbols beyond K");
}

} // namespace troupe::raptorq
