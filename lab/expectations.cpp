// SPDX-License-Identifier: BSD-3-Clause
#include "lab/expectations.hpp"

#include <cstdio>

namespace troupe::lab {

namespace {

std::string fixed(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

void check(const expectation& one, const run_figures& got,
           std::uint64_t file_bytes, std::vector<std::string>& missed) {
  if (!got.failure.empty()) {
    missed.push_back(got.failure);
    return;
  }
  for (const auto& each : got.receivers)
    if (one.identical && each.is_expected && !each.is_identical)
      missed.push_back(
          each.host + " has not the same content (its program ended with " +
          std::to_string(each.status) + ": " + each.last_words + ")");
  const auto within_s = static_cast<double>(one.within_ms) / 1000;
  if (!got.is_in_time)
    missed.emplace_back("not over at the deadline");
  else if (one.within_ms > 0 && got.wall_s > within_s)
    missed.push_back("took " + fixed(got.wall_s) + " s instead of " +
                     fixed(within_s) + " s at most");
  const auto per_byte = static_cast<double>(got.sent_bytes) /
                        static_cast<double>(std::max<std::uint64_t>(
                            file_bytes, 1));
  if (one.sent_per_byte > 0 && per_byte > one.sent_per_byte)
    missed.push_back("sent " + fixed(per_byte) + " bytes a byte instead of " +
                     fixed(one.sent_per_byte) + " at most");
}

} // namespace

std::vector<std::string> missed_expectations(const topology& all,
                                             const run& which,
                                             const run_figures& figures,
                                             std::uint64_t file_bytes) {
  std::vector<std::string> missed;
  for (const auto& one : all.expectations)
    if (!one.of || *one.of == which.by)
      check(one, figures, file_bytes, missed);
  return missed;
}

} // namespace troupe::lab
