// SPDX-License-Identifier: BSD-3-Clause
// What a link does to frames, in virtual time. No clock, no devices.
#pragma once

#include "transport/sim_random.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::lab {

/// What happens to the frames of one direction.
struct link_faults {
  std::chrono::nanoseconds delay{0};
  /// A frame waits `delay` plus or minus so much, evenly; never less than
  /// nothing. The order is kept: who would overtake waits for who is ahead.
  std::chrono::nanoseconds jitter{0};
  double reorder_pct = 0;   ///< of frames do not wait, and so overtake
  double duplicate_pct = 0; ///< of frames arrive twice, one after the other
  double loss_pct = 0;      ///< of frames do not arrive
  double burst_frames = 1;  ///< lost one after the other, on average
};

/// What has become of the frames of one direction.
struct link_counts {
  std::uint64_t carried = 0;    ///< handed on, duplicates included
  std::uint64_t lost = 0;       ///< by the dice
  std::uint64_t overflowed = 0; ///< found the link full, or were too long
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;  ///< did not wait
};

/// One direction of a link. The fate of the n-th frame follows from the
/// seed and n alone, whenever it comes. Loss is the model of Gilbert (1960):
/// while the link is bad every frame is lost, and it stays bad for the mean
/// length of a burst; with bursts of one, each frame is lost for itself. Used
/// on one thread; does not block. Memory grows with the frames under way, 2
/// KiB each, up to `most_frames` of them; those that come then are dropped.
class link_lane {
public:
  using time = std::chrono::nanoseconds; ///< since any beginning

  static constexpr std::size_t frame_room = 2048;

  link_lane(const link_faults& faults, std::uint64_t seed,
            std::size_t most_frames = 32768);

  /// From the next frame on.
  void set_loss(double pct) noexcept;

  /// A frame of less than `frame_room` bytes has come in; it is copied. `now`
  /// never goes back.
  void put(time now, std::span<const std::byte> frame);

  /// When take() will have a frame; nothing: no frame is under way.
  std::optional<time> next_due() const noexcept;

  /// The next frame that is due; it stays valid until the next call. Empty:
  /// none is.
  std::span<const std::byte> take(time now);

  const link_counts& counts() const noexcept { return counts_; }

private:
  struct entry {
    time due{0};
    std::uint32_t slot = 0;
    std::uint16_t bytes = 0;
    bool is_last = true; ///< of those that share the slot
  };
  /// First in, first out; grows, and keeps its memory.
  class queue {
  public:
    bool is_empty() const noexcept { return first_ == last_; }
    const entry& front() const noexcept { return all_[first_ & mask_]; }
    void push(const entry& one);
    void pop() noexcept { ++first_; }

  private:
    std::vector<entry> all_ = std::vector<entry>(64);
    std::size_t mask_ = 63;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
  };

  bool is_lost() noexcept;
  std::byte* room_of(std::uint32_t slot) noexcept;
  std::optional<std::uint32_t> take_slot();

  link_faults faults_;
  sim_random dice_;
  std::size_t most_frames_;
  double enter_ = 0; ///< chance that a good link becomes bad
  double stay_ = 0;  ///< chance that a bad one stays so
  bool is_bad_ = false;
  time last_due_{0};
  queue waiting_;    ///< in the order of their due times
  queue overtaking_;
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
  std::vector<std::uint32_t> free_;
  std::optional<std::uint32_t> lent_; ///< the slot that take() showed
  link_counts counts_;
};

} // namespace troupe::lab
