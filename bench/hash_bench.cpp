// SPDX-License-Identifier: BSD-3-Clause
// Speed of hashing many inputs at once, on one core, as JSON lines; the
// reference is one input after the other in the same run: by libb2 for
// BLAKE2b, by libblake3 for BLAKE3. `value` is of the median CPU time, and
// `ratio` the median of those of neighbouring samples; goals are judged by
// them. `best` is of the shortest elapsed time. A busy neighbour core lowers
// all of them.
//
// usage: bench_hash [--quick]
// Every digest is compared with the reference's. Exits with 1 when one
// differs or a goal is missed.
#include "bench/hash_support.hpp"
#include "core/blake2b_many.hpp"
#include "core/hash_many.hpp"
#include "core/hasher.hpp"

#include <cstring>
#include <functional>

namespace {

using namespace troupe;
using namespace troupe::bench;

using input = std::span<const std::byte>;

constexpr std::size_t set_bytes = 8u << 20; // more than the nearer caches have

constexpr std::size_t sample_bytes = 16u << 20;

bool all_well = true;
double budget = 3; // seconds for each kind of input

/// Inputs side by side in `memory`, and the length of all.
struct input_set {
  std::string name;
  std::vector<input> inputs;
  std::size_t bytes = 0;

  void add(input one) {
    inputs.push_back(one);
    bytes += one.size();
  }
};

input_set equal_inputs(const char* name, input memory, std::size_t length) {
  input_set set{name, {}, 0};
  const auto count = std::min<std::size_t>(4096, memory.size() / length);
  for (std::size_t i = 0; i < count; ++i)
    set.add(memory.subspan(i * length, length));
  return set;
}

input_set mixed_inputs(input memory) {
  input_set set{"0..64 KiB", {}, 0};
  std::uint64_t state = 1;
  for (std::size_t at = 0;;) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto length = static_cast<std::size_t>(state >> 48);
    if (length > memory.size() - at)
      return set;
    set.add(memory.subspan(at, length));
    at += length;
  }
}

/// Several ways in turns, so that what disturbs one disturbs all. Samples
/// last long enough for the clock.
std::vector<samples> measure(const std::vector<std::function<void()>>& ways,
                             const input_set& set) {
  const int calls = 1 + static_cast<int>(sample_bytes / set.bytes);
  std::vector<samples> all(ways.size());
  const double begin = seconds(CLOCK_MONOTONIC);
  do {
    for (std::size_t i = 0; i < ways.size(); ++i)
      all[i].take(calls, ways[i]);
  } while (all[0].size() < 5 || seconds(CLOCK_MONOTONIC) - begin < budget);
  return all;
}

void one_by_one(hash_type type, const input_set& set, std::span<hash> out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = hash_of(type, set.inputs[i]);
}

double speed_goal(const std::string& kernel) {
  return kernel == "avx2" ? 2.1 : kernel == "avx512" ? 3.5 : 0;
}

double ratio_goal(const std::string& kernel) {
  return kernel == "avx512" ? 4.5 : 0;
}

void compare_ways(hash_type type, const input_set& set, bool judged) {
  std::vector<hash> expected(set.inputs.size());
  std::vector<hash> out(set.inputs.size());
  std::vector<std::string> names;
  std::vector<std::function<void()>> ways;
  ways.push_back([&] { one_by_one(type, set, expected); });
  if (type == hash_type::blake2b)
    for (std::size_t i = 0; const auto* kernel = blake2b_kernel_at(i); ++i) {
      names.push_back(kernel->name);
      ways.push_back([&, kernel] {
        blake2b_hash_many(*kernel, set.inputs, out);
      });
    }
  names.push_back("hash_many()");
  ways.push_back([&] { hash_many(type, set.inputs, out); });
  for (const auto& way : ways) {
    std::fill(out.begin(), out.end(), hash{});
    way();
    demand(&way == &ways.front() || out == expected, "digest");
  }
  const auto all = measure(ways, set);
  const double gigabytes = static_cast<double>(set.bytes) / 1e9;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto ours = all[i + 1].summary();
    const auto theirs = all[0].summary();
    line shown{"hash " + std::string{to_string(type)} + " " + set.name + " " +
                   names[i],
               gigabytes / ours.median_cpu};
    shown.also("best", gigabytes / ours.best_elapsed)
        .against(type == hash_type::blake2b ? "libb2" : "libblake3",
                 gigabytes / theirs.median_cpu, all[i + 1].faster_than(all[0]))
        .also("reference_best", gigabytes / theirs.best_elapsed);
    if (judged && !shown.judge(speed_goal(names[i]), ratio_goal(names[i])))
      all_well = false;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--quick") == 0)
    budget = 0.3;
  std::vector<std::byte> memory(set_bytes);
  fill(memory, 42);
  for (const auto* name : blake2b_kernel_names()) {
    bool here = false;
    for (std::size_t i = 0; const auto* kernel = blake2b_kernel_at(i); ++i)
      here = here || std::strcmp(kernel->name, name) == 0;
    if (!here)
      std::fprintf(stderr, "without %s: this processor lacks it\n", name);
  }
  for (const auto type : available_hash_types()) {
    compare_ways(type, equal_inputs("64 B", memory, 64), false);
    compare_ways(type, equal_inputs("1 KiB", memory, 1024), false);
    compare_ways(type, equal_inputs("32 KiB", memory, 32768), true);
    compare_ways(type, equal_inputs("1 MiB", memory, 1u << 20), false);
    compare_ways(type, mixed_inputs(memory), false);
  }
  return all_well ? 0 : 1;
}
