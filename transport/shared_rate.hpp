// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/pacer.hpp"

#include <cstdint>
#include <list>
#include <mutex>

namespace troupe {

/// As send_options::rate_bits_per_s: a part of the network's shared rate. No
/// rate of its own is that large.
inline constexpr std::uint64_t part_of_shared_rate = ~std::uint64_t{0};

/// A rate that several senders divide: those that are sending get equal parts
/// of it, and what one does not use the others have. Any thread.
class shared_rate {
public:
  /// 0 means unlimited.
  explicit shared_rate(std::uint64_t bits_per_s) : bits_per_s_(bits_per_s) {}

  /// Another rate from now on.
  void set(std::uint64_t bits_per_s);
  std::uint64_t bits_per_s() const;

  /// A sender's place among the others, which is not in use at first. It may
  /// not outlive the rate.
  class place {
  public:
    explicit place(shared_rate& of);
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();

    /// It is sending at `now`, and may do so at this rate; 0: at any. One that
    /// has not asked for 50 ms is not sending any more.
    std::uint64_t use(time_point now);
    /// It waits until then, and is sending all the same.
    void wait(time_point until);

  private:
    shared_rate& of_;
    std::list<time_point>::iterator in_use_until_;
  };

private:
  mutable std::mutex lock_;
  std::uint64_t bits_per_s_;
  std::list<time_point> places_; ///< until when each is in use
};

} // namespace troupe
