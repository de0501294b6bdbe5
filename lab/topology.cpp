// SPDX-License-Identifier: BSD-3-Clause
#include "lab/topology.hpp"

#include <algorithm>

namespace troupe::lab {

namespace {

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view called) {
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const T& one) { return one.name == called; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace

std::string_view to_string(tool which) noexcept {
  switch (which) {
  case tool::troupe:
    return "troupe";
  case tool::rsync:
    return "rsync";
  case tool::uftp:
    return "uftp";
  case tool::udpcast:
    return "udpcast";
  case tool::tcp:
    return "tcp";
  case tool::librecast:
    return "librecast";
  }
  return "unknown";
}

bool wire::needs_link() const noexcept {
  return delay_ms > 0 || duplicate_pct > 0 || burst_packets > 1;
}

const host* topology::find_host(std::string_view called) const {
  return find_named(hosts, called);
}

std::size_t topology::link_of(std::string_view bridge_name) const {
  for (;;) {
    const auto* one = find_named(bridges, bridge_name);
    if (one == nullptr)
      return 0;
    if (one->uplink.empty())
      return static_cast<std::size_t>(one - bridges.data());
    bridge_name = one->uplink;
  }
}

const content* topology::find_content(std::string_view called) const {
  return find_named(contents, called);
}

std::vector<run> runs_of(const topology& all) {
  std::vector<run> runs;
  for (std::uint32_t round = 0; round < all.rounds; ++round) {
    for (const auto& one : all.sessions) {
      auto counts = all.variations.receivers;
      if (counts.empty())
        counts = {static_cast<std::uint32_t>(one.to.size())};
      std::vector<std::optional<double>> losses{
          all.variations.loss_pct.begin(), all.variations.loss_pct.end()};
      if (losses.empty())
        losses.emplace_back();
      for (const auto count : counts) {
        const auto last =
            one.to.begin() + std::min<std::size_t>(count, one.to.size());
        for (const auto& loss : losses)
          for (const auto by : one.tools)
            runs.push_back({&one, by, round, {one.to.begin(), last}, loss});
      }
    }
  }
  return runs;
}

} // namespace troupe::lab
