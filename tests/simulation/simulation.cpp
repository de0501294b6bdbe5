// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/simulation.hpp"

#include "tests/simulation/parties.hpp"
#include "tests/simulation/pest.hpp"

#include <algorithm>
#include <deque>
#include <ostream>

namespace troupe::test {

using namespace std::chrono_literals;

namespace {

/// Nobody works for so long, whatever happens to it: then it is a hang.
constexpr auto longest_play = 15min;
constexpr auto pests_come = 5ms;
/// After the last report, for what is left of it to show.
constexpr auto aftermath = 3s;

class play {
public:
  play(const scenario& plan, std::ostream* log)
      : plan_(plan), log_(log),
        world_(plan.network(), plan.seed * 0x2545f4914f6cdd1d + 7, court_),
        random_(plan.seed ^ 0x5bd1e995), kills_(plan.kills.begin(),
                                                plan.kills.end()) {
    net_ = std::make_shared<watched_network>(world_.net, court_);
    if (plan.is_sealed)
      net_->seals = std::make_shared<seal_watch>(court_);
    for (std::size_t i = 0; i < plan.receivers.size(); ++i) {
      const auto& r = plan.receivers[i];
      net_->budgets.push_back(std::max(
          r.wire == wire_mode::range ? r.max_range_groups : r.max_groups,
          std::max(r.max_range_groups, least_budget)));
      syncs_.emplace_back(plan, i, court_);
    }
    world_.before = [this](auto& jobs) { kill_if_due(jobs); };
    world_.after = [this](auto who, const char* name) { look(who, name); };
    baseline_ = world_.system.registry().running();
    arrange();
  }

  ~play() {
    // No handle may outlive the actor system.
    for (auto& one : syncs_)
      one.forget();
    for (auto& one : sharers_)
      one.forget();
  }

  verdict run() {
    const auto is_over = [this] {
      return std::all_of(syncs_.begin(), syncs_.end(),
                         [](const auto& s) { return s.has_ended(); });
    };
    go_on(longest_play, is_over);
    if (!court_.first() && !is_over())
      court_.broke("a hang");
    events_.clear();
    kills_.clear();
    pests_.clear();
    for (auto& one : sharers_)
      one.stop();
    if (!court_.first())
      go_on(world_.net->now() + aftermath, [] { return false; });
    if (!court_.first())
      check_end();
    return result();
  }

private:
  /// What it takes to begin: the names' groups, before any budget counts.
  static constexpr std::uint32_t least_budget = 4;

  struct event {
    time_point at;
    std::function<void()> action;
  };

  void at(time_point when, std::function<void()> action) {
    const auto place = std::upper_bound(
        events_.begin(), events_.end(), when,
        [](auto t, const auto& e) { return t < e.at; });
    events_.insert(place, {when, std::move(action)});
  }

  void tell(const std::string& what) const {
    if (log_ != nullptr)
      *log_ << "step " << world_.steps() << ", "
            << std::chrono::duration<double, std::milli>(world_.net->now())
                   .count()
            << " ms: " << what << '\n';
  }

  void arrange() {
    at(plan_.sharer_start, [this] { share(0); });
    if (plan_.rival)
      at(0ns, [this] { share(*plan_.rival, true); });
    for (std::size_t i = 0; i < syncs_.size(); ++i) {
      auto& one = syncs_[i];
      at(one.plan().start, [this, &one, i] {
        tell("receiver " + std::to_string(i) + " starts");
        one.start(world_, net_);
        owners_.emplace(one.supervisor().id(), i);
      });
      if (one.plan().cancel_at)
        at(*one.plan().cancel_at, [this, &one] {
          tell("a cancel");
          one.cancel(world_.net->now());
        });
      if (one.plan().suspend_at)
        at(*one.plan().suspend_at, [this, &one] {
          tell("a receiver is suspended");
          one.suspend(world_, world_.net->now() + one.plan().suspend_for);
        });
    }
    // After the receivers, whose ways are told by the order of their ports.
    for (const auto& one : plan_.pests)
      at(pests_come, [this, one] {
        auto& host = pests_.emplace_back(one, plan_);
        court_.demand(host.start(*world_.net) == errc::none, "no port");
        act_again(host, one.interval);
      });
    for (const auto& e : plan_.events)
      at(std::max(e.at, plan_.sharer_start), [this, e] { happen(e); });
  }

  void act_again(pest& host, std::chrono::nanoseconds interval) {
    at(world_.net->now() + interval, [this, &host, interval] {
      host.act();
      act_again(host, interval);
    });
  }

  void share(std::size_t version, bool is_rival = false) {
    tell("a share of version " + std::to_string(version) + " starts");
    auto& one = sharers_.emplace_back(plan_, version);
    one.start(world_, net_);
    if (!is_rival)
      main_sharer_ = &one;
  }

  void happen(const sharer_event& e) {
    tell("an event of the sharer, kind " +
         std::to_string(static_cast<int>(e.happens)));
    if (main_sharer_ == nullptr)
      return;
    switch (e.happens) {
    case sharer_event::what::restart:
      main_sharer_->stop();
      at(world_.net->now() + e.pause, [this, e] { share(e.version); });
      break;
    case sharer_event::what::stop:
      main_sharer_->stop();
      break;
    case sharer_event::what::change:
      main_sharer_->mood().is_noticed = true;
      break;
    case sharer_event::what::lie:
      main_sharer_->mood().is_lying = true;
      break;
    }
  }

  /// Goes on until `is_done` or until `end`.
  template <class Predicate>
  void go_on(time_point end, Predicate is_done) {
    for (;;) {
      world_.settle();
      if (court_.first() || is_done())
        return;
      auto due = world_.next_due();
      if (!events_.empty())
        due = std::min(due, events_.front().at);
      if (due > end)
        return;
      world_.advance_to(std::max(due, world_.net->now()));
      while (!events_.empty() && events_.front().at <= world_.net->now()) {
        const auto now = std::move(events_.front());
        events_.pop_front();
        now.action();
      }
    }
  }

  void kill_if_due(std::deque<caf::resumable*>& jobs) {
    if (kills_.empty() || world_.steps() < kills_.front())
      return;
    std::vector<caf::scheduled_actor*> ours;
    for (auto* job : jobs)
      if (auto* actor = stepper::actor_of(job);
          actor != nullptr &&
          std::string_view{actor->name()}.starts_with("troupe."))
        ours.push_back(actor);
    if (ours.empty())
      return;
    kills_.pop_front();
    ++killed_;
    auto* victim = ours[random_.below(ours.size())];
    const std::string name = victim->name();
    tell("kills " + name);
    const auto owner =
        std::find_if(syncs_.begin(), syncs_.end(), [&](const auto& one) {
          return one.owns(victim->id());
        });
    if (owner != syncs_.end())
      owner->note_kill(name);
    else
      killed_share_ |= name != "troupe.channel-sender";
    kill_now(*victim);
  }

  /// After a message: what holds of who handled it.
  void look(caf::actor_id who, const char* name) {
    const std::string_view what{name};
    if (what == sync_supervisor_state::name) {
      if (const auto found = owners_.find(who); found != owners_.end())
        syncs_[found->second].check(court_, world_.net->now());
    } else if (what == share_supervisor_state::name) {
      for (const auto& one : sharers_)
        one.check(court_);
    } else if (what == chunk_writer_state::name) {
      for (const auto& one : syncs_)
        if (one.plan().disk.delay > 0ns && one.owns(who))
          world_.freeze(who, world_.net->now() + one.plan().disk.delay);
    }
  }

  void check_end() {
    for (const auto& one : syncs_)
      one.check_end(court_, killed_share_);
    for (const auto& one : sharers_)
      one.check_end(court_, killed_share_);
    court_.demand(world_.net->stats().groups_joined_now == 0,
                  "a group is joined afterwards");
    // The recorders of reports end with the last reference to them.
    court_.demand(world_.system.registry().running() == baseline_,
                  "an actor is alive afterwards");
  }

  verdict result() const {
    verdict v;
    v.broken = court_.first();
    for (const auto& one : syncs_)
      v.syncs.push_back(one.ending());
    v.steps = world_.steps();
    v.time = world_.net->now();
    v.packets_sent = net_->packets_sent;
    v.bytes_sent = net_->bytes_sent;
    v.packets_lost = world_.net->stats().packets_lost;
    v.kills = killed_;
    v.key_streams = net_->seals ? net_->seals->streams() : 0;
    for (const auto& port : net_->ports)
      v.most_groups = std::max(v.most_groups, port->most_seen);
    return v;
  }

  // In this order: actors refer to what is above the world.
  const scenario& plan_;
  std::ostream* log_;
  judge court_;
  std::deque<syncing> syncs_;
  std::deque<sharer> sharers_;
  std::shared_ptr<watched_network> net_;
  stepper world_;
  seeded_random random_;
  std::deque<std::uint64_t> kills_;
  std::deque<event> events_;
  std::unordered_map<caf::actor_id, std::size_t> owners_;
  std::deque<pest> pests_;
  sharer* main_sharer_ = nullptr;
  std::size_t baseline_ = 0;
  std::uint64_t killed_ = 0;
  bool killed_share_ = false;
};

} // namespace

verdict simulate(const scenario& plan, std::ostream* log) {
  auto now = std::make_unique<play>(plan, log);
  auto result = now->run();
  // What broke may have left actors behind that nobody ends, and whoever
  // waits for them waits for ever. The process ends soon.
  if (result.broken)
    static_cast<void>(now.release());
  return result;
}

} // namespace troupe::test
