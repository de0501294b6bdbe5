// SPDX-License-Identifier: BSD-3-Clause
// A fuzzing entry point for what a receiver does with octets from the network.
// The first octet of the input picks one of four:
//   a block whose K, T, losses and order the input chooses, with hostile calls
//     between: what is decoded must be what was encoded;
//   a block of symbols with contents of nobody's making;
//   an object whose OTI, payload ids and symbols are octets of the input;
//   the kernels of all instruction sets: equal octets from equal jobs.
// With libFuzzer: configure with TROUPE_RAPTORQ_FUZZ, see raptorq/README.md.
// tests/raptorq/fuzz_replay_test.cpp replays the corpus without it.
#include "raptorq/object_decoder.hpp"
#include "raptorq/object_encoder.hpp"
#include "raptorq/octets.hpp"
#include "raptorq/slot_memory.hpp"
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
  test::bytes take_bytes(std::size_t count) {
    test::bytes out(count);
    for (std::byte& b : out)
      b = static_cast<std::byte>(take(1));
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

void block_round_trip(input& in) {
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
}

// Nothing is promised of the result, but that there is one.
void block_of_junk(input& in) {
  const std::uint32_t k = in.take(2) % 3000;
  const std::uint32_t t = in.take(1) % 70;
  test::bytes out(std::size_t{k} * t);
  block_decoder decoder(k, t, out, in.take(2));
  demand((decoder.state() == status::done) == (k > 0 && t > 0));
  while (!in.empty()) {
    std::uint32_t esi = in.take(4);
    const std::uint32_t run = in.take(2) % 4096;
    const std::uint32_t step = 1 + in.take(1);
    test::bytes symbol = in.take_bytes(t);
    for (std::uint32_t n = 0; n < run; ++n, esi += step) {
      if (n < t)
        symbol[n] ^= static_cast<std::byte>(n + 1);
      const add_result made = decoder.add(esi, symbol);
      demand(made != add_result::added || (esi < esi_limit && k > 0));
    }
    const status made = decoder.decode();
    demand(k == 0 || t == 0 || made == status::done ||
           made == status::need_more);
  }
}

// A receiver has room for objects up to some size, whatever an OTI says.
constexpr std::uint64_t object_max = 1 << 16;

void object_of_strangers(input& in) {
  oti info;
  if (in.take(1) % 2 == 0) {
    const test::bytes header =
        in.take_bytes(common_oti_bytes + scheme_oti_bytes);
    const auto octets = std::span(header);
    const status read = decode_oti(octets.first(common_oti_bytes),
                                   octets.subspan(common_oti_bytes), info);
    demand(read == status::done || read == status::bad_parameter);
    demand(read == check(info));
  } else {
    info.transfer_bytes = in.take(3) % (object_max + 1);
    info.symbol_bytes = static_cast<std::uint16_t>(in.take(2));
    info.source_blocks = static_cast<std::uint8_t>(in.take(1));
    info.sub_blocks = static_cast<std::uint16_t>(in.take(2));
    info.alignment = static_cast<std::uint8_t>(in.take(1));
  }
  if (info.transfer_bytes > object_max) // no memory for it
    return;
  test::random_source random(in.take(2));
  const test::bytes object = random.octets(info.transfer_bytes);
  test::bytes out(object.size());
  object_decoder decoder(info, out);
  object_encoder encoder(info, object);
  demand(decoder.state() == check(info) && encoder.state() == check(info));
  test::bytes symbol(info.symbol_bytes);
  while (!in.empty()) {
    payload_id id;
    demand(decode_payload_id(in.take_bytes(payload_id_bytes), id) ==
           status::done);
    const std::uint32_t cut = in.take(1);
    if (cut != 0)
      demand(decoder.add(id, std::span(symbol).first(symbol.size() / cut)) !=
                 add_result::added ||
             cut == 1);
    const status made = encoder.symbol(id, symbol);
    demand(made != status::done || id.sbn < info.source_blocks);
    decoder.add(id, symbol);
    decoder.decode(id.sbn);
  }
  for (unsigned z = 0; z < info.source_blocks; ++z) {
    const auto sbn = static_cast<std::uint8_t>(z);
    for (std::uint32_t esi = 0; esi < decoder.k_symbols(sbn); ++esi) {
      demand(encoder.symbol({sbn, esi}, symbol) == status::done);
      decoder.add({sbn, esi}, symbol);
    }
    demand((decoder.decode(sbn) == status::done) ==
           (decoder.state() == status::done));
  }
}

struct job {
  explicit job(input& in)
      : rows(in.take(1) % 12), cols(in.take(1) % 40), count(in.take(2) % 700),
        group(1 + in.take(1) % 8), width(slot_unit * (1 + in.take(1) % 6)),
        random(in.take(4)) {
    for (std::uint32_t c = 0; c < cols; ++c)
      from.push_back(fill(std::max(count, width)));
    for (std::uint32_t r = 0; r < rows; ++r)
      factors.push_back(fill(cols + 1));
    start = fill(std::max(count, width));
    slots = fill((cols + 16) * width);
    for (std::uint32_t n = 0; n < rows * 2; ++n)
      bits.push_back(random.next() & 0xffffffffffU);
    for (std::uint32_t n = 0; n < cols; ++n) {
      slot.push_back(static_cast<std::uint16_t>(random.below(cols)));
      for (int pair = 0; pair < 2; ++pair)
        hdpc_rows.push_back(static_cast<std::uint8_t>(random.below(10)));
    }
  }

  using octets = std::vector<std::uint8_t>;
  octets fill(std::size_t size) {
    octets out(size);
    for (std::uint8_t& x : out)
      x = static_cast<std::uint8_t>(random.next() >> 40);
    return out;
  }

  // All that one implementation makes of it, one result behind the other.
  octets run(const octet_kernels& kernel) const {
    octets out;
    const auto keep = [&](const octets& x) {
      out.insert(out.end(), x.begin(), x.end());
    };
    octets sum = start;
    for (std::uint32_t c = 0; c < cols; ++c) {
      kernel.add(sum.data(), from[c].data(), count);
      kernel.add_scaled(sum.data(), from[c].data(), slots[c], count);
      kernel.scale(sum.data(), slots[c + 1], count);
    }
    keep(sum);
    std::vector<octets> results(rows, start);
    std::vector<std::uint8_t*> to;
    for (octets& x : results)
      to.push_back(x.data());
    std::vector<const std::uint8_t*> in;
    for (const octets& x : from)
      in.push_back(x.data());
    octets flat;
    for (const octets& x : factors)
      flat.insert(flat.end(), x.begin(), x.end());
    kernel.product(to.data(), rows, in.data(), cols, flat.data(), cols + 1,
                   count);
    for (const octets& x : results)
      keep(x);
    octets sides = slots;
    octets tables(bit_product_scratch(group, width));
    kernel.bits({bits.data(), 2, rows, cols, group}, sides.data(), slots.data(),
                width, tables.data());
    keep(sides);
    if (cols > 0) {
      kernel.hdpc({slot.data(), hdpc_rows.data(), cols, 10}, sides.data(),
                  slots.data(), width);
      keep(sides);
      std::vector<std::uint32_t> begin;
      std::vector<std::uint32_t> input;
      for (std::uint32_t n = 0; n <= cols; ++n) {
        begin.push_back(n * (group % 2 + 1) / 2);
        input.push_back(n % 3 == 0 ? no_input : slot[n % cols]);
      }
      kernel.sums(
          {input.data(), begin.data(), begin.data() + 1, slot.data(), cols},
          sides.data(), sides.data(), width, in.data(), 0);
      keep(sides);
    }
    return out;
  }

  std::uint32_t rows;
  std::uint32_t cols;
  std::size_t count;
  std::uint32_t group;
  std::size_t width;
  test::random_source random;
  std::vector<octets> from;
  std::vector<octets> factors;
  octets start;
  octets slots;
  std::vector<std::uint64_t> bits;
  std::vector<std::uint16_t> slot;
  octets hdpc_rows;
};

void all_kernels(input& in) {
  const job work(in);
  const job::octets expected = work.run(*kernels_at(0));
  for (std::size_t n = 1; const octet_kernels* kernel = kernels_at(n); ++n)
    demand(work.run(*kernel) == expected);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  input in(data, size);
  switch (in.take(1) % 8) {
  case 0:
  case 1:
  case 2:
    block_round_trip(in);
    break;
  case 3:
    block_of_junk(in);
    break;
  case 4:
  case 5:
  case 6:
    object_of_strangers(in);
    break;
  default:
    all_kernels(in);
  }
  return 0;
}
