// SPDX-License-Identifier: BSD-3-Clause
#include "tool/exit_code.hpp"
#include "tool/requests.hpp"
#include "tool/run/session_task.hpp"
#include "transport/shared_rate.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <thread>

namespace troupe::tool {

namespace {

using namespace std::chrono_literals;
using spdlog::level::level_enum;

/// Between two attempts at a share that cannot be: its path may come yet.
constexpr auto retry_pause = 5s;

class share_task final : public session_task,
                         public std::enable_shared_from_this<share_task> {
public:
  share_task(const task_world& world, planned_share plan, on_task_end on_end)
      : world_(world), plan_(std::move(plan)), on_end_(std::move(on_end)),
        timer_(world.loop) {}

  /// Keys are made, files are read and followed on a thread of its own, which
  /// tells the loop what comes of it.
  void start() {
    state_ = "indexing";
    error_.clear();
    is_following_ = true;
    worker_ = std::jthread{[this](const std::stop_token& stop) {
      follow(stop);
      tell([](share_task& me) { me.on_follower_end(); });
    }};
  }

  void stop() override {
    if (std::exchange(is_stopping_, true))
      return;
    state_ = "ending";
    timer_.cancel();
    worker_.request_stop();
    if (is_shared_)
      running_.cancel();
    end_if_alone();
  }

  void add_to(session_status& all) const override {
    const auto& path = plan_.options.paths.front();
    share_status one;
    one.path = path;
    one.name = share_name(path);
    one.state = state_;
    one.error = error_;
    one.root = root_;
    one.bytes = bytes_;
    one.rate_bits_per_s = plan_.rate_bits_per_s.value_or(0);
    one.objects_sent = counters_->objects_sent;
    one.packets_sent = counters_->packets_sent;
    one.bytes_sent = counters_->bytes_gross;
    one.requests = counters_->requests_heard;
    one.dropped_unknown = counters_->requests_unknown;
    one.dropped_changed = counters_->sources_changed;
    one.dropped_errors = counters_->send_errors;
    all.shares.push_back(std::move(one));
  }

  const std::string& fingerprint() const override { return plan_.fingerprint; }

private:
  // -- the thread that follows the files ---------------------------------------

  void follow(const std::stop_token& stop) {
    const auto how = sharing_of(plan_.options);
    shared_paths paths{plan_.options.paths, how};
    auto request = make_share_request(plan_.options, paths.index());
    if (!request)
      return tell_failure(request.error());
    request->counters = counters_;
    if (!plan_.rate_bits_per_s)
      request->send.rate_bits_per_s = part_of_shared_rate;
    const auto files = paths.open(stop);
    if (!files)
      return tell_failure(files.error());
    const auto signing = request->signing;
    tell([files = *files, what = std::make_shared<share_request>(
                              std::move(*request))](share_task& me) {
      me.on_indexed(files, std::move(*what));
    });
    if (plan_.options.no_watch)
      return;
    shared_paths::observer observer;
    observer.renewed = [this, &signing](const indexed_file& file) {
      raise_version(signing);
      tell([file](share_task& me) { me.on_file("shared again", file); });
    };
    observer.lost = [this](const error& why) {
      tell([why](share_task& me) { me.on_lost(why); });
    };
    paths.watch(stop, observer, counters_->sources_changed);
  }

  /// Runs `what` on the loop's thread, if there is still somebody to tell.
  template <class What>
  void tell(What what) {
    boost::asio::post(world_.loop,
                      [self = weak_from_this(), what = std::move(what)] {
                        if (const auto alive = self.lock())
                          what(*alive);
                      });
  }

  void tell_failure(const error& why) {
    tell([why](share_task& me) { me.failed(why); });
  }

  // -- the loop's thread ---------------------------------------------------------

  void on_file(std::string_view event, const indexed_file& file) {
    bytes_ = file.bytes;
    root_ = to_hex(file.root);
    error_.clear();
    world_.log.write(level_enum::info, event,
                     {{"name", file.name}, {"bytes", bytes_}, {"root", root_}});
  }

  void on_lost(const error& why) {
    error_ = why.message();
    world_.log.write(level_enum::warn, "not shared any more",
                     {{"path", plan_.options.paths.front()},
                      {"error", error_}});
  }

  void on_indexed(const std::vector<indexed_file>& files,
                  share_request&& request) {
    if (is_stopping_)
      return;
    for (const auto& file : files)
      on_file("sharing", file);
    state_ = "starting";
    is_shared_ = true;
    running_ = world_.actors.start_share(
        std::move(request), [&loop = world_.loop, self = weak_from_this()](
                                const share_report& report) {
          boost::asio::post(loop, [self, report] {
            if (const auto alive = self.lock())
              alive->on_report(report);
          });
        });
  }

  void on_report(const share_report& report) {
    if (report.what == share_report::event::listening) {
      if (!is_stopping_)
        state_ = "sharing";
      return;
    }
    is_shared_ = false;
    if (!is_stopping_)
      return failed(report.failure);
    end_if_alone();
  }

  void failed(const error& why) {
    if (is_stopping_)
      return;
    error_ = why.message();
    world_.log.write(level_enum::err, "share failed",
                     {{"path", plan_.options.paths.front()},
                      {"error", error_},
                      {"again_s", static_cast<std::uint64_t>(retry_pause / 1s)}});
    state_ = "waiting";
    worker_.request_stop();
    try_again();
  }

  void try_again() {
    timer_.expires_after(retry_pause);
    timer_.async_wait([self = weak_from_this()](const auto& bad) {
      const auto alive = self.lock();
      if (bad || !alive || alive->is_stopping_)
        return;
      if (alive->is_following_) // still reading something
        return alive->try_again();
      alive->start();
    });
  }

  void on_follower_end() {
    worker_.join(); // has said its last
    is_following_ = false;
    end_if_alone();
  }

  void end_if_alone() {
    if (!is_stopping_ || is_following_ || is_shared_)
      return;
    if (auto done = std::exchange(on_end_, {}))
      boost::asio::post(world_.loop, std::move(done));
  }

  const task_world& world_;
  planned_share plan_;
  on_task_end on_end_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<share_counters> counters_ =
      std::make_shared<share_counters>();
  running running_;
  std::string state_;
  std::string error_;
  std::string root_;
  std::uint64_t bytes_ = 0;
  bool is_following_ = false; ///< the worker runs
  bool is_shared_ = false;    ///< the actors have it
  bool is_stopping_ = false;
  std::jthread worker_; // last: it uses the others
};

} // namespace

std::shared_ptr<session_task> start_share_task(const task_world& world,
                                               planned_share plan,
                                               on_task_end on_end) {
  auto task = std::make_shared<share_task>(world, std::move(plan),
                                           std::move(on_end));
  task->start();
  return task;
}

} // namespace troupe::tool
