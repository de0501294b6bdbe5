// SPDX-License-Identifier: BSD-3-Clause
#include "core/hash.hpp"

namespace troupe {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// 0..15, or -1 for what is no hexadecimal digit.
int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::string to_hex(const hash& value) {
  std::string text;
  text.reserve(2 * hash_bytes);
  for (auto byte : value.bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

bool from_hex(std::string_view text, hash& out) noexcept {
  if (text.size() != 2 * hash_bytes)
    return false;
  hash value;
  for (std::size_t i = 0; i < hash_bytes; ++i) {
    const auto high = digit_value(text[2 * i]);
    const auto low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    value.bytes[i] = static_cast<std::byte>(high << 4 | low);
  }
  out = value;
  return true;
}

} // namespace troupe
