// SPDX-License-Identifier: BSD-3-Clause
#include "tool/requests.hpp"
#include "tool/run/hook.hpp"
#include "tool/run/session_task.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <thread>

namespace troupe::tool {

namespace {

using namespace std::chrono_literals;
using spdlog::level::level_enum;

constexpr std::chrono::milliseconds first_retry = 1s;
constexpr std::chrono::milliseconds last_retry = 300s;
/// What the sharer tells may get lost.
constexpr std::chrono::milliseconds longest_trust = 300s;
/// A command that never ends would keep its sync from ever running again.
constexpr auto hook_patience = 1h;

double seconds_of(const sync_stats& stats) {
  return std::chrono::duration<double>(stats.elapsed).count();
}

class sync_task final : public session_task,
                        public std::enable_shared_from_this<sync_task> {
public:
  sync_task(const task_world& world, planned_sync plan, on_task_end on_end)
      : world_(world), plan_(std::move(plan)), on_end_(std::move(on_end)),
        timer_(world.loop) {
    all_.name = plan_.options.name;
    all_.destination = plan_.options.destination;
  }

  /// A key may take a second to make: that is done on another thread.
  void start() {
    all_.state = "syncing";
    is_preparing_ = true;
    worker_ = std::jthread{[this] {
      boost::asio::post(world_.loop,
                        [self = weak_from_this(),
                         made = make_sync_request(plan_.options)]() mutable {
                          if (const auto alive = self.lock())
                            alive->on_request(std::move(made));
                        });
    }};
  }

  void stop() override {
    if (std::exchange(is_stopping_, true))
      return;
    all_.state = "ending";
    timer_.cancel();
    hook_.reset();
    if (is_running_)
      running_.cancel();
    else if (!is_preparing_)
      end();
  }

  void add_to(session_status& all) const override {
    all.syncs.push_back(all_);
  }

  const std::string& fingerprint() const override { return plan_.fingerprint; }

private:
  void on_request(expected<sync_request> made) {
    worker_.join(); // has said its last
    is_preparing_ = false;
    if (is_stopping_)
      return end();
    if (!made)
      return failed(made.error());
    asked_ = *made; // what the key has cost is not to be paid again
    run(std::move(*made), &sync_task::on_report);
  }

  void run(sync_request what, void (sync_task::*then)(const sync_report&)) {
    is_running_ = true;
    running_ = world_.actors.start_sync(
        std::move(what), [&loop = world_.loop, self = weak_from_this(), then](
                             const sync_report& report) {
          boost::asio::post(loop, [self, report, then] {
            if (const auto alive = self.lock())
              ((*alive).*then)(report);
          });
        });
  }

  /// Until the sharer has another version than `root`, or tells nothing.
  void wait_for_change(const hash& root) {
    all_.state = "waiting for a change";
    auto what = asked_;
    what.tree.reset();
    what.rate.reset();
    what.other_than = root;
    what.timeout = plan_.every.count() > 0 ? plan_.every : longest_trust;
    run(std::move(what), &sync_task::on_change);
  }

  void on_change(const sync_report& report) {
    is_running_ = false;
    if (is_stopping_)
      return end();
    if (report.ok() || report.failure.code == errc::timed_out)
      return start();
    failed(report.failure);
  }

  void on_report(const sync_report& report) {
    is_running_ = false;
    all_.bytes_wire += report.stats.bytes_wire;
    all_.dropped_by_kernel += report.stats.packets_dropped;
    all_.dropped_rejected += report.stats.chunks_rejected;
    all_.dropped_refused += report.stats.objects_refused;
    if (report.ok())
      succeeded(report);
    if (is_stopping_)
      return end();
    if (!report.ok())
      return failed(report.failure);
    if (report.is_unchanged || plan_.after.empty())
      return wait_for_next();
    run_command();
  }

  void succeeded(const sync_report& report) {
    ++all_.completed;
    all_.changed += report.is_unchanged ? 0 : 1;
    all_.error.clear();
    last_root_ = report.root;
    all_.last_root = to_hex(report.root);
    all_.last_bytes = report.stats.object_bytes;
    all_.last_chunks_kept = report.stats.chunks_kept;
    all_.last_chunks_fetched = report.stats.chunks_fetched;
    all_.last_bytes_wire = report.stats.bytes_wire;
    all_.last_seconds = seconds_of(report.stats);
    retry_ = first_retry;
    // A session that syncs every few seconds does not fill the log with it.
    const auto how =
        report.is_unchanged ? level_enum::debug : level_enum::info;
    world_.log.write(how, "synced",
                     {{"name", all_.name},
                      {"dest", all_.destination},
                      {"changed", std::string{report.is_unchanged ? "no" : "yes"}},
                      {"bytes", report.stats.object_bytes},
                      {"fetched", report.stats.chunks_fetched},
                      {"kept", report.stats.chunks_kept},
                      {"wire", report.stats.bytes_wire},
                      {"seconds", fmt::format("{:.3f}", all_.last_seconds)}});
  }

  void run_command() {
    all_.state = "running the command";
    auto started = start_hook(
        world_.loop, plan_.after,
        {{"TROUPE_NAME", all_.name},
         {"TROUPE_DEST", all_.destination},
         {"TROUPE_BYTES", fmt::to_string(all_.last_bytes)},
         {"TROUPE_ROOT", all_.last_root}},
        hook_patience,
        [self = weak_from_this()](int status) {
          if (const auto alive = self.lock())
            alive->on_command_end(status);
        });
    if (started) {
      hook_ = std::move(*started);
      return;
    }
    ++all_.commands_failed;
    world_.log.write(level_enum::err, "command failed",
                     {{"name", all_.name}, {"error", started.error().message()}});
    wait_for_next();
  }

  void on_command_end(int status) {
    all_.commands_failed += status == 0 ? 0 : 1;
    world_.log.write(status == 0 ? level_enum::info : level_enum::warn,
                     "command ended",
                     {{"name", all_.name},
                      {"command", plan_.after.front()},
                      {"status", static_cast<std::uint64_t>(status)}});
    // The hook is in the middle of its call.
    boost::asio::post(world_.loop, [self = weak_from_this()] {
      const auto alive = self.lock();
      if (!alive || alive->is_stopping_)
        return;
      alive->hook_.reset();
      alive->wait_for_next();
    });
  }

  void failed(const error& why) {
    ++all_.failed;
    all_.error = why.message();
    const auto pause =
        plan_.every.count() == 0 ? retry_ : std::min(retry_, plan_.every);
    retry_ = std::min(retry_ * 2, last_retry);
    world_.log.write(level_enum::warn, "sync failed",
                     {{"name", all_.name},
                      {"dest", all_.destination},
                      {"error", all_.error},
                      {"again_ms", static_cast<std::uint64_t>(pause.count())}});
    start_after(pause);
  }

  void wait_for_next() {
    if (plan_.on_change)
      return wait_for_change(last_root_);
    if (plan_.every.count() > 0)
      return start_after(plan_.every);
    all_.state = "done";
    end();
  }

  void start_after(std::chrono::milliseconds pause) {
    all_.state = "waiting";
    timer_.expires_after(pause);
    timer_.async_wait([self = weak_from_this()](const auto& bad) {
      const auto alive = self.lock();
      if (!bad && alive && !alive->is_stopping_)
        alive->start();
    });
  }

  void end() {
    if (auto done = std::exchange(on_end_, {}))
      boost::asio::post(world_.loop, std::move(done));
  }

  const task_world& world_;
  planned_sync plan_;
  on_task_end on_end_;
  boost::asio::steady_timer timer_;
  running running_;
  sync_request asked_; ///< the last one
  hash last_root_{};   ///< of what it brought
  std::unique_ptr<hook> hook_;
  sync_status all_;
  std::chrono::milliseconds retry_ = first_retry;
  bool is_preparing_ = false; ///< the worker runs
  bool is_running_ = false;   ///< the actors have it
  bool is_stopping_ = false;
  std::jthread worker_; // last: it uses the others
};

} // namespace

std::shared_ptr<session_task> start_sync_task(const task_world& world,
                                              planned_sync plan,
                                              on_task_end on_end) {
  auto task = std::make_shared<sync_task>(world, std::move(plan),
                                          std::move(on_end));
  task->start();
  return task;
}

} // namespace troupe::tool
