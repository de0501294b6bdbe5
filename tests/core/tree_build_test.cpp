// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_build.hpp"
#include "tests/core/vectors.hpp"

#include <functional>
#include <thread>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TROUPE_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TROUPE_TEST_SANITIZED 1
#endif
#endif

using namespace troupe;
using namespace troupe::test;

namespace {

/// Bytes of gen1 without memory behind them; `before_read` may fail a read.
class made_up_source final : public source {
public:
  explicit made_up_source(std::uint64_t length) : length_(length) {}

  std::uint64_t size() const noexcept override { return length_; }
  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (before_read)
      if (const auto result = before_read(offset); result != errc::none)
        return result;
    for (auto& each : out)
      each = static_cast<std::byte>((31 * offset++ + 7) & 255);
    return errc::none;
  }
  errc check_unchanged() const override { return unchanged; }

  std::function<errc(std::uint64_t)> before_read;
  errc unchanged = errc::none;

private:
  std::uint64_t length_;
};

/// Runs `workers` threads to the end; how many of them got step::complete.
int run(tree_build& build, int workers) {
  std::atomic<int> completed{0};
  std::vector<std::thread> threads;
  for (auto i = 0; i < workers; ++i)
    threads.emplace_back([&] {
      for (;;)
        switch (build.hash_next_range()) {
        case tree_build::step::more:
          break;
        case tree_build::step::nothing:
          return;
        case tree_build::step::complete:
          ++completed;
          return;
        }
    });
  for (auto& each : threads)
    each.join();
  return completed;
}

errc outcome(tree_build& build) {
  const auto tree = build.finish();
  return tree ? errc::none : tree.error().code;
}

} // namespace

TEST_CASE("one to four workers build librecast's trees",
          "[tree_build][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    for (const auto& each : vectors["trees"])
      for (auto workers = 1; workers <= 4; ++workers) {
        const std::size_t size = each["size"];
        tree_build build{
            type,
            make_blob_source(blob{each["gen"] == 1 ? gen1(size) : gen2(size)})};
        CHECK(run(build, workers) == 1);
        const auto tree = build.finish();
        REQUIRE(tree);
        CHECK(hex(tree->bytes()) == each["tree"]);
      }
  });
}

TEST_CASE("objects of many ranges get the same tree from any number of workers",
          "[tree_build]") {
  for (std::uint64_t length :
       {tree_build::range_bytes - 1, tree_build::range_bytes,
        tree_build::range_bytes + 1, 5 * tree_build::range_bytes + 40001}) {
    const auto input = std::make_shared<made_up_source>(length);
    hash first;
    for (auto workers = 1; workers <= 4; ++workers) {
      tree_build build{hash_type::blake2b, input};
      CHECK(build.ranges() ==
            (length + tree_build::range_bytes - 1) / tree_build::range_bytes);
      CHECK(run(build, workers) == 1);
      const auto tree = build.finish();
      REQUIRE(tree);
      CHECK(tree->shape().length == length);
      if (workers == 1)
        first = tree->root();
      CHECK(tree->root() == first);
    }
  }
}

TEST_CASE("a failed read ends the build once with its reason", "[tree_build]") {
  for (std::uint64_t bad_range : {0u, 2u, 4u})
    for (auto workers = 1; workers <= 4; ++workers) {
      const auto input =
          std::make_shared<made_up_source>(5 * tree_build::range_bytes);
      input->before_read = [=](std::uint64_t offset) {
        return offset / tree_build::range_bytes == bad_range ? errc::io_error
                                                             : errc::none;
      };
      tree_build build{hash_type::blake2b, input};
      CHECK(run(build, workers) == 1);
      CHECK(outcome(build) == errc::io_error);
    }
}

TEST_CASE("an abandoned build completes once without reading on",
          "[tree_build]") {
  for (auto workers = 1; workers <= 4; ++workers) {
    const auto input =
        std::make_shared<made_up_source>(1000 * tree_build::range_bytes);
    std::atomic<int> reads{0};
    tree_build* running = nullptr;
    input->before_read = [&](std::uint64_t) {
      if (++reads == 3)
        running->abandon();
      return errc::none;
    };
    tree_build build{hash_type::blake2b, input};
    running = &build;
    CHECK(run(build, workers) == 1);
    CHECK(outcome(build) == errc::cancelled);
    // Each worker ends the range it was in.
    CHECK(reads < 3 + 4 * static_cast<int>(tree_build::range_bytes >> 15));
  }
}

TEST_CASE("a build that is abandoned before it began still completes",
          "[tree_build]") {
  tree_build build{hash_type::blake2b,
                   std::make_shared<made_up_source>(1u << 30)};
  build.abandon();
  CHECK(build.hash_next_range() == tree_build::step::complete);
  CHECK(build.hash_next_range() == tree_build::step::nothing);
  CHECK(outcome(build) == errc::cancelled);
}

TEST_CASE("a source that changed while it was hashed has no tree",
          "[tree_build]") {
  const auto input = std::make_shared<made_up_source>(100000);
  input->unchanged = errc::source_changed;
  tree_build build{hash_type::blake2b, input};
  CHECK(run(build, 2) == 1);
  CHECK(outcome(build) == errc::source_changed);
}

TEST_CASE("a source with more leaves than memory is refused", "[tree_build]") {
#if TROUPE_TEST_SANITIZED
  WARN("skipped: a sanitizer's operator new ends the program, throws nothing");
#else
  tree_build build{hash_type::blake2b,
                   std::make_shared<made_up_source>(~std::uint64_t{0} >> 1)};
  CHECK(run(build, 3) == 1);
  CHECK(outcome(build) == errc::out_of_memory);
#endif
}
