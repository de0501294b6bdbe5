// SPDX-License-Identifier: BSD-3-Clause
#include "lab/link_lane.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::lab {

namespace {

constexpr std::size_t slab_frames = 256;

} // namespace

void link_lane::queue::push(const entry& one) {
  if (last_ - first_ == all_.size()) {
    std::vector<entry> larger(all_.size() * 2);
    for (std::size_t i = first_; i != last_; ++i)
      larger[i & (larger.size() - 1)] = all_[i & mask_];
    all_ = std::move(larger);
    mask_ = all_.size() - 1;
  }
  all_[last_++ & mask_] = one;
}

link_lane::link_lane(const link_faults& faults, std::uint64_t seed,
                     std::size_t most_frames)
    : faults_{faults}, dice_{seed}, most_frames_{most_frames} {
  set_loss(faults.loss_pct);
}

void link_lane::set_loss(double pct) noexcept {
  faults_.loss_pct = std::clamp(pct, 0.0, 100.0);
  const double share = faults_.loss_pct / 100;
  if (share >= 1) {
    enter_ = stay_ = 1;
    return;
  }
  // Losses that do not know of each other come in runs of 1 / (1 - share).
  const double mean = std::max(faults_.burst_frames, 1 / (1 - share));
  stay_ = 1 - 1 / mean;
  enter_ = share / (1 - share) / mean;
  if (share <= 0)
    is_bad_ = false;
}

bool link_lane::is_lost() noexcept {
  is_bad_ = dice_.happens(is_bad_ ? stay_ : enter_);
  return is_bad_;
}

std::byte* link_lane::room_of(std::uint32_t slot) noexcept {
  return slabs_[slot / slab_frames].get() + slot % slab_frames * frame_room;
}

std::optional<std::uint32_t> link_lane::take_slot() {
  if (free_.empty()) {
    const auto there = slabs_.size() * slab_frames;
    if (there >= most_frames_)
      return std::nullopt;
    const auto more = std::min(slab_frames, most_frames_ - there);
    slabs_.emplace_back(new std::byte[slab_frames * frame_room]);
    for (std::size_t i = more; i > 0; --i)
      free_.push_back(static_cast<std::uint32_t>(there + i - 1));
  }
  const auto slot = free_.back();
  free_.pop_back();
  return slot;
}

void link_lane::put(time now, std::span<const std::byte> frame) {
  // Dice are thrown for each frame alike, so that the fate of one does not
  // depend on when others came.
  const bool lost = is_lost();
  const bool twice = dice_.happens(faults_.duplicate_pct / 100);
  const bool overtakes = dice_.happens(faults_.reorder_pct / 100);
  const auto width = static_cast<std::uint64_t>(2 * faults_.jitter.count() + 1);
  const auto wait = faults_.delay - faults_.jitter +
                    time{static_cast<time::rep>(dice_.below(width))};
  if (lost) {
    ++counts_.lost;
    return;
  }
  const auto slot =
      frame.size() < frame_room ? take_slot() : std::optional<std::uint32_t>{};
  if (!slot) {
    ++counts_.overflowed;
    return;
  }
  std::memcpy(room_of(*slot), frame.data(), frame.size());
  entry one{now, *slot, static_cast<std::uint16_t>(frame.size()), !twice};
  if (!overtakes)
    one.due = last_due_ = std::max(last_due_, now + std::max(wait, time{0}));
  auto& way = overtakes ? overtaking_ : waiting_;
  way.push(one);
  if (twice) {
    one.is_last = true;
    way.push(one);
  }
  counts_.duplicated += twice ? 1 : 0;
  counts_.reordered += overtakes ? 1 : 0;
}

std::optional<link_lane::time> link_lane::next_due() const noexcept {
  if (!overtaking_.is_empty())
    return overtaking_.front().due;
  if (!waiting_.is_empty())
    return waiting_.front().due;
  return std::nullopt;
}

std::span<const std::byte> link_lane::take(time now) {
  if (lent_) {
    free_.push_back(*lent_);
    lent_.reset();
  }
  // What overtakes has been due since it came.
  auto& way = overtaking_.is_empty() ? waiting_ : overtaking_;
  if (way.is_empty() || way.front().due > now)
    return {};
  const auto one = way.front();
  way.pop();
  if (one.is_last)
    lent_ = one.slot;
  ++counts_.carried;
  return {room_of(one.slot), one.bytes};
}

} // namespace troupe::lab
