// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/mld.hpp"
#include "transport/pacer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace troupe {

struct host_budget_options {
  /// What a host may have at once, bytes.
  std::uint64_t burst_bytes = 256u << 10;
  /// And of all that is sent one part in so many.
  std::uint64_t share = 40;
  /// The same while nobody has anything left: then all lose much, and what one
  /// of them gets is not taken from somebody who needs less.
  std::uint64_t share_of_short = 8;
  /// Accounts; with more hosts than that the others have none.
  std::size_t max_hosts = 4096;
  /// Who asked for nothing for so long is not there any more.
  std::chrono::nanoseconds active = std::chrono::seconds{1};
};

/// How much of what is sent goes to one host before what is new for others: so
/// that whoever asks for repairs without end takes from itself. Hosts are told
/// apart by the address in their reports. Pure; one thread; nothing throws but
/// std::bad_alloc.
class host_budget {
public:
  explicit host_budget(host_budget_options options = {}) : options_(options) {}

  /// A host asked for something.
  void asked(const ip6_address& who, time_point now);
  /// Whether no other host asked for anything of late.
  bool is_alone(const ip6_address& who, time_point now) const noexcept;
  /// Whether one host at most asked for anything of late.
  bool is_one(time_point now) const noexcept {
    return is_alone(last_[0].who, now);
  }
  /// So many bytes are sent, for whomever.
  void sends(std::uint64_t bytes) noexcept { total_bytes_ += bytes; }
  /// Whether there is so much in the host's account.
  bool has(const ip6_address& who, std::uint64_t bytes) const noexcept;
  /// Takes from the host's account. False, and nothing taken, if there is not
  /// enough in it.
  bool take(const ip6_address& who, std::uint64_t bytes, time_point now);
  /// Forgets the accounts that are full again, and who is gone. Call about once
  /// a second.
  void expire(time_point now);

  std::size_t accounts() const noexcept { return accounts_.size(); }

private:
  struct account {
    std::uint64_t left_bytes = 0;
    std::uint64_t at_bytes = 0; ///< the total when that was so
  };
  std::uint64_t left_of(const account& of, std::uint64_t share) const noexcept;
  bool is_everyone_short(std::uint64_t bytes, time_point now);

  host_budget_options options_;
  std::uint64_t total_bytes_ = 0;
  std::unordered_map<ip6_address, account> accounts_;
  struct request {
    ip6_address who{};
    time_point at = time_point::min();
  };
  std::unordered_map<ip6_address, time_point> active_; ///< when it asked last
  time_point looked_at_ = time_point::min();
  bool were_short_ = false; ///< all of them, then
  std::array<request, 2> last_{}; ///< two different hosts, the latest first
};

} // namespace troupe
