// SPDX-License-Identifier: BSD-3-Clause
#include "actors/channel_table.hpp"

#include <algorithm>

namespace troupe {

void channel_table::add_receiver(channel_receiver_actor receiver) {
  idle_.push_back(std::move(receiver));
}

subscription
channel_table::subscribe(channel_id id, const channel_receiver_actor& receiver,
                         const group_address& group) const {
  return {group, [receiver, id](packet_batch&& batch) {
            compat::anon_send(receiver, symbol_batch{id, std::move(batch)});
          }};
}

std::pair<channel_receiver_actor, open_channel>
channel_table::open(const group_address& group, purpose why,
                    open_channel what) {
  auto receiver = idle_.back();
  idle_.pop_back();
  what.channel = next_id_++;
  joins_.push_back(subscribe(what.channel, receiver, group));
  ++groups_;
  channel one;
  one.why = why;
  one.group = group;
  one.receiver = receiver;
  open_.emplace(what.channel, std::move(one));
  return {std::move(receiver), std::move(what)};
}

std::optional<channel_table::purpose> channel_table::close(channel_id id) {
  const auto found = open_.find(id);
  if (found == open_.end())
    return std::nullopt;
  const auto why = found->second.why;
  const auto& more = found->second.more;
  if (found->second.is_member)
    leaves_.push_back(found->second.group);
  leaves_.insert(leaves_.end(), more.begin(), more.end());
  groups_ -= (found->second.is_member ? 1 : 0) + more.size();
  if (found->second.receiver)
    idle_.push_back(std::move(found->second.receiver));
  open_.erase(found);
  return why;
}

const channel_table::channel* channel_table::find(channel_id id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second;
}

channel_table::channel* channel_table::find(channel_id id) {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second;
}

bool channel_table::is_open(const group_address& group) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& each) {
    return each.second.group == group;
  });
}

void channel_table::extend(channel_id id, const group_address& group) {
  auto* one = find(id);
  if (one == nullptr || !one->receiver)
    return;
  joins_.push_back(subscribe(id, one->receiver, group));
  one->more.push_back(group);
  ++groups_;
}

void channel_table::leave_groups(channel_id id) {
  auto* one = find(id);
  if (one == nullptr)
    return;
  if (std::exchange(one->is_member, false)) {
    leaves_.push_back(one->group);
    --groups_;
  }
  leaves_.insert(leaves_.end(), one->more.begin(), one->more.end());
  groups_ -= one->more.size();
  one->more.clear();
}

void channel_table::repeat(channel_id id) {
  auto* one = find(id);
  if (one == nullptr || !one->receiver)
    return;
  if (one->is_member)
    return repeats_.push_back(one->group);
  joins_.push_back(subscribe(id, one->receiver, one->group));
  one->is_member = true;
  ++groups_;
}

std::optional<channel_id>
channel_table::remove_receiver(const caf::actor_addr& who) {
  for (auto& [id, one] : open_) {
    if (one.receiver && one.receiver.address() == who) {
      one.receiver = channel_receiver_actor{};
      return id;
    }
  }
  std::erase_if(idle_, [&](const auto& r) { return r.address() == who; });
  return std::nullopt;
}

std::vector<channel_id> channel_table::all(purpose::kind what) const {
  std::vector<channel_id> result;
  for (const auto& [id, one] : open_)
    if (one.why.what == what)
      result.push_back(id);
  return result;
}

void channel_table::flush(receive_port& port) {
  if (!leaves_.empty())
    port.leave(std::exchange(leaves_, {}));
  if (!joins_.empty())
    port.join(std::exchange(joins_, {}));
  if (!repeats_.empty())
    port.rejoin(std::exchange(repeats_, {}));
}

} // namespace troupe
