// SPDX-License-Identifier: BSD-3-Clause
#include "actors/repair_store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::size_t batch_bytes = 1000;

repair_store::symbols batch(std::uint64_t seed) {
  return std::make_shared<const std::vector<std::byte>>(
      pattern(batch_bytes, seed));
}

} // namespace

TEST_CASE("repair symbols are found by source, range and number",
          "[actors][repair_store]") {
  const std::shared_ptr<const source> one = make_blob_source(blob{pattern(9, 1)});
  const std::shared_ptr<const source> two = make_blob_source(blob{pattern(9, 1)});
  repair_store store;
  const auto made = batch(1);
  store.put(one, {0, 9}, 24, made);
  CHECK(store.find(one, {0, 9}, 24) == made);
  CHECK_FALSE(store.find(two, {0, 9}, 24));
  CHECK_FALSE(store.find(one, {0, 8}, 24));
  CHECK_FALSE(store.find(one, {0, 9}, 72));
}

TEST_CASE("the symbols used longest ago make room", "[actors][repair_store]") {
  const std::shared_ptr<const source> from =
      make_blob_source(blob{pattern(9, 1)});
  repair_store store{3 * batch_bytes};
  for (std::uint32_t i = 0; i < 3; ++i)
    store.put(from, {0, 9}, i, batch(i));
  CHECK(store.find(from, {0, 9}, 0));
  store.put(from, {0, 9}, 3, batch(3));
  CHECK(store.find(from, {0, 9}, 0));
  CHECK_FALSE(store.find(from, {0, 9}, 1));
  CHECK(store.find(from, {0, 9}, 2));
  CHECK(store.find(from, {0, 9}, 3));
  // One that is larger than all of it is there until the next comes.
  repair_store small{batch_bytes / 2};
  small.put(from, {0, 9}, 0, batch(0));
  CHECK(small.find(from, {0, 9}, 0));
}

TEST_CASE("repair is expected while some of the last blocks needed it",
          "[actors][repair_store]") {
  using kind = repair_store::batch;
  repair_store store;
  for (int i = 0; i < 100; ++i)
    store.data_sent();
  CHECK(store.batches_expected(kind::narrow) == 0);
  store.repair_asked(kind::narrow, 0);
  CHECK(store.batches_expected(kind::narrow) == 1);
  CHECK(store.batches_expected(kind::wide) == 0);
  store.repair_asked(kind::narrow, 7); // no more than two ahead
  CHECK(store.batches_expected(kind::narrow) == 2);
  store.repair_asked(kind::wide, 2);
  CHECK(store.batches_expected(kind::wide) == 3);
  store.repair_asked(kind::wide, 7);
  CHECK(store.batches_expected(kind::wide) == 4);
  for (int i = 0; i < 24; ++i)
    store.data_sent();
  CHECK(store.batches_expected(kind::narrow) == 2);
  store.data_sent();
  CHECK(store.batches_expected(kind::narrow) == 0);
  CHECK(store.batches_expected(kind::wide) == 0);
}
