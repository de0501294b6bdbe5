// SPDX-License-Identifier: BSD-3-Clause
// A fuzzing entry point: the input chooses K, T, the losses, the order and
// some hostile calls. Anything that is decoded must be what was encoded.
// With libFuzzer: clang++ -fsanitize=fuzzer,address over this file and the
// codec. fuzz_replay_test.cpp feeds it fixed inputs.
#include "tests/raptorq/support.hpp"

#include <cstdlib>

namespace {

using namespace troupe::raptorq;

class input {
public:
  input(const std::uint8_t* data, std::size_t size)
      : data_(data), size_(size) {}

  std::uint32_t take(unsigned octets) {
    std::uint32_t out = 0;
    for (; octets > 0; --octets)
      out = out << 8 | (at_ < size_ ? data_[at_++] : 0U);
    return out;
  }
  bool empty() const { return at_ == size_; }

private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

void demand(bool truth) {
  if (!truth)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  input in(data, size);
  const std::uint32_t k = 1 + in.take(2) % 700;
  const std::uint32_t t = 1 + in.take(1) % 80;
  const std::uint32_t cut = in.take(1) % t;
  test::random_source random(in.take(4));
  const test::bytes block = random.octets(std::size_t{k} * t - cut);
  block_encoder encoder(k, t, block);
  demand(encoder.state() == status::done);
  test::bytes out(block.size());
  block_decoder decoder(k, t, out, 1 + in.take(2) % (2 * k));
  while (!in.empty()) {
    const std::uint32_t what = in.take(1);
    if (what < 8) { // hostile
      const std::uint32_t esi = in.take(4);
      const test::bytes junk(in.take(1));
      if (esi >= esi_limit || junk.size() != t)
        demand(decoder.add(esi, junk) != add_result::added);
      test::bytes symbol(t);
      demand(encoder.repair({&esi, 1}, symbol, t) ==
             (esi < k || esi >= esi_limit ? status::bad_esi : status::done));
    } else if (what < 16) { // a try
      const status made = decoder.decode();
      demand(made == status::done || made == status::need_more);
      demand(made == status::need_more || out == block);
    } else { // a run of good symbols
      std::uint32_t esi = what < 128 ? in.take(2) % k : in.take(3);
      for (std::uint32_t n = what % 64; n > 0 && esi < esi_limit; --n, ++esi)
        decoder.add(esi, test::symbol_of(encoder, esi));
    }
  }
  for (std::uint32_t esi = 0; esi < k; ++esi)
    decoder.add(esi, test::symbol_of(encoder, esi));
  demand(decoder.decode() == status::done);
  demand(out == block);
  return 0;
}
