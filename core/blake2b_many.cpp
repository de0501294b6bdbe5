// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_many.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace troupe {

namespace {

using input = std::span<const std::byte>;

/// Parameter block of an unkeyed 32-byte digest, RFC 7693 section 2.5.
constexpr std::uint64_t parameters = 0x01010000 ^ hash_bytes;

std::uint64_t little_endian(std::uint64_t word) noexcept {
  if constexpr (std::endian::native == std::endian::big)
    return __builtin_bswap64(word);
  return word;
}

/// Blocks of `rest` bytes before the last one, which may be empty or short.
std::size_t blocks_before_last(std::size_t rest) noexcept {
  return rest == 0 ? 0 : (rest - 1) / blake2b_block_bytes;
}

/// Busy lanes are the first ones always.
class lane_schedule {
public:
  lane_schedule(const blake2b_kernel& kernel, std::span<const input> inputs,
                std::span<hash> out) noexcept
      : kernel_(&kernel), inputs_(inputs), out_(out) {}

  void run() noexcept {
    while (busy_ < kernel_->lanes && started_ < inputs_.size())
      start(busy_++);
    while (busy_ > 0) {
      while (kernel_->narrower && busy_ <= kernel_->narrower->lanes)
        kernel_ = kernel_->narrower;
      if (const auto blocks = blocks_in_common(); blocks > 0)
        compress_common(blocks);
      compress_one_block();
      replace_ended();
    }
  }

private:
  struct message {
    input rest;
    std::uint64_t done; ///< bytes compressed
    std::size_t number;
  };

  void start(std::uint32_t lane) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      lanes_.state[i][lane] = blake2b_iv[i];
    lanes_.state[0][lane] ^= parameters;
    messages_[lane] = {inputs_[started_], 0, started_};
    ++started_;
  }

  std::size_t blocks_in_common() const noexcept {
    auto blocks = blocks_before_last(messages_[0].rest.size());
    for (std::uint32_t i = 1; i < busy_; ++i)
      blocks = std::min(blocks, blocks_before_last(messages_[i].rest.size()));
    return blocks;
  }

  /// Whole blocks, none of them anybody's last.
  void compress_common(std::size_t blocks) noexcept {
    for (std::uint32_t i = 0; i < busy_; ++i)
      take_whole(i);
    compress(blocks);
    for (std::uint32_t i = 0; i < busy_; ++i)
      advance(i, blocks * blake2b_block_bytes);
  }

  /// One block, for some lanes the last.
  void compress_one_block() noexcept {
    for (std::uint32_t i = 0; i < busy_; ++i)
      if (messages_[i].rest.size() > blake2b_block_bytes)
        take_whole(i);
      else
        take_last(i);
    compress(1);
  }

  void replace_ended() noexcept {
    for (auto i = busy_; i-- > 0;) {
      if (lanes_.last[i] == 0) {
        advance(i, blake2b_block_bytes);
        continue;
      }
      write_digest(i);
      if (started_ < inputs_.size())
        start(i);
      else
        move_lane(--busy_, i);
    }
  }

  void take_whole(std::uint32_t lane) noexcept {
    const auto& from = messages_[lane];
    lanes_.next[lane] = from.rest.data();
    lanes_.counter[lane] = from.done + blake2b_block_bytes;
    lanes_.last[lane] = 0;
  }

  void take_last(std::uint32_t lane) noexcept {
    const auto& from = messages_[lane];
    const auto bytes = from.rest.size();
    lanes_.next[lane] = from.rest.data();
    lanes_.counter[lane] = from.done + bytes;
    lanes_.last[lane] = ~std::uint64_t{0};
    if (bytes == blake2b_block_bytes)
      return;
    auto* padded = padded_[lane];
    std::memset(padded, 0, blake2b_block_bytes);
    if (bytes > 0)
      std::memcpy(padded, from.rest.data(), bytes);
    lanes_.next[lane] = padded;
  }

  void compress(std::size_t blocks) noexcept {
    // Lanes without a message read somebody's, for nothing.
    for (auto i = busy_; i < kernel_->lanes; ++i)
      lanes_.next[i] = lanes_.next[0];
    kernel_->compress(lanes_, blocks);
  }

  void advance(std::uint32_t lane, std::size_t bytes) noexcept {
    messages_[lane].rest = messages_[lane].rest.subspan(bytes);
    messages_[lane].done += bytes;
  }

  void write_digest(std::uint32_t lane) noexcept {
    std::uint64_t words[hash_bytes / 8];
    for (std::size_t i = 0; i < std::size(words); ++i)
      words[i] = little_endian(lanes_.state[i][lane]);
    std::memcpy(out_[messages_[lane].number].bytes.data(), words, hash_bytes);
  }

  void move_lane(std::uint32_t from, std::uint32_t to) noexcept {
    for (auto& row : lanes_.state)
      row[to] = row[from];
    messages_[to] = messages_[from];
  }

  const blake2b_kernel* kernel_;
  std::span<const input> inputs_;
  std::span<hash> out_;
  std::size_t started_ = 0;
  std::uint32_t busy_ = 0;
  blake2b_lanes lanes_{};
  message messages_[blake2b_lanes_max];
  alignas(64) std::byte padded_[blake2b_lanes_max][blake2b_block_bytes];
};

} // namespace

void blake2b_hash_many(const blake2b_kernel& kernel,
                       std::span<const input> inputs,
                       std::span<hash> out) noexcept {
  lane_schedule{kernel, inputs, out}.run();
}

} // namespace troupe
