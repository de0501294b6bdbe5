// SPDX-License-Identifier: BSD-3-Clause
// Hosts on a bridge, made of network namespaces without names: nothing of the
// machine's own network is touched, and they are gone with the process.
#pragma once

#include "tests/transport/support.hpp"
#include "transport/asio_network.hpp"
#include "transport/unique_fd.hpp"

#include <functional>
#include <mutex>
#include <string>

namespace troupe::test {

/// Why this process may not make network namespaces; empty if it may. An
/// ordinary user gets a user namespace first, where the system allows it.
std::string why_no_namespaces();

/// True, with the reason printed, when a test must be skipped.
bool must_skip();

/// A host of its own.
class net_namespace {
public:
  net_namespace();

  /// Runs `task` on a thread inside, waits for it, and passes on what it
  /// throws. Sockets and threads made there belong to this host for ever.
  void run(const std::function<void()>& task) const;

  /// Runs a shell command inside; true when it succeeds.
  bool try_command(const std::string& command) const;
  /// The same, and it must succeed.
  void command(const std::string& command) const;

  /// Index of an interface inside.
  std::uint32_t index_of(const std::string& name) const;

  /// Plugs an interface called `name` of this host into a bridge, or straight
  /// into another host under the same name, and waits for its address.
  void plug_into_bridge(const net_namespace& bridge, const std::string& name);
  void plug_into(const net_namespace& host, const std::string& name);

  std::shared_ptr<network>
  open_network(asio_network_options options = {}) const;
  std::unique_ptr<receive_port> receiver(network& net,
                                         receive_options options = {}) const;
  std::unique_ptr<send_port> sender(network& net,
                                    send_options options = {}) const;
  std::unique_ptr<report_port> reports(network& net, report_handler handler,
                                       send_options options = {}) const;

private:
  void wait_for_address(const std::string& name) const;

  unique_fd fd_;
};

/// Two hosts, a and b, each with an interface mc0 on one bridge that floods
/// multicast.
struct test_bed {
  test_bed();
  net_namespace bridge;
  net_namespace a;
  net_namespace b;
};

/// Waits until `condition` holds, up to `limit`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::nanoseconds limit = 10s);

/// What a receive port's handlers got. Safe to look into from any thread.
class packet_log {
public:
  /// A handler that notes numbers and may keep the batches.
  packet_handler handler(bool keep = false);
  subscription of(const group_address& group, bool keep = false) {
    return {group, handler(keep)};
  }

  std::size_t size() const;
  std::size_t batches() const;
  std::vector<std::uint32_t> numbers() const;
  std::vector<bytes> contents() const;
  void let_go();

private:
  mutable std::mutex mutex_;
  std::vector<bytes> contents_;
  std::vector<packet_batch> kept_;
  std::size_t batches_ = 0;
};

/// What a report port heard, and when.
class report_log {
public:
  struct entry {
    group_change change;
    std::chrono::steady_clock::time_point at;
  };
  report_handler handler();
  std::vector<entry> entries() const;
  std::size_t count(const group_address& group, membership change) const;
  /// Groups that were wanted at least once.
  std::size_t groups_wanted() const;

private:
  mutable std::mutex mutex_;
  std::vector<entry> entries_;
};

/// Sends a train and waits until it comes back.
train_sent send_and_wait(send_port& port, std::unique_ptr<packet_train> train);

} // namespace troupe::test
