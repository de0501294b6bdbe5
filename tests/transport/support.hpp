// SPDX-License-Identifier: BSD-3-Clause
// What several tests of the transport need.
#pragma once

#include "tests/support/catch.hpp"
#include "transport/mld.hpp"
#include "transport/network.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace troupe::test {

using namespace std::chrono_literals;

using bytes = std::vector<std::byte>;

/// Reads pairs of hexadecimal digits; blanks do not count.
inline bytes from_hex_text(const std::string& text) {
  bytes out;
  std::string pair;
  for (char c : text) {
    if (c != ' ')
      pair += c;
    if (pair.size() == 2) {
      out.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
      pair.clear();
    }
  }
  return out;
}

inline std::string to_hex_text(std::span<const std::byte> data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::byte b : data) {
    text += digits[std::to_integer<int>(b) >> 4];
    text += digits[std::to_integer<int>(b) & 15];
  }
  return text;
}

inline bytes random_bytes(std::mt19937_64& random, std::size_t length) {
  bytes data(length);
  for (std::byte& b : data)
    b = static_cast<std::byte>(random() & 255);
  return data;
}

inline hash hash_number(std::uint64_t number) {
  hash h;
  for (std::size_t i = 0; i < 8; ++i)
    h.bytes[i] = static_cast<std::byte>(number * 0x9e3779b97f4a7c15 >> 8 * i);
  return h;
}

inline group_address group_number(std::uint64_t number) {
  return group_of(hash_number(number));
}

inline nlohmann::json test_data(const std::string& name) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + '/' + name};
  REQUIRE(file);
  return nlohmann::json::parse(file);
}

/// The value, or a failed test with the reason.
template <class T>
T value_of(expected<T> either) {
  if (!either)
    FAIL(either.error().message());
  return std::move(*either);
}

/// `count` packets; the first four bytes of each are its number.
inline std::unique_ptr<packet_train> numbered_train(const group_address& to,
                                                    std::size_t count,
                                                    std::uint16_t packet_bytes,
                                                    std::uint32_t first = 0) {
  auto train = std::make_unique<packet_train>();
  train->to = to;
  train->packet_bytes = packet_bytes;
  train->bytes.resize(count * packet_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint32_t>(first + i);
    std::memcpy(train->bytes.data() + i * packet_bytes, &number,
                sizeof(number));
  }
  return train;
}

inline std::uint32_t number_of(std::span<const std::byte> packet) {
  std::uint32_t number = 0;
  std::memcpy(&number, packet.data(), std::min(sizeof(number), packet.size()));
  return number;
}

} // namespace troupe::test
