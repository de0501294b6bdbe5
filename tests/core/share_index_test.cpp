// SPDX-License-Identifier: BSD-3-Clause
#include "core/index_rows.hpp"
#include "core/share_index.hpp"
#include "tests/core/vectors.hpp"

#include <map>
#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto type = hash_type::blake2b;

/// Few enough that hashes repeat and prefixes collide.
hash small_hash(std::uint64_t number) {
  hash id;
  id.bytes[0] = static_cast<std::byte>(number >> 8 & 255);
  id.bytes[1] = static_cast<std::byte>(number & 255);
  id.bytes[31] = static_cast<std::byte>(number * 7 & 255);
  return id;
}

index_entry object_of(std::string_view text) {
  return indexed_object{blob{bytes_of(text)}};
}

std::string text_of(const index_entry& entry) {
  const auto view = std::get<indexed_object>(entry).bytes.view();
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

} // namespace

TEST_CASE("an index behaves like an ordered map", "[share_index]") {
  std::mt19937_64 random{7};
  for (std::uint64_t keys : {1u, 50u, 5000u}) {
    share_index index{type};
    std::map<hash, std::uint64_t> model;
    const auto memory = make_blob_source(blob{bytes(100)});
    for (std::uint64_t step = 0; step < 20'000; ++step) {
      const auto id = small_hash(random() % keys);
      switch (random() % 4) {
      case 0:
        CHECK(index.erase(id) == (model.erase(id) == 1));
        break;
      case 1:
        index.put(id, object_of(std::to_string(step)));
        model[id] = step;
        break;
      case 2:
        index.put(id, indexed_chunk{memory, {step, 1 + step % chunk_bytes}});
        model[id] = step;
        break;
      default: {
        const auto entry = index.get(id);
        REQUIRE(entry.has_value() == (model.count(id) == 1));
        if (!entry)
          break;
        if (const auto* chunk = std::get_if<indexed_chunk>(&*entry)) {
          const auto number = model[id];
          CHECK(chunk->range == byte_range{number, 1 + number % chunk_bytes});
          CHECK(chunk->from == memory);
        } else {
          CHECK(text_of(*entry) == std::to_string(model[id]));
        }
        const auto found = index.find(id.bytes);
        REQUIRE(found);
        CHECK(found->id == id);
      }
      }
    }
    CHECK(index.size() == model.size());

    // Every prefix finds the smallest entry that begins with it.
    for (std::uint64_t number = 0; number < std::max<std::uint64_t>(keys, 256);
         number += 13) {
      const auto wanted = small_hash(number);
      for (std::size_t count : {1u, 2u, 14u, 32u}) {
        const auto key = std::span{wanted.bytes}.first(count);
        hash from;
        std::copy(key.begin(), key.end(), from.bytes.begin());
        auto first = model.lower_bound(from);
        if (first != model.end() &&
            !std::equal(key.begin(), key.end(), first->first.bytes.begin()))
          first = model.end();
        const auto found = index.find(key);
        CHECK(found.has_value() == (first != model.end()));
        if (found && first != model.end())
          CHECK(found->id == first->first);
      }
    }
  }
}

TEST_CASE("a key of no bytes or too many finds nothing", "[share_index]") {
  share_index index{type};
  CHECK(index.size() == 0);
  CHECK_FALSE(index.find(hash{}.bytes));
  index.put(hash{}, object_of("x"));
  CHECK(index.find(hash{}.bytes));
  CHECK_FALSE(index.find({}));
  CHECK_FALSE(index.find(bytes(33)));
}

TEST_CASE("aliases are followed from prefixes, and circles are absent",
          "[share_index]") {
  share_index index{type};
  const auto id = [](std::string_view text) { return hash_of(type, text); };
  const auto find14 = [&](const hash& value) {
    return index.find(
        std::span{value.bytes}.first(object_directory::group_key_bytes));
  };
  index.put(id("target"), object_of("here"));
  index.put(id("alias"), indexed_alias{id("target")});
  index.put(id("alias of alias"), indexed_alias{id("alias")});
  for (auto name : {"target", "alias", "alias of alias"}) {
    const auto found = find14(id(name));
    REQUIRE(found);
    CHECK(found->id == id("target"));
    CHECK(text_of(found->entry) == "here");
  }
  const auto itself = index.get(id("alias"));
  REQUIRE(itself);
  CHECK(std::get<indexed_alias>(*itself).target == id("target"));

  index.put(id("self"), indexed_alias{id("self")});
  index.put(id("ping"), indexed_alias{id("pong")});
  index.put(id("pong"), indexed_alias{id("ping")});
  index.put(id("dangling"), indexed_alias{id("nobody")});
  for (auto name : {"self", "ping", "pong", "dangling"})
    CHECK_FALSE(find14(id(name)));

  CHECK(index.erase(id("target")));
  CHECK_FALSE(find14(id("alias")));
  CHECK_FALSE(index.erase(id("target")));
}

TEST_CASE("a copied index lives on its own", "[share_index]") {
  share_index one{type};
  one.put(small_hash(1), object_of("one"));
  share_index two{one};
  two.put(small_hash(1), object_of("two"));
  two.put(small_hash(2), object_of("two"));
  CHECK(text_of(*one.get(small_hash(1))) == "one");
  CHECK(one.size() == 1);
  one = two;
  CHECK(text_of(*one.get(small_hash(1))) == "two");
  CHECK(one.size() == 2);
}

TEST_CASE("content that no entry needs any more is let go", "[share_index]") {
  share_index index{type};
  std::vector<std::weak_ptr<const source>> sources;
  for (std::uint64_t round = 0; round < 50; ++round) {
    const std::shared_ptr<const source> content =
        make_blob_source(blob{bytes(10)});
    sources.push_back(content);
    for (std::uint64_t i = 0; i < 300; ++i)
      index.put(small_hash(i), indexed_chunk{content, {0, 10}});
  }
  CHECK(index.size() == 300);
  std::size_t alive = 0;
  for (const auto& each : sources)
    alive += !each.expired();
  CHECK(alive >= 1);
  CHECK(alive <= 4); // the last, and what recent merges have not yet reached
  CHECK_FALSE(sources.back().expired());
}

TEST_CASE("many threads may look up at once", "[share_index]") {
  share_index index{type};
  for (std::uint64_t i = 0; i < 3000; ++i)
    index.put(hash_of(type, std::to_string(i)), object_of(std::to_string(i)));
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (auto worker = 0; worker < 4; ++worker)
    threads.emplace_back([&] {
      for (std::uint64_t i = 0; i < 3000; ++i) {
        const auto id = hash_of(type, std::to_string(i));
        const auto found = index.find(std::span{id.bytes}.first(14));
        right += found && text_of(found->entry) == std::to_string(i);
      }
    });
  for (auto& each : threads)
    each.join();
  CHECK(right == 4 * 3000);
}

TEST_CASE("a chunk costs 48 bytes", "[share_index]") {
  CHECK(sizeof(index_row) == 48);
}
