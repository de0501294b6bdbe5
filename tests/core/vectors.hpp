// SPDX-License-Identifier: BSD-3-Clause
// Test vectors that librecast's own library wrote, and the data behind them.
#pragma once

#include "core/hasher.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace troupe::test {

using bytes = std::vector<std::byte>;

/// Byte i is (31 * i + 7) & 255.
inline bytes gen1(std::size_t length) {
  bytes data(length);
  for (std::size_t i = 0; i < length; ++i)
    data[i] = static_cast<std::byte>((31 * i + 7) & 255);
  return data;
}

/// Bits 16..23 of a linear congruential generator.
inline bytes gen2(std::size_t length) {
  bytes data(length);
  std::uint32_t x = 0x12345678;
  for (auto& each : data) {
    x = x * 1103515245u + 12345u;
    each = static_cast<std::byte>((x >> 16) & 255);
  }
  return data;
}

inline bytes random_bytes(std::mt19937_64& random, std::size_t length) {
  bytes data(length);
  for (auto& each : data)
    each = static_cast<std::byte>(random() & 255);
  return data;
}

inline bytes bytes_of(std::string_view text) {
  const auto view = std::as_bytes(std::span{text.data(), text.size()});
  return {view.begin(), view.end()};
}

inline std::string hex(std::span<const std::byte> data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (auto each : data) {
    text += digits[std::to_integer<int>(each) >> 4];
    text += digits[std::to_integer<int>(each) & 15];
  }
  return text;
}

inline bytes from_hex_text(const std::string& text) {
  bytes data;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    data.push_back(
        static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return data;
}

inline hash hash_from(const std::string& text) {
  hash value;
  REQUIRE(from_hex(text, value));
  return value;
}

inline nlohmann::json load_vectors(hash_type type) {
  const auto path = std::string{TROUPE_TEST_DATA} + "/core-" +
                    std::string{to_string(type)} + ".json";
  std::ifstream file{path};
  INFO(path);
  REQUIRE(file);
  return nlohmann::json::parse(file);
}

/// Calls `body(type)` for each hash type; says which ones this build lacks.
template <class Body>
void for_each_hash_type(Body body) {
  for (auto type : {hash_type::blake2b, hash_type::blake3}) {
    if (!is_available(type)) {
      WARN("skipped for " << to_string(type)
                          << ": its library is not in this build");
      continue;
    }
    INFO("hash type " << to_string(type));
    body(type);
  }
}

/// Calls `body(type, vectors)` likewise.
template <class Body>
void for_each_vectors(Body body) {
  for_each_hash_type([&](hash_type type) { body(type, load_vectors(type)); });
}

} // namespace troupe::test
