// SPDX-License-Identifier: BSD-3-Clause
// Speed of the RaptorQ codec on one core, in CPU time, as JSON lines; and of
// lcrq in the same run where the environment variable TROUPE_PEER_DIR names a
// folder that has it (K up to 1024: beyond that it takes seconds a block).
//
// usage: bench_raptorq [--quick]
// GB/s are 1e9 octets of source data a second. `value` is the median of the
// samples and `best` the fastest; goals are judged by `best`, because other
// programs on the machine can only make samples slower. What is measured:
//   encode   a new encoder and N repair symbols, N a share of K
//   decode   a new decoder, every symbol added (copied), and decode()
//   recover  decode() alone
//   setup    what the first block of a K costs once in a process
//   failure  the share of blocks that K, K + 1, K + 2 symbols do not recover
// Every result is compared with the original. Exits with 1 when one differs or
// a goal is missed.
#include "raptorq/generator.hpp"
#include "raptorq/octets.hpp"
#include "tests/raptorq/peer_library.hpp"
#include "tests/raptorq/support.hpp"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>

namespace {

using namespace troupe::raptorq;
using test::bytes;

bool all_well = true;
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

// Seconds of one call of `once`, which gives the seconds it spent on what is
// measured. At least three samples of at least a millisecond each.
template <class Once>
timing measure(double budget, Once once) {
  std::vector<double> samples;
  once();
  const double begin = cpu_seconds();
  while (samples.size() < 3 ||
         (samples.size() < 200 && cpu_seconds() - begin < budget)) {
    double sum = 0;
    int calls = 0;
    for (; calls == 0 || (sum < 1e-3 && calls < 1000); ++calls)
      sum += once();
    samples.push_back(sum / calls);
  }
  std::sort(samples.begin(), samples.end());
  return {samples[samples.size() / 2], samples.front()};
}

struct setting {
  std::uint32_t k;
  std::uint16_t t;
  double percent;
  double budget;

  std::uint32_t share() const {
    return static_cast<std::uint32_t>(k * percent / 100 + 0.999);
  }
  double octets() const { return double{1} * k * t; }
};

void report(const char* what, const setting& s, const timing& ours,
            const std::optional<timing>& theirs, double goal) {
  const double value = s.octets() / ours.median / 1e9;
  const double best = s.octets() / ours.best / 1e9;
  std::printf("{\"name\":\"raptorq %s K=%u T=%u %g%%\",\"value\":%.4g,"
              "\"unit\":\"GB/s\",\"best\":%.4g,\"microseconds\":%.4g",
              what, s.k, unsigned{s.t}, s.percent, value, best,
              ours.median * 1e6);
  if (theirs) {
    const double reference = s.octets() / theirs->median / 1e9;
    std::printf(",\"reference\":%.4g,\"reference_name\":\"lcrq\","
                "\"ratio\":%.1f",
                reference, value / reference);
  }
  if (goal > 0) {
    const bool met = best >= goal;
    all_well = all_well && met;
    std::printf(",\"goal\":\"best >= %g\",\"met\":%s", goal,
                met ? "true" : "false");
  }
  std::printf("}\n");
  std::fflush(stdout);
}

std::uint8_t* octets(bytes& b) {
  return reinterpret_cast<std::uint8_t*>(b.data());
}

// Blocks enough that not all of them are in the nearest cache.
struct blocks {
  explicit blocks(const setting& s)
      : size(std::size_t{s.k} * s.t),
        all(test::random_source(s.k).octets(
            size * std::max<std::size_t>(1, (std::size_t{4} << 20) / size))) {}

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

void bench_encode(const setting& s, double goal) {
  blocks data(s);
  bytes repairs(std::size_t{s.share()} * s.t);
  std::span<std::byte> block;
  const timing ours = measure(s.budget, [&] {
    block = data.next();
    const double begin = cpu_seconds();
    block_encoder encoder(s.k, s.t, block);
    encoder.repair(s.k, s.share(), repairs);
    return since(begin);
  });
  decode_and_compare(s, block, repairs);
  std::optional<timing> theirs;
  if (peer && s.k <= 1024) {
    bytes made(repairs.size());
    theirs = measure(s.budget, [&] {
      const double begin = cpu_seconds();
      void* rq = peer->init(block.size(), s.t);
      peer->encode(rq, block.data(), block.size());
      for (std::uint32_t n = 0; n < s.share(); ++n) {
        std::uint32_t pid = test::peer_payload_id(s.k + n);
        peer->symbol(rq, &pid, octets(made) + std::size_t{n} * s.t, 0);
      }
      peer->free(rq);
      return since(begin);
    });
    demand(made == repairs, "encode is not what lcrq makes");
  }
  report("encode", s, ours, theirs, goal);
}

void bench_decode(const setting& s, double goal) {
  const bytes block = test::random_source(s.k).octets(std::size_t{s.k} * s.t);
  const std::uint32_t lost = s.share();
  const std::uint32_t spare = parameters_for(s.k)->k_prime - s.k + 5;
  block_encoder encoder(s.k, s.t, block);
  const bytes repairs = test::repairs_of(encoder, lost + spare);
  test::random_source random(s.k + lost);
  bytes out(block.size());
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
  std::vector<double> recovered;
  const timing ours = measure(s.budget, [&] {
    choose();
    std::memset(out.data(), 0, out.size());
    const double begin = cpu_seconds();
    block_decoder decoder(s.k, s.t, out);
    for (const std::uint32_t esi : esis)
      decoder.add(esi, symbol(esi));
    const double adding = since(begin);
    const double added = cpu_seconds();
    for (std::uint32_t n = lost; decoder.decode() != status::done; ++n) {
      demand(n < lost + spare, "decode");
      decoder.add(s.k + n, symbol(s.k + n));
    }
    const double alone = since(added);
    demand(out == block, "decode");
    recovered.push_back(alone);
    return adding + alone;
  });
  std::optional<timing> theirs;
  if (peer && s.k <= 1024) {
    theirs = measure(s.budget, [&] {
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
    });
  }
  report("decode", s, ours, theirs, 0);
  if (lost == 0)
    return; // then decode() has nothing to do
  std::sort(recovered.begin(), recovered.end());
  report("recover", s, {recovered[recovered.size() / 2], recovered.front()},
         std::nullopt, goal);
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
  for (; cpu_seconds() - begin < budget; ++trials) {
    decoder.reset();
    std::vector<bool> gone(k);
    for (const std::uint32_t esi : random.choose(lost, 0, k))
      gone[esi] = true;
    for (std::uint32_t esi = 0; esi < k; ++esi)
      if (!gone[esi])
        decoder.add(esi, test::piece(block, esi, 1));
    std::vector<std::uint32_t> esis;
    for (std::uint32_t n = 0; n < lost + 2; ++n)
      esis.push_back(k + random.below(esi_limit - k));
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

} // namespace

int main(int argc, char** argv) {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const double budget = quick ? 0.05 : 0.4;
  std::string why_not;
  peer.emplace(why_not);
  if (!why_not.empty()) {
    peer.reset();
    std::fprintf(stderr, "without lcrq: %s\n", why_not.c_str());
  }
  std::fprintf(stderr, "kernels: %s\n", kernels().name);
  const bool fast = std::strcmp(kernels().name, "avx2") == 0 ||
                    std::strcmp(kernels().name, "gfni") == 0;
  for (const std::uint32_t k :
       {10U, 32U, 64U, 128U, 256U, 512U, 1024U, 4096U, 10000U, 50000U}) {
    if (quick && k > 4096)
      break;
    const double encode_goal = !fast ? 0 : k == 32 ? 10 : k >= 1024 ? 1 : 0;
    const double recover_goal = !fast ? 0 : k == 32 ? 7 : k >= 1024 ? 0.4 : 0;
    bench_setup(k, budget / 4);
    for (const std::uint16_t t : {std::uint16_t{1024}, std::uint16_t{1280}}) {
      const bool judged = t == 1024;
      bench_encode({k, t, 5, budget}, judged && k != 32 ? encode_goal : 0);
      bench_encode({k, t, 12.5, budget}, judged && k == 32 ? encode_goal : 0);
      bench_decode({k, t, 0, budget}, 0);
      bench_decode({k, t, 5, budget}, judged && k != 32 ? recover_goal : 0);
      bench_decode({k, t, 10, budget}, judged && k == 32 ? recover_goal : 0);
    }
    if (k <= 1024)
      bench_failures(k, budget);
  }
  return all_well ? 0 : 1;
}
