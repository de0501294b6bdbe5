// SPDX-License-Identifier: BSD-3-Clause
#include "actors/session.hpp"

#include "actors/register_messages.hpp"
#include "actors/share_supervisor.hpp"
#include "actors/sync_supervisor.hpp"
#include "actors/tree_supervisor.hpp"
#include "transport/asio_network.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace troupe {

namespace {

/// What runs and how to end it, so that the session's end can wait for it.
class census {
public:
  std::uint64_t add() {
    const std::lock_guard guard{lock_};
    running_.emplace(++last_, nullptr);
    return last_;
  }
  void set_cancel(std::uint64_t id, std::function<void()> cancel) {
    const std::lock_guard guard{lock_};
    if (const auto found = running_.find(id); found != running_.end())
      found->second = std::move(cancel);
  }
  void remove(std::uint64_t id) {
    const std::lock_guard guard{lock_};
    running_.erase(id);
    if (running_.empty())
      none_left_.notify_all();
  }
  void cancel_and_wait() {
    std::unique_lock guard{lock_};
    for (const auto& [id, cancel] : running_)
      if (cancel)
        cancel();
    none_left_.wait(guard, [this] { return running_.empty(); });
  }

private:
  std::mutex lock_;
  std::condition_variable none_left_;
  std::map<std::uint64_t, std::function<void()>> running_;
  std::uint64_t last_ = 0;
};

/// A place in the census; left when the last copy goes.
class place {
public:
  explicit place(std::shared_ptr<census> all)
      : all_(std::move(all)), id_(all_->add()) {}
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  ~place() { all_->remove(id_); }
  std::uint64_t id() const noexcept { return id_; }

private:
  std::shared_ptr<census> all_;
  std::uint64_t id_;
};

template <class Supervisor>
struct caller_state {
  caller_state() = default; // never an aggregate

  Supervisor supervisor;
  std::shared_ptr<place> counted;
  bool reported = false;

  static inline const char* name = "troupe.caller";
};

using sync_caller_actor =
    compat::typed_actor<caf::result<void>(sync_report),
                        caf::result<void>(sync_progress),
                        caf::result<void>(cancel_sync)>;
/// What a sync is to the caller, whatever kind of supervisor it has.
using any_sync_actor = compat::typed_actor<caf::result<void>(cancel_sync)>;
using sync_caller_state = caller_state<any_sync_actor>;

/// Turns a sync's messages into callbacks; makes sure that there is a report
/// even if the supervisor dies of a bug.
sync_caller_actor::behavior_type
sync_caller(sync_caller_actor::stateful_pointer<sync_caller_state> self,
            sync_request request, std::shared_ptr<network> net,
            std::shared_ptr<place> counted, on_sync_report on_report,
            on_sync_progress on_progress) {
  auto& st = compat::state_of(self);
  st.counted = std::move(counted);
  const auto answer = [self, on_report](const sync_report& report) {
    auto& state = compat::state_of(self);
    if (std::exchange(state.reported, true))
      return;
    on_report(report);
    state.counted.reset();
    self->quit();
  };
  const auto died = [answer](const caf::actor_addr&, const caf::error&) {
    sync_report report;
    report.failure = {errc::internal, "the sync ended without a report"};
    answer(report);
  };
  compat::on_down(self, died);
  const auto me = sync_caller_actor{self};
  sync_environment env;
  env.net = std::move(net);
  env.client = me;
  if (on_progress)
    env.observer = me;
  if (request.tree) // blocks on directories
    st.supervisor = self->spawn<caf::detached>(tree_supervisor, std::move(request),
                                              std::move(env));
  else
    st.supervisor = 
        self->spawn(sync_supervisor, std::move(request), std::move(env));
  compat::watch(self, st.supervisor, died);
  return {
      [answer](const sync_report& report) { answer(report); },
      [on_progress](const sync_progress& progress) {
        if (on_progress)
          on_progress(progress);
      },
      [self](cancel_sync msg) {
        compat::send(self, compat::state_of(self).supervisor, msg);
      },
  };
}

using share_caller_actor =
    compat::typed_actor<caf::result<void>(share_report),
                        caf::result<void>(stop_share)>;
using share_caller_state = caller_state<share_supervisor_actor>;

share_caller_actor::behavior_type
share_caller(share_caller_actor::stateful_pointer<share_caller_state> self,
             share_request request, std::shared_ptr<network> net,
             std::shared_ptr<place> counted, on_share_report on_report) {
  auto& st = compat::state_of(self);
  st.counted = std::move(counted);
  const auto answer = [self, on_report](const share_report& report) {
    auto& state = compat::state_of(self);
    if (state.reported)
      return;
    on_report(report);
    if (report.what == share_report::event::listening)
      return;
    state.reported = true;
    state.counted.reset();
    self->quit();
  };
  const auto died = [answer](const caf::actor_addr&, const caf::error&) {
    answer({share_report::event::failed,
            {errc::internal, "the share ended without a report"}});
  };
  compat::on_down(self, died);
  share_environment env;
  env.net = std::move(net);
  env.client = share_caller_actor{self};
  st.supervisor =
      self->spawn(share_supervisor, std::move(request), std::move(env));
  compat::watch(self, st.supervisor, died);
  return {
      [answer](const share_report& report) { answer(report); },
      [self](stop_share msg) {
        compat::send(self, compat::state_of(self).supervisor, msg);
      },
  };
}

std::size_t thread_count(std::size_t asked) {
  if (asked != 0)
    return asked;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 4);
}

caf::actor_system_config& configure(caf::actor_system_config& config,
                                    std::size_t threads) {
  register_messages();
  compat::use_sharing(config, thread_count(threads));
  return config;
}

} // namespace

struct running::rep {
  std::function<void()> cancel;
};

void running::cancel() const {
  if (rep_)
    rep_->cancel();
}

struct session::rep {
  std::shared_ptr<network> net;
  std::shared_ptr<census> all = std::make_shared<census>();
  caf::actor_system_config config;
  caf::actor_system system;

  explicit rep(options opts)
      : net(opts.net ? std::move(opts.net) : make_asio_network()),
        system(configure(config, opts.threads)) {}

  /// Makes a running of the caller actor that occupies `id`.
  template <class Caller, class Command>
  running enlist(std::uint64_t id, const Caller& caller, Command command) {
    running result;
    result.rep_ = std::make_shared<running::rep>();
    result.rep_->cancel = [caller, command] {
      compat::anon_send(caller, command);
    };
    all->set_cancel(id, result.rep_->cancel);
    return result;
  }
};

session::session(options opts) : rep_(std::make_unique<rep>(std::move(opts))) {}

session::~session() { rep_->all->cancel_and_wait(); }

running session::start_sync(sync_request request, on_sync_report on_report,
                            on_sync_progress on_progress) {
  auto counted = std::make_shared<place>(rep_->all);
  const auto id = counted->id();
  const auto caller = rep_->system.spawn(
      sync_caller, std::move(request), rep_->net, std::move(counted),
      std::move(on_report), std::move(on_progress));
  return rep_->enlist(id, caller, cancel_sync{});
}

running session::start_share(share_request request,
                             on_share_report on_report) {
  auto counted = std::make_shared<place>(rep_->all);
  const auto id = counted->id();
  const auto caller =
      rep_->system.spawn(share_caller, std::move(request), rep_->net,
                         std::move(counted), std::move(on_report));
  return rep_->enlist(id, caller, stop_share{});
}

} // namespace troupe
