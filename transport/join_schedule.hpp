// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"
#include "transport/pacer.hpp"

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace troupe {

/// Limits of one interface, from measurement (docs/performance.md, "Joins"):
/// the kernel delays reports by two jiffies and re-arms that timer at every
/// join and leave, and a leave before the report is out cancels the join.
/// It also keeps left groups in a list that every join walks, and drops them
/// only after two reports: hence the silences between own reports.
struct join_limits {
  bool own_reports = false;         ///< we send MLDv2 reports ourselves
  std::uint32_t batch_groups = 128; ///< joins at once, and leaves at once
  std::chrono::nanoseconds period = std::chrono::milliseconds{16};
  /// A group stays joined at least this long when only the kernel reports.
  std::chrono::nanoseconds min_stay = std::chrono::milliseconds{64};
  /// After so many leaves without a pause of `drain_silence` comes one, so
  /// that the kernel reports and forgets. 0: `period` sees to that.
  std::uint32_t drain_leaves = 0;
  std::chrono::nanoseconds drain_silence = std::chrono::milliseconds{16};
};

/// The limits for a receiver with or without own reports, on a kernel whose
/// timer ticks every `jiffy`: measured at 4 ms, longer for slower timers.
join_limits default_join_limits(
    bool own_reports,
    std::chrono::nanoseconds jiffy = std::chrono::milliseconds{4}) noexcept;

/// The silence of one interface, which all schedules of a process share: a
/// batch of any of them sets the kernel's timer. Batches that follow each
/// other at once count as one, so that nobody waits for ever. Pure; one
/// thread.
class join_silence {
public:
  /// Whether a batch may go out now, or else when.
  bool is_over(time_point now) const noexcept {
    return now >= ends_at_ || now < slot_ends_at_;
  }
  time_point ends_at() const noexcept { return ends_at_; }

  void began_batch(std::size_t leaves, time_point now) noexcept;
  void finished_batch(const join_limits& limits, time_point now) noexcept;

private:
  std::size_t leaves_ = 0; ///< since the last pause of drain_silence
  time_point ends_at_ = time_point::min();
  time_point slot_ends_at_ = time_point::min();
  time_point drained_at_ = time_point::min(); ///< if nothing happens till then
};

/// Decides when which groups are joined and left. Pure; one thread.
/// Requests come in at any time; take_due() gives what may be done now, as
/// one batch after which the interface stays silent for `period`. A batch may
/// take the kernel longer than that: finished() says when the silence began.
class join_schedule {
public:
  /// `silence` is that of the interface; without one it has its own.
  explicit join_schedule(join_limits limits,
                         std::shared_ptr<join_silence> silence = nullptr);

  /// Joining twice is joining once. A join of a group whose leave was asked
  /// for but not carried out yet is a rejoin: the sharer sees a new request.
  void join(const group_address& group, time_point now);
  /// A leave of a group that is not joined yet withdraws the join.
  void leave(const group_address& group, time_point now);
  /// Leave and join, so that a sharer sees a new request. A group that is not
  /// joined is joined.
  void rejoin(const group_address& group, time_point now);

  struct batch {
    std::vector<group_address> leave; ///< first
    std::vector<group_address> join;  ///< then; rejoined groups are in both
    bool empty() const noexcept { return leave.empty() && join.empty(); }
  };
  /// What to do now; empty when nothing is due.
  batch take_due(time_point now);
  /// The batch that take_due() gave last has been carried out.
  void finished(time_point now) noexcept;

  /// When take_due() should be called next; time_point::max() if never.
  time_point next_due(time_point now) const;

  /// Groups that take_due() gave out to join and not to leave since.
  std::size_t joined() const noexcept { return joined_; }

private:
  enum class phase : std::uint8_t { joining, joined, leaving, rejoining };
  struct member {
    phase is = phase::joining;
    time_point joined_at{0};
  };

  bool may_leave(const member& m, time_point now) const noexcept;
  void take_leaves(batch& out, time_point now);
  void take_joins(batch& out, time_point now);

  join_limits limits_;
  std::shared_ptr<join_silence> silence_;
  std::unordered_map<group_address, member> members_;
  std::deque<group_address> to_join_;  ///< in order; withdrawn ones stay in
  std::deque<group_address> to_leave_; ///< leaving and rejoining, in order
  std::size_t joined_ = 0;
  time_point ready_at_ = time_point::min(); ///< end of the own silence
};

} // namespace troupe
