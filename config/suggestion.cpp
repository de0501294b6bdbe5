// SPDX-License-Identifier: BSD-3-Clause
#include "config/suggestion.hpp"

#include <algorithm>
#include <vector>

namespace troupe::config {

namespace {

/// A misspelt key is short; what is longer was not meant as one.
constexpr std::size_t longest_word = 64;

std::size_t distance(std::string_view a, std::string_view b) {
  const auto width = b.size() + 1;
  std::vector<std::size_t> grid((a.size() + 1) * width);
  const auto at = [&](std::size_t row, std::size_t column) -> std::size_t& {
    return grid[row * width + column];
  };
  for (std::size_t i = 0; i <= a.size(); ++i)
    at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1,
                           at(i - 1, j - 1) + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

} // namespace

std::string_view nearest(std::string_view text,
                         std::span<const std::string_view> words) {
  if (text.size() > longest_word)
    return {};
  std::string_view best;
  auto least = std::max<std::size_t>(1, text.size() / 3) + 1;
  for (const auto word : words) {
    if (const auto far = distance(text, word); far < least) {
      least = far;
      best = word;
    }
  }
  return best;
}

} // namespace troupe::config
