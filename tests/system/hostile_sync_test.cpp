// SPDX-License-Identifier: BSD-3-Clause
// A host on the link answers every packet of the sharer with forged ones, and
// every request with false ones, in simulated time.
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"

#include <set>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Joins whatever anybody joins, and sends each packet of the first sender
/// that it hears again, with the same header and another symbol.
class forger {
public:
  forger(sim_net& net, std::size_t copies)
      : copies_(copies), out_(std::move(*net.open_sender({}))),
        in_(std::move(*net.open_receiver({}))),
        ear_(std::move(*net.open_reports({}, [this](report_batch&& heard) {
          for (const auto& each : heard.changes)
            if (groups_.insert(each.group).second)
              in_->join({{each.group, [this, to = each.group](auto&& batch) {
                            answer(to, batch);
                          }}});
        }))) {}

  std::uint64_t forged() const { return forged_; }

private:
  void answer(const group_address& to, const packet_batch& batch) {
    if (sharer_ == ip6_address{})
      sharer_ = batch.from;
    if (batch.from != sharer_)
      return;
    for (const auto packet : batch.packets) {
      const std::size_t header =
          packet.size() == object_packet_bytes  ? object_header_bytes
          : packet.size() == chunk_packet_bytes ? chunk_header_bytes
                                                : range_header_bytes;
      if (packet.size() <= header)
        continue;
      auto train = std::make_unique<packet_train>();
      train->to = to;
      train->packet_bytes = static_cast<std::uint16_t>(packet.size());
      for (std::size_t i = 0; i < copies_; ++i)
        train->bytes.insert(train->bytes.end(), packet.begin(), packet.end());
      for (std::size_t i = 0; i < train->bytes.size(); ++i)
        if (i % packet.size() >= header)
          train->bytes[i] ^= std::byte{0x33};
      forged_ += copies_;
      out_->send(std::move(train), [](train_sent&&) {});
    }
  }

  std::size_t copies_;
  std::uint64_t forged_ = 0;
  ip6_address sharer_;
  std::set<group_address> groups_;
  std::unique_ptr<send_port> out_;
  std::unique_ptr<receive_port> in_;
  std::unique_ptr<report_port> ear_;
};

} // namespace

TEST_CASE("a sync completes though every packet comes forged as well",
          "[system][hostile]") {
  const auto size = GENERATE(20'000u, 3'000'000u);
  const bool is_classic = GENERATE(false, true);
  INFO(size << " bytes, classic " << is_classic);
  world w{{.seed = 5, .loss = 0.01}};
  if (is_classic)
    w.range_symbol_bytes = 0;
  const auto data = pattern(size, 61);
  w.add("file", data);
  forger enemy{*w.net, 1};
  w.start_share();
  const auto r = w.sync("file", std::vector<std::byte>(size), 60s);
  REQUIRE(r.done());
  INFO(r.report().failure.message());
  CHECK(r.report().ok());
  CHECK(r.buffer == data);
  CHECK(enemy.forged() > 10);
  CHECK(r.report().stats.elapsed < 20s);
}

TEST_CASE("false requests cost the sharer no more than an interval's worth",
          "[system][hostile]") {
  const std::size_t size = 8u << 20;
  world w;
  const auto data = pattern(size, 62);
  w.add("file", data);
  w.start_share();
  // Somebody asks for all that others ask for, and again every 10 ms.
  std::set<group_address> groups;
  auto in = std::move(*w.net->open_receiver({}));
  const auto ear = std::move(*w.net->open_reports({}, [&](report_batch&& heard) {
    for (const auto& each : heard.changes)
      groups.insert(each.group);
  }));
  world::receiver r;
  r.buffer.resize(size);
  w.start(r, world::request_for("file", r.buffer));
  const auto sent_before = w.counters->packets_sent.load();
  const auto begin = w.net->now();
  while (!r.done() && w.net->now() - begin < 30s) {
    std::vector<group_address> all(groups.begin(), groups.end());
    std::vector<subscription> wanted;
    for (const auto& group : all)
      wanted.push_back({group, [](auto&&) {}});
    in->leave(all);
    in->join(std::move(wanted));
    w.advance(10ms);
  }
  REQUIRE(r.done());
  CHECK(r.report().ok());
  CHECK(r.buffer == data);
  const auto took_s = std::chrono::duration<double>(w.net->now() - begin).count();
  const auto needed = size / default_range_symbol_bytes;
  const auto sent = w.counters->packets_sent.load() - sent_before;
  INFO(sent << " packets in " << took_s << " s for " << needed);
  // Each group four times at once, then once a second.
  CHECK(sent <= needed * static_cast<std::uint64_t>(6 + took_s));
}
