// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/tally.hpp"

#include <iomanip>
#include <sstream>

namespace troupe::test {

void tally::add(std::uint64_t seed, const verdict& v) {
  ++scenarios;
  syncs += v.syncs.size();
  kills += v.kills;
  steps += v.steps;
  packets_sent += v.packets_sent;
  packets_lost += v.packets_lost;
  key_streams += v.key_streams;
  virtual_s += std::chrono::duration<double>(v.time).count();
  for (const auto& one : v.syncs) {
    if (one.has_report)
      ++endings[one.report.failure.code];
    else
      ++unreported;
  }
  if (v.broken)
    broken.emplace(seed, *v.broken);
}

void tally::add(const tally& other) {
  scenarios += other.scenarios;
  syncs += other.syncs;
  kills += other.kills;
  steps += other.steps;
  packets_sent += other.packets_sent;
  packets_lost += other.packets_lost;
  key_streams += other.key_streams;
  virtual_s += other.virtual_s;
  for (const auto& [code, count] : other.endings)
    endings[code] += count;
  unreported += other.unreported;
  broken.insert(other.broken.begin(), other.broken.end());
}

std::string to_string(const tally& all) {
  std::ostringstream out;
  out << all.scenarios << " scenarios, " << all.syncs << " syncs, "
      << all.steps << " messages, " << all.packets_sent << " packets sent, "
      << all.packets_lost << " lost, " << all.kills << " actors killed, "
      << all.key_streams << " sealed transmissions, " << std::fixed
      << std::setprecision(0) << all.virtual_s << " s of virtual time\n";
  for (const auto& [code, count] : all.endings)
    out << std::setw(9) << count << "  "
        << (code == errc::none ? "equal" : std::string{to_string(code)})
        << '\n';
  if (all.unreported > 0)
    out << std::setw(9) << all.unreported
        << "  the supervisor itself was killed\n";
  for (const auto& [seed, ruling] : all.broken)
    out << "seed " << seed << ", step " << ruling.step << ", "
        << std::chrono::duration<double, std::milli>(ruling.at).count()
        << " ms: " << ruling.what << '\n';
  out << all.broken.size() << " scenarios broke an invariant\n";
  return out.str();
}

} // namespace troupe::test
