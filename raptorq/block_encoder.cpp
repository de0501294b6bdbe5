// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/block_encoder.hpp"

#include "raptorq/cost.hpp"
#include "raptorq/generator.hpp"
#include "raptorq/replay.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace troupe::raptorq {

namespace {

const std::uint8_t* octets(const std::byte* p) noexcept {
  return reinterpret_cast<const std::uint8_t*>(p);
}

std::uint8_t* octets(std::byte* p) noexcept {
  return reinterpret_cast<std::uint8_t*>(p);
}

// Repair symbols made at once by generator rows.
constexpr std::uint32_t dense_batch = 8;
constexpr std::size_t factors_max =
    dense_batch * (std::size_t{generator_symbols_max} + 1);

} // namespace

block_encoder::block_encoder(std::uint32_t k_symbols,
                             std::uint32_t symbol_bytes,
                             std::span<const std::byte> block)
    : k_(k_symbols), symbol_bytes_(symbol_bytes), block_(block) {
  const std::optional<parameters> code = parameters_for(k_symbols);
  if (!code || symbol_bytes == 0 || symbol_bytes > 0xffff)
    return;
  code_ = *code;
  state_ = status::bad_length;
  const std::uint64_t whole = std::uint64_t{k_symbols} * symbol_bytes;
  if (block.size() > whole || block.size() <= whole - symbol_bytes)
    return;
  if (block.size() < whole) {
    const std::size_t before = whole - symbol_bytes;
    last_.resize(symbol_bytes);
    std::memcpy(last_.data(), block.data() + before, block.size() - before);
  }
  state_ = status::done;
}

const std::uint8_t* block_encoder::symbol(std::uint32_t esi) const noexcept {
  if (esi + 1 == k_ && !last_.empty())
    return last_.data();
  return octets(block_.data()) + std::size_t{esi} * symbol_bytes_;
}

status block_encoder::source(std::uint32_t esi,
                             std::span<std::byte> out) const noexcept {
  if (state_ != status::done)
    return state_;
  if (esi >= k_)
    return status::bad_esi;
  if (out.size() != symbol_bytes_)
    return status::bad_length;
  std::memcpy(out.data(), symbol(esi), symbol_bytes_);
  return status::done;
}

status block_encoder::repair(std::uint32_t first_esi, std::uint32_t count,
                             std::span<std::byte> out) {
  if (state_ != status::done)
    return state_;
  if (first_esi < k_ || count > esi_limit || first_esi > esi_limit - count)
    return status::bad_esi;
  if (out.size() != std::uint64_t{count} * symbol_bytes_)
    return status::bad_length;
  std::array<std::uint32_t, 64> few;
  std::vector<std::uint32_t> many;
  std::span<std::uint32_t> esis(few.data(), std::min<std::size_t>(count, 64));
  if (count > few.size()) {
    many.resize(count);
    esis = many;
  }
  std::iota(esis.begin(), esis.end(), first_esi);
  return repair(esis, out, symbol_bytes_);
}

status block_encoder::repair(std::span<const std::uint32_t> esis,
                             std::span<std::byte> out,
                             std::size_t stride_bytes) {
  if (state_ != status::done)
    return state_;
  if (std::any_of(esis.begin(), esis.end(), [this](std::uint32_t esi) {
        return esi < k_ || esi >= esi_limit;
      }))
    return status::bad_esi;
  if (esis.empty())
    return status::done;
  if (stride_bytes < symbol_bytes_ || out.size() < symbol_bytes_ ||
      (out.size() - symbol_bytes_) / stride_bytes < esis.size() - 1)
    return status::bad_length;
  const auto count = static_cast<std::uint32_t>(esis.size());
  if (solved_)
    repair_solved(esis, octets(out.data()), stride_bytes);
  else if (dense_is_cheaper(code_, count))
    repair_dense(esis, octets(out.data()), stride_bytes);
  else
    repair_sparse(esis, octets(out.data()), stride_bytes);
  return status::done;
}

void block_encoder::repair_dense(std::span<const std::uint32_t> esis,
                                 std::uint8_t* out, std::size_t stride) {
  const generator& rows = *generator_for(code_);
  const std::uint32_t shift = code_.k_prime - k_;
  std::array<const std::uint8_t*, generator_symbols_max> in;
  std::array<std::uint8_t, factors_max> factors;
  std::array<std::uint8_t*, dense_batch> to;
  for (std::uint32_t n = 0; n < k_; ++n)
    in[n] = symbol(n);
  while (!esis.empty()) {
    const auto batch = static_cast<std::uint32_t>(
        std::min<std::size_t>(esis.size(), dense_batch));
    for (std::uint32_t n = 0; n < batch; ++n, out += stride) {
      rows.row(esis[n] + shift, factors.data() + n * rows.pitch());
      to[n] = out;
    }
    kernels().product(to.data(), batch, in.data(), k_, factors.data(),
                      rows.pitch(), symbol_bytes_);
    esis = esis.subspan(batch);
  }
}

void block_encoder::repair_sparse(std::span<const std::uint32_t> esis,
                                  std::uint8_t* out, std::size_t stride) {
  if (!plan_)
    plan_ = encoding_plan_for(code_);
  if (asked_before_ || esis.size() < code_.k_prime / 64) {
    solve();
    repair_solved(esis, out, stride);
    return;
  }
  asked_before_ = true;
  std::vector<const std::uint8_t*> in(code_.k_prime, nullptr);
  for (std::uint32_t n = 0; n < k_; ++n)
    in[n] = symbol(n);
  std::vector<std::uint32_t> isis(esis.size());
  std::vector<std::uint8_t*> to(esis.size());
  for (std::size_t n = 0; n < esis.size(); ++n) {
    isis[n] = esis[n] + (code_.k_prime - k_);
    to[n] = out + n * stride;
  }
  replay(*plan_, wanted_symbols(*plan_, isis), in, to, symbol_bytes_);
}

void block_encoder::solve() {
  std::vector<const std::uint8_t*> in(code_.k_prime, nullptr);
  for (std::uint32_t n = 0; n < k_; ++n)
    in[n] = symbol(n);
  const std::size_t pitch = slot_round(symbol_bytes_);
  solved_ = make_slot_memory(code_.l * pitch);
  replay_all(*plan_, in, solved_.get(), pitch, symbol_bytes_);
}

void block_encoder::repair_solved(std::span<const std::uint32_t> esis,
                                  std::uint8_t* out, std::size_t stride) {
  const octet_kernels& kernel = kernels();
  const std::size_t pitch = slot_round(symbol_bytes_);
  for (const std::uint32_t esi : esis) {
    const lt_row terms = lt_row_for(code_, esi + (code_.k_prime - k_));
    const auto place = [&](std::uint32_t column) {
      return solved_.get() + plan_->slot_of_column[column] * pitch;
    };
    std::memcpy(out, place(terms.lt[0]), symbol_bytes_);
    for (std::uint32_t n = 1; n < terms.lt_count; ++n)
      kernel.add(out, place(terms.lt[n]), symbol_bytes_);
    for (std::uint32_t n = 0; n < terms.pi_count; ++n)
      kernel.add(out, place(code_.w + terms.pi[n]), symbol_bytes_);
    out += stride;
  }
}

} // namespace troupe::raptorq
