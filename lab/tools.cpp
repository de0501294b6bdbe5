// SPDX-License-Identifier: BSD-3-Clause
#include "lab/tools.hpp"

#include "lab/process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace troupe::lab {

namespace {

using words = std::vector<std::string>;

constexpr std::uint16_t tcp_port = 9501;
constexpr std::uint16_t uftp_port = 1044; // the default
constexpr std::uint16_t udpcast_port = 9100;
constexpr auto receive_buffer = "4194304"; // what rmem_max is as a rule

words operator+(words left, const words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

readiness bound_to(const char* table, std::uint16_t port) {
  return {readiness::kind::is_bound, table, port};
}

readiness says_ready() { return {readiness::kind::says_ready, {}, 0}; }

std::string copy_of(const job& what, const job::receiver& at) {
  return (at.folder / what.source.filename()).string();
}

std::string file_name(const job& what) {
  return what.source.filename().string();
}

programs troupe_programs(const job& what) {
  const auto self = own_program();
  words share{self, "share", "--interface", "eth0", "--rate", "0",
              "--no-cache"};
  words sync{self, "sync", "--interface", "eth0", "--quiet", "--no-fsync",
             "--no-cache"};
  if (what.is_folder) {
    share.emplace_back("--recursive");
    sync.emplace_back("--recursive");
  }
  programs all;
  all.sharer = {what.from,
                share + what.share_options + words{what.source.string()},
                says_ready(), false, true};
  for (const auto& each : what.to) {
    const auto to =
        what.is_folder ? each.folder.string() : copy_of(what, each);
    all.receivers.push_back(
        {each.host, sync + what.sync_options + words{file_name(what), to}});
  }
  return all;
}

programs rsync_programs(const job& what) {
  const auto config = what.scratch / "rsyncd.conf";
  std::ofstream{config} << "use chroot = no\nuid = 0\ngid = 0\n[d]\npath = "
                        << what.source.parent_path().string() << "\n";
  const auto port = std::to_string(tcp_port);
  programs all;
  all.sharer = {what.from,
                {"rsync", "--daemon", "--no-detach", "--log-file=/dev/stdout",
                 "--config", config.string(), "--address", what.from_ip6,
                 "--port", port},
                bound_to("tcp6", tcp_port), false, true};
  for (const auto& each : what.to)
    all.receivers.push_back(
        {each.host,
         {"rsync", "-I", "-r", "--inplace",
          "rsync://[" + what.from_ip6 + "]:" + port + "/d/" + file_name(what),
          each.folder.string() + "/"}});
  return all;
}

/// A closed group, since an open one waits for those that may come, and the
/// address of the device, since its name means IPv4. No rate limit.
programs uftp_programs(const job& what) {
  const auto id = [](const job::receiver& one) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08zx", one.number);
    return std::string{text};
  };
  programs all;
  all.receivers_end = false;
  std::string ids;
  for (const auto& each : what.to) {
    ids += (ids.empty() ? "" : ",") + id(each);
    all.receivers.push_back(
        {each.host,
         {"uftpd", "-d", "-D", each.folder.string(), "-I", each.ip6, "-M",
          "ff1e::91:5", "-U", id(each), "-B", receive_buffer},
         bound_to("udp6", uftp_port), false, true});
  }
  all.sharer = {what.from,
                {"uftp", "-R", "-1", "-M", "ff1e::91:5", "-P", "ff1e::91:6",
                 "-I", what.from_ip6, "-B", receive_buffer, "-b", "1400", "-r",
                 "0.02", "-Y", "none", "-H", ids, what.source.string()}};
  return all;
}

/// Without the hello interval every transfer waits two seconds, without
/// --exit-wait half a second more at the end.
programs udpcast_programs(const job& what) {
  const words common{"--nokbd", "--interface", "eth0", "--portbase",
                     std::to_string(udpcast_port)};
  programs all;
  for (const auto& each : what.to)
    all.receivers.push_back(
        {each.host,
         words{"udp-receiver"} + common +
             words{"--rcvbuf", receive_buffer, "--nosync", "--exit-wait", "1",
                   "--file", copy_of(what, each)},
         bound_to("udp", udpcast_port), true, true});
  all.sharer = {what.from,
                words{"udp-sender"} + common +
                    words{"--min-receivers", std::to_string(what.to.size()),
                          "--full-duplex", "--rexmit-hello-interval", "50",
                          "--file", what.source.string()}};
  return all;
}

/// socat from file to file, one connection for each receiver.
programs tcp_programs(const job& what) {
  const auto port = std::to_string(tcp_port);
  programs all;
  // From the file to whoever asks; a process each.
  all.sharer = {what.from,
                {"socat", "-U", "-b", "262144",
                 "TCP6-LISTEN:" + port + ",reuseaddr,fork,backlog=200",
                 "OPEN:" + what.source.string() + ",rdonly"},
                bound_to("tcp6", tcp_port), false, true};
  for (const auto& each : what.to)
    all.receivers.push_back(
        {each.host,
         {"socat", "-u", "-b", "262144",
          "TCP6:[" + what.from_ip6 + "]:" + port,
          "CREATE:" + copy_of(what, each)}});
  return all;
}

/// The peer's programs, or those that scripts/bench builds on its library.
programs librecast_programs(const job& what) {
  programs all;
  all.sharer = {what.from,
                {std::getenv("PEER_SHARE"), "eth0", what.source.string()},
                says_ready(), false, true};
  for (const auto& each : what.to)
    all.receivers.push_back(
        {each.host,
         {std::getenv("PEER_SYNC"), "eth0", file_name(what),
          copy_of(what, each), std::to_string(what.deadline_ms / 1000 + 1)}});
  return all;
}

bool is_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string left = path != nullptr ? path : "/usr/bin:/bin";
  while (!left.empty()) {
    const auto colon = std::min(left.find(':'), left.size());
    const auto file = left.substr(0, colon) + "/" + name;
    if (access(file.c_str(), X_OK) == 0)
      return true;
    left.erase(0, colon + 1);
  }
  return false;
}

words needs(tool by) {
  switch (by) {
  case tool::rsync:
    return {"rsync"};
  case tool::uftp:
    return {"uftp", "uftpd"};
  case tool::udpcast:
    return {"udp-sender", "udp-receiver"};
  case tool::tcp:
    return {"socat"};
  default:
    return {};
  }
}

} // namespace

std::string own_program() {
  char path[4096];
  const auto size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size))
                  : "troupe";
}

programs programs_of(tool by, const job& what) {
  switch (by) {
  case tool::rsync:
    return rsync_programs(what);
  case tool::uftp:
    return uftp_programs(what);
  case tool::udpcast:
    return udpcast_programs(what);
  case tool::tcp:
    return tcp_programs(what);
  case tool::librecast:
    return librecast_programs(what);
  default:
    return troupe_programs(what);
  }
}

std::string missing(tool by) {
  for (const auto& each : needs(by))
    if (!is_program(each))
      return each + " is not installed";
  if (by == tool::librecast)
    for (const auto* name : {"PEER_SHARE", "PEER_SYNC"})
      if (const char* path = std::getenv(name);
          path == nullptr || access(path, X_OK) != 0)
        return std::string{"$"} + name + " names no program";
  return {};
}

std::string version_of(tool by) {
  if (!missing(by).empty())
    return {};
  if (by == tool::troupe || by == tool::rsync) {
    const auto said = run_command(
        {by == tool::troupe ? own_program() : "rsync", "--version"});
    return said ? said->substr(0, said->find('\n')) : "unknown";
  }
  // The others do not tell; the package does.
  const auto package = by == tool::tcp ? "socat" : std::string{to_string(by)};
  const auto said = run_command(
      {"dpkg-query", "-W", "-f", "${Package} ${Version}", package});
  return said ? *said : "unknown";
}

} // namespace troupe::lab
