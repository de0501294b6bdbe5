// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/host_budget.hpp"
#include "transport/mld.hpp"
#include "transport/pacer.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
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

  /// Longest wait of what follows another group for that one's receivers.
  std::chrono::nanoseconds longest_following = std::chrono::milliseconds{12};
  /// Who was waited for in vain is not waited for again so soon.
  std::chrono::nanoseconds vain_memory = std::chrono::seconds{1};

  // What joins, true or forged, can make a sharer send at most
  // (docs/reliability.md, "Hostile network").

  /// One group is sent so often in a row, and from then on once an interval,
  /// whoever asks for it. More receivers than that share the next sending.
  std::uint32_t burst = 16;
  std::chrono::nanoseconds interval = std::chrono::milliseconds{100};
  /// From the end of a sending to the next of the same group; four times as
  /// much after two in a row, nine times after three.
  std::chrono::nanoseconds least_gap = std::chrono::microseconds{250};
  std::uint32_t bulk_burst = 8; ///< the same of bulk
  /// The same of a MiB of bulk; of less as much less, down to `interval`.
  std::chrono::nanoseconds bulk_interval = std::chrono::seconds{1};
  /// Who asks for bulk that was sent to it before, so long ago at most, waits
  /// until nobody waits for whom it is new; but every so many sendings of bulk
  /// one is such a repeat.
  std::chrono::nanoseconds repeat_memory = std::chrono::seconds{30};
  std::uint32_t repeat_share = 40;
  /// Such repeats wait until nobody asked for anything new for so long: they
  /// are large, and who has just got something is about to ask for more.
  std::chrono::nanoseconds quiet = std::chrono::milliseconds{10};
  /// What its asker had so long ago is new again, as far as that goes.
  std::chrono::nanoseconds new_again = std::chrono::seconds{1};
  /// What is urgent for one host alone, while others ask for something, too.
  /// What is beyond waits as repeats of bulk do.
  host_budget_options each_host{};
  /// Groups of one host that wait so, at most.
  std::size_t max_over_budget_each = 64;
  /// Groups that wait because one host asked for them, at most.
  std::size_t max_waiting_each = 4096;
};

/// How a group's requests are treated.
struct send_class {
  bool urgent = false; ///< before all that is not
  /// A request that comes while the group is being sent, from somebody who
  /// was not among those who asked before, leads to another sending.
  bool repeat_for_latecomers = true;
  /// Large: may wait for others to ask for it, too.
  bool bulk = false;
  /// Counts against what the host that asks may have (urgent ones only).
  bool counted = false;
  std::uint64_t bytes = 0; ///< that one sending takes, about
  /// It mends this other group: who was sent that may ask for this one, too,
  /// as soon as it leaves the other. An urgent one waits a little until all of
  /// them left; what most of them ask for is on nobody's account.
  std::optional<group_address> follows{};
};

/// Which groups have to be sent, in order of request, each once however often
/// it is asked for while it waits. Leaving is the acknowledgement: a group
/// that everybody left before its turn is not sent. Pure; one thread.
class send_queue {
public:
  explicit send_queue(send_queue_options options = {})
      : options_(options), budget_(options.each_host) {}

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
  /// Where a group stands. A place in another queue counts no more.
  enum class place : std::uint8_t { nowhere, urgent, order, repeats, later };
  struct group_state {
    phase now = phase::idle;
    place stands = place::nowhere;
    bool over_budget = false; ///< waits among the repeats for that
    bool again = false; ///< somebody asked while it was being sent
    send_class how;
    time_point asked_at{0};
    time_point sent_at{0};
    /// When the next sending would be due if they came an interval apart.
    time_point due{0};
    std::vector<ip6_address> reporters; ///< since the last transmission
    std::vector<ip6_address> left;      ///< who asked since then, and left
    std::vector<ip6_address> served;    ///< who it was sent to last, or left
    std::uint64_t mended_bytes = 0;     ///< on nobody's account since then
    time_point taken_at{0};             ///< when that began
    /// Who asked for bulk while it was being sent, and when.
    std::vector<std::pair<ip6_address, time_point>> latecomers;
    std::optional<ip6_address> asker; ///< on whose account it waits
    ip6_address again_for{};          ///< who set `again`
  };
  using queue = std::deque<key>;

  void enqueue(const key& where, group_state& state, time_point now);
  void stand(const key& where, group_state& state);
  place place_of(const group_state& state, time_point now) const;
  const group_state* followed(const key& where,
                              const group_state& state) const;
  bool is_common(const key& where, const group_state& state) const;
  bool may_promote(const key& where, const group_state& state,
                   const ip6_address& who, time_point now) const;
  bool pay(const key& where, const group_state& state, time_point now);
  void put_off(const key& where, group_state& state);
  std::optional<order> next_affordable(time_point now);
  std::optional<order>
  next_repeat(time_point now,
              const std::function<bool(const group_address&)>& is_ripe);
  void promote(const key& where, group_state& state, place to);
  void bring_due(time_point now);
  void stop_waiting(group_state& state);
  void wait_for(group_state& state, const ip6_address& who);
  static bool contains(const std::vector<ip6_address>& all,
                       const ip6_address& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }
  static void note_latecomer(group_state& state, const ip6_address& who,
                             time_point now);
  static void serve_latecomers(group_state& state, time_point now);
  bool make_room(time_point now);
  order take(const key& where, group_state& state, time_point now);
  std::optional<order> next_urgent(time_point now);
  bool is_awaited(const key& where, const group_state& state, time_point now);
  std::optional<order> next_bulk(
      time_point now, bool take_bulk,
      const std::function<bool(const group_address&)>& is_ripe,
      bool& is_new_waiting);
  std::chrono::nanoseconds interval_of(const group_state& state) const noexcept;
  time_point allowed_at(const group_state& state) const noexcept;
  bool is_repeat(const group_state& state, time_point now) const;
  bool was_served(const group_state& state, time_point now) const;
  bool is_forgettable(const group_state& state, time_point now,
                      bool in_need) const noexcept;
  std::chrono::nanoseconds echo_of(const group_state& state) const noexcept {
    return state.how.repeat_for_latecomers ? options_.echo
                                           : options_.long_echo;
  }

  static constexpr std::size_t max_reporters = 16; ///< told apart per group

  send_queue_options options_;
  std::unordered_map<key, group_state, key_hash> groups_;
  queue urgent_;
  queue order_;
  queue repeats_;
  std::multimap<time_point, key> later_; ///< sent too often just now
  host_budget budget_;
  /// Hosts that were waited for in vain, until when.
  std::unordered_map<ip6_address, time_point> in_vain_;
  std::uint32_t bulk_since_repeat_ = 0;
  time_point new_at_ = time_point::min(); ///< when something new was asked for
  time_point made_room_at_ = time_point::min();
  struct account {
    std::size_t waiting = 0;
    std::size_t over_budget = 0; ///< of those, among the repeats
  };
  std::unordered_map<ip6_address, account> waiting_of_;
  std::unordered_map<std::uint64_t, key> sending_;
  std::uint64_t next_ticket_ = 1;
  std::size_t waiting_ = 0;
};

} // namespace troupe
