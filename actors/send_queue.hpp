// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/mld.hpp"
#include "transport/pacer.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe {

struct send_queue_options {
  /// Most groups that wait or are remembered; more requests are refused.
  std::size_t max_groups = 65536;
  /// The same host's request for what was just sent is an echo of its first
  /// one (the kernel reports beside us, and each report twice) for so long.
  std::chrono::nanoseconds echo = std::chrono::milliseconds{60};
  /// As `echo` where latecomers do not count: such a group may stay joined
  /// for longer, and the kernel repeats its report within a second. Who
  /// really asks again leaves first.
  std::chrono::nanoseconds long_echo = std::chrono::milliseconds{1500};
  /// Waiting groups that one call of next() looks at.
  std::size_t most_looks = 128;
  /// Longest wait of bulk for others.
  std::chrono::nanoseconds longest_wait = std::chrono::milliseconds{25};
};

/// How a group's requests are treated.
struct send_class {
  bool urgent = false; ///< before all that is not
  /// A request that comes while the group is being sent, from somebody who
  /// was not among those who asked before, leads to another sending.
  bool repeat_for_latecomers = true;
  /// Large: may wait for others to ask for it, too.
  bool bulk = false;
};

/// Which groups have to be sent, in order of request, each once however often
/// it is asked for while it waits. Leaving is the acknowledgement: a group
/// that everybody left before its turn is not sent. Pure; one thread.
class send_queue {
public:
  explicit send_queue(send_queue_options options = {}) : options_(options) {}

  /// A report wants the group. True when that led to a new place in the queue.
  bool wanted(const group_change& change, time_point now, send_class how = {});
  /// A report is done with the group.
  void done(const group_change& change);

  struct order {
    std::uint64_t ticket = 0;
    group_address to;
    std::uint32_t interface_index = 0;
  };
  /// The next group to send; it counts as being sent until sent(). Bulk only
  /// if `take_bulk`, and only what `is_ripe` or has waited long enough.
  std::optional<order>
  next(time_point now, bool take_bulk = true,
       const std::function<bool(const group_address&)>& is_ripe =
           [](const group_address&) { return true; });
  /// Its transmission has left, or failed.
  void sent(std::uint64_t ticket, time_point now);

  /// Forgets what was sent long ago. Call about once a second.
  void expire(time_point now);

  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t remembered() const noexcept { return groups_.size(); }

private:
  struct key {
    group_address group;
    std::uint32_t interface_index = 0;
    bool operator==(const key&) const = default;
  };
  struct key_hash {
    std::size_t operator()(const key& k) const noexcept {
      return std::hash<group_address>{}(k.group) ^ k.interface_index;
    }
  };
  enum class phase : std::uint8_t { idle, waiting, sending };
  struct group_state {
    phase now = phase::idle;
    bool again = false;  ///< somebody asked while it was being sent
    bool queued = false; ///< has a place in order_ or urgent_
    send_class how;
    time_point asked_at{0};
    time_point sent_at{0};
    std::vector<ip6_address> reporters; ///< since the last transmission
  };
  void enqueue(const key& where, group_state& state);
  std::chrono::nanoseconds echo_of(const group_state& state) const noexcept {
    return state.how.repeat_for_latecomers ? options_.echo
                                           : options_.long_echo;
  }

  static constexpr std::size_t max_reporters = 16; ///< told apart per group

  send_queue_options options_;
  std::unordered_map<key, group_state, key_hash> groups_;
  std::deque<key> urgent_;
  std::deque<key> order_;
  std::unordered_map<std::uint64_t, key> sending_;
  std::uint64_t next_ticket_ = 1;
  std::size_t waiting_ = 0;
};

} // namespace troupe
