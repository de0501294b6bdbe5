// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/slab_pool.hpp"

#include <atomic>
#include <thread>

namespace troupe::test {

TEST_CASE("a pool gives out its slabs and no more") {
  const auto pool = std::make_shared<slab_pool>(3);
  auto a = pool->try_take();
  auto b = pool->try_take();
  auto c = pool->try_take();
  REQUIRE((a && b && c));
  CHECK_FALSE(pool->try_take());
  std::byte* const where = b.get();
  b.reset();
  b = pool->try_take();
  CHECK(b.get() == where); // the one used last
}

TEST_CASE("slabs do not overlap and can be written to the end") {
  const auto pool = std::make_shared<slab_pool>(2);
  const auto a = pool->try_take();
  const auto b = pool->try_take();
  std::fill_n(a.get(), slab_bytes, std::byte{1});
  std::fill_n(b.get(), slab_bytes, std::byte{2});
  CHECK(std::all_of(a.get(), a.get() + slab_bytes,
                    [](std::byte x) { return x == std::byte{1}; }));
}

TEST_CASE("a pool that ran dry tells once when a slab comes back") {
  const auto pool = std::make_shared<slab_pool>(1);
  int told = 0;
  pool->set_on_return([&] { ++told; });
  auto slab = pool->try_take();
  slab.reset();
  CHECK(told == 0); // nobody was turned away
  slab = pool->try_take();
  CHECK_FALSE(pool->try_take());
  CHECK_FALSE(pool->try_take());
  slab.reset();
  CHECK(told == 1);
  slab = pool->try_take();
  CHECK_FALSE(pool->try_take());
  pool->set_on_return({});
  slab.reset();
  CHECK(told == 1);
}

TEST_CASE("a slab keeps its pool alive") {
  auto pool = std::make_shared<slab_pool>(1);
  auto slab = pool->try_take();
  const std::weak_ptr<slab_pool> weak = pool;
  pool.reset();
  slab.get()[slab_bytes - 1] = std::byte{7};
  CHECK_FALSE(weak.expired());
  slab.reset();
  CHECK(weak.expired());
}

TEST_CASE("slabs come back from any thread") {
  const auto pool = std::make_shared<slab_pool>(4);
  std::atomic<int> told = 0;
  pool->set_on_return([&] { ++told; });
  std::atomic<bool> stop = false;
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i)
    users.emplace_back([&, i] {
      while (!stop) {
        std::vector<std::shared_ptr<std::byte>> held;
        for (int n = 0; n < 3; ++n)
          if (auto slab = pool->try_take()) {
            slab.get()[static_cast<std::size_t>(n)] = static_cast<std::byte>(i);
            held.push_back(std::move(slab));
          }
        std::this_thread::yield();
      }
    });
  while (told < 50)
    std::this_thread::yield();
  stop = true;
  for (auto& u : users)
    u.join();
  std::vector<std::shared_ptr<std::byte>> all;
  while (auto slab = pool->try_take())
    all.push_back(std::move(slab));
  CHECK(all.size() == 4);
}

} // namespace troupe::test
