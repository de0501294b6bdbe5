// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/crowd.hpp"

#include "core/range_index.hpp"
#include "tests/support/recorders.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace troupe::test {

using namespace std::chrono_literals;

namespace {

scenario crowd_of(const crowd_row& row, std::size_t object_bytes,
                  std::uint64_t seed) {
  scenario plan;
  plan.seed = seed;
  plan.symbol_bytes = default_range_symbol_bytes;
  plan.versions.push_back(pattern(object_bytes, seed));
  plan.pests = row.pests;
  for (std::size_t i = 0; i < row.receivers; ++i) {
    receiver_plan r;
    r.wire = wire_mode::range;
    r.start = i * 200us;
    r.path.loss = 0.01;
    if (i < row.suspended) {
      r.suspend_at = 60ms;
      r.suspend_for = 20s;
    }
    plan.receivers.push_back(std::move(r));
  }
  return plan;
}

std::vector<crowd_row> rows_to_measure() {
  using what = pest_plan::what;
  std::vector<crowd_row> rows;
  const auto add = [&](std::string text, std::size_t receivers,
                       std::vector<pest_plan> pests = {},
                       std::size_t suspended = 0) {
    crowd_row row;
    row.what = std::move(text);
    row.receivers = receivers + suspended;
    row.pests = std::move(pests);
    row.suspended = suspended;
    rows.push_back(std::move(row));
  };
  add("1 receiver", 1);
  add("8 receivers", 8);
  add("4 receivers", 4);
  add("4, and one suspended midway", 4, {}, 1);
  add("4, and one that stopped after its first joins", 4, {{what::stopped}});
  add("4, and one that joins all and never leaves", 4, {{what::clinging}});
  add("4, and one that asks for all every 100 ms", 4,
      {{what::greedy, 100ms}});
  add("4, and one that repairs for ever, 64 groups each 10 ms", 4,
      {{what::repairing, 10ms}});
  return rows;
}

} // namespace

std::vector<crowd_row> measure_crowds(std::size_t object_bytes,
                                      std::uint64_t seeds) {
  auto rows = rows_to_measure();
  for (auto& row : rows)
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const auto result = simulate(crowd_of(row, object_bytes, seed));
      std::chrono::nanoseconds last{0};
      for (std::size_t i = row.suspended; i < result.syncs.size(); ++i) {
        const auto& one = result.syncs[i];
        ++row.expected;
        row.complete += one.has_report && one.report.ok();
        last = std::max(last, one.at);
      }
      row.time_ms += std::chrono::duration<double, std::milli>(last).count() /
                     static_cast<double>(seeds);
      row.bytes_sent += static_cast<double>(result.bytes_sent) /
                        static_cast<double>(seeds);
    }
  return rows;
}

std::string to_string(const std::vector<crowd_row>& rows) {
  std::ostringstream out;
  out << "who                                                     equal"
         "  virtual ms  bytes sent\n"
      << std::fixed;
  for (const auto& row : rows)
    out << std::left << std::setw(53) << row.what << std::right << std::setw(4)
        << row.complete << '/' << std::left << std::setw(4) << row.expected
        << std::right << std::setw(10) << std::setprecision(1) << row.time_ms
        << std::setw(12) << std::setprecision(0) << row.bytes_sent << '\n';
  return out.str();
}

} // namespace troupe::test
