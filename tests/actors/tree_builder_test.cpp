// SPDX-License-Identifier: BSD-3-Clause
#include "actors/tree_builder.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"

using namespace troupe;
using namespace troupe::test;

TEST_CASE("builders that share a tree finish it once, in any order",
          "[actors][tree_builder]") {
  const auto data = pattern(9u << 20, 1);
  const auto want = tree_of(hash_type::blake2b, data).root();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("schedule " << seed);
    actor_fixture f{{}, seed};
    auto log = std::make_shared<supervisor_log>();
    const auto parent = f.system.spawn(recording_supervisor, log);
    auto work = std::make_shared<tree_build>(hash_type::blake2b,
                                             make_memory_source(data));
    std::vector<tree_builder_actor> builders;
    for (int i = 0; i < 3; ++i) {
      builders.push_back(f.system.spawn(tree_builder, parent, job_runner{}));
      compat::anon_send(builders.back(), build_tree{work});
    }
    f.settle();
    REQUIRE(log->trees.size() == 1);
    REQUIRE(log->trees.front().tree);
    CHECK(log->trees.front().tree->root() == want);
    for (const auto& one : builders)
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    f.settle();
  }
}

TEST_CASE("a source that cannot be read fails the tree",
          "[actors][tree_builder]") {
  struct broken_source : source {
    std::uint64_t size() const noexcept override { return 5u << 20; }
    errc read_at(std::uint64_t offset, std::span<std::byte>) const override {
      return offset == 0 ? errc::none : errc::io_error;
    }
    errc check_unchanged() const override { return errc::none; }
  };
  actor_fixture f;
  auto log = std::make_shared<supervisor_log>();
  const auto builder = f.system.spawn(
      tree_builder, f.system.spawn(recording_supervisor, log), job_runner{});
  compat::anon_send(builder, build_tree{std::make_shared<tree_build>(
                                 hash_type::blake2b,
                                 std::make_shared<broken_source>())});
  f.settle();
  REQUIRE(log->trees.size() == 1);
  CHECK_FALSE(log->trees.front().tree);
  CHECK(log->trees.front().failure.code == errc::io_error);
  caf::anon_send_exit(builder, caf::exit_reason::user_shutdown);
  f.settle();
}
