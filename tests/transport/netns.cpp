// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/netns.hpp"

#include "transport/interfaces_linux.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <iostream>
#include <set>
#include <thread>

namespace troupe::test {
namespace {

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file << text << std::flush;
  return file.good();
}

/// Root inside, nobody outside. Only while the process has one thread.
bool enter_user_namespace() {
  const auto uid = std::to_string(geteuid());
  const auto gid = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER) != 0)
    return false;
  write_file("/proc/self/setgroups", "deny");
  return write_file("/proc/self/uid_map", "0 " + uid + " 1") &&
         write_file("/proc/self/gid_map", "0 " + gid + " 1");
}

/// Address detection and router search would delay the first packets.
void without_address_delay() {
  const std::string conf = "/proc/sys/net/ipv6/conf/";
  for (const char* each : {"all", "default"})
    write_file(conf + each + "/accept_dad", "0");
  write_file(conf + "default/router_solicitations", "0");
}

unique_fd open_namespace() {
  return unique_fd{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
}

std::string path_of(const unique_fd& fd) {
  return "/proc/" + std::to_string(getpid()) + "/fd/" +
         std::to_string(fd.get());
}

} // namespace

std::string why_no_namespaces() {
  static const std::string why = []() -> std::string {
    if (geteuid() != 0 && !enter_user_namespace())
      return "not root, and user namespaces are not allowed";
    int problem = 0;
    std::thread{[&] {
      if (unshare(CLONE_NEWNET) != 0)
        problem = errno;
    }}.join();
    if (problem != 0)
      return "unshare: " + std::generic_category().message(problem);
    if (std::system("ip -V >/dev/null 2>&1") != 0)
      return "the `ip` command is missing";
    return {};
  }();
  return why;
}

bool must_skip() {
  const std::string why = why_no_namespaces();
  if (!why.empty())
    std::cout << "skipped: no network namespaces: " << why << std::endl;
  return !why.empty();
}

net_namespace::net_namespace() {
  std::thread{[this] {
    if (unshare(CLONE_NEWNET) != 0)
      return;
    without_address_delay();
    fd_ = open_namespace();
  }}.join();
  REQUIRE(fd_);
}

void net_namespace::run(const std::function<void()>& task) const {
  std::packaged_task<void()> inside{[&] {
    if (setns(fd_.get(), CLONE_NEWNET) != 0)
      throw std::runtime_error{"cannot enter a network namespace"};
    task();
  }};
  auto done = inside.get_future();
  std::thread{std::move(inside)}.join();
  done.get();
}

bool net_namespace::try_command(const std::string& command) const {
  int status = -1;
  run([&] { status = std::system(command.c_str()); });
  return status == 0;
}

void net_namespace::command(const std::string& text) const {
  INFO(text);
  REQUIRE(try_command(text));
}

std::uint32_t net_namespace::index_of(const std::string& name) const {
  std::uint32_t index = 0;
  run([&] { index = if_nametoindex(name.c_str()); });
  REQUIRE(index != 0);
  return index;
}

void net_namespace::plug_into_bridge(const net_namespace& bridge,
                                     const std::string& name) {
  static int ports = 0;
  const std::string port = "p" + std::to_string(++ports);
  bridge.command("ip link add " + port + " type veth peer name " + name +
                 " netns " + path_of(fd_) + " && ip link set " + port +
                 " master br0 up");
  command("ip link set " + name + " up");
  wait_for_address(name);
}

void net_namespace::plug_into(const net_namespace& host,
                              const std::string& name) {
  command("ip link add " + name + " type veth peer name " + name + " netns " +
          path_of(host.fd_) + " && ip link set " + name + " up");
  host.command("ip link set " + name + " up");
  wait_for_address(name);
  host.wait_for_address(name);
}

void net_namespace::wait_for_address(const std::string& name) const {
  REQUIRE(eventually([&] {
    bool is_ready = false;
    run([&] {
      for (const auto& i : list_interfaces())
        is_ready |= i.name == name && i.is_usable() && i.has_link_local();
    });
    return is_ready;
  }));
}

std::shared_ptr<network>
net_namespace::open_network(asio_network_options options) const {
  return make_asio_network(options);
}

std::unique_ptr<receive_port>
net_namespace::receiver(network& net, receive_options options) const {
  std::unique_ptr<receive_port> port;
  run([&] { port = value_of(net.open_receiver(options)); });
  return port;
}

std::unique_ptr<send_port> net_namespace::sender(network& net,
                                                 send_options options) const {
  std::unique_ptr<send_port> port;
  run([&] { port = value_of(net.open_sender(options)); });
  return port;
}

std::unique_ptr<report_port>
net_namespace::reports(network& net, report_handler handler,
                       send_options options) const {
  std::unique_ptr<report_port> port;
  run([&] { port = value_of(net.open_reports(options, std::move(handler))); });
  return port;
}

test_bed::test_bed() {
  bridge.command("ip link add br0 type bridge mcast_snooping 0 && "
                 "ip link set br0 up");
  a.plug_into_bridge(bridge, "mc0");
  b.plug_into_bridge(bridge, "mc0");
}

bool eventually(const std::function<bool()>& condition,
                std::chrono::nanoseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(500us);
  }
  return true;
}

packet_handler packet_log::handler(bool keep) {
  return [this, keep](packet_batch&& batch) {
    const std::lock_guard lock{mutex_};
    ++batches_;
    for (const auto& p : batch.packets)
      contents_.emplace_back(p.begin(), p.end());
    if (keep)
      kept_.push_back(std::move(batch));
  };
}

std::size_t packet_log::size() const {
  const std::lock_guard lock{mutex_};
  return contents_.size();
}

std::size_t packet_log::batches() const {
  const std::lock_guard lock{mutex_};
  return batches_;
}

std::vector<std::uint32_t> packet_log::numbers() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::uint32_t> out;
  for (const auto& p : contents_)
    out.push_back(number_of(p));
  return out;
}

std::vector<bytes> packet_log::contents() const {
  const std::lock_guard lock{mutex_};
  return contents_;
}

void packet_log::let_go() {
  std::vector<packet_batch> kept;
  const std::lock_guard lock{mutex_};
  kept.swap(kept_);
}

report_handler report_log::handler() {
  return [this](report_batch&& heard) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock{mutex_};
    for (const auto& c : heard.changes)
      entries_.push_back({c, now});
  };
}

std::vector<report_log::entry> report_log::entries() const {
  const std::lock_guard lock{mutex_};
  return entries_;
}

std::size_t report_log::count(const group_address& group,
                              membership change) const {
  const std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [&](const entry& e) {
        return e.change.group == group && e.change.change == change;
      }));
}

std::size_t report_log::groups_wanted() const {
  std::set<group_address> wanted;
  for (const auto& e : entries())
    if (e.change.change == membership::wanted)
      wanted.insert(e.change.group);
  return wanted.size();
}

train_sent send_and_wait(send_port& port, std::unique_ptr<packet_train> train) {
  const auto promise = std::make_shared<std::promise<train_sent>>();
  auto sent = promise->get_future();
  port.send(std::move(train),
            [promise](train_sent&& t) { promise->set_value(std::move(t)); });
  // No assertion, since those are for the test's own thread.
  if (sent.wait_for(20s) != std::future_status::ready)
    throw std::runtime_error{"a train did not come back"};
  return sent.get();
}

} // namespace troupe::test
