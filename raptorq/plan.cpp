// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/plan.hpp"

#include "raptorq/dense_solve.hpp"
#include "raptorq/peeling.hpp"

namespace troupe::raptorq {

namespace {

void flip_bit(std::uint64_t* row, std::uint32_t at) noexcept {
  row[at / 64] ^= std::uint64_t{1} << (at % 64);
}

void add_row(std::uint64_t* out, const std::uint64_t* in,
             std::size_t words) noexcept {
  for (std::size_t n = 0; n < words; ++n)
    out[n] ^= in[n];
}

void number_columns(elimination_plan& plan, const peeling_order& order) {
  const parameters& code = plan.code;
  plan.slot_of_column.resize(code.l);
  for (std::uint32_t t = 0; t < plan.pivots; ++t)
    plan.slot_of_column[order.pivot_column[t]] = static_cast<std::uint16_t>(t);
  for (std::uint32_t n = 0; n < code.p; ++n)
    plan.slot_of_column[code.w + n] =
        static_cast<std::uint16_t>(plan.pivots + n);
  std::uint32_t next = plan.pivots + code.p;
  for (const std::uint16_t column : order.inactive)
    plan.slot_of_column[column] = static_cast<std::uint16_t>(next++);
}

// Adds the step for one row: its sum over earlier pivots, and in `bits` its
// sum over inactive ones. `self` is the slot the row is solved for, if any.
void add_step(elimination_plan& plan, const binary_rows& rows,
              std::uint32_t row, std::uint32_t self, std::uint64_t* bits) {
  const std::uint16_t* const slot_of = plan.slot_of_column.data();
  const std::span<const std::uint16_t> lt = rows.lt_of(row);
  const std::span<const std::uint16_t> pi = rows.pi_of(row);
  const std::size_t begin = plan.step_from.size();
  plan.step_from.resize(begin + lt.size() + pi.size());
  std::uint16_t* front = plan.step_from.data() + begin;
  std::uint16_t* back = front + lt.size() + pi.size();
  for (const std::uint16_t n : pi) {
    *--back = static_cast<std::uint16_t>(plan.pivots + n);
    flip_bit(bits, n);
  }
  for (const std::uint16_t column : lt) {
    const std::uint16_t slot = slot_of[column];
    if (slot >= plan.pivots) {
      *--back = slot;
      flip_bit(bits, slot - plan.pivots);
    } else if (slot != self) {
      *front++ = slot;
      add_row(bits, plan.mask.data() + slot * plan.pitch, plan.pitch);
    }
  }
  plan.step_split.push_back(
      static_cast<std::uint32_t>(front - plan.step_from.data()));
  // The pivot itself leaves a gap of one between the two parts.
  const std::uint16_t* const end =
      plan.step_from.data() + plan.step_from.size();
  while (back != end)
    *front++ = *back++;
  plan.step_from.resize(
      static_cast<std::size_t>(front - plan.step_from.data()));
  plan.step_begin.push_back(static_cast<std::uint32_t>(plan.step_from.size()));
  plan.step_input.push_back(row < plan.code.s ? no_input : row - plan.code.s);
}

void add_pivots(elimination_plan& plan, const binary_rows& rows,
                const peeling_order& order) {
  plan.step_from.reserve(rows.lt.size() + rows.pi.size());
  plan.step_split.reserve(rows.count);
  plan.step_begin.reserve(rows.count + std::size_t{1});
  plan.step_begin.push_back(0);
  plan.step_input.reserve(rows.count);
  plan.mask.assign(plan.pivots * plan.pitch, 0);
  constexpr std::uint32_t ahead = 8;
  for (std::uint32_t t = 0; t < plan.pivots; ++t) {
    if (t + ahead < plan.pivots)
      __builtin_prefetch(rows.lt_of(order.pivot_row[t + ahead]).data());
    add_step(plan, rows, order.pivot_row[t], t,
             plan.mask.data() + t * plan.pitch);
  }
}

// Offers the spare rows to the dense part until it needs no more; a row that
// says nothing new leaves no step behind.
void add_spares(elimination_plan& plan, const binary_rows& rows,
                const peeling_order& order, dense_solve& dense) {
  std::vector<std::uint64_t> bits(plan.pitch);
  for (const std::uint32_t row : order.rest) {
    if (dense.rank() == plan.inactive)
      return;
    bits.assign(plan.pitch, 0);
    const std::size_t before = plan.step_from.size();
    add_step(plan, rows, row, no_input, bits.data());
    if (!dense.offer(bits)) {
      plan.step_from.resize(before);
      plan.step_begin.pop_back();
      plan.step_split.pop_back();
      plan.step_input.pop_back();
    }
  }
}

void place_hdpc(elimination_plan& plan) {
  const std::uint32_t columns = plan.code.k_prime + plan.code.s;
  plan.hdpc_rows = make_hdpc_rows(plan.code);
  plan.hdpc_slot.resize(columns);
  for (std::uint32_t j = 0; j < columns; ++j) {
    const std::uint16_t slot = plan.slot_of_column[j];
    plan.hdpc_slot[j] = slot < plan.pivots
                            ? slot
                            : static_cast<std::uint16_t>(plan.zero_slot());
  }
}

} // namespace

std::optional<elimination_plan> make_plan(const parameters& code,
                                          std::span<const std::uint32_t> isis) {
  if (isis.size() < code.k_prime)
    return std::nullopt;
  const binary_rows rows = make_binary_rows(code, isis);
  const std::optional<peeling_order> peeled = peel(code, rows);
  if (!peeled)
    return std::nullopt;
  const peeling_order& order = *peeled;
  elimination_plan plan;
  plan.code = code;
  plan.pivots = static_cast<std::uint32_t>(order.pivot_row.size());
  plan.inactive = code.l - plan.pivots;
  plan.pitch = (plan.inactive + 63) / 64;
  number_columns(plan, order);
  add_pivots(plan, rows, order);
  dense_solve dense(plan.inactive);
  add_spares(plan, rows, order, dense);
  plan.kept = dense.rank();
  plan.free = plan.inactive - plan.kept;
  if (plan.free > code.h)
    return std::nullopt;
  dense.report(plan);
  if (plan.free > 0) {
    place_hdpc(plan);
    if (!solve_free(plan))
      return std::nullopt;
  }
  return plan;
}

void express(const elimination_plan& plan, const lt_row& terms,
             std::span<std::uint64_t> row, std::vector<std::uint16_t>& from) {
  for (std::uint32_t n = 0; n < terms.pi_count; ++n)
    flip_bit(row.data(), terms.pi[n]);
  for (std::uint32_t n = 0; n < terms.lt_count; ++n) {
    const std::uint16_t slot = plan.slot_of_column[terms.lt[n]];
    if (slot >= plan.pivots) {
      flip_bit(row.data(), slot - plan.pivots);
    } else {
      from.push_back(slot);
      add_row(row.data(), plan.mask.data() + slot * plan.pitch, plan.pitch);
    }
  }
}

std::size_t elimination_plan::bytes() const noexcept {
  return sizeof *this +
         4 * (step_input.capacity() + step_begin.capacity() +
              step_split.capacity()) +
         2 * (step_from.capacity() + slot_of_column.capacity() +
              solved_number.capacity() + free_number.capacity() +
              hdpc_slot.capacity()) +
         8 * (mask.capacity() + from_kept.capacity() + from_free.capacity()) +
         free_factors.capacity() + hdpc_rows.capacity();
}

} // namespace troupe::raptorq
