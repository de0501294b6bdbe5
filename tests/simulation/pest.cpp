// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/pest.hpp"

#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "core/subtree.hpp"
#include "tests/support/world.hpp"

namespace troupe::test {

namespace {

/// As many as an honest receiver joins at most with range channels.
constexpr std::size_t groups_of_one = 64;

} // namespace

pest::pest(const pest_plan& plan, const scenario& all) : plan_(plan) {
  const auto tree = tree_of(all.type, all.versions.front());
  const auto cut = cut_tree(tree.shape(), range_chunks);
  for (std::uint64_t i = 0; i < cut.count(); ++i)
    ranges_.push_back(tree.node(cut.node(i)));
  const auto name = hash_of(all.type, std::string_view{"file"});
  all_.push_back(group_of(channel_id_of(channel_kind::manifest, name)));
  for (const auto& node : ranges_)
    all_.push_back(group_of(channel_id_of(channel_kind::data, node)));
}

errc pest::start(network& net) {
  auto opened = net.open_receiver({});
  if (!opened)
    return opened.error().code;
  port_ = std::move(*opened);
  act();
  return errc::none;
}

void pest::swap_for(std::vector<group_address> groups) {
  port_->leave(std::exchange(joined_, groups));
  std::vector<subscription> wanted;
  for (const auto& group : groups)
    wanted.push_back({group, [](packet_batch&&) {}});
  port_->join(std::move(wanted));
}

void pest::act() {
  switch (plan_.habit) {
  case pest_plan::what::stopped: {
    auto few = all_;
    few.resize(std::min<std::size_t>(few.size(), 20));
    return joined_.empty() ? swap_for(std::move(few)) : void();
  }
  case pest_plan::what::clinging:
    return joined_.empty() ? swap_for(all_) : void();
  case pest_plan::what::greedy:
    return swap_for(all_);
  case pest_plan::what::repairing: {
    std::vector<group_address> groups;
    for (std::size_t i = 0; i < groups_of_one; ++i, ++next_repair_)
      groups.push_back(group_of(channel_id_of(
          channel_kind::repair, ranges_[next_repair_ % ranges_.size()],
          next_repair_ / static_cast<std::uint32_t>(ranges_.size()) % 4096)));
    return swap_for(std::move(groups));
  }
  }
}

} // namespace troupe::test
