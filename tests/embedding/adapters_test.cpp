// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/adapters.hpp"
#include "core/diff.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>
#include <vector>

using namespace troupe;

namespace {

constexpr std::uint64_t window = 1u << 20; // the least there is

class line final : public content_stream {
public:
  errc next(const std::byte* bytes, std::size_t count) override {
    got.insert(got.end(), bytes, bytes + count);
    return errc::none;
  }
  std::vector<std::byte> got;
};

/// Content with a bug.
class throwing_source final : public content_source {
public:
  std::uint64_t size() const noexcept override { return 10; }
  errc read_at(std::uint64_t, std::byte*, std::size_t) const override {
    throw std::runtime_error{"a bug"};
  }
};

chunk_fetch fetch(std::byte id, std::vector<std::uint64_t> places) {
  chunk_fetch one;
  one.id.bytes[0] = id;
  one.size_bytes = 10;
  one.places = std::move(places);
  return one;
}

} // namespace

TEST_CASE("a stream's sink hands on what is next, and keeps what is early",
          "[embedding][stream]") {
  const auto to = std::make_shared<line>();
  const auto sink = sink_of(to, 0);
  const std::vector<std::byte> a(100, std::byte{1});
  const std::vector<std::byte> b(50, std::byte{2});
  const std::vector<std::byte> c(10, std::byte{3});
  REQUIRE(sink->begin(160) == errc::none);
  CHECK(*sink->reach() == window);
  CHECK(sink->write_at(150, c) == errc::none);
  CHECK(sink->write_at(100, b) == errc::none);
  CHECK(to->got.empty());
  CHECK(sink->commit({}, {}) != errc::none); // not complete
  CHECK(sink->write_at(0, a) == errc::none);
  REQUIRE(to->got.size() == 160);
  CHECK(to->got[99] == std::byte{1});
  CHECK(to->got[100] == std::byte{2});
  CHECK(to->got[150] == std::byte{3});
  CHECK(*sink->reach() == window + 160);
  CHECK(sink->commit({}, {}) == errc::none);
}

TEST_CASE("a stream's sink keeps no more than its windows",
          "[embedding][stream]") {
  const auto to = std::make_shared<line>();
  const auto sink = sink_of(to, 0);
  const std::vector<std::byte> some(10);
  REQUIRE(sink->begin(100 * window) == errc::none);
  CHECK(sink->write_at(3 * window, some) == errc::none);
  CHECK(sink->write_at(3 * window + 1, some) == errc::internal);
  CHECK(sink->write_at(~std::uint64_t{0}, some) == errc::internal);
  REQUIRE(sink->write_at(0, some) == errc::none);
  CHECK(sink->write_at(0, some) == errc::internal); // that was delivered
}

TEST_CASE("a source that throws cannot be read", "[embedding]") {
  const auto source = source_of(std::make_shared<throwing_source>());
  std::vector<std::byte> out(5);
  CHECK(source->read_at(0, out) == errc::io_error);
  CHECK(source->read_at(6, out) == errc::invalid_argument);
  const auto memory = source_of(make_content(std::vector<std::byte>(7)));
  CHECK(memory->read_at(2, out) == errc::none);
  CHECK(memory->read_at(3, out) == errc::invalid_argument);
}

TEST_CASE("in order, what lies far apart is fetched again",
          "[embedding][stream]") {
  sync_plan plan;
  plan.fetch.push_back(fetch(std::byte{1}, {0, 4, 5, 9, 30}));
  plan.fetch.push_back(fetch(std::byte{2}, {1, 2}));
  plan.fetch_bytes = 20;
  const auto sorted = fetch_in_order(plan, 4);
  REQUIRE(sorted.fetch.size() == 4);
  CHECK(sorted.fetch[0].places == std::vector<std::uint64_t>{0, 4});
  CHECK(sorted.fetch[1].places == std::vector<std::uint64_t>{1, 2});
  CHECK(sorted.fetch[2].places == std::vector<std::uint64_t>{5, 9});
  CHECK(sorted.fetch[3].places == std::vector<std::uint64_t>{30});
  CHECK(sorted.fetch[3].id == plan.fetch[0].id);
  CHECK(sorted.fetch_bytes == 40);
}
