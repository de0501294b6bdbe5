// SPDX-License-Identifier: BSD-3-Clause
#include "lab/agent_work.hpp"

#include "lab/contents.hpp"
#include "lab/process.hpp"
#include "lab/tools.hpp"
#include "lab/watcher.hpp"

#include <algorithm>
#include <csignal>

namespace troupe::lab {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr auto patience_for_ready = std::chrono::seconds{120};
constexpr auto patience_for_end = std::chrono::seconds{10};
constexpr auto look_interval = milliseconds{50};

struct part {
  task what;
  process running;
  std::uint64_t peak_bytes = 0;
  bool was_started = false;
};

class work {
public:
  work(const plan& what, const workplace& where, const work_signals& signals)
      : plan_{what}, where_{where}, signals_{signals} {
    for (const auto& each : what.tasks)
      parts_.emplace_back().what = each;
  }

  std::vector<task_result> play() {
    std::error_code none;
    fs::remove_all(run_folder(), none);
    fs::create_directories(run_folder(), none);
    const auto made =
        make_content(source_folder(), plan_.file, plan_.seed);
    if (made)
      source_ = *made;
    if (made && start_sharers()) {
      signals_.on_ready();
      if (signals_.wait_for_go())
        run();
    }
    end_all(false);
    signals_.on_done(take_results(false));
    wait_for_stop();
    end_all(true);
    auto results = take_results(true);
    fs::remove_all(run_folder(), none);
    fs::remove_all(source_folder(), none);
    return results;
  }

private:
  bool is_stopped() const { return signals_.stop->load(); }

  // These are removed, so nobody else may have folders of such names.
  fs::path run_folder() const { return where_.folder / "troupe-node-run"; }
  fs::path source_folder() const {
    return where_.folder / "troupe-node-source";
  }

  std::vector<std::string> common(const char* command) const {
    std::vector<std::string> words{own_program(), command, "--no-cache"};
    if (!where_.interface.empty())
      words.insert(words.end(), {"--interface", where_.interface});
    if (where_.loopback)
      words.emplace_back("--loopback");
    if (plan_.file.files > 1)
      words.emplace_back("--recursive");
    return words;
  }

  void start(part& one) {
    const auto& more =
        one.what.is_sharer ? plan_.share_options : plan_.sync_options;
    auto words = common(one.what.is_sharer ? "share" : "sync");
    if (!one.what.is_sharer)
      words.insert(words.end(), {"--quiet", "--no-fsync"});
    words.insert(words.end(), more.begin(), more.end());
    if (one.what.is_sharer) {
      words.push_back(source_.string());
    } else {
      const auto folder = run_folder() / one.what.host;
      std::error_code none;
      fs::create_directories(folder, none);
      words.push_back(plan_.file.name);
      words.push_back(plan_.file.files > 1
                          ? folder.string()
                          : (folder / plan_.file.name).string());
    }
    one.was_started = true;
    if (auto started = start_process(
            words, -1, run_folder() / ("log-" + one.what.host)))
      one.running = *started;
  }

  bool start_sharers() {
    for (auto& one : parts_) {
      if (!one.what.is_sharer)
        continue;
      start(one);
      const auto until = clock::now() + patience_for_ready;
      while (!says_ready(one.running.log)) {
        collect_until(clock::now() + milliseconds{5});
        if (!one.running.is_running() || clock::now() > until || is_stopped())
          return false;
      }
    }
    return true;
  }

  void run() {
    begin_ = clock::now();
    const auto deadline = begin_ + milliseconds{plan_.deadline_ms};
    while (clock::now() < deadline && !is_stopped()) {
      bool is_over = true;
      auto next = std::min(deadline, clock::now() + look_interval);
      for (auto& one : parts_) {
        if (one.what.is_sharer)
          continue;
        const auto at = begin_ + milliseconds{one.what.starts_ms};
        if (!one.was_started && at <= clock::now())
          start(one);
        if (!one.was_started)
          next = std::min(next, at);
        is_over = is_over && one.was_started && !one.running.is_running();
        if (one.running.is_running())
          one.peak_bytes =
              std::max(one.peak_bytes, memory_of(one.running.pid).peak);
      }
      if (is_over && has_receivers())
        return;
      collect_until(next);
    }
  }

  /// Who only shares goes on until it is told to stop.
  bool has_receivers() const {
    return std::any_of(parts_.begin(), parts_.end(), [](const part& one) {
      return !one.what.is_sharer;
    });
  }

  void collect_until(clock::time_point until) {
    std::vector<process*> all;
    for (auto& one : parts_)
      all.push_back(&one.running);
    collect(all, until);
  }

  void end_all(bool sharers) {
    for (const int with : {SIGTERM, SIGKILL}) {
      const auto until = clock::now() + patience_for_end;
      while (clock::now() < until && signal_all(sharers, with))
        collect_until(clock::now() + milliseconds{100});
    }
  }

  /// Receivers elsewhere need what is shared here until they are through.
  void wait_for_stop() {
    const auto deadline = begin_ + milliseconds{plan_.deadline_ms};
    const bool any = std::any_of(
        parts_.begin(), parts_.end(),
        [](const part& one) { return one.what.is_sharer; });
    while (any && begin_ != clock::time_point{} && !is_stopped() &&
           clock::now() < deadline)
      collect_until(clock::now() + look_interval);
  }

  /// Returns whether any was left to signal.
  bool signal_all(bool sharers, int with) {
    bool any = false;
    for (auto& one : parts_)
      if (one.what.is_sharer == sharers && one.running.is_running()) {
        if (one.what.is_sharer)
          one.peak_bytes =
              std::max(one.peak_bytes, memory_of(one.running.pid).peak);
        kill(one.running.pid, with);
        any = true;
      }
    return any;
  }

  std::vector<task_result> take_results(bool sharers) const {
    std::vector<task_result> results;
    for (const auto& one : parts_) {
      if (one.what.is_sharer != sharers)
        continue;
      task_result got;
      got.host = one.what.host;
      got.is_sharer = one.what.is_sharer;
      got.peak_bytes = one.peak_bytes;
      got.last_words = last_line_of(one.running.log);
      if (one.running.end) {
        got.status = one.running.end->status;
        got.cpu_s = one.running.end->cpu_s;
        got.started_s =
            std::max(seconds_between(begin_, one.running.started), 0.0);
        got.ended_s = seconds_between(begin_, one.running.end->at);
      }
      got.is_identical =
          !one.what.is_sharer && one.running.end &&
          is_same(source_, run_folder() / one.what.host /
                               plan_.file.name);
      results.push_back(std::move(got));
    }
    return results;
  }

  const plan& plan_;
  const workplace& where_;
  const work_signals& signals_;
  fs::path source_;
  std::vector<part> parts_;
  clock::time_point begin_{};
};

} // namespace

std::vector<task_result> do_work(const plan& what, const workplace& where,
                                 const work_signals& signals) {
  return work{what, where, signals}.play();
}

} // namespace troupe::lab
