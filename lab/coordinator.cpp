// SPDX-License-Identifier: BSD-3-Clause
#include "lab/coordinator.hpp"

#include "actors/die_quietly.hpp"
#include "lab/contents.hpp"
#include "lab/expectations.hpp"
#include "lab/node_messages.hpp"
#include "lab/results.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>

namespace troupe::lab {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr auto tick_interval = milliseconds{200};
constexpr auto patience_for_ready = std::chrono::seconds{150};
constexpr auto patience_after_deadline = std::chrono::seconds{30};
constexpr std::size_t max_agents = max_hosts;

struct agent_entry {
  caf::actor handle;
  std::string name;
  std::chrono::nanoseconds last_heard{0};
  bool is_alive = true;
  int progress = 0; ///< of the plan: 1 ready, 2 done, 3 over
  std::vector<std::string> hosts; ///< of the run
};

struct coordinator_setup {
  const topology* all = nullptr;
  coordinator_options options;
  std::function<void(const std::string&)> say;
  std::shared_ptr<json> results;
  std::shared_ptr<error> outcome;
};

struct coordinator_state {
  /// A phase is over when all agents have made as much progress.
  enum class phase { enlisting, preparing, running, stopping, over };

  coordinator_setup setup;
  std::vector<agent_entry> agents;
  std::vector<run> runs;
  std::size_t next_run = 0;
  phase now = phase::enlisting;
  std::chrono::nanoseconds deadline{0};
  run_figures figures;
  std::vector<std::string> receivers;
  static inline const char* name = "troupe.lab-coordinator";
};

using coordinator_pointer = caf::stateful_actor<coordinator_state>*;
using phase = coordinator_state::phase;

void next(coordinator_pointer self);

void tell(coordinator_pointer self, const agent_entry& to, const char* word,
          const json& text) {
  // A plan's words, each once, and a beat a second.
  send_from(caf::actor{self}, to.handle, word, text);
}

std::uint64_t plan_id(const coordinator_state& st) { return st.next_run; }

void end(coordinator_pointer self, error why) {
  auto& st = compat::state_of(self);
  st.now = phase::over;
  *st.setup.outcome = std::move(why);
  for (const auto& each : st.agents)
    if (each.is_alive)
      tell(self, each, "end", {{"reason", ""}});
  self->quit();
}

receiver_figures* figures_of(coordinator_state& st, const std::string& host) {
  for (auto& each : st.figures.receivers)
    if (each.host == host)
      return &each;
  return nullptr;
}

void begin_phase(coordinator_pointer self, phase which,
                 std::chrono::nanoseconds patience) {
  auto& st = compat::state_of(self);
  st.now = which;
  st.deadline = compat::now(self) + patience;
}

/// Deals the hosts of a run out to the agents that are left.
void begin_run(coordinator_pointer self) {
  auto& st = compat::state_of(self);
  const auto& one = st.runs[st.next_run++];
  const auto& what = *one.what;
  st.figures = {};
  std::vector<agent_entry*> alive;
  for (auto& each : st.agents) {
    each.hosts.clear();
    each.progress = 0;
    if (each.is_alive)
      alive.push_back(&each);
  }
  std::vector<plan> plans(alive.size());
  for (auto& each : plans) {
    each.id = plan_id(st);
    each.seed = st.setup.all->seed;
    each.deadline_ms = st.setup.all->deadline_ms;
    each.file = *st.setup.all->find_content(what.file);
    each.share_options = what.share_options;
    each.sync_options = what.sync_options;
  }
  std::size_t turn = 0;
  const auto deal = [&](const std::string& host, bool is_sharer) {
    const auto to = turn++ % alive.size();
    alive[to]->hosts.push_back(host);
    plans[to].tasks.push_back(
        {host, is_sharer, st.setup.all->find_host(host)->starts_ms});
  };
  deal(what.from, true);
  for (const auto& host : one.receivers) {
    receiver_figures waiting;
    waiting.host = host;
    waiting.last_words = "nothing was heard of it";
    st.figures.receivers.push_back(waiting);
    deal(host, false);
  }
  begin_phase(self, phase::preparing, patience_for_ready);
  for (std::size_t i = 0; i < alive.size(); ++i)
    tell(self, *alive[i], "plan", json_of(plans[i]));
}

void end_run(coordinator_pointer self) {
  auto& st = compat::state_of(self);
  const auto& one = st.runs[st.next_run - 1];
  for (const auto& each : st.figures.receivers)
    st.figures.wall_s = std::max(st.figures.wall_s, each.ended_s);
  const auto bytes =
      total_bytes(*st.setup.all->find_content(one.what->file));
  const auto missed =
      missed_expectations(*st.setup.all, one, st.figures, bytes);
  auto result = json_of(one, st.figures, bytes, missed);
  // Nobody counts on the cables of agents.
  for (const auto* each : {"sent_bytes", "sent_packets", "sent_per_byte"})
    result[each] = nullptr;
  (*st.setup.results)["runs"].push_back(std::move(result));
  const auto identical = std::count_if(
      st.figures.receivers.begin(), st.figures.receivers.end(),
      [](const auto& each) { return each.is_identical; });
  char time[32];
  std::snprintf(time, sizeof time, "%.2f", st.figures.wall_s);
  st.setup.say(one.what->name + " on agents: " + std::to_string(identical) +
               " of " + std::to_string(st.figures.receivers.size()) +
               " identical, " + time + " s");
  for (const auto& each : missed)
    st.setup.say("  missed: " + each);
}

/// What is next when all that are alive have answered, or time is up.
void next(coordinator_pointer self) {
  auto& st = compat::state_of(self);
  const auto id = plan_id(st);
  switch (st.now) {
  case phase::preparing:
    st.setup.say("the clock runs");
    begin_phase(self, phase::running,
                milliseconds{st.setup.all->deadline_ms} +
                    patience_after_deadline);
    for (const auto& each : st.agents)
      if (each.is_alive)
        tell(self, each, "go", {{"id", id}});
    return;
  case phase::running:
    begin_phase(self, phase::stopping, patience_after_deadline);
    for (const auto& each : st.agents)
      if (each.is_alive)
        tell(self, each, "stop", {{"id", id}});
    return;
  case phase::stopping:
    end_run(self);
    [[fallthrough]];
  case phase::enlisting:
    if (st.next_run < st.runs.size())
      return begin_run(self);
    return end(self, {});
  default:
    return;
  }
}

bool all_answered(const coordinator_state& st) {
  return std::all_of(st.agents.begin(), st.agents.end(), [&](const auto& each) {
    return !each.is_alive || each.progress >= static_cast<int>(st.now);
  });
}

void step(coordinator_pointer self) {
  auto& st = compat::state_of(self);
  while (st.now != phase::enlisting && st.now != phase::over &&
         all_answered(st))
    next(self);
}

/// The agent is given up: it is said, and its hosts are not waited for.
void lose(coordinator_pointer self, agent_entry& one, const std::string& why) {
  auto& st = compat::state_of(self);
  if (!std::exchange(one.is_alive, false))
    return;
  if (st.now == phase::enlisting) {
    st.setup.say("agent " + one.name + " " + why);
    std::erase_if(st.agents, [](const auto& each) { return !each.is_alive; });
    return;
  }
  std::string hosts;
  for (const auto& host : one.hosts) {
    hosts += (hosts.empty() ? "" : ", ") + host;
    if (auto* figures = figures_of(st, host);
        figures != nullptr && !figures->is_identical)
      figures->last_words = "agent " + one.name + " " + why;
  }
  st.setup.say("agent " + one.name + " " + why +
               (hosts.empty() ? "" : ": " + hosts));
  const bool any = std::any_of(st.agents.begin(), st.agents.end(),
                               [](const auto& each) { return each.is_alive; });
  if (!any && st.now != phase::over) {
    end_run(self);
    end(self, {errc::network_error, "no agent is left"});
  } else {
    step(self);
  }
}

void take_results(coordinator_state& st, const json& text) {
  const auto list = text.find("results");
  if (list == text.end() || !list->is_array() || list->size() > max_hosts)
    return;
  for (const auto& each : *list) {
    const auto got = read_result(each);
    if (!got)
      continue;
    if (got->is_sharer) {
      st.figures.sharer_cpu_s = got->cpu_s;
      st.figures.sharer_peak_bytes = got->peak_bytes;
      st.figures.sharer_status = got->status;
      st.figures.sharer_last_words = got->last_words;
    } else if (auto* figures = figures_of(st, got->host)) {
      figures->is_identical = got->is_identical;
      figures->status = got->status;
      figures->started_s = got->started_s;
      figures->ended_s = got->ended_s;
      figures->cpu_s = got->cpu_s;
      figures->peak_bytes = got->peak_bytes;
      figures->last_words = got->last_words;
    }
  }
}

void on_lost(coordinator_pointer self, const caf::actor_addr& who) {
  for (auto& each : compat::state_of(self).agents)
    if (each.handle.address() == who)
      return lose(self, each, "is gone");
}

void enlist(coordinator_pointer self, const caf::actor& who,
            const std::string& name) {
  auto& st = compat::state_of(self);
  // Who comes late, or is one too many, waits for nothing.
  if (st.now != phase::enlisting || st.agents.size() == max_agents) {
    send_from(caf::actor{self}, who, "end", // once for each that comes late
              {{"reason", "the coordinator has begun without you"}});
    return;
  }
  agent_entry one;
  one.handle = who;
  one.name = name.substr(0, 40);
  one.last_heard = compat::now(self);
  compat::watch(self, who, [self](const auto& address, const auto&) {
    on_lost(self, address);
  });
  st.agents.push_back(one);
  tell(self, st.agents.back(), "welcome", json::object());
  st.setup.say("agent " + one.name + " enlisted");
  if (st.agents.size() == st.setup.options.agents)
    next(self);
}

void handle(coordinator_pointer self, const std::string& word,
            const json& text) {
  auto& st = compat::state_of(self);
  const auto who = caf::actor_cast<caf::actor>(self->current_sender());
  const auto found =
      std::find_if(st.agents.begin(), st.agents.end(),
                   [&](const auto& each) { return each.handle == who; });
  if (found == st.agents.end()) {
    const auto name = text.find("name");
    if (who && word == "enlist" && name != text.end() && name->is_string())
      enlist(self, who, name->get<std::string>());
    return;
  }
  found->last_heard = compat::now(self);
  if (!found->is_alive)
    return;
  const auto id = text.find("id");
  const bool is_ours =
      id != text.end() && id->is_number_unsigned() && *id == plan_id(st);
  const int progress = word == "ready"  ? 1
                       : word == "done" ? 2
                       : word == "over" ? 3
                                        : 0;
  if (!is_ours || progress == 0)
    return;
  if (progress > 1)
    take_results(st, text);
  // An agent that cannot make its part ready is done and over at once.
  found->progress = std::max(found->progress, progress);
  step(self);
}

void tick(coordinator_pointer self) {
  auto& st = compat::state_of(self);
  const auto now = compat::now(self);
  for (std::size_t i = 0; i < st.agents.size() && st.now != phase::over; ++i)
    if (st.agents[i].is_alive &&
        now - st.agents[i].last_heard > longest_silence)
      lose(self, st.agents[i], "does not answer");
  if (st.now == phase::over || now < st.deadline)
    return;
  if (st.now == phase::enlisting)
    return end(self, {errc::timed_out,
                      std::to_string(st.agents.size()) + " agents came, not " +
                          std::to_string(st.setup.options.agents)});
  st.figures.is_in_time = st.now == phase::stopping && st.figures.is_in_time;
  next(self);
}

caf::behavior coordinator(coordinator_pointer self, coordinator_setup setup) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.setup = std::move(setup);
  st.deadline = compat::now(self) + st.setup.options.patience;
  for (const auto& one : runs_of(*st.setup.all))
    if (one.by == tool::troupe)
      st.runs.push_back(one);
  compat::on_down(self, [self](const auto& address, const auto&) {
    on_lost(self, address);
  });
  compat::send(self, caf::actor{self}, node_tick{});
  return {
      [self, beats = 0](node_tick) mutable {
        tick(self);
        auto& here = compat::state_of(self);
        if (here.now == phase::over)
          return;
        if (++beats % 5 == 0)
          for (const auto& each : here.agents)
            if (each.is_alive)
              tell(self, each, "beat", json::object());
        compat::send_later(self, tick_interval, node_tick{}); // one at a time
      },
      [self](std::uint32_t protocol, const std::string& word,
             const std::string& text) {
        const auto who = caf::actor_cast<caf::actor>(self->current_sender());
        if (protocol != node_protocol) {
          if (who) // once for each of its messages
            send_from(caf::actor{self}, who, "end",
                      {{"reason", "the coordinator is of another version"}});
          return;
        }
        if (const auto parsed = parse_node_text(text))
          handle(self, word, *parsed);
      },
  };
}

} // namespace

expected<std::string>
run_on_agents(const topology& all, const coordinator_options& options,
              const std::function<void(const std::string&)>& say) {
  auto results = std::make_shared<json>(json_of_lab(all));
  (*results)["back_end"] = "agents on other machines";
  for (const auto& one : all.sessions)
    for (const auto by : one.tools)
      if (by != tool::troupe)
        say("left out: " + std::string{to_string(by)} +
            ": agents run troupe only");
  node_config config;
  caf::actor_system system{config};
  auto outcome = std::make_shared<error>();
  caf::scoped_actor self{system};
  auto actor = system.spawn(
      coordinator, coordinator_setup{&all, options, say, results, outcome});
  const auto port = system.middleman().publish(actor, options.port,
                                               options.address.c_str());
  if (!port) {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
    return error{errc::network_error, "port " + std::to_string(options.port) +
                                          " of " + options.address};
  }
  say("waiting for " + std::to_string(options.agents) + " agents at " +
      options.address + " port " + std::to_string(*port));
  self->wait_for(actor);
  if (outcome->code != errc::none && (*results)["runs"].empty())
    return *outcome;
  if ((*results)["runs"].empty())
    return error{errc::unsupported, "no session of troupe"};
  return results->dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace troupe::lab
