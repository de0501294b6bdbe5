// SPDX-License-Identifier: BSD-3-Clause
#include "transport/sim_world.hpp"

#include <algorithm>
#include <utility>

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_answer = 1s; // to a General Query

template <class T>
std::vector<std::shared_ptr<T>> alive(std::vector<std::weak_ptr<T>>& all) {
  std::erase_if(all, [](const auto& weak) { return weak.expired(); });
  std::vector<std::shared_ptr<T>> out;
  out.reserve(all.size());
  for (const auto& weak : all)
    out.push_back(weak.lock());
  return out;
}

/// The slab of a simulated batch: the frame, and copies of what was damaged.
struct sim_slab {
  std::shared_ptr<const std::vector<std::byte>> frame;
  std::vector<std::vector<std::byte>> damaged;
};

} // namespace

time_point later(time_point when, std::chrono::nanoseconds delay) noexcept {
  return when + std::min(delay, time_point::max() - when);
}

bool sim_world::event::operator<(const event& other) const noexcept {
  return std::pair{when, order} > std::pair{other.when, other.order};
}

time_point sim_world::next_event() const noexcept {
  return events_.empty() ? time_point::max() : events_.front().when;
}

void sim_world::advance_to(time_point until) {
  while (!events_.empty() && events_.front().when <= until) {
    std::pop_heap(events_.begin(), events_.end());
    const event due = std::move(events_.back());
    events_.pop_back();
    now_ = std::max(now_, due.when);
    due.action();
  }
  now_ = std::max(now_, until);
}

void sim_world::after(std::chrono::nanoseconds delay,
                      std::function<void()> action) {
  at(later(now_, delay), std::move(action));
}

void sim_world::at(time_point when, std::function<void()> action) {
  events_.push_back({std::max(when, now_), order_++, std::move(action)});
  std::push_heap(events_.begin(), events_.end());
}

sim_net::statistics sim_world::stats() const noexcept {
  sim_net::statistics out = stats_;
  for (const auto& weak : receivers_)
    if (const auto r = weak.lock())
      out.groups_joined_now += r->groups.size();
  return out;
}

ip6_address sim_world::new_address() {
  ip6_address result;
  const std::uint64_t number = ++order_;
  result.bytes[0] = 0xfe;
  result.bytes[1] = 0x80;
  for (std::size_t i = 0; i < 8; ++i)
    result.bytes[15 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return result;
}

std::shared_ptr<sim_receiver> sim_world::add_receiver() {
  auto r = std::make_shared<sim_receiver>();
  r->address = new_address();
  r->number = opened_++;
  r->path = options_.path_to(r->number);
  receivers_.push_back(r);
  return r;
}

std::shared_ptr<sim_reporter>
sim_world::add_reporter(report_handler on_reports) {
  auto r = std::make_shared<sim_reporter>();
  r->on_reports = std::move(on_reports);
  reporters_.push_back(r);
  after(options_.report_delay, [this] { answer_query(); });
  return r;
}

void sim_world::transmit(sim_frame frame) {
  stats_.packets_sent += frame.bytes->size() / frame.packet_bytes;
  after(options_.delay, [this, f = std::move(frame)] { arrive(f); });
}

void sim_world::report(const sim_receiver& from,
                       const std::vector<group_address>& groups,
                       membership change) {
  for (std::size_t first = 0; first < groups.size();
       first += max_report_records) {
    const auto last = std::min(first + max_report_records, groups.size());
    std::vector<group_change> changes;
    for (std::size_t i = first; i < last; ++i)
      changes.push_back({groups[i], from.address, 1, change});
    ++stats_.reports;
    if (!is_cut(from))
      after(options_.report_delay,
            [this, c = std::move(changes), loss = from.path.report_loss] {
              hear(c, loss);
            });
  }
}

void sim_world::arrive(const sim_frame& frame) {
  for (const auto& r : alive(receivers_)) {
    auto behind = r->path.delay;
    if (r->path.jitter > 0ns && r->groups.contains(frame.to))
      behind += up_to(r->path.jitter);
    if (const auto turn = r->path.turn; turn > 0ns)
      behind += turn - (now_ + behind + r->number * turn * 3 / 8) % turn;
    if (behind == 0ns)
      deliver(r, frame);
    else
      after(behind, [this, weak = std::weak_ptr{r}, frame] {
        if (const auto host = weak.lock())
          deliver(host, frame);
      });
  }
}

void sim_world::deliver(const std::shared_ptr<sim_receiver>& to,
                        const sim_frame& frame) {
  if (!to->groups.contains(frame.to))
    return;
  if (!to->heard.empty() &&
      std::find(to->heard.begin(), to->heard.end(), frame.from) ==
          to->heard.end()) {
    to->counters.packets_unheard += frame.bytes->size() / frame.packet_bytes;
    return;
  }
  const auto& path = to->path;
  const bool is_connected = connected_ && !is_cut(*to);
  const auto slab = std::make_shared<sim_slab>();
  slab->frame = frame.bytes;
  packet_batch batch{.slab = slab, .packets = {}, .from = frame.from};
  for (std::span<const std::byte> rest{*frame.bytes}; !rest.empty();
       rest = rest.subspan(frame.packet_bytes)) {
    if (!is_connected || to->bursts.loses_next(path.bursts, random_, now_) ||
        random_.happens(path.loss)) {
      ++stats_.packets_lost;
      continue;
    }
    auto packet = rest.first(frame.packet_bytes);
    if (random_.happens(path.corruption)) {
      ++stats_.packets_corrupted;
      auto& copy = slab->damaged.emplace_back(packet.begin(), packet.end());
      copy[random_.below(copy.size())] ^=
          static_cast<std::byte>(1 + random_.below(255));
      packet = copy;
    }
    const bool twice = random_.happens(path.duplication);
    stats_.packets_duplicated += twice;
    for (int i = 0; i < 1 + twice; ++i) {
      if (!random_.happens(path.reordering)) {
        batch.packets.push_back(packet);
        continue;
      }
      after(up_to(options_.reorder_delay),
            [this, weak = std::weak_ptr{to}, group = frame.to, slab, packet,
             from = frame.from] {
              if (const auto r = weak.lock())
                queue(r, group, {slab, {packet}, from});
            });
    }
  }
  queue(to, frame.to, std::move(batch));
}

bool sim_world::is_cut(const sim_receiver& host) const noexcept {
  return std::any_of(
      options_.cuts.begin(), options_.cuts.end(), [&](const sim_cut& cut) {
        return cut.from <= now_ && now_ < cut.until &&
               (!cut.receiver || *cut.receiver == host.number);
      });
}

void sim_world::queue(const std::shared_ptr<sim_receiver>& to,
                      const group_address& group, packet_batch batch) {
  const auto rate = to->path.packets_per_s;
  if (rate == 0 || batch.packets.empty())
    return hand_over(*to, group, std::move(batch));
  const auto each = std::chrono::nanoseconds{1'000'000'000 / rate};
  const auto busy = std::max(to->busy_until, now_);
  const auto waiting = static_cast<std::uint64_t>((busy - now_) / each);
  const auto room =
      to->path.buffer_packets - std::min<std::uint64_t>(
                                    waiting, to->path.buffer_packets);
  if (batch.packets.size() > room) {
    const auto dropped = batch.packets.size() - room;
    to->counters.packets_dropped += dropped;
    stats_.packets_dropped += dropped;
    batch.packets.resize(room);
  }
  if (batch.packets.empty())
    return;
  to->busy_until = later(busy, each * batch.packets.size());
  at(to->busy_until,
     [this, weak = std::weak_ptr{to}, group, b = std::move(batch)] {
       if (const auto host = weak.lock())
         hand_over(*host, group, b);
     });
}

void sim_world::hand_over(sim_receiver& to, const group_address& group,
                          packet_batch batch) {
  const auto it = to.groups.find(group);
  if (it == to.groups.end() || batch.packets.empty())
    return;
  stats_.packets_delivered += batch.packets.size();
  to.counters.packets += batch.packets.size();
  for (const auto& packet : batch.packets)
    to.counters.bytes += packet.size();
  const auto handler = it->second;
  (*handler)(std::move(batch));
}

void sim_world::answer_query() {
  if (!connected_)
    return;
  for (const auto& r : alive(receivers_)) {
    std::vector<group_address> asked;
    for (const auto& [group, handler] : r->groups)
      asked.push_back(group);
    if (asked.empty())
      continue;
    after(up_to(longest_answer),
          [this, weak = std::weak_ptr{r}, groups = std::move(asked)]() mutable {
            const auto host = weak.lock();
            if (!host)
              return;
            std::erase_if(groups, [&](const group_address& group) {
              return !host->groups.contains(group);
            });
            report(*host, groups, membership::wanted);
          });
  }
}

void sim_world::hear(const std::vector<group_change>& changes, double loss) {
  for (const auto& r : alive(reporters_))
    if (connected_ && !random_.happens(loss) && r->on_reports)
      r->on_reports({std::vector{changes}, nullptr});
}

std::chrono::nanoseconds
sim_world::up_to(std::chrono::nanoseconds most) noexcept {
  const auto bound = static_cast<std::uint64_t>(std::max(most, 0ns).count());
  return std::chrono::nanoseconds{
      static_cast<std::int64_t>(random_.below(bound + 1))};
}

} // namespace troupe
