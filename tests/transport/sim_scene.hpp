// SPDX-License-Identifier: BSD-3-Clause
// A simulated network with a sender, receivers and ears, for its tests.
#pragma once

#include "tests/transport/support.hpp"
#include "transport/sim_net.hpp"

namespace troupe::test {

inline const group_address group = group_number(1);

/// A sender and some receivers of one group, and everything that happens.
struct scene {
  explicit scene(sim_net_options options, std::size_t receivers = 1)
      : net(options), sender(value_of(net.open_sender({}))) {
    for (std::size_t i = 0; i < receivers; ++i) {
      ports.push_back(value_of(net.open_receiver({})));
      heard.emplace_back();
      join(i, group);
    }
  }

  void join(std::size_t receiver, const group_address& g) {
    ports[receiver]->join(
        {{g, [this, receiver](packet_batch&& b) {
            batches.push_back(b.packets.size());
            for (const auto& p : b.packets)
              heard[receiver].push_back({net.now(), bytes{p.begin(), p.end()}});
          }}});
  }

  void send(std::size_t packets, std::uint16_t packet_bytes = 100,
            std::uint32_t first = 0) {
    sender->send(numbered_train(group, packets, packet_bytes, first),
                 [this](train_sent&& t) {
                   sent.push_back({net.now(), t.result, t.packets});
                 });
  }

  struct arrival {
    time_point at;
    bytes packet;
    friend bool operator==(const arrival&, const arrival&) = default;
  };
  struct outcome {
    time_point at;
    errc result;
    std::uint64_t packets;
  };
  sim_net net;
  std::unique_ptr<send_port> sender;
  std::vector<std::unique_ptr<receive_port>> ports;
  std::vector<std::vector<arrival>> heard;
  std::vector<std::size_t> batches;
  std::vector<outcome> sent;
};

inline std::vector<group_change>
only_wanted(const std::vector<group_change>& all) {
  std::vector<group_change> out;
  for (const auto& c : all)
    if (c.change == membership::wanted)
      out.push_back(c);
  return out;
}

/// A report port and what it heard, with the time.
struct ear {
  explicit ear(sim_net& net)
      : port(value_of(net.open_reports({}, [this, &net](auto&& batch) {
          for (const auto& c : batch.changes) {
            heard.push_back(c);
            times.push_back(net.now());
          }
        }))) {}
  std::vector<group_change> heard;
  std::vector<time_point> times;
  std::unique_ptr<report_port> port;
};

} // namespace troupe::test
