// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/source.hpp"
#include "transport/group_address.hpp"
#include "transport/pacer.hpp"
#include "transport/range_packet.hpp"

#include <unordered_map>

namespace troupe {

struct audience_options {
  /// From asking for a manifest to asking for data, at most.
  std::chrono::nanoseconds preparation = std::chrono::milliseconds{60};
  /// Receivers that are started together come one after the other, with gaps
  /// of so much at most.
  std::chrono::nanoseconds arrival_gap = std::chrono::milliseconds{10};
  /// Who asked for nothing for so long follows no more.
  std::chrono::nanoseconds memory = std::chrono::milliseconds{100};
  /// Who is further behind is not waited for.
  std::uint64_t reach_bytes = std::uint64_t{24} << 20;
  std::size_t max_members = 1024;
};

/// Guesses whether other receivers are about to ask for what one of them asks
/// for, so that one sending serves all of them. A memory of a tenth of a
/// second that may be lost or wrong: it can only delay a sending by a moment.
/// Pure; one thread.
class audience {
public:
  explicit audience(audience_options options = {}) : options_(options) {}

  /// Somebody asked for a manifest.
  void arrived(const ip6_address& who, time_point now);
  /// Somebody asked for the range at `offset` of `of`.
  void asked(const ip6_address& who, const source* of, std::uint64_t offset,
             time_point now);

  /// The range at `offset` is being sent.
  void sending(std::uint64_t offset, std::uint32_t tag, time_point now);
  /// What is being sent, or was a moment ago.
  std::optional<range_position> position(time_point now) const;

  /// Whether somebody who has not asked for the range yet will do so soon.
  bool may_grow(const source* of, std::uint64_t offset, time_point now) const;

  /// Forgets who is gone. Call about once a second.
  void expire(time_point now);

private:
  struct member {
    time_point arrived{0};
    bool prepares = false; ///< asked for a manifest, for no data since
    const source* of = nullptr;
    std::uint64_t offset = 0; ///< of the range it asked for last
    time_point asked{0};
  };
  member* find_or_add(const ip6_address& who);

  audience_options options_;
  range_position last_;
  time_point last_sent_ = time_point::min();
  std::unordered_map<ip6_address, member> members_;
};

} // namespace troupe
