// SPDX-License-Identifier: BSD-3-Clause
// Speed of the RaptorQ codec on one core, in CPU time, as JSON lines; and of
// lcrq in the same run where the environment variable TROUPE_PEER_DIR names a
// folder that has it (K up to 1024: beyond that it takes seconds a block).
//
// usage: bench_raptorq [--quick | --thorough] [K...]
// GB/s are 1e9 octets of source data a second. `value` is the median of the
// samples, and a tenth of them are faster than `best`. Goals are judged by
// `best`, because other programs on the machine make samples slower; the very
// fastest can be a fault of the clock. A missed goal is measured up to three
// times. What is measured:
//   encode   a new encoder and N repair symbols, N a share of K
//   decode   a new decoder, every symbol added (copied), and decode()
//   recover  decode() alone: symbols are in memory, as lcrq wants them, too
//   setup    what the first block of a K costs once in a process
//   failure  the share of blocks that K, K + 1, K + 2 symbols do not recover
// Every result is compared with the original. Exits with 1 when one differs or
// a goal is missed; goals are those of the instruction set at hand.
#include "raptorq/generator.hpp"
#include "raptorq/octets.hpp"
#include "tests/raptorq/peer_library.hpp"
#include "tests/raptorq/support.hpp"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <string_view>

namespace {

using namespace troupe::raptorq;
using test::bytes;

bool all_well = true;
bool goals_met = true; // by the measurement under way
std::string lines;     // what it will print
std::optional<test::peer_library> peer;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// What reading the clock twice costs; it counts where a block takes little.
double clock_cost() {
  static const double cost = [] {
    double least = 1;
    for (int n = 0; n < 1000; ++n) {
      const double begin = cpu_seconds();
      least = std::min(least, cpu_seconds() - begin);
    }
    return least;
  }();
  return cost;
}

// Seconds since `begin`, less what the clock took.
double since(double begin) {
  return std::max(1e-9, cpu_seconds() - begin - clock_cost());
}

void demand(bool truth, const char* what) {
  if (truth)
    return;
  std::fprintf(stderr, "WRONG RESULT: %s\n", what);
  std::exit(1);
}

struct timing {
  double median = 0;
  double best = 0;
};

// Seconds of one call, sample by sample.
class samples {
public:
  // A sample of at least a millisecond. `once` gives the seconds that it spent
  // on what is measured.
  template <class Once>
  void take(Once once) {
    double sum = 0;
    int calls = 0;
    for (; calls == 0 || (sum < 1e-3 && calls < 1000); ++calls)
      sum += once();
    keep(sum / calls);
  }
  void keep(double seconds) { seconds_.push_back(seconds); }
  std::size_t count() const { return seconds_.size(); }
  timing result() {
    std::sort(seconds_.begin(), seconds_.end());
    return {seconds_[seconds_.size() / 2], seconds_[seconds_.size() / 10]};
  }

private:
  std::vector<double> seconds_;
};

bool enough(std::size_t count, double begin, double budget) {
  return count >= 3 && (count >= 200 || cpu_seconds() - begin >= budget);
}

template <class Once>
timing measure(double budget, Once once) {
  samples all;
  once();
  for (const double begin = cpu_seconds(); !enough(all.count(), begin, budget);)
    all.take(once);
  return all.result();
}

// Two codecs take turns, so that what disturbs one disturbs the other.
template <class Ours, class Theirs>
std::pair<timing, std::optional<timing>>
measure_both(double budget, bool with_theirs, Ours ours, Theirs theirs) {
  if (!with_theirs)
    return {measure(budget, ours), std::nullopt};
  samples first;
  samples second;
  ours();
  theirs();
  for (const double begin = cpu_seconds();
       !enough(first.count(), begin, 2 * budget);) {
    first.take(ours);
    second.take(theirs);
  }
  return {first.result(), second.result()};
}

// The same of times that were taken together with others: `seconds` are those
// of a bunch each.
timing grouped(const std::vector<double>& seconds, std::size_t bunch) {
  samples all;
  for (std::size_t n = 0; n < seconds.size();) {
    double sum = 0;
    const std::size_t first = n;
    while (n < seconds.size() && (n == first || sum < 1e-3))
      sum += seconds[n++];
    if (sum >= 1e-3 || all.count() == 0)
      all.keep(sum / static_cast<double>((n - first) * bunch));
  }
  return all.result();
}

struct setting {
  std::uint32_t k;
  std::uint16_t t;
  double percent;
  double budget;

  // Repair symbols made, or source symbols lost.
  std::uint32_t share() const {
    return static_cast<std::uint32_t>(k * percent / 100 + 0.999);
  }
  double octets() const { return double{1} * k * t; }
};

// What is to be reached with one instruction set, by name of the measurement.
struct goal {
  double gigabytes = 0; // a second, best sample; 0: none
  double ratio = 0;     // to lcrq, best samples of both
};

struct goal_line {
  const char* kernel;
  const char* what;
  std::uint32_t k;
  double percent;
  goal wanted;
};

// T = 1024. 12.5 % of 32 symbols are four.
constexpr goal_line goal_lines[] = {
    {"gfni", "encode", 32, 12.5, {18, 40}},
    {"gfni", "decode", 32, 12.5, {10, 0}},
    {"gfni", "recover", 32, 12.5, {10, 40}},
    {"gfni", "encode", 256, 5, {8, 0}},
    {"avx2", "encode", 32, 12.5, {7, 40}},
    {"avx2", "decode", 32, 12.5, {4, 0}},
    {"avx2", "recover", 32, 12.5, {4, 40}},
    {"any", "encode", 1024, 5, {2.5, 0}},
    {"any", "decode", 1024, 5, {1.5, 0}},
    {"any", "encode", 10000, 5, {0.8, 0}},
    {"any", "decode", 10000, 5, {0.5, 0}},
};

goal goal_for(const char* what, const setting& s) {
  const std::string_view isa = kernels().name;
  const bool fast = isa == "gfni" || isa == "avx2";
  for (const goal_line& line : goal_lines)
    if (s.t == 1024 && s.k == line.k && s.percent == line.percent &&
        std::string_view(what) == line.what &&
        (isa == line.kernel ||
         (fast && std::string_view("any") == line.kernel)))
      return line.wanted;
  return {};
}

template <class... Values>
void print(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  lines += text;
}

void report(const char* what, const setting& s, const timing& ours,
            const std::optional<timing>& theirs) {
  const double value = s.octets() / ours.median / 1e9;
  const double best = s.octets() / ours.best / 1e9;
  print("{\"name\":\"raptorq %s K=%u T=%u %g%%\",\"value\":%.4g,"
        "\"unit\":\"GB/s\",\"best\":%.4g,\"microseconds\":%.4g,"
        "\"symbols\":%u",
        what, s.k, unsigned{s.t}, s.percent, value, best, ours.median * 1e6,
        s.share());
  const goal wanted = goal_for(what, s);
  bool met = best >= wanted.gigabytes;
  if (theirs) {
    const double reference = s.octets() / theirs->median / 1e9;
    const double best_ratio = theirs->best / ours.best;
    met = met && best_ratio >= wanted.ratio;
    print(",\"reference\":%.4g,\"reference_name\":\"lcrq\","
          "\"ratio\":%.1f,\"best_ratio\":%.1f",
          reference, value / reference, best_ratio);
  }
  if (wanted.gigabytes > 0) {
    goals_met = goals_met && met;
    print(",\"goal\":\"best >= %g", wanted.gigabytes);
    if (theirs && wanted.ratio > 0)
      print(", best_ratio >= %g", wanted.ratio);
    print("\",\"met\":%s", met ? "true" : "false");
  }
  print("}\n");
}

// Measures again, twice at most, when a goal is missed: it may have been
// another program's doing. The last result counts.
template <class Measure>
void until_met(Measure once) {
  for (int n = 0; n < 3; ++n) {
    goals_met = true;
    lines.clear();
    once();
    if (goals_met)
      break;
  }
  all_well = all_well && goals_met;
  std::fputs(lines.c_str(), stdout);
  std::fflush(stdout);
}

std::uint8_t* octets(bytes& b) {
  return reinterpret_cast<std::uint8_t*>(b.data());
}

// Blocks enough that the nearest cache does not hold them all; but a block
// that has just been read or hashed is still in the next one.
struct blocks {
  explicit blocks(const setting& s)
      : size(std::size_t{s.k} * s.t),
        all(test::random_source(s.k).octets(
            size * std::max<std::size_t>(1, (std::size_t{256} << 10) / size))) {
  }

  std::span<std::byte> next() {
    at = at + 2 * size > all.size() ? 0 : at + size;
    return std::span(all).subspan(at, size);
  }

  std::size_t size;
  bytes all;
  std::size_t at = 0;
};

// Puts K - lost source symbols and repair symbols K, K + 1 ... into a decoder.
void decode_and_compare(const setting& s, std::span<const std::byte> block,
                        const bytes& repairs) {
  bytes out(block.size());
  block_decoder decoder(s.k, s.t, out);
  const auto lost = static_cast<std::uint32_t>(repairs.size() / s.t);
  for (std::uint32_t esi = std::min(lost, s.k); esi < s.k; ++esi)
    decoder.add(esi, block.subspan(std::size_t{esi} * s.t, s.t));
  for (std::uint32_t n = 0; n < lost; ++n)
    decoder.add(s.k + n, test::piece(repairs, n, s.t));
  block_encoder encoder(s.k, s.t, block);
  for (std::uint32_t n = 0; decoder.decode() != status::done; ++n) {
    demand(n < 10, "decode");
    decoder.add(s.k + lost + n, test::symbol_of(encoder, s.k + lost + n));
  }
  demand(std::equal(out.begin(), out.end(), block.begin()), "encode");
}

void bench_encode(const setting& s) {
  blocks data(s);
  bytes repairs(std::size_t{s.share()} * s.t);
  std::span<std::byte> block;
  // Small blocks in bunches: reading the clock is a system call.
  const int bunch = 1 + static_cast<int>(1e6 / s.octets());
  bytes made(repairs.size());
  const auto [ours, theirs] = measure_both(
      s.budget, peer && s.k <= 1024,
      [&] {
        const double begin = cpu_seconds();
        for (int n = 0; n < bunch; ++n) {
          block = data.next();
          block_encoder encoder(s.k, s.t, block);
          encoder.repair(s.k, s.share(), repairs);
        }
        return since(begin) / bunch;
      },
      [&] {
        const double begin = cpu_seconds();
        void* rq = peer->init(block.size(), s.t);
        peer->encode(rq, block.data(), block.size());
        for (std::uint32_t n = 0; n < s.share(); ++n) {
          std::uint32_t pid = test::peer_payload_id(s.k + n);
          peer->symbol(rq, &pid, octets(made) + std::size_t{n} * s.t, 0);
        }
        peer->free(rq);
        const double taken = since(begin);
        demand(made == repairs, "encode is not what lcrq makes");
        return taken;
      });
  decode_and_compare(s, block, repairs);
  report("encode", s, ours, theirs);
}

void bench_decode(const setting& s) {
  const bytes block = test::random_source(s.k).octets(std::size_t{s.k} * s.t);
  const std::uint32_t lost = s.share();
  const std::uint32_t spare = parameters_for(s.k)->k_prime - s.k + 5;
  block_encoder encoder(s.k, s.t, block);
  const bytes repairs = test::repairs_of(encoder, lost + spare);
  test::random_source random(s.k + lost);
  std::vector<std::uint32_t> esis;
  const auto choose = [&] {
    std::vector<bool> gone(s.k);
    for (const std::uint32_t esi : random.choose(lost, 0, s.k))
      gone[esi] = true;
    esis.clear();
    for (std::uint32_t esi = 0; esi < s.k; ++esi)
      if (!gone[esi])
        esis.push_back(esi);
    for (std::uint32_t n = 0; n < lost; ++n)
      esis.push_back(s.k + n);
  };
  const auto symbol = [&](std::uint32_t esi) {
    return esi < s.k ? test::piece(block, esi, s.t)
                     : test::piece(repairs, esi - s.k, s.t);
  };
  // Small blocks in bunches, but not so many that they fall out of the cache.
  const auto bunch = 1 + static_cast<std::size_t>(2.5e5 / s.octets());
  std::vector<bytes> outs(bunch, bytes(block.size()));
  std::vector<std::vector<std::uint32_t>> sent(bunch);
  std::vector<std::optional<block_decoder>> decoders(bunch);
  std::vector<double> recovered; // by bunch
  const auto our_way = [&] {
    for (std::size_t b = 0; b < bunch; ++b) {
      choose();
      sent[b] = esis;
      std::memset(outs[b].data(), 0, outs[b].size());
    }
    const double begin = cpu_seconds();
    for (std::size_t b = 0; b < bunch; ++b) {
      block_decoder& decoder = decoders[b].emplace(s.k, s.t, outs[b]);
      for (const std::uint32_t esi : sent[b])
        decoder.add(esi, symbol(esi));
    }
    const double adding = since(begin);
    const double added = cpu_seconds();
    for (std::optional<block_decoder>& decoder : decoders)
      for (std::uint32_t n = lost; decoder->decode() != status::done; ++n) {
        demand(n < lost + spare, "decode");
        decoder->add(s.k + n, symbol(s.k + n));
      }
    const double alone = since(added);
    for (const bytes& out : outs)
      demand(out == block, "decode");
    const double done = cpu_seconds();
    for (std::optional<block_decoder>& decoder : decoders)
      decoder.reset();
    const double leaving = since(done);
    recovered.push_back(alone);
    return (adding + alone + leaving) / static_cast<double>(bunch);
  };
  bytes& out = outs.front();
  const auto their_way = [&] {
    choose();
    for (std::uint32_t n = 0; n < spare; ++n)
      esis.push_back(s.k + lost + n);
    bytes received;
    for (const std::uint32_t esi : esis) {
      const auto one = symbol(esi);
      received.insert(received.end(), one.begin(), one.end());
    }
    std::memset(out.data(), 0, out.size());
    const double begin = cpu_seconds();
    void* rq = peer->init(block.size(), s.t);
    peer->decode(rq, octets(out), octets(received), esis.data(),
                 static_cast<std::uint32_t>(esis.size()));
    peer->free(rq);
    const double taken = since(begin);
    demand(out == block, "lcrq's decode");
    return taken;
  };
  const auto [ours, theirs] =
      measure_both(s.budget, peer && s.k <= 1024, our_way, their_way);
  report("decode", s, ours, theirs);
  if (lost == 0)
    return; // then decode() has nothing to do
  report("recover", s, grouped(recovered, bunch), theirs);
}

void bench_setup(std::uint32_t k, double budget) {
  const parameters code = parameters_for(k).value();
  std::vector<std::uint32_t> isis(code.k_prime);
  std::iota(isis.begin(), isis.end(), 0U);
  const timing t = measure(budget, [&] {
    const double begin = cpu_seconds();
    const auto plan = make_plan(code, isis);
    demand(plan.has_value(), "setup");
    if (code.k_prime <= generator_symbols_max)
      demand(generator(*plan).pitch() >= k, "setup");
    return since(begin);
  });
  std::printf("{\"name\":\"raptorq setup K=%u\",\"value\":%.4g,"
              "\"unit\":\"ms\",\"best\":%.4g}\n",
              k, t.median * 1e3, t.best * 1e3);
}

void bench_failures(std::uint32_t k, double budget) {
  test::random_source random(k);
  const bytes block = random.octets(k);
  block_encoder encoder(k, 1, block);
  bytes out(k);
  block_decoder decoder(k, 1, out);
  const std::uint32_t lost = (k + 9) / 10;
  int failed[3] = {};
  int trials = 0;
  const double begin = cpu_seconds();
  for (; trials < 20 || cpu_seconds() - begin < budget; ++trials) {
    decoder.reset();
    std::vector<bool> gone(k);
    for (const std::uint32_t esi : random.choose(lost, 0, k))
      gone[esi] = true;
    for (std::uint32_t esi = 0; esi < k; ++esi)
      if (!gone[esi])
        decoder.add(esi, test::piece(block, esi, 1));
    const std::vector<std::uint32_t> esis = random.repair_esis(lost + 2, k);
    bytes symbols(esis.size());
    encoder.repair(esis, symbols, 1);
    for (std::uint32_t n = 0; n < esis.size(); ++n) {
      decoder.add(esis[n], test::piece(symbols, n, 1));
      if (n + 1 < lost)
        continue;
      if (decoder.decode() == status::done)
        break;
      ++failed[n + 1 - lost];
    }
  }
  for (int extra = 0; extra < 3; ++extra)
    std::printf("{\"name\":\"raptorq failure K=%u +%d\",\"value\":%.3g,"
                "\"unit\":\"of blocks\",\"trials\":%d}\n",
                k, extra, double{1} * failed[extra] / trials, trials);
  std::fflush(stdout);
}

// All rows of one K.
void bench_symbols(std::uint32_t k, double budget) {
  bench_setup(k, budget / 4);
  for (const std::uint16_t t : {std::uint16_t{1024}, std::uint16_t{1280}}) {
    for (const double percent : {5.0, 12.5})
      until_met([&] { bench_encode({k, t, percent, budget}); });
    for (const double percent : {0.0, 5.0, 10.0})
      until_met([&] { bench_decode({k, t, percent, budget}); });
    if (k == 32)
      until_met([&] { bench_decode({k, t, 12.5, budget}); });
  }
  bench_failures(k, budget);
}

// One block from set-up to recovery. The caches of the process do not hold it
// yet: this comes first.
void bench_whole(std::uint32_t k, double seconds_max) {
  constexpr std::uint32_t t = 1024;
  const bytes block = test::random_source(k).octets(std::size_t{k} * t);
  bytes out(block.size());
  const std::uint32_t lost = k / 20;
  const double begin = cpu_seconds();
  block_encoder encoder(k, t, block);
  const bytes repairs = test::repairs_of(encoder, lost + 5);
  block_decoder decoder(k, t, out);
  for (std::uint32_t esi = lost; esi < k; ++esi)
    decoder.add(esi, test::piece(block, esi, t));
  for (std::uint32_t n = 0; decoder.decode() != status::done; ++n) {
    demand(n < lost + 5, "whole");
    decoder.add(k + n, test::piece(repairs, n, t));
  }
  const double taken = since(begin);
  demand(out == block, "whole");
  const bool met = taken <= seconds_max;
  all_well = all_well && met;
  std::printf("{\"name\":\"raptorq whole K=%u T=%u 5%%\",\"value\":%.4g,"
              "\"unit\":\"s\",\"goal\":\"<= %g\",\"met\":%s}\n",
              k, t, taken, seconds_max, met ? "true" : "false");
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  double budget = 0.4;
  std::vector<std::uint32_t> sizes;
  for (int n = 1; n < argc; ++n) {
    const std::string_view word = argv[n];
    if (word == "--quick")
      budget = 0.05;
    else if (word == "--thorough")
      budget = 3;
    else if (const int k = std::atoi(argv[n]); k > 0 && k <= 56403)
      sizes.push_back(static_cast<std::uint32_t>(k));
    else
      return std::fputs("usage: bench_raptorq [--quick | --thorough] [K...]\n",
                        stderr),
             2;
  }
  std::string why_not;
  peer.emplace(why_not);
  if (!why_not.empty()) {
    peer.reset();
    std::fprintf(stderr, "without lcrq: %s\n", why_not.c_str());
  }
  std::fprintf(stderr, "kernels: %s\n", kernels().name);
  if (sizes.empty()) {
    bench_whole(50000, 5);
    sizes = {10, 32, 64, 128, 256, 512, 1024, 4096, 10000, 50000};
  }
  for (const std::uint32_t k : sizes)
    bench_symbols(k, budget);
  return all_well ? 0 : 1;
}
