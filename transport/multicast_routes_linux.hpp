// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"
#include "transport/unique_fd.hpp"

#include "core/errc.hpp"

#include <vector>

namespace troupe {

/// The kernel's table of multicast routes, of this network namespace
/// (CONFIG_IPV6_MROUTE; linux/mroute6.h). One process at a time has it, and
/// when the object goes, so do its routes. One thread; does not block.
class multicast_routes {
public:
  static constexpr std::size_t most_interfaces = 32;

  /// Routes packets that come in on the first of these interfaces. Errors:
  /// no_permission without CAP_NET_ADMIN; unsupported without such a table in
  /// the kernel; no_device; already_exists while somebody else has it.
  static expected<multicast_routes>
  open(const std::vector<std::uint32_t>& interfaces);

  /// Packets to the group leave by the interfaces whose bits are set: bit 1
  /// is the second of open()'s. None: they do not. Whoever sent them; their
  /// hop limit is one less. Errors: those of setsockopt(2).
  errc set(const group_address& group, std::uint32_t to) noexcept;

private:
  explicit multicast_routes(unique_fd socket) : socket_{std::move(socket)} {}
  unique_fd socket_;
};

} // namespace troupe
