// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/runner.hpp"

#include "tool/run/preflight.hpp"
#include "tool/run/service_manager.hpp"
#include "transport/asio_network.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>

#include <unistd.h>

namespace troupe::tool {

namespace {

using namespace std::chrono_literals;
using spdlog::level::level_enum;

constexpr auto usual_heart_period = 1s;

std::string key_of(const planned_share& plan) {
  return "share " + plan.options.paths.front();
}

std::string key_of(const planned_sync& plan) {
  return "sync " + plan.options.destination;
}

const std::string&
fingerprint_of(const std::variant<planned_share, planned_sync>& plan) {
  return std::visit(
      [](const auto& one) -> const std::string& { return one.fingerprint; },
      plan);
}

} // namespace

runner::runner(boost::asio::io_context& loop, const event_log& log,
               std::filesystem::path file, config::overrides more)
    : loop_(loop), log_(log), file_(std::move(file)), more_(std::move(more)),
      rate_(std::make_shared<shared_rate>(0)),
      actors_({.net = make_asio_network({.rate = rate_})}),
      world_{loop, actors_, log},
      signals_(loop, SIGINT, SIGTERM, SIGHUP), heart_(loop),
      heart_period_(usual_heart_period) {
  if (const auto wanted = watchdog_interval())
    heart_period_ =
        std::min<std::chrono::nanoseconds>(heart_period_, *wanted / 2);
}

std::optional<session_plan> runner::read() {
  const auto result = config::read_session(file_, more_);
  for (const auto& each : result.complaints)
    log_.write(level_enum::err, "session refused",
               {{"error", each.message()}});
  if (!result.session)
    return std::nullopt;
  return make_plan(*result.session);
}

errc runner::start() {
  auto plan = read();
  if (!plan)
    return errc::invalid_argument;
  status_file_ = plan->status_file;
  metrics_ = plan->metrics;
  if (!metrics_.empty()) {
    auto served = serve_metrics(loop_, metrics_,
                                [this] { return metrics_page(status()); });
    if (!served) {
      log_.write(level_enum::err, "session refused",
                 {{"error", served.error().message()}});
      return served.error().code;
    }
    server_ = std::move(*served);
  }
  await_signal();
  apply(std::move(*plan));
  notify_manager("READY=1");
  log_.write(level_enum::info, "session started", {{"file", file_.string()}});
  beat();
  return errc::none;
}

void runner::begin(const std::string& key, any_plan plan) {
  auto& one = slots_[key];
  one.is_stopped = one.is_over = false;
  const auto done = [this, key] { on_end(key); };
  if (auto* share = std::get_if<planned_share>(&plan))
    one.task = start_share_task(world_, std::move(*share), done);
  else
    one.task = start_sync_task(world_, std::move(std::get<planned_sync>(plan)),
                               done);
}

void runner::on_end(const std::string& key) {
  auto& one = slots_.at(key);
  one.is_over = true;
  if (!is_stopping_ && !one.is_wanted)
    slots_.erase(key);
  else if (!is_stopping_ && one.next)
    begin(key, *std::exchange(one.next, std::nullopt));
  stop_if_idle();
}

/// One that is done counts as well: it does not begin again.
bool runner::is_running(const any_plan& plan, const std::string& key) const {
  const auto known = slots_.find(key);
  return known != slots_.end() && !known->second.is_stopped &&
         known->second.task->fingerprint() == fingerprint_of(plan);
}

template <class Plan>
std::vector<std::string>
runner::missing_for(const std::vector<Plan>& plans) const {
  std::vector<std::string> all;
  for (const auto& each : plans) {
    if (is_running(each, key_of(each)))
      continue;
    const auto some = preflight(each);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void runner::apply(session_plan&& plan) {
  rate_->set(plan.rate_bits_per_s);
  for (auto& [key, one] : slots_)
    one.is_wanted = false;
  const auto put = [this](any_plan next, const std::string& key) {
    const auto known = slots_.find(key);
    if (known == slots_.end())
      return begin(key, std::move(next));
    auto& one = known->second;
    one.is_wanted = true;
    one.next.reset();
    if (is_running(next, key))
      return;
    log_.write(level_enum::info, "begins anew", {{"what", key}});
    if (one.is_over)
      return begin(key, std::move(next));
    one.next = std::move(next);
    one.is_stopped = true;
    one.task->stop();
  };
  for (auto& each : plan.shares) {
    const auto key = key_of(each);
    put(std::move(each), key);
  }
  for (auto& each : plan.syncs) {
    const auto key = key_of(each);
    put(std::move(each), key);
  }
  for (auto each = slots_.begin(); each != slots_.end();) {
    auto& [key, one] = *each;
    if (one.is_wanted) {
      ++each;
      continue;
    }
    log_.write(level_enum::info, "ends", {{"what", key}});
    one.next.reset();
    if (one.is_over) {
      each = slots_.erase(each);
      continue;
    }
    one.is_stopped = true;
    one.task->stop();
    ++each;
  }
}

void runner::reload() {
  if (is_stopping_)
    return;
  notify_manager(reloading_state());
  auto plan = read();
  // What runs begins anew only if the other would, too.
  std::vector<std::string> missing;
  if (plan) {
    missing = missing_for(plan->shares);
    const auto more = missing_for(plan->syncs);
    missing.insert(missing.end(), more.begin(), more.end());
  }
  for (const auto& each : missing)
    log_.write(level_enum::err, "session refused", {{"error", each}});
  if (!plan || !missing.empty()) {
    ++reloads_refused_;
    log_.write(level_enum::err, "session goes on as before",
               {{"file", file_.string()}});
    return notify_manager("READY=1");
  }
  const auto stays = [this](const char* what, const std::string& old,
                            const std::string& now) {
    if (old != now)
      log_.write(level_enum::warn, "not applied before a restart",
                 {{"option", std::string{what}}, {"value", now}});
  };
  stays("status", status_file_, plan->status_file);
  stays("metrics", metrics_, plan->metrics);
  apply(std::move(*plan));
  ++reloads_;
  notify_manager("READY=1");
  log_.write(level_enum::info, "session reloaded", {{"file", file_.string()}});
}

void runner::stop() {
  if (std::exchange(is_stopping_, true))
    return;
  notify_manager("STOPPING=1");
  log_.write(level_enum::info, "session stops");
  for (auto& [key, one] : slots_)
    if (!one.is_over)
      one.task->stop();
  stop_if_idle();
}

void runner::stop_if_idle() {
  const auto is_over = [](const auto& each) { return each.second.is_over; };
  if (!std::all_of(slots_.begin(), slots_.end(), is_over))
    return;
  if (!std::exchange(is_stopping_, true))
    notify_manager("STOPPING=1");
  is_over_ = true;
  write_status();
  // Nothing is left to do; what still waits would wait for ever.
  signals_.cancel();
  heart_.cancel();
  server_.reset();
}

void runner::await_signal() {
  if (is_over_)
    return;
  signals_.async_wait([this](const auto& bad, int number) {
    if (bad)
      return;
    if (number == SIGHUP)
      reload();
    else
      stop();
    await_signal();
  });
}

void runner::beat() {
  if (is_over_)
    return;
  notify_manager("WATCHDOG=1");
  write_status();
  heart_.expires_after(heart_period_);
  heart_.async_wait([this](const auto& bad) {
    if (!bad)
      beat();
  });
}

session_status runner::status() const {
  session_status all;
  all.file = file_.string();
  all.process_id = static_cast<std::uint64_t>(::getpid());
  all.reloads = reloads_;
  all.reloads_refused = reloads_refused_;
  all.rate_bits_per_s = rate_->bits_per_s();
  for (const auto& [key, one] : slots_)
    one.task->add_to(all);
  return all;
}

void runner::write_status() {
  if (status_file_.empty())
    return;
  auto text = status_json(status());
  if (text == status_written_)
    return;
  const auto fresh = status_file_ + ".new";
  std::error_code bad;
  if (std::ofstream out{fresh}; out << text << std::flush) {
    std::filesystem::rename(fresh, status_file_, bad);
    status_written_ = std::move(text);
  }
}

} // namespace troupe::tool
