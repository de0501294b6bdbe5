// SPDX-License-Identifier: BSD-3-Clause
// What the benchmarks of hashing share: clock, samples, JSON lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <string>
#include <vector>

namespace troupe::bench {

inline double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Ends the program: a figure for a wrong result is none.
inline void demand(bool truth, const char* what) {
  if (truth)
    return;
  std::fprintf(stderr, "WRONG RESULT: %s\n", what);
  std::exit(1);
}

/// Bytes from a seed.
inline void fill(std::span<std::byte> out, std::uint64_t seed) {
  for (auto& each : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    each = static_cast<std::byte>(seed >> 56);
  }
}

/// Seconds of a call. On a virtual machine the clock of a thread's CPU time
/// can count too little in a sample that was interrupted, so the shortest of
/// those tells nothing and only their median is kept. The shortest elapsed
/// time never overstates a speed, but on a busy machine none may be short.
struct timing {
  double median_cpu = 0;
  double best_elapsed = 0;
};

/// The samples of one way to do something.
class samples {
public:
  template <class Work>
  void take(int calls, Work work) {
    const double elapsed = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < calls; ++i)
      work();
    cpu_.push_back((seconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / calls);
    elapsed_.push_back((seconds(CLOCK_MONOTONIC) - elapsed) / calls);
  }

  std::size_t size() const { return cpu_.size(); }

  timing summary() const {
    return {median(cpu_),
            *std::min_element(elapsed_.begin(), elapsed_.end())};
  }

  /// The median ratio of CPU times that were taken one after the other.
  double faster_than(const samples& other) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < cpu_.size(); ++i)
      ratios.push_back(other.cpu_[i] / cpu_[i]);
    return median(std::move(ratios));
  }

private:
  static double median(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
  }

  std::vector<double> cpu_;
  std::vector<double> elapsed_;
};

/// One line of JSON. GB/s are 1e9 bytes a second.
class line {
public:
  line(const std::string& name, double value) : value_(value) {
    std::printf("{\"name\":\"%s\",\"value\":%.4g,\"unit\":\"GB/s\"",
                name.c_str(), value);
  }
  line(const line&) = delete;
  line& operator=(const line&) = delete;
  ~line() {
    std::printf("}\n");
    std::fflush(stdout);
  }

  /// Adds another figure.
  line& also(const char* name, double value) {
    std::printf(",\"%s\":%.4g", name, value);
    return *this;
  }
  /// Adds what to compare with, and the ratio.
  line& against(const char* name, double reference, double ratio) {
    ratio_ = ratio;
    std::printf(",\"reference\":%.4g,\"reference_name\":\"%s\","
                "\"ratio\":%.2f",
                reference, name, ratio);
    return *this;
  }
  /// True when value and ratio reach their goals; 0 is no goal.
  bool judge(double value, double ratio) {
    const bool fast = value <= 0 || goal("value", value_, value);
    const bool better = ratio <= 0 || goal("ratio", ratio_, ratio);
    return fast && better;
  }

private:
  static bool goal(const char* what, double value, double least) {
    std::printf(",\"%s_goal\":%g,\"%s_met\":%s", what, least, what,
                value >= least ? "true" : "false");
    return value >= least;
  }

  double value_;
  double ratio_ = 0;
};

} // namespace troupe::bench
