// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/read_session.hpp"
#include "tool/run/metrics_server.hpp"
#include "tool/run/session_task.hpp"
#include "transport/shared_rate.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <map>
#include <variant>

namespace troupe::tool {

/// A session as it runs: the shares and syncs of a file, each in a task of its
/// own, on one actor system. Lives on the thread of its io_context, which it
/// keeps busy until it is over. SIGHUP reads the file anew, SIGTERM and SIGINT
/// end the session.
class runner {
public:
  /// `loop` and `log` outlive it.
  runner(boost::asio::io_context& loop, const event_log& log,
         std::filesystem::path file, config::overrides more);

  /// Reads the file and starts what it says. Errors: invalid_argument after
  /// complaints were logged; those of serve_metrics(). Then there is nothing
  /// to run.
  errc start();

private:
  using any_plan = std::variant<planned_share, planned_sync>;

  struct slot {
    std::shared_ptr<session_task> task; ///< runs, ends, or is over
    std::optional<any_plan> next;       ///< begins when `task` is over
    bool is_stopped = false;
    bool is_over = false;
    bool is_wanted = true; ///< else it goes when `task` is over
  };

  std::optional<session_plan> read();
  bool is_running(const any_plan& plan, const std::string& key) const;
  template <class Plan>
  std::vector<std::string> missing_for(const std::vector<Plan>& plans) const;
  void apply(session_plan&& plan);
  void begin(const std::string& key, any_plan plan);
  void on_end(const std::string& key);
  void reload();
  void stop();
  void stop_if_idle();
  void await_signal();
  void beat();
  session_status status() const;
  void write_status();

  boost::asio::io_context& loop_;
  const event_log& log_;
  std::filesystem::path file_;
  config::overrides more_;
  std::shared_ptr<shared_rate> rate_; ///< of shares without their own
  session actors_;
  task_world world_;
  std::map<std::string, slot> slots_; ///< by kind, and path or destination
  std::string status_file_;
  std::string status_written_;
  std::string metrics_;
  std::unique_ptr<metrics_server> server_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer heart_;
  std::chrono::nanoseconds heart_period_;
  std::uint64_t reloads_ = 0;
  std::uint64_t reloads_refused_ = 0;
  bool is_stopping_ = false;
  bool is_over_ = false; ///< nothing is left to do
};

} // namespace troupe::tool
