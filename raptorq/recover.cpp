// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/recover.hpp"

#include "raptorq/cost.hpp"
#include "raptorq/generator.hpp"
#include "raptorq/octet_matrix.hpp"
#include "raptorq/replay.hpp"

#include <algorithm>
#include <array>

namespace troupe::raptorq {

bool recover(received_block& block) {
  const auto count = static_cast<std::uint32_t>(block.lost.size());
  if (dense_is_cheaper(block.code, count))
    return recover_dense(block);
  if (difference_is_cheaper(block.code, count, block.symbol_bytes))
    return recover_difference(block);
  return recover_planned(block);
}

bool recover_dense(received_block& block) {
  const generator& rows = *generator_for(block.code);
  const auto unknowns = static_cast<std::uint32_t>(block.lost.size());
  const auto pitch = static_cast<std::uint32_t>(rows.pitch());
  octet_matrix row(unknowns, pitch);
  row_inverse inverse(unknowns, unknowns);
  std::array<std::uint8_t, generator_symbols_max> column;
  std::vector<const std::uint8_t*>& in = block.source;
  std::uint32_t taken = 0;
  for (std::size_t n = 0; n < block.repair.size() && taken < unknowns; ++n) {
    rows.row(block.repair_isi[n], row.row(taken));
    for (std::uint32_t u = 0; u < unknowns; ++u)
      column[u] = row.row(taken)[block.lost[u]];
    if (inverse.offer({column.data(), unknowns}, taken))
      in[block.lost[taken++]] = block.repair[n];
  }
  if (taken < unknowns)
    return false;
  octet_matrix solutions(unknowns, unknowns);
  std::array<const std::uint8_t*, generator_symbols_max> row_of;
  std::array<std::uint8_t*, generator_symbols_max> factors_of;
  octet_matrix factors(unknowns, pitch);
  for (std::uint32_t u = 0; u < unknowns; ++u) {
    std::copy_n(inverse.row_of(u).begin(), unknowns, solutions.row(u));
    row_of[u] = row.row(u);
    factors_of[u] = factors.row(u);
  }
  kernels().product(factors_of.data(), unknowns, row_of.data(), unknowns,
                    solutions.row(0), solutions.pitch(), pitch);
  // In the place of a lost symbol stands the repair symbol that was taken.
  for (std::uint32_t u = 0; u < unknowns; ++u)
    for (std::uint32_t n = 0; n < unknowns; ++n)
      factors.row(u)[block.lost[n]] = solutions.row(u)[n];
  kernels().product(block.out.data(), unknowns, in.data(), block.k,
                    factors.row(0), factors.pitch(), block.symbol_bytes);
  return true;
}

namespace {

// Row r: what repair symbol `isis[r]` holds of each lost symbol. Encodes a
// block in which lost symbol number n is the unit vector n.
octet_matrix lost_columns(const elimination_plan& plan,
                          const wanted_symbols& wanted, std::size_t rows,
                          std::span<const std::uint32_t> lost) {
  const auto unknowns = static_cast<std::uint32_t>(lost.size());
  octet_matrix unit(unknowns, unknowns);
  octet_matrix out(static_cast<std::uint32_t>(rows), unknowns);
  std::vector<const std::uint8_t*> in(plan.code.k_prime, nullptr);
  std::vector<std::uint8_t*> to;
  for (std::uint32_t n = 0; n < unknowns; ++n) {
    unit.row(n)[n] = 1;
    in[lost[n]] = unit.row(n);
  }
  for (std::uint32_t n = 0; n < rows; ++n)
    to.push_back(out.row(n));
  replay(plan, wanted, in, to, unknowns);
  return out;
}

} // namespace

bool recover_difference(received_block& block) {
  const std::shared_ptr<const elimination_plan> plan =
      encoding_plan_for(block.code);
  const auto unknowns = static_cast<std::uint32_t>(block.lost.size());
  // A few equations more than unknowns make a second attempt unlikely.
  const std::size_t tried =
      std::min(block.repair.size(), unknowns + std::size_t{3});
  const std::span<const std::uint32_t> isis(block.repair_isi.data(), tried);
  const octet_matrix columns =
      lost_columns(*plan, wanted_symbols(*plan, isis), tried, block.lost);
  row_inverse inverse(unknowns, unknowns);
  std::vector<std::uint32_t> taken;
  for (std::uint32_t n = 0; n < tried && !inverse.complete(); ++n)
    if (inverse.offer({columns.row(n), unknowns},
                      static_cast<std::uint32_t>(taken.size())))
      taken.push_back(n);
  if (!inverse.complete())
    return recover_planned(block);
  std::vector<std::uint32_t> taken_isis;
  taken_isis.reserve(taken.size());
  for (const std::uint32_t n : taken)
    taken_isis.push_back(isis[n]);
  std::vector<const std::uint8_t*> in = block.source;
  in.resize(block.code.k_prime, nullptr);
  const std::size_t pitch = slot_round(block.symbol_bytes);
  const slot_memory memory = make_slot_memory(unknowns * pitch);
  std::vector<std::uint8_t*> difference;
  for (std::uint32_t u = 0; u < unknowns; ++u)
    difference.push_back(memory.get() + u * pitch);
  replay(*plan, wanted_symbols(*plan, taken_isis), in, difference,
         block.symbol_bytes);
  for (std::uint32_t u = 0; u < unknowns; ++u)
    kernels().add(difference[u], block.repair[taken[u]], block.symbol_bytes);
  octet_matrix factors(unknowns, unknowns);
  for (std::uint32_t u = 0; u < unknowns; ++u)
    std::copy_n(inverse.row_of(u).begin(), unknowns, factors.row(u));
  kernels().product(block.out.data(), unknowns, difference.data(), unknowns,
                    factors.row(0), factors.pitch(), block.symbol_bytes);
  return true;
}

bool recover_planned(received_block& block) {
  const parameters& code = block.code;
  std::vector<std::uint32_t> isis;
  std::vector<const std::uint8_t*> in;
  isis.reserve(code.k_prime + block.repair.size());
  in.reserve(isis.capacity());
  for (std::uint32_t esi = 0; esi < block.k; ++esi)
    if (block.source[esi]) {
      isis.push_back(esi);
      in.push_back(block.source[esi]);
    }
  for (std::uint32_t isi = block.k; isi < code.k_prime; ++isi) {
    isis.push_back(isi);
    in.push_back(nullptr);
  }
  isis.insert(isis.end(), block.repair_isi.begin(), block.repair_isi.end());
  in.insert(in.end(), block.repair.begin(), block.repair.end());
  const std::optional<elimination_plan> plan = make_plan(code, isis);
  if (!plan)
    return false;
  replay(*plan, wanted_symbols(*plan, block.lost), in, block.out,
         block.symbol_bytes);
  return true;
}

} // namespace troupe::raptorq
