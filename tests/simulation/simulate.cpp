// SPDX-License-Identifier: BSD-3-Clause
// Plays the scenarios of seeds. The exit code is 0 when every invariant held,
// 1 when one did not, 2 when the command line makes no sense.
//
// usage: troupe_simulate [--seed N] [--count M] [--jobs J] [--verbose]
//        troupe_simulate --losses | --crowd
#include "tests/simulation/crowd.hpp"
#include "tests/simulation/losses.hpp"
#include "tests/simulation/tally.hpp"

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

using namespace troupe::test;

namespace {

struct options {
  std::uint64_t seed = 1;
  std::uint64_t count = 1;
  std::uint64_t jobs = 1;
  bool verbose = false;
};

/// Scenarios between two signs of life.
constexpr std::uint64_t told_every = 5000;
/// More broken scenarios are not looked for.
constexpr std::size_t broken_enough = 10;

bool read_number(const char* text, std::uint64_t& number) {
  const std::string_view all{text};
  const auto [end, failed] =
      std::from_chars(all.data(), all.data() + all.size(), number);
  return failed == std::errc{} && end == all.data() + all.size();
}

bool read_options(int count, char** words, options& wanted) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word{words[i]};
    auto* number = word == "--seed"    ? &wanted.seed
                   : word == "--count" ? &wanted.count
                   : word == "--jobs"  ? &wanted.jobs
                                       : nullptr;
    if (number != nullptr) {
      if (++i == count || !read_number(words[i], *number))
        return false;
    } else if (word == "--verbose") {
      wanted.verbose = true;
    } else {
      return false;
    }
  }
  return wanted.jobs > 0 && wanted.jobs <= 64;
}

/// One at a time, with everything that happens.
tally play_aloud(const options& wanted) {
  tally all;
  for (auto seed = wanted.seed; seed < wanted.seed + wanted.count; ++seed) {
    const auto plan = derive_scenario(seed);
    std::cout << "seed " << seed << '\n' << describe(plan) << '\n';
    const auto result = simulate(plan, &std::cout);
    for (const auto& one : result.syncs)
      std::cout << "ended at "
                << std::chrono::duration<double, std::milli>(one.at).count()
                << " ms: "
                << (!one.has_report        ? "killed"
                    : one.report.ok()      ? "equal"
                                           : one.report.failure.message())
                << '\n';
    all.add(seed, result);
  }
  return all;
}

tally play_together(const options& wanted) {
  tally all;
  std::mutex lock;
  std::atomic<std::uint64_t> next{wanted.seed};
  std::atomic<std::size_t> broken{0};
  const auto work = [&] {
    tally mine;
    for (auto seed = next++;
         seed < wanted.seed + wanted.count && broken < broken_enough;
         seed = next++) {
      const auto result = simulate(derive_scenario(seed));
      if (result.broken && ++broken > 0)
        std::cerr << "seed " << seed << ": " << result.broken->what << '\n';
      mine.add(seed, result);
      if ((seed - wanted.seed + 1) % told_every == 0)
        std::cerr << seed - wanted.seed + 1 << " scenarios begun\n";
    }
    const std::lock_guard guard{lock};
    all.add(mine);
  };
  std::vector<std::thread> workers;
  for (std::uint64_t i = 1; i < wanted.jobs; ++i)
    workers.emplace_back(work);
  work();
  for (auto& worker : workers)
    worker.join();
  return all;
}

/// What loss costs, for a file of 16 MiB.
int show_losses() {
  const auto rows = measure_losses(std::size_t{16} << 20, 10);
  std::cout << to_string(rows);
  for (const auto& row : rows)
    if (row.complete != row.syncs || row.bytes_sent > row.bytes_most)
      return 1;
  return 0;
}

/// What receivers cost the sharer and each other, for a file of 16 MiB.
int show_crowd() {
  const auto rows = measure_crowds(std::size_t{16} << 20, 3);
  std::cout << to_string(rows);
  for (const auto& row : rows)
    if (row.complete != row.expected)
      return 1;
  return 0;
}

} // namespace

int main(int count, char** words) {
  if (count == 2 && std::string_view{words[1]} == "--crowd")
    return show_crowd();
  if (count == 2 && std::string_view{words[1]} == "--losses")
    return show_losses();
  options wanted;
  if (!read_options(count, words, wanted)) {
    std::cerr << "usage: troupe_simulate [--seed N] [--count M] [--jobs J]"
                 " [--verbose]\n       troupe_simulate --losses | --crowd\n";
    return 2;
  }
  const auto all = wanted.verbose ? play_aloud(wanted) : play_together(wanted);
  std::cout << to_string(all);
  std::cout.flush();
  // Not exit(): a broken scenario may have left actors behind.
  std::_Exit(all.broken.empty() ? 0 : 1);
}
