// SPDX-License-Identifier: BSD-3-Clause
#include "lab/agent.hpp"

#include "actors/caf_compat.hpp"
#include "actors/die_quietly.hpp"
#include "lab/node_messages.hpp"

#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace troupe::lab {

namespace {

using nlohmann::json;

/// What the worker's thread and the agent's actor share.
struct desk {
  std::mutex guard;
  std::condition_variable changed;
  bool may_go = false;
  std::atomic<bool> stop{false};
};

/// Things that one thread at a time says.
struct voice {
  std::mutex guard;
  std::function<void(const std::string&)> say;
  void operator()(const std::string& line) {
    const std::lock_guard lock{guard};
    say(line);
  }
};

struct agent_setup {
  agent_options options;
  std::shared_ptr<voice> say;
  caf::actor coordinator;
  std::shared_ptr<error> outcome;
};

struct agent_state {
  agent_setup setup;
  std::shared_ptr<desk> work = std::make_shared<desk>();
  std::thread worker;
  std::uint64_t plan_id = 0;
  bool is_welcome = false;
  std::chrono::nanoseconds last_heard{0};
  static inline const char* name = "troupe.lab-agent";

  ~agent_state() { end_work(); }

  void end_work() {
    {
      const std::lock_guard lock{work->guard};
      work->stop = true;
    }
    work->changed.notify_all();
    if (worker.joinable())
      worker.join();
  }
};

using agent_pointer = caf::stateful_actor<agent_state>*;

void finish(agent_pointer self, error why) {
  auto& st = compat::state_of(self);
  *st.setup.outcome = std::move(why);
  st.end_work();
  self->quit();
}

json list_of(const std::vector<task_result>& results) {
  auto list = json::array();
  for (const auto& each : results)
    list.push_back(json_of(each));
  return list;
}

void begin_plan(agent_pointer self, const json& text) {
  auto& st = compat::state_of(self);
  auto what = read_plan(text);
  if (!what)
    return (*st.setup.say)("refused: " + what.error().message());
  st.end_work(); // of the plan before, which is over or given up
  st.work = std::make_shared<desk>();
  st.plan_id = what->id;
  (*st.setup.say)("plan " + std::to_string(what->id) + ": " +
                  std::to_string(what->tasks.size()) + " hosts");
  // Three messages for each plan, and one plan at a time.
  const auto tell = [to = st.setup.coordinator, me = caf::actor{self},
                     id = what->id](const char* word, json more) {
    more["id"] = id;
    send_from(me, to, word, more);
  };
  st.worker = std::thread([desk = st.work, tell, what = std::move(*what),
                           where = st.setup.options.where] {
    work_signals signals;
    signals.on_ready = [&] { tell("ready", json::object()); };
    signals.wait_for_go = [&] {
      std::unique_lock lock{desk->guard};
      desk->changed.wait(lock, [&] { return desk->may_go || desk->stop; });
      return desk->may_go;
    };
    signals.on_done = [&](const std::vector<task_result>& results) {
      tell("done", {{"results", list_of(results)}});
    };
    signals.stop = &desk->stop;
    tell("over", {{"results", list_of(do_work(what, where, signals))}});
  });
}

void handle(agent_pointer self, const std::string& word, const json& text) {
  auto& st = compat::state_of(self);
  const bool is_ours = text.value("id", std::uint64_t{0}) == st.plan_id;
  if (word == "welcome") {
    if (!std::exchange(st.is_welcome, true))
      (*st.setup.say)("enlisted");
  } else if (word == "plan") {
    begin_plan(self, text);
  } else if (word == "go" && is_ours) {
    {
      const std::lock_guard lock{st.work->guard};
      st.work->may_go = true;
    }
    st.work->changed.notify_all();
  } else if (word == "stop" && is_ours) {
    {
      const std::lock_guard lock{st.work->guard};
      st.work->stop = true;
    }
    st.work->changed.notify_all();
  } else if (word == "end") {
    const auto reason = text.value("reason", std::string{});
    (*st.setup.say)("ended by the coordinator" +
                    (reason.empty() ? "" : ": " + reason));
    finish(self, reason.empty() ? error{} : error{errc::unsupported, reason});
  }
}

caf::behavior agent(agent_pointer self, agent_setup setup) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.setup = std::move(setup);
  st.last_heard = compat::now(self);
  const auto lost = [self](const auto&, const auto&) {
    finish(self, {errc::network_error, "the coordinator is gone"});
  };
  compat::on_down(self, lost);
  compat::watch(self, st.setup.coordinator, lost);
  compat::send(self, caf::actor{self}, node_tick{});
  return {
      [self](node_tick) {
        auto& here = compat::state_of(self);
        if (compat::now(self) - here.last_heard > 4 * longest_silence)
          return finish(self, {errc::network_error,
                               "the coordinator has fallen silent"});
        // One message a second.
        send_from(caf::actor{self}, here.setup.coordinator,
                  here.is_welcome ? "beat" : "enlist",
                  {{"name", here.setup.options.name}});
        compat::send_later(self, beat_interval, node_tick{}); // one at a time
      },
      [self](std::uint32_t protocol, const std::string& word,
             const std::string& text) {
        auto& here = compat::state_of(self);
        here.last_heard = compat::now(self);
        if (protocol != node_protocol)
          return finish(self, {errc::unsupported,
                               "the coordinator is of another version"});
        const auto parsed = parse_node_text(text);
        if (parsed)
          handle(self, word, *parsed);
      },
  };
}

} // namespace

error run_agent(const agent_options& options,
                const std::function<void(const std::string&)>& say) {
  // The worker waits for its children by their signal, which no other thread
  // may take.
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  node_config config;
  caf::actor_system system{config};
  auto found =
      system.middleman().remote_actor(options.address, options.port);
  if (!found)
    return {errc::network_error, "no coordinator at " + options.address +
                                     " port " + std::to_string(options.port)};
  auto outcome = std::make_shared<error>();
  const auto all = std::make_shared<voice>();
  all->say = say;
  caf::scoped_actor self{system};
  // A thread of its own: at the end it waits for its worker.
  auto actor = system.spawn<caf::detached>(
      agent, agent_setup{options, all, *found, outcome});
  self->wait_for(actor);
  return *outcome;
}

} // namespace troupe::lab
