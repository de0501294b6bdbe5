// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "transport/group_address.hpp"
#include "transport/pacer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace troupe {

/// Which manifests a sharer sends again without being asked, because what they
/// are of has changed since: so that receivers that have stayed in their groups
/// learn it. Pure; one thread.
class announcements {
public:
  /// Groups that are remembered; the one that was asked for longest ago goes.
  static constexpr std::size_t most_groups = 64;
  /// Who waits asks at least once in that time.
  static constexpr std::chrono::nanoseconds memory = std::chrono::minutes{15};
  /// Times that a new manifest is sent, a call of due() apart: some get lost.
  static constexpr std::uint32_t repeats = 3;

  /// Somebody asked for a group, which stands for that manifest now.
  void asked(const group_address& group, std::uint32_t interface_index,
             const blob& manifest, time_point now);

  struct group {
    group_address address;
    std::uint32_t interface_index = 0;
  };
  /// The groups to send to now. `current` is what a group stands for now; empty
  /// if it stands for nothing. Call about once a second.
  std::vector<group>
  due(time_point now,
      const std::function<blob(const group_address&)>& current);

private:
  struct remembered {
    group where;
    blob manifest; ///< held, so that another cannot be at its address
    time_point asked{0};
    std::uint32_t to_send = 0;
  };
  std::vector<remembered> groups_;
};

} // namespace troupe
