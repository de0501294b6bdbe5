// SPDX-License-Identifier: BSD-3-Clause
#include "core/live_index.hpp"

#include "core/hasher.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <thread>

using namespace troupe;

namespace {

constexpr auto type = hash_type::blake2b;

std::shared_ptr<const share_index> with(const std::string& name, char what) {
  auto index = std::make_shared<share_index>(type);
  index->put(hash_of(type, name),
             indexed_object{blob{std::vector<std::byte>(
                 8, static_cast<std::byte>(what))}});
  return index;
}

char found_in(const live_index& all, const std::string& name) {
  const auto id = hash_of(type, name);
  const auto entry = all.find(std::as_bytes(std::span{id.bytes}));
  if (!entry)
    return 0;
  return std::to_integer<char>(
      std::get<indexed_object>(entry->entry).bytes.view().front());
}

} // namespace

TEST_CASE("indexes are replaced one by one", "[core][index]") {
  live_index all{type, 0, 2};
  CHECK(all.places() == 2);
  CHECK(found_in(all, "a") == 0);
  all.set(0, with("a", '1'));
  all.set(1, with("b", '2'));
  CHECK(found_in(all, "a") == '1');
  CHECK(found_in(all, "b") == '2');
  all.set(0, with("a", '3'));
  CHECK(found_in(all, "a") == '3');
  CHECK(found_in(all, "b") == '2');
  all.set(1, nullptr);
  CHECK(found_in(all, "a") == '3');
  CHECK(found_in(all, "b") == 0);
  CHECK_THROWS_AS(all.set(2, nullptr), std::out_of_range);
}

TEST_CASE("who looks up while an index is replaced finds one of the two",
          "[core][index]") {
  live_index all{type, 0, 1};
  all.set(0, with("a", '1'));
  std::atomic<bool> is_over{false};
  std::thread writer{[&] {
    for (auto i = 0; i < 2000; ++i)
      all.set(0, with("a", i % 2 == 0 ? '2' : '1'));
    is_over = true;
  }};
  std::uint64_t wrong = 0;
  while (!is_over) {
    const auto got = found_in(all, "a");
    wrong += got != '1' && got != '2';
  }
  writer.join();
  CHECK(wrong == 0);
}
