// SPDX-License-Identifier: BSD-3-Clause
#include "lab/run_topology.hpp"

#include "lab/contents.hpp"
#include "lab/expectations.hpp"
#include "lab/private_world.hpp"
#include "lab/results.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>

namespace troupe::lab {

namespace {

namespace fs = std::filesystem;

/// In memory, and in the private world only.
const fs::path root = "/run/lab";

bool is_error(const error& what) { return what.code != errc::none; }

std::string fixed(double number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

std::string line_of(const run& which, const run_figures& got,
                    std::uint64_t file_bytes,
                    const std::vector<std::string>& missed) {
  std::size_t identical = 0;
  for (const auto& each : got.receivers)
    identical += each.is_identical ? 1 : 0;
  auto line = which.what->name + " by " + std::string{to_string(which.by)} +
              ", " + std::to_string(which.receivers.size()) + " receivers";
  if (which.loss_pct)
    line += ", " + fixed(*which.loss_pct, 1) + " % loss";
  line += ": ";
  if (!got.failure.empty())
    return line + got.failure;
  line += fixed(got.wall_s, 2) + " s, " +
          fixed(static_cast<double>(got.sent_bytes) /
                    static_cast<double>(std::max<std::uint64_t>(file_bytes, 1)),
                2) +
          " bytes a byte, " + std::to_string(identical) + " identical";
  for (const auto& each : missed)
    line += "\n  missed: " + each;
  return line;
}

/// Everything of a lab within its private world.
class world {
public:
  world(const topology& all, const progress_line& say)
      : all_{all}, say_{say} {}

  expected<std::string> run_all() {
    auto hosts = netns_hosts::make(all_);
    if (!hosts)
      return hosts.error();
    if (auto bad = make_contents(); is_error(bad))
      return bad;
    auto results = json_of_lab(all_);
    for (const auto& tool : results["tools"])
      if (tool["missing"] != "")
        say_("left out: " + tool["name"].get<std::string>() + ": " +
             tool["missing"].get<std::string>());
    for (const auto& one : runs_of(all_)) {
      if (!missing(one.by).empty())
        continue;
      auto got = run_one(*hosts, one);
      const auto bytes = total_bytes(*all_.find_content(one.what->file));
      const auto missed = missed_expectations(all_, one, got, bytes);
      say_(line_of(one, got, bytes, missed));
      results["runs"].push_back(json_of(one, got, bytes, missed));
    }
    if (results["runs"].empty())
      return error{errc::unsupported, "none of the tools is installed"};
    // Programs may print anything; JSON is UTF-8.
    return results.dump(-1, ' ', false,
                        nlohmann::json::error_handler_t::replace);
  }

  error build() {
    auto hosts = netns_hosts::make(all_);
    if (!hosts)
      return hosts.error();
    std::vector<std::string> names;
    for (const auto& one : all_.hosts)
      names.push_back(one.name);
    if (auto bad = hosts->arrange(names, {}, {}); is_error(bad))
      return bad;
    return make_contents();
  }

private:
  error make_contents() {
    for (const auto& one : all_.contents) {
      auto path = make_content(root / "source" / one.name, one, all_.seed);
      if (!path)
        return path.error();
      sources_[one.name] = *path;
    }
    return {};
  }

  run_figures run_one(netns_hosts& hosts, const run& one) {
    const auto scratch = root / "run";
    std::error_code none;
    fs::remove_all(scratch, none);
    fs::create_directories(scratch / "cache", none);
    // Nothing that one run remembers is there for the next.
    setenv("XDG_CACHE_HOME", (scratch / "cache").c_str(), 1);
    setenv("XDG_STATE_HOME", (scratch / "cache").c_str(), 1);
    job what;
    what.source = sources_[one.what->file];
    what.is_folder = all_.find_content(one.what->file)->files > 1;
    what.from = one.what->from;
    what.from_ip6 = hosts.ip6_of(what.from);
    what.scratch = scratch;
    what.deadline_ms = all_.deadline_ms;
    what.share_options = one.what->share_options;
    what.sync_options = one.what->sync_options;
    for (const auto& name : one.receivers) {
      what.to.push_back(
          {name, hosts.ip6_of(name), hosts.number_of(name), scratch / name});
      fs::create_directories(what.to.back().folder, none);
    }
    auto present = one.receivers;
    present.push_back(what.from);
    run_figures figures;
    if (auto bad = hosts.arrange(present, one.receivers, one.loss_pct);
        is_error(bad)) {
      figures.failure = bad.message();
      return figures;
    }
    figures = transfer(all_, hosts, one.by, what);
    if (auto broken = hosts.broken_part(); !broken.empty())
      figures.failure = std::move(broken);
    for (auto& each : figures.receivers)
      each.loss_pct =
          one.loss_pct.value_or(all_.find_host(each.host)->cable.loss_pct);
    return figures;
  }

  const topology& all_;
  const progress_line& say_;
  std::map<std::string, fs::path, std::less<>> sources_;
};

/// A file whose lock says which process keeps a topology.
fs::path lock_path(const std::string& name) {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return fs::path{folder != nullptr && *folder != '\0' ? folder : "/tmp"} /
         ("troupe-lab-" + std::to_string(geteuid()) + "-" + name);
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

} // namespace

expected<std::string> run_topology(const topology& all,
                                   const progress_line& say) {
  return in_private_world([&] { return world{all, say}.run_all(); });
}

error keep_topology(const topology& all, const progress_line& say) {
  const auto path = lock_path(all.name);
  const owned_fd file{open(path.c_str(),
                           O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  auto lock = whole_file(F_WRLCK);
  if (file.get() < 0)
    return {from_errno(errno), "'" + path.string() + "'"};
  if (fcntl(file.get(), F_SETLK, &lock) != 0)
    return {errc::already_exists, "a lab '" + all.name + "' is up"};
  const auto keeper = std::to_string(getpid());
  const auto ended = in_private_world([&]() -> expected<std::string> {
    if (auto bad = world{all, say}.build(); is_error(bad))
      return bad;
    say("up: " + all.name + "; a command on a host:");
    // The first process of the world is a child of a child.
    const auto first = "$(pgrep -P $(pgrep -P " + keeper + " | head -n 1))";
    say("  nsenter --target " + first + " --mount --pid --net ip netns exec " +
        all.hosts.front().name + " COMMAND");
    say("ready");
    for (;;)
      pause();
  });
  unlink(path.c_str());
  if (ended || ended.error().code == errc::cancelled)
    return {};
  return ended.error();
}

error end_topology(const std::string& name) {
  const auto path = lock_path(name);
  const owned_fd file{open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  auto lock = whole_file(F_WRLCK);
  if (file.get() < 0 || fcntl(file.get(), F_GETLK, &lock) != 0 ||
      lock.l_type == F_UNLCK)
    return {errc::not_found, "no lab '" + name + "' is up"};
  kill(lock.l_pid, SIGTERM);
  const auto until = clock::now() + std::chrono::seconds{15};
  while (clock::now() < until) {
    lock = whole_file(F_WRLCK);
    if (fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK)
      return {};
    usleep(20'000);
  }
  return {errc::timed_out, "lab '" + name + "' does not end"};
}

} // namespace troupe::lab
