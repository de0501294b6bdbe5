// SPDX-License-Identifier: BSD-3-Clause
#include "transport/sim_net.hpp"

#include "transport/sim_world.hpp"

#include <algorithm>
#include <deque>

namespace troupe {

struct sim_net::world : sim_world {
  using sim_world::sim_world;
};

namespace {

/// Packets that travel as one event, unless the train says more.
constexpr std::size_t packets_per_event = 16;

class sim_receive_port final : public receive_port {
public:
  explicit sim_receive_port(std::shared_ptr<sim_world> world)
      : world_(std::move(world)), host_(world_->add_receiver()) {}
  ~sim_receive_port() override { sim_receive_port::close(); }

  void join(std::vector<subscription> wanted) override {
    if (closed_)
      return;
    std::vector<group_address> fresh;
    for (subscription& s : wanted) {
      auto& handler = host_->groups[s.group];
      if (!handler)
        fresh.push_back(s.group);
      handler = std::make_shared<packet_handler>(std::move(s.on_packets));
    }
    host_->counters.groups_joined += fresh.size();
    world_->report(*host_, fresh, membership::wanted);
  }

  void leave(std::vector<group_address> groups) override {
    std::erase_if(groups, [this](const group_address& group) {
      return host_->groups.erase(group) == 0;
    });
    world_->report(*host_, groups, membership::done);
  }

  void rejoin(std::vector<group_address> groups) override {
    std::erase_if(groups, [this](const group_address& group) {
      return !host_->groups.contains(group);
    });
    host_->counters.groups_joined += groups.size();
    world_->report(*host_, groups, membership::done);
    world_->report(*host_, groups, membership::wanted);
  }

  void hear_only(std::vector<ip6_address> senders) override {
    host_->heard = std::move(senders);
  }

  receive_counters counters() const override { return host_->counters; }

  void close() override {
    closed_ = true;
    std::vector<group_address> all;
    for (const auto& [group, handler] : host_->groups)
      all.push_back(group);
    leave(std::move(all));
  }

private:
  std::shared_ptr<sim_world> world_;
  std::shared_ptr<sim_receiver> host_;
  bool closed_ = false;
};

/// A sender's queue and its link, which is busy until `free_at`.
struct sim_sender : std::enable_shared_from_this<sim_sender> {
  struct job {
    std::unique_ptr<packet_train> train;
    std::function<void(train_sent&&)> on_sent;
    std::size_t next = 0; ///< offset of the first byte that has not left

    std::size_t left() const noexcept { return train->bytes.size() - next; }
    void finish(errc result) {
      const std::size_t size = std::max<std::size_t>(train->packet_bytes, 1);
      on_sent({std::move(train), result, next / size});
    }
  };

  sim_sender(sim_world& w, std::uint64_t rate) : world(w), bits_per_s(rate) {}

  static bool is_sound(const packet_train& t) {
    return t.to.is_multicast() && t.packet_bytes > 0 &&
           t.bytes.size() % t.packet_bytes == 0;
  }

  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) {
    const errc bad = closed                       ? errc::cancelled
                     : !is_sound(*train)          ? errc::invalid_argument
                     : train->interface_index > 1 ? errc::no_device
                                                  : errc::none;
    job j{std::move(train), std::move(on_sent)};
    if (bad != errc::none) {
      const auto shared = std::make_shared<job>(std::move(j));
      return world.at(world.now(), [shared, bad] { shared->finish(bad); });
    }
    jobs.push_back(std::move(j));
    if (jobs.size() == 1)
      send_next();
  }

  /// The slice in front leaves when the link has carried it.
  void send_next() {
    if (jobs.empty())
      return;
    const packet_train& train = *jobs.front().train;
    const std::size_t most =
        train.packet_bytes *
        std::max<std::size_t>(train.burst_packets, packets_per_event);
    const std::size_t slice = std::min(most, jobs.front().left());
    free_at = later(std::max(free_at, world.now()), time_on_link(slice));
    world.at(free_at, [weak = weak_from_this(), slice] {
      if (const auto self = weak.lock(); self && !self->closed)
        self->depart(slice);
    });
  }

  void depart(std::size_t slice) {
    job& j = jobs.front();
    const auto part = std::span{j.train->bytes}.subspan(j.next, slice);
    if (slice > 0)
      world.transmit({j.train->to,
                      std::make_shared<const std::vector<std::byte>>(
                          part.begin(), part.end()),
                      j.train->packet_bytes, address});
    j.next += slice;
    if (j.left() > 0)
      return send_next();
    job sent = std::move(j);
    jobs.pop_front();
    send_next();
    sent.finish(errc::none);
  }

  std::chrono::nanoseconds time_on_link(std::size_t bytes) const {
    constexpr std::uint64_t ns_per_s = 1'000'000'000;
    if (bits_per_s == 0)
      return std::chrono::nanoseconds{0};
    return std::chrono::nanoseconds{
        static_cast<std::int64_t>(bytes * 8 * ns_per_s / bits_per_s)};
  }

  void close() {
    closed = true;
    for (job& j : std::exchange(jobs, {}))
      j.finish(errc::cancelled);
  }

  sim_world& world;
  ip6_address address = world.new_address();
  std::uint64_t bits_per_s;
  std::deque<job> jobs;
  time_point free_at{0};
  bool closed = false;
};

class sim_send_port final : public send_port {
public:
  sim_send_port(std::shared_ptr<sim_world> world, std::uint64_t rate)
      : world_(std::move(world)),
        sender_(std::make_shared<sim_sender>(*world_, rate)) {}
  ~sim_send_port() override { sim_send_port::close(); }

  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) override {
    sender_->send(std::move(train), std::move(on_sent));
  }
  void close() override { sender_->close(); }

private:
  std::shared_ptr<sim_world> world_;
  std::shared_ptr<sim_sender> sender_;
};

class sim_report_port final : public report_port {
public:
  sim_report_port(std::shared_ptr<sim_world> world, report_handler on_reports)
      : world_(std::move(world)),
        reporter_(world_->add_reporter(std::move(on_reports))) {}
  ~sim_report_port() override { sim_report_port::close(); }
  void close() override { reporter_.reset(); }

private:
  std::shared_ptr<sim_world> world_;
  std::shared_ptr<sim_reporter> reporter_;
};

/// The slower of the two that limit anything.
std::uint64_t slower(std::uint64_t a, std::uint64_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

} // namespace

sim_path sim_net_options::path_to(std::size_t number) const {
  if (number < paths.size())
    return paths[number];
  sim_path path;
  path.loss = loss;
  path.bursts = bursts;
  path.corruption = corruption;
  path.duplication = duplication;
  path.reordering = reordering;
  path.report_loss = report_loss;
  path.jitter = jitter;
  return path;
}

sim_net::sim_net(sim_net_options options)
    : world_(std::make_shared<world>(options)) {}
sim_net::~sim_net() = default;

time_point sim_net::now() const noexcept {
  return world_->now();
}
time_point sim_net::next_event() const noexcept {
  return world_->next_event();
}
void sim_net::advance_to(time_point until) {
  world_->advance_to(until);
}
void sim_net::set_connected(bool connected) noexcept {
  world_->set_connected(connected);
}
sim_net::statistics sim_net::stats() const noexcept {
  return world_->stats();
}

expected<std::unique_ptr<receive_port>>
sim_net::open_receiver(const receive_options&) {
  return std::unique_ptr<receive_port>{
      std::make_unique<sim_receive_port>(world_)};
}

expected<std::unique_ptr<send_port>>
sim_net::open_sender(const send_options& options) {
  const auto rate =
      slower(options.rate_bits_per_s, world_->options().rate_bits_per_s);
  return std::unique_ptr<send_port>{
      std::make_unique<sim_send_port>(world_, rate)};
}

expected<std::unique_ptr<report_port>>
sim_net::open_reports(const send_options&, report_handler on_reports) {
  return std::unique_ptr<report_port>{
      std::make_unique<sim_report_port>(world_, std::move(on_reports))};
}

} // namespace troupe
