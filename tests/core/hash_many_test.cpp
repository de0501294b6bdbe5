// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_many.hpp"
#include "core/hash_many.hpp"
#include "tests/core/vectors.hpp"

#include <functional>
#include <memory>
#include <numeric>
#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

using input = std::span<const std::byte>;

/// Hashes inputs by one kernel, or by what hash_many() chooses.
using many =
    std::function<void(std::span<const input> inputs, std::span<hash> out)>;

/// Calls `body(type, many)` for each kernel of this processor and for
/// hash_many() itself.
template <class Body>
void for_each_way(Body body) {
  for (std::size_t i = 0; const auto* kernel = blake2b_kernel_at(i); ++i) {
    INFO("kernel " << kernel->name);
    body(hash_type::blake2b, [=](auto inputs, auto out) {
      blake2b_hash_many(*kernel, inputs, out);
    });
  }
  for_each_hash_type([&](hash_type type) {
    INFO("hash_many()");
    body(type, [=](auto inputs, auto out) { hash_many(type, inputs, out); });
  });
}

/// Every input's digest must be the one that it has alone.
void compare(hash_type type, const many& hash_all,
             const std::vector<input>& inputs) {
  std::vector<hash> out(inputs.size());
  hash_all(inputs, out);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    INFO("input " << i << " of " << inputs.size() << ", " << inputs[i].size()
                  << " bytes");
    REQUIRE(to_hex(out[i]) == to_hex(hash_of(type, inputs[i])));
  }
}

const bytes& pool() {
  static const bytes once = [] {
    std::mt19937_64 random{7};
    return random_bytes(random, 1u << 20);
  }();
  return once;
}

/// Different bytes for each `number`, at addresses of any alignment.
input taken(std::size_t number, std::size_t length) {
  return input{pool()}.subspan(number * 1237 % 300001, length);
}

} // namespace

TEST_CASE("many digests equal librecast's", "[hash_many][vectors]") {
  for_each_way([](hash_type type, const many& hash_all) {
    const auto vectors = load_vectors(type);
    std::vector<bytes> data{{}, bytes_of("abc")};
    std::vector<std::string> expected{vectors["hash_empty"],
                                      vectors["hash_abc"]};
    for (const auto& each : vectors["names"]) {
      data.push_back(from_hex_text(each["name_hex"]));
      expected.push_back(each["channel_hash"]);
    }
    for (const auto& each : vectors["trees"]) {
      const std::size_t size = each["size"];
      if (size == 0 || size > 32768)
        continue; // has no leaf, or several
      data.push_back(each["gen"] == 1 ? gen1(size) : gen2(size));
      expected.push_back(each["root"]);
    }
    REQUIRE(data.size() > 8);
    const std::vector<input> inputs(data.begin(), data.end());
    std::vector<hash> out(inputs.size());
    hash_all(inputs, out);
    for (std::size_t i = 0; i < out.size(); ++i)
      CHECK(to_hex(out[i]) == expected[i]);
  });
}

TEST_CASE("inputs of one length hash like each alone", "[hash_many]") {
  for_each_way([](hash_type type, const many& hash_all) {
    std::vector<std::size_t> lengths(301);
    std::iota(lengths.begin(), lengths.end(), 0u);
    for (std::size_t blocks = 3; blocks <= 16; ++blocks)
      for (auto length : {128 * blocks - 1, 128 * blocks, 128 * blocks + 1})
        lengths.push_back(length);
    lengths.insert(lengths.end(), {32767, 32768, 32769});
    for (auto length : lengths)
      for (std::size_t count : {1, 2, 3, 4, 5, 8, 9, 17}) {
        std::vector<input> inputs;
        for (std::size_t i = 0; i < count; ++i)
          inputs.push_back(taken(i, length));
        compare(type, hash_all, inputs);
      }
  });
}

TEST_CASE("any number of inputs hashes like each alone", "[hash_many]") {
  for_each_way([](hash_type type, const many& hash_all) {
    for (std::size_t count = 0; count <= 20; ++count)
      for (std::size_t step : {0, 1, 64, 127, 128, 129}) {
        std::vector<input> rising;
        std::vector<input> falling;
        for (std::size_t i = 0; i < count; ++i) {
          rising.push_back(taken(i, 100 + i * step));
          falling.push_back(taken(i, 100 + (count - i) * step));
        }
        compare(type, hash_all, rising);
        compare(type, hash_all, falling);
      }
  });
}

TEST_CASE("inputs of mixed lengths hash like each alone", "[hash_many]") {
  for_each_way([](hash_type type, const many& hash_all) {
    std::mt19937_64 random{11};
    for (auto round = 0; round < 300; ++round) {
      std::vector<input> inputs(random() % 40);
      for (auto& each : inputs) {
        const auto most = std::size_t{1} << (random() % 16);
        const auto blocks = random() % 3 == 0; // ends exactly
        const auto length = random() % (most + 1);
        each = taken(random() % 1000, blocks ? length / 128 * 128 : length);
      }
      compare(type, hash_all, inputs);
    }
  });
}

TEST_CASE("one long input among short ones hashes like alone", "[hash_many]") {
  for_each_way([](hash_type type, const many& hash_all) {
    for (std::size_t where : {0, 5, 11}) {
      std::vector<input> inputs;
      for (std::size_t i = 0; i < 12; ++i)
        inputs.push_back(taken(i, i == where ? 100003 : i * 31));
      compare(type, hash_all, inputs);
    }
  });
}

TEST_CASE("digests of an address of any alignment are the same",
          "[hash_many]") {
  for_each_way([](hash_type type, const many& hash_all) {
    const auto content = gen2(1000);
    bytes room(1100);
    for (std::size_t shift = 0; shift < 64; ++shift) {
      std::copy(content.begin(), content.end(),
                room.begin() + static_cast<std::ptrdiff_t>(shift));
      const std::vector<input> inputs(6, input{room}.subspan(shift, 1000));
      std::vector<hash> out(inputs.size());
      hash_all(inputs, out);
      for (const auto& each : out)
        REQUIRE(each == hash_of(type, content));
    }
  });
}

TEST_CASE("nothing outside of the inputs is read", "[hash_many]") {
  // An allocation of the exact size each, for what watches the memory.
  for_each_way([](hash_type type, const many& hash_all) {
    for (std::size_t length : {0, 1, 31, 127, 128, 129, 255, 256, 1000}) {
      std::vector<std::unique_ptr<std::byte[]>> owned;
      std::vector<input> inputs;
      for (std::size_t i = 0; i < 11; ++i) {
        owned.push_back(std::make_unique<std::byte[]>(length + i % 2));
        inputs.emplace_back(owned.back().get(), length + i % 2);
      }
      compare(type, hash_all, inputs);
    }
  });
}

TEST_CASE("chunks hash like each alone, the last may be short",
          "[hash_many]") {
  for_each_hash_type([](hash_type type) {
    for (std::size_t chunk : {1, 64, 128, 1000, 32768})
      for (std::size_t count : {1, 2, 7, 8, 63, 64, 65, 130})
        for (auto missing : {std::size_t{0}, std::size_t{1}, chunk - 1}) {
          if (count * chunk > pool().size() || missing >= chunk)
            continue;
          const auto data = input{pool()}.first(count * chunk - missing);
          std::vector<hash> out(count);
          hash_chunks(type, data, chunk, out);
          for (std::size_t i = 0; i < count; ++i) {
            const auto rest = data.subspan(i * chunk);
            const auto each = rest.first(std::min(chunk, rest.size()));
            REQUIRE(out[i] == hash_of(type, each));
          }
        }
  });
}

TEST_CASE("chunks past the end of the data are empty ones", "[hash_many]") {
  for_each_hash_type([](hash_type type) {
    std::vector<hash> out(3);
    hash_chunks(type, {}, 64, std::span{out}.first(0));
    CHECK(out[0].is_zero());
    hash_chunks(type, taken(1, 70), 64, out);
    CHECK(out[1] == hash_of(type, taken(1, 70).subspan(64)));
    CHECK(out[2] == hash_of(type, ""));
  });
}

TEST_CASE("each input is verified against its own name", "[hash_many]") {
  for_each_hash_type([](hash_type type) {
    std::mt19937_64 random{3};
    for (std::size_t count : {0, 1, 4, 5, 64, 65, 150}) {
      std::vector<input> inputs;
      std::vector<hash> names;
      for (std::size_t i = 0; i < count; ++i) {
        inputs.push_back(taken(i, random() % 700));
        names.push_back(hash_of(type, inputs[i]));
      }
      const auto room = std::make_unique<bool[]>(count);
      const std::span<bool> matches{room.get(), count};
      CHECK(verify_many(type, inputs, names, matches) == count);
      CHECK(std::count(matches.begin(), matches.end(), true) ==
            static_cast<std::ptrdiff_t>(count));
      std::vector<bool> spoiled(count);
      for (std::size_t i = 0; i < count; ++i)
        if (random() % 3 == 0) {
          spoiled[i] = true;
          names[i].bytes[random() % hash_bytes] ^= std::byte{16};
        }
      const auto bad = std::count(spoiled.begin(), spoiled.end(), true);
      CHECK(verify_many(type, inputs, names, matches) ==
            count - static_cast<std::size_t>(bad));
      for (std::size_t i = 0; i < count; ++i)
        CHECK(matches[i] != spoiled[i]);
    }
  });
}

TEST_CASE("the fastest kernel is the last of those there are",
          "[hash_many]") {
  REQUIRE(blake2b_kernel_at(0) != nullptr);
  CHECK(std::string{blake2b_kernel_at(0)->name} == "portable");
  std::size_t count = 0;
  std::set<std::string> here;
  while (const auto* kernel = blake2b_kernel_at(count)) {
    here.insert(kernel->name);
    ++count;
  }
  for (const auto* name : blake2b_kernel_names())
    if (here.count(name) == 0)
      WARN("skipped for " << name << ": this processor lacks it");
  CHECK(&blake2b_fastest() == blake2b_kernel_at(count - 1));
  CHECK(count <= blake2b_kernel_names().size());
  for (std::size_t i = 0; i < count; ++i)
    for (const auto* k = blake2b_kernel_at(i); k->narrower; k = k->narrower)
      CHECK(k->narrower->lanes < k->lanes);
}
