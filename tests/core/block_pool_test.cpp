// SPDX-License-Identifier: BSD-3-Clause
#include "core/block_pool.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <cstring>
#include <set>
#include <thread>

using namespace troupe;

TEST_CASE("a block that was let go is given out again", "[block_pool]") {
  const auto pool = std::make_shared<block_pool>(1000, 2);
  const auto* first = pool->take().get();
  CHECK(pool->take().get() == first);
}

TEST_CASE("blocks in use are different ones, and wholly usable",
          "[block_pool]") {
  const auto pool = std::make_shared<block_pool>(1000, 2);
  std::vector<std::shared_ptr<std::byte>> held;
  std::set<std::byte*> seen;
  for (auto i = 0; i < 8; ++i) {
    held.push_back(pool->take());
    CHECK(seen.insert(held.back().get()).second);
    std::memset(held.back().get(), i, 1000);
  }
  for (auto i = 0; i < 8; ++i) {
    CHECK(held[static_cast<std::size_t>(i)].get()[0] ==
          static_cast<std::byte>(i));
    CHECK(held[static_cast<std::size_t>(i)].get()[999] ==
          static_cast<std::byte>(i));
  }
}

TEST_CASE("no more than the spares are kept", "[block_pool]") {
  const auto pool = std::make_shared<block_pool>(1000, 2);
  std::vector<std::shared_ptr<std::byte>> held;
  for (auto i = 0; i < 5; ++i)
    held.push_back(pool->take());
  std::set<std::byte*> first_two{held[0].get(), held[1].get()};
  held[0].reset();
  held[1].reset();
  held[2].reset(); // one more than is kept
  for (auto i = 0; i < 2; ++i) {
    held.push_back(pool->take());
    CHECK(first_two.erase(held.back().get()) == 1);
  }
}

TEST_CASE("a block outlives whoever held its pool", "[block_pool]") {
  auto pool = std::make_shared<block_pool>(64, 1);
  const std::weak_ptr<block_pool> watched = pool;
  auto block = pool->take();
  auto copy = block;
  pool.reset();
  CHECK_FALSE(watched.expired());
  std::memset(block.get(), 7, 64);
  block.reset();
  CHECK(copy.get()[63] == std::byte{7});
  copy.reset();
  CHECK(watched.expired());
}

TEST_CASE("threads never share a block", "[block_pool]") {
  const auto pool = std::make_shared<block_pool>(256, 3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (auto worker = 1; worker <= 4; ++worker)
    threads.emplace_back([&, worker] {
      for (auto round = 0; round < 2000; ++round) {
        const auto block = pool->take();
        std::memset(block.get(), worker, 256);
        std::this_thread::yield();
        for (auto i = 0; i < 256; ++i)
          wrong += block.get()[i] != static_cast<std::byte>(worker);
      }
    });
  for (auto& each : threads)
    each.join();
  CHECK(wrong == 0);
}
