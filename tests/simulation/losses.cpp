// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/losses.hpp"

#include "core/range_index.hpp"
#include "tests/support/recorders.hpp"
#include "transport/range_packet.hpp"

#include <iomanip>
#include <sstream>

namespace troupe::test {

namespace {

scenario one_receiver(std::size_t object_bytes, const sim_path& path,
                      std::uint64_t seed) {
  scenario plan;
  plan.seed = seed;
  plan.symbol_bytes = default_range_symbol_bytes;
  plan.versions.push_back(pattern(object_bytes, seed));
  receiver_plan r;
  r.wire = wire_mode::range;
  r.path = path;
  plan.receivers.push_back(std::move(r));
  return plan;
}

std::vector<loss_row> rows_to_measure() {
  std::vector<loss_row> rows;
  for (const int percent : {0, 1, 5, 10, 20, 30}) {
    loss_row row;
    row.what = std::to_string(percent) + " % at random";
    row.path.loss = percent / 100.0;
    rows.push_back(row);
  }
  for (const int packets : {48, 64, 96}) {
    loss_row row;
    row.what = "bursts of " + std::to_string(packets);
    row.path.bursts.chance = 0.001;
    row.path.bursts.least_packets = 48;
    row.path.bursts.mean_packets = packets;
    rows.push_back(row);
  }
  return rows;
}

} // namespace

std::vector<loss_row> measure_losses(std::size_t object_bytes,
                                     std::uint64_t seeds) {
  auto rows = rows_to_measure();
  for (auto& row : rows) {
    double sent = 0;
    double lost = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const auto result = simulate(one_receiver(object_bytes, row.path, seed));
      ++row.syncs;
      row.complete += !result.broken && result.syncs.front().report.ok();
      row.bytes_sent += static_cast<double>(result.bytes_sent) /
                        static_cast<double>(seeds);
      row.time_ms += std::chrono::duration<double, std::milli>(
                         result.syncs.front().at)
                         .count() /
                     static_cast<double>(seeds);
      sent += static_cast<double>(result.packets_sent);
      lost += static_cast<double>(result.packets_lost);
    }
    row.loss = lost / sent;
    constexpr std::size_t block_bytes = std::size_t{range_chunks} * chunk_bytes;
    const auto blocks = (object_bytes + block_bytes - 1) / block_bytes;
    constexpr auto packet_bytes = range_header_bytes + default_range_symbol_bytes;
    row.bytes_most = 1.05 / (1 - row.loss) * rows.front().bytes_sent +
                     static_cast<double>(2 * packet_bytes * blocks);
  }
  return rows;
}

std::string to_string(const std::vector<loss_row>& rows) {
  std::ostringstream out;
  out << "loss                 lost   bytes sent  of needed  allowed"
         "  complete  virtual ms\n"
      << std::fixed;
  const auto needed = rows.front().bytes_sent;
  for (const auto& row : rows)
    out << std::left << std::setw(18) << row.what << std::right << std::setw(6)
        << std::setprecision(1) << row.loss * 100 << " %" << std::setw(12)
        << std::setprecision(0) << row.bytes_sent << std::setw(11)
        << std::setprecision(3) << row.bytes_sent / needed << std::setw(9)
        << row.bytes_most / needed << std::setw(7) << row.complete << '/'
        << row.syncs << std::setw(11) << std::setprecision(0) << row.time_ms
        << (row.bytes_sent <= row.bytes_most ? "" : "  too much") << '\n';
  return out.str();
}

} // namespace troupe::test
