// SPDX-License-Identifier: BSD-3-Clause
#include "actors/announcements.hpp"

#include "tests/support/catch.hpp"

#include <map>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

group_address group(std::uint8_t number) {
  group_address result{};
  result.bytes[0] = 0xff;
  result.bytes[15] = number;
  return result;
}

blob some_manifest() { return blob{std::vector<std::byte>(10)}; }

struct fixture {
  announcements news;
  std::map<std::uint8_t, blob> shared{{1, some_manifest()}};

  std::size_t due(time_point now) {
    return news.due(now, [this](const group_address& where) {
      const auto found = shared.find(where.bytes[15]);
      return found == shared.end() ? blob{} : found->second;
    }).size();
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a new manifest is sent some times, and no old one",
                 "[announcements]") {
  news.asked(group(1), 7, shared[1], 0s);
  CHECK(due(1s) == 0);
  shared[1] = some_manifest();
  for (std::uint32_t i = 0; i < announcements::repeats; ++i)
    CHECK(due(2s + i * 1s) == 1);
  CHECK(due(9s) == 0);
  // Who asks later gets the new one, and that is no reason to send it again.
  news.asked(group(1), 7, shared[1], 10s);
  CHECK(due(11s) == 0);
}

TEST_CASE_METHOD(fixture, "nothing is sent of what is not shared for a while",
                 "[announcements]") {
  news.asked(group(1), 7, shared[1], 0s);
  const auto first = shared[1];
  shared.erase(1);
  CHECK(due(1s) == 0);
  shared[1] = first;
  CHECK(due(2s) == 0);
  shared[1] = some_manifest();
  CHECK(due(3s) == 1);
}

TEST_CASE_METHOD(fixture, "what nobody asks for any more is forgotten",
                 "[announcements]") {
  news.asked(group(1), 7, shared[1], 0s);
  shared[1] = some_manifest();
  CHECK(due(announcements::memory + 1s) == 0);
}

TEST_CASE_METHOD(fixture, "the memory is bounded, the oldest goes",
                 "[announcements]") {
  for (std::size_t i = 0; i <= announcements::most_groups; ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    shared[number] = some_manifest();
    news.asked(group(number), 7, shared[number], 1s * static_cast<int>(i));
  }
  for (auto& [number, one] : shared)
    one = some_manifest();
  CHECK(due(100s) == announcements::most_groups);
}
