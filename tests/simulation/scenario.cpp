// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/scenario.hpp"

#include "core/hasher.hpp"
#include "core/range_index.hpp"
#include "tests/simulation/content.hpp"

#include <algorithm>
#include <sstream>

namespace troupe::test {

using namespace std::chrono_literals;

namespace {

/// Draws with a seed of its own, so that a change in one part of a scenario
/// leaves the others as they were.
class dice : public seeded_random {
public:
  dice(std::uint64_t seed, std::uint64_t part)
      : seeded_random((seed + 1) * 0x9e3779b97f4a7c15 ^ part * 0xd1b54a32d192ed03) {
    for (int i = 0; i < 4; ++i)
      next();
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  double up_to(double most) {
    return most * static_cast<double>(below(1001)) / 1000;
  }
  std::chrono::nanoseconds time(std::chrono::nanoseconds most) {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(
        below(static_cast<std::uint64_t>(most.count()) + 1))};
  }
};

sim_path choose_path(dice& random, bool is_calm) {
  sim_path path;
  if (is_calm)
    return path;
  if (random.one_in(2))
    path.loss = random.up_to(0.3);
  if (random.one_in(5)) {
    path.bursts.chance = random.up_to(0.004);
    path.bursts.least_packets = 48;
    path.bursts.mean_packets = 48 + random.up_to(48);
    path.bursts.loss = random.one_in(3) ? 0.8 : 1;
  }
  if (random.one_in(5))
    path.corruption = random.up_to(0.02);
  if (random.one_in(4))
    path.duplication = random.up_to(0.2);
  if (random.one_in(4))
    path.reordering = random.up_to(0.2);
  if (random.one_in(4))
    path.report_loss = random.up_to(0.1);
  if (random.one_in(4))
    path.delay = random.time(30ms);
  if (random.one_in(6))
    path.jitter = random.time(5ms);
  if (random.one_in(12))
    path.packets_per_s = 2000 + random.below(40'000);
  path.buffer_packets = 64 + static_cast<std::uint32_t>(random.below(2048));
  return path;
}

disk_plan choose_disk(dice& random) {
  disk_plan disk;
  if (random.one_in(10)) {
    disk.what = static_cast<disk_plan::fault>(1 + random.below(6));
    disk.nth = static_cast<std::uint32_t>(
        random.below(random.one_in(2) ? 3 : 40));
  }
  if (random.one_in(10))
    disk.delay = random.time(random.one_in(4) ? 2s : 20ms);
  return disk;
}

receiver_plan choose_receiver(dice& random, const scenario& plan,
                              bool is_calm) {
  receiver_plan r;
  r.start = random.time(random.one_in(2) ? 5ms : 1500ms);
  r.is_memory = random.one_in(3);
  switch (random.below(5)) {
  case 0:
    break; // nothing
  case 1:
    r.old = plan.versions[random.below(plan.versions.size())];
    break;
  case 2:
    r.old = make_content(random, choose_size(random));
    break;
  default:
    r.old = evolve(random, plan.versions[random.below(plan.versions.size())]);
  }
  r.hash_jobs = 1 + static_cast<std::uint32_t>(random.below(3));
  if (random.one_in(4))
    r.wire = random.one_in(2) ? wire_mode::classic : wire_mode::range;
  if (random.one_in(8)) {
    r.max_groups = 1 + static_cast<std::uint32_t>(random.below(20));
    r.max_range_groups = 1 + static_cast<std::uint32_t>(random.below(8));
  }
  using key = receiver_plan::key;
  if (plan.is_sealed)
    r.with = is_calm || !random.one_in(8) ? key::right
             : random.one_in(2)           ? key::wrong
                                          : key::none;
  else if (!is_calm && random.one_in(60))
    r.with = key::right;
  if (r.with != key::none && r.wire == wire_mode::range)
    r.wire = wire_mode::automatic;
  r.path = choose_path(random, is_calm);
  if (is_calm)
    return r;
  r.disk = choose_disk(random);
  r.has_small_buffer = r.is_memory && random.one_in(12);
  if (random.one_in(4))
    r.timeout = 500ms + std::chrono::milliseconds{random.below(4000)};
  if (random.one_in(12))
    r.cancel_at = r.start + random.time(random.one_in(2) ? 20ms : 2s);
  if (random.one_in(16)) {
    r.suspend_at = r.start + random.time(random.one_in(2) ? 20ms : 1s);
    r.suspend_for = random.time(10s);
  }
  return r;
}

void choose_events(dice& random, scenario& plan) {
  auto at = time_point{0};
  for (auto left = random.one_in(4) ? 1 + random.below(3) : 0; left > 0;
       --left) {
    sharer_event event;
    at += random.time(random.one_in(2) ? 30ms : 2s);
    event.at = at;
    event.happens = static_cast<sharer_event::what>(random.below(4));
    if (random.one_in(2))
      event.happens = sharer_event::what::restart;
    event.version = random.below(plan.versions.size());
    event.pause = random.time(random.one_in(2) ? 1ms : 2s);
    at += event.pause;
    plan.events.push_back(event);
  }
}

} // namespace

sim_net_options scenario::network() const {
  sim_net_options options;
  options.seed = seed;
  options.rate_bits_per_s = link_bits_per_s;
  for (const auto& r : receivers)
    options.paths.push_back(r.path);
  options.cuts = cuts;
  return options;
}

scenario derive_scenario(std::uint64_t seed) {
  scenario plan;
  plan.seed = seed;
  dice random{seed, 1};
  const bool is_calm = random.one_in(6);
  plan.is_sealed = random.one_in(7);
  plan.symbol_bytes = random.one_in(4) ? std::uint16_t{0}
                                       : default_range_symbol_bytes;
  const auto types = available_hash_types();
  plan.type = types[random.one_in(8) ? types.size() - 1 : 0];
  constexpr std::uint64_t rates[] = {20'000'000, 100'000'000, 1'000'000'000,
                                     1'000'000'000, 10'000'000'000};
  plan.link_bits_per_s = rates[random.below(std::size(rates))];
  plan.sharer_start = random.one_in(8) ? random.time(1s) : 0ns;

  dice contents{seed, 2};
  plan.versions.push_back(make_content(contents, choose_size(contents)));
  for (auto more = contents.below(3); more > 0; --more)
    plan.versions.push_back(evolve(contents, plan.versions.back()));

  dice people{seed, 3};
  const auto count = people.one_in(3) ? 1 + people.below(6) : 1;
  for (std::uint64_t i = 0; i < count; ++i)
    plan.receivers.push_back(choose_receiver(people, plan, is_calm));
  std::sort(plan.receivers.begin(), plan.receivers.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  if (is_calm)
    return plan;

  dice trouble{seed, 4};
  choose_events(trouble, plan);
  if (trouble.one_in(30))
    plan.rival = trouble.below(plan.versions.size());
  for (auto left = trouble.one_in(5) ? 1 + trouble.below(3) : 0; left > 0;
       --left)
    plan.kills.push_back(1 + trouble.below(trouble.one_in(2) ? 100 : 3000));
  std::sort(plan.kills.begin(), plan.kills.end());
  for (auto left = trouble.one_in(8) ? 1 + trouble.below(2) : 0; left > 0;
       --left) {
    sim_cut cut;
    cut.from = trouble.time(1s);
    cut.until = cut.from + trouble.time(trouble.one_in(2) ? 100ms : 8s);
    if (trouble.one_in(2))
      cut.receiver = trouble.below(count);
    plan.cuts.push_back(cut);
  }
  return plan;
}

bool has_to_succeed(const scenario& plan, const receiver_plan& r) {
  using key = receiver_plan::key;
  const bool can_talk =
      (plan.is_sealed ? r.with == key::right : r.with == key::none) &&
      (r.wire != wire_mode::range ||
       (plan.symbol_bytes != 0 && !plan.is_sealed));
  const bool is_left_alone = plan.events.empty() && !plan.rival &&
                             plan.cuts.empty() && !r.cancel_at &&
                             !r.suspend_at && !r.has_small_buffer &&
                             r.disk.what == disk_plan::fault::none;
  // A slow host may starve: what it gets is always the same. Where much of
  // what is sealed does not open, the key looks wrong.
  const bool is_quick = r.path.packets_per_s == 0;
  return can_talk && is_left_alone && is_quick && r.timeout >= 30s &&
         !(plan.is_sealed && r.path.corruption > 0);
}

std::string describe(const scenario& plan) {
  std::ostringstream out;
  const auto ms = [](std::chrono::nanoseconds t) {
    return std::to_string(t / 1ms) + " ms";
  };
  out << "share: " << plan.versions.size() << " versions of";
  for (const auto& v : plan.versions)
    out << ' ' << v.size();
  out << " bytes, " << (plan.symbol_bytes ? "ranges" : "classic")
      << (plan.is_sealed ? ", sealed" : "") << ", from "
      << ms(plan.sharer_start) << ", " << plan.link_bits_per_s / 1'000'000
      << " Mbit/s";
  if (plan.rival)
    out << ", rival with version " << *plan.rival;
  for (const auto& e : plan.events)
    out << "\n  at " << ms(e.at) << ": "
        << std::array{"restart", "stop", "change", "lie"}[static_cast<
               std::size_t>(e.happens)]
        << " (version " << e.version << ", pause " << ms(e.pause) << ')';
  for (const auto step : plan.kills)
    out << "\n  a kill at step " << step;
  for (const auto& cut : plan.cuts)
    out << "\n  cut " << ms(cut.from) << " to " << ms(cut.until)
        << (cut.receiver ? " of receiver " + std::to_string(*cut.receiver)
                         : std::string{});
  for (std::size_t i = 0; i < plan.receivers.size(); ++i) {
    const auto& r = plan.receivers[i];
    out << "\nreceiver " << i << ": at " << ms(r.start) << ", "
        << (r.is_memory ? "memory" : "atomic")
        << (r.has_small_buffer ? " (small)" : "") << ", old " << r.old.size()
        << ", wire " << static_cast<int>(r.wire) << ", key "
        << static_cast<int>(r.with) << ", groups " << r.max_groups << '/'
        << r.max_range_groups << ", timeout " << r.timeout.count()
        << " ms\n  loss " << r.path.loss << ", bursts "
        << r.path.bursts.chance << 'x' << r.path.bursts.mean_packets
        << ", corruption " << r.path.corruption << ", duplication "
        << r.path.duplication << ", reordering " << r.path.reordering
        << ", report loss " << r.path.report_loss << ", delay "
        << ms(r.path.delay) << ", jitter " << ms(r.path.jitter)
        << ", packets/s " << r.path.packets_per_s << ", disk fault "
        << static_cast<int>(r.disk.what) << '@' << r.disk.nth
        << ", disk delay " << ms(r.disk.delay);
    if (r.cancel_at)
      out << ", cancel at " << ms(*r.cancel_at);
    if (r.suspend_at)
      out << ", suspended at " << ms(*r.suspend_at) << " for "
          << ms(r.suspend_for);
  }
  return out.str();
}

} // namespace troupe::test
