// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/replay.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::raptorq {

namespace {

// Octets of each symbol worked on at once: wide enough to keep the reading
// of the program cheap, narrow enough for the cache.
constexpr std::size_t strip_bytes = 128;

// Blocks of more octets than this are copied strip by strip.
constexpr std::size_t cached_bytes = std::size_t{3} << 20;

// The number of inputs a table that makes a bit product cheapest.
std::uint32_t group_for(std::uint32_t rows) noexcept {
  std::uint32_t best = 1;
  for (std::uint32_t g = 2; g <= 8; ++g)
    if ((2 * (1U << g) + 3 * rows) * best < (2 * (1U << best) + 3 * rows) * g)
      best = g;
  return best;
}

class strip {
public:
  strip(const elimination_plan& plan, std::uint32_t results,
        std::size_t width_max)
      : plan_(plan), kernel_(kernels()), results_(results),
        group_(group_for(results)), kept_group_(group_for(plan.kept)),
        free_group_(group_for(plan.inactive)) {
    const std::uint32_t group = std::max({group_, kept_group_, free_group_});
    const std::size_t slots = plan.slots() + std::size_t{results};
    // The scratch also takes the free symbols, at most H of them.
    memory_ = make_slot_memory(slots * width_max +
                               std::max(bit_product_scratch(group, width_max),
                                        plan.code.h * width_max));
    tables_ = memory_.get() + slots * width_max;
    set_width(width_max);
  }

  // y, then the inactive symbols.
  void solve(const std::uint8_t* const* in, std::size_t offset,
             std::size_t width) {
    if (width != width_)
      set_width(width);
    if (!place_.empty()) {
      copy_inputs(in, offset);
      in = place_.data();
      offset = 0;
    }
    run(in, offset, 0, plan_.pivots, plan_.step_split.data(), slot(0));
    run(in, offset, plan_.pivots, plan_.kept, plan_.step_split.data(),
        slot(plan_.kept_slot()));
    solve_inactive();
  }

  // Turns y into the pivot symbols.
  void finish(const std::uint8_t* const* in, std::size_t offset) {
    run(in, offset, 0, plan_.pivots, plan_.step_begin.data() + 1, slot(0));
  }

  const std::uint8_t* evaluate(const wanted_symbols& wanted) {
    std::uint8_t* out = slot(plan_.slots());
    const sum_program sums{wanted.input.data(), wanted.begin.data(),
                           wanted.begin.data() + 1, wanted.from.data(),
                           results_};
    kernel_.sums(sums, out, slot(0), width_, nullptr, 0);
    const bit_product bits{wanted.bits.data(), plan_.pitch, results_,
                           plan_.inactive, group_};
    kernel_.bits(bits, out, slot(plan_.pivots), width_, tables_);
    return out;
  }

  std::uint8_t* slot(std::uint32_t n) noexcept {
    return memory_.get() + n * width_;
  }

  // Has solve() copy the inputs to the slots of their steps first, in their
  // own order. The order of the steps is a random walk through the block,
  // which pays only while the block is in the cache.
  void copy_first(symbol_pointers in) {
    const std::uint32_t steps = plan_.pivots + plan_.kept;
    source_.assign(in.size(), no_slot);
    for (std::uint32_t n = 0; n < steps; ++n)
      if (const std::uint32_t input = plan_.step_input[n];
          input != no_input && in[input])
        source_[input] =
            n < plan_.pivots ? n : plan_.kept_slot() + n - plan_.pivots;
    place_.resize(in.size());
    set_width(width_);
  }

private:
  static constexpr std::uint32_t no_slot = 0xffffffffU;

  void set_width(std::size_t width) {
    width_ = width;
    std::memset(slot(plan_.zero_slot()), 0, width_);
    for (std::size_t n = 0; n < place_.size(); ++n)
      place_[n] = source_[n] == no_slot ? nullptr : slot(source_[n]);
  }

  void copy_inputs(const std::uint8_t* const* in, std::size_t offset) {
    constexpr std::size_t ahead = 24;
    for (std::size_t n = 0; n < source_.size(); ++n) {
      if (n + ahead < source_.size() && in[n + ahead])
        for (std::size_t at = 0; at < width_; at += slot_unit)
          __builtin_prefetch(in[n + ahead] + offset + at);
      if (source_[n] == no_slot)
        continue;
      std::uint8_t* to = slot(source_[n]);
      for (std::size_t at = 0; at < width_; at += slot_unit)
        std::memcpy(to + at, in[n] + offset + at, slot_unit);
    }
  }

  void run(const std::uint8_t* const* in, std::size_t offset,
           std::uint32_t first, std::uint32_t steps, const std::uint32_t* end,
           std::uint8_t* out) {
    const sum_program program{plan_.step_input.data() + first,
                              plan_.step_begin.data() + first, end + first,
                              plan_.step_from.data(), steps};
    kernel_.sums(program, out, slot(0), width_, in, offset);
  }

  void solve_inactive() {
    std::uint8_t* inactive = slot(plan_.pivots);
    std::memset(inactive, 0, plan_.inactive * width_);
    kernel_.bits({plan_.from_kept.data(), plan_.pitch, plan_.inactive,
                  plan_.kept, kept_group_},
                 inactive, slot(plan_.kept_slot()), width_, tables_);
    if (plan_.free == 0)
      return;
    std::uint8_t* sides = slot(plan_.hdpc_side_slot());
    std::memset(sides, 0, plan_.code.h * width_);
    kernel_.hdpc({plan_.hdpc_slot.data(), plan_.hdpc_rows.data(),
                  plan_.code.k_prime + plan_.code.s, plan_.code.h},
                 sides, slot(0), width_);
    in_.clear();
    out_.clear();
    for (std::uint32_t i = 0; i < plan_.code.h; ++i)
      in_.push_back(sides + i * width_);
    for (const std::uint16_t number : plan_.solved_number)
      in_.push_back(inactive + number * width_);
    // Into scratch first: the HDPC sides are inputs, and their slots serve as
    // the contiguous inputs of the bit product that follows.
    std::uint8_t* found = tables_;
    for (std::uint32_t f = 0; f < plan_.free; ++f)
      out_.push_back(found + f * width_);
    kernel_.product(out_.data(), plan_.free, in_.data(),
                    static_cast<std::uint32_t>(in_.size()),
                    plan_.free_factors.data(), in_.size(), width_);
    std::memcpy(sides, found, plan_.free * width_);
    kernel_.bits(
        {plan_.from_free.data(), 1, plan_.inactive, plan_.free, free_group_},
        inactive, sides, width_, tables_);
    for (std::uint32_t f = 0; f < plan_.free; ++f)
      std::memcpy(inactive + plan_.free_number[f] * width_, sides + f * width_,
                  width_);
  }

  const elimination_plan& plan_;
  const octet_kernels& kernel_;
  std::uint32_t results_;
  std::uint32_t group_;
  std::uint32_t kept_group_;
  std::uint32_t free_group_;
  slot_memory memory_;
  std::uint8_t* tables_ = nullptr;
  std::size_t width_ = 0;
  std::vector<std::uint32_t> source_;      // by input: the slot of its step
  std::vector<const std::uint8_t*> place_; // and its address
  std::vector<const std::uint8_t*> in_;
  std::vector<std::uint8_t*> out_;
};

// The last octets of every symbol, padded to one slot unit.
class ragged_end {
public:
  ragged_end(symbol_pointers in, std::size_t offset, std::size_t width)
      : memory_(make_slot_memory(in.size() * slot_unit + 1)) {
    std::memset(memory_.get(), 0, in.size() * slot_unit);
    for (std::size_t n = 0; n < in.size(); ++n) {
      std::uint8_t* at = memory_.get() + n * slot_unit;
      pointers_.push_back(in[n] ? at : nullptr);
      if (in[n])
        std::memcpy(at, in[n] + offset, width);
    }
  }
  const std::uint8_t* const* data() const noexcept { return pointers_.data(); }

private:
  slot_memory memory_;
  std::vector<const std::uint8_t*> pointers_;
};

// Calls work(pointers, offset into them, strip width, place in the symbol,
// octets that count) for strip after strip.
template <class Work>
void each_strip(symbol_pointers in, std::size_t symbol_bytes, Work work) {
  std::size_t at = 0;
  while (at + slot_unit <= symbol_bytes) {
    const std::size_t left = (symbol_bytes - at) / slot_unit * slot_unit;
    const std::size_t width = std::min(left, strip_bytes);
    work(in.data(), at, width, at, width);
    at += width;
  }
  if (at < symbol_bytes) {
    const ragged_end end(in, at, symbol_bytes - at);
    work(end.data(), 0, slot_unit, at, symbol_bytes - at);
  }
}

} // namespace

wanted_symbols::wanted_symbols(const elimination_plan& plan,
                               std::span<const std::uint32_t> isis)
    : input(isis.size(), no_input), bits(isis.size() * plan.pitch) {
  begin.reserve(isis.size() + 1);
  begin.push_back(0);
  std::uint64_t* row = bits.data();
  for (const std::uint32_t isi : isis) {
    express(plan, lt_row_for(plan.code, isi), {row, plan.pitch}, from);
    begin.push_back(static_cast<std::uint32_t>(from.size()));
    row += plan.pitch;
  }
}

void replay(const elimination_plan& plan, const wanted_symbols& wanted,
            symbol_pointers in, std::span<std::uint8_t* const> out,
            std::size_t symbol_bytes) {
  strip work(plan, static_cast<std::uint32_t>(out.size()),
             std::min(strip_bytes, slot_round(symbol_bytes)));
  if (in.size() * symbol_bytes > cached_bytes)
    work.copy_first(in);
  each_strip(in, symbol_bytes,
             [&](const std::uint8_t* const* from, std::size_t offset,
                 std::size_t width, std::size_t at, std::size_t count) {
               work.solve(from, offset, width);
               const std::uint8_t* results = work.evaluate(wanted);
               for (std::size_t n = 0; n < out.size(); ++n)
                 std::memcpy(out[n] + at, results + n * width, count);
             });
}

void replay_all(const elimination_plan& plan, symbol_pointers in,
                std::uint8_t* out, std::size_t pitch,
                std::size_t symbol_bytes) {
  strip work(plan, 0, std::min(strip_bytes, slot_round(symbol_bytes)));
  if (in.size() * symbol_bytes > cached_bytes)
    work.copy_first(in);
  each_strip(in, symbol_bytes,
             [&](const std::uint8_t* const* from, std::size_t offset,
                 std::size_t width, std::size_t at, std::size_t) {
               work.solve(from, offset, width);
               work.finish(from, offset);
               for (std::uint32_t n = 0; n < plan.code.l; ++n)
                 std::memcpy(out + n * pitch + at, work.slot(n), width);
             });
}

} // namespace troupe::raptorq
