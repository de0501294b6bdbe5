// SPDX-License-Identifier: BSD-3-Clause
// Real threads, but a network that never answers: what a session promises to
// programs that know nothing of actors.
#include "actors/session.hpp"

#include "tests/support/catch.hpp"

#include <condition_variable>
#include <mutex>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct silent_port : receive_port, send_port, report_port {
  void join(std::vector<subscription>) override {}
  void leave(std::vector<group_address>) override {}
  void rejoin(std::vector<group_address>) override {}
  void hear_only(std::vector<ip6_address>) override {}
  receive_counters counters() const override { return {}; }
  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) override {
    on_sent({std::move(train), errc::cancelled, 0});
  }
  void close() override {}
};

struct silent_network : network {
  errc refuse = errc::none;

  template <class Port>
  expected<std::unique_ptr<Port>> open() {
    if (refuse != errc::none)
      return error{refuse, "this network refuses"};
    return std::unique_ptr<Port>{std::make_unique<silent_port>()};
  }
  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options&) override {
    return open<receive_port>();
  }
  expected<std::unique_ptr<send_port>>
  open_sender(const send_options&) override {
    return open<send_port>();
  }
  expected<std::unique_ptr<report_port>>
  open_reports(const send_options&, report_handler) override {
    return open<report_port>();
  }
};

/// A report to wait for, with a deadline.
template <class T>
class mailbox {
public:
  void put(const T& value) {
    const std::lock_guard guard{lock_};
    values_.push_back(value);
    changed_.notify_all();
  }
  std::optional<T> take() {
    std::unique_lock guard{lock_};
    if (!changed_.wait_for(guard, 10s, [this] { return !values_.empty(); }))
      return std::nullopt;
    auto value = values_.front();
    values_.erase(values_.begin());
    return value;
  }
  std::size_t size() {
    const std::lock_guard guard{lock_};
    return values_.size();
  }

private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<T> values_;
};

sync_request request_into(std::vector<std::byte>& buffer) {
  sync_request request;
  request.name = "some name";
  request.destination = make_memory_sink(buffer);
  return request;
}

} // namespace

TEST_CASE("a sync that is cancelled reports once", "[actors][session]") {
  session s{{.threads = 2, .net = std::make_shared<silent_network>()}};
  std::vector<std::byte> buffer(10);
  mailbox<sync_report> box;
  const auto sync = s.start_sync(request_into(buffer),
                                 [&](const auto& r) { box.put(r); });
  sync.cancel();
  sync.cancel();
  const auto report = box.take();
  REQUIRE(report);
  CHECK(report->failure.code == errc::cancelled);
  CHECK(box.size() == 0);
}

TEST_CASE("the end of a session ends all that runs", "[actors][session]") {
  std::vector<std::byte> buffers[5];
  mailbox<sync_report> syncs;
  mailbox<share_report> shares;
  {
    session s{{.threads = 2, .net = std::make_shared<silent_network>()}};
    for (auto& buffer : buffers) {
      buffer.resize(10);
      s.start_sync(request_into(buffer), [&](const auto& r) { syncs.put(r); });
    }
    share_request share;
    share.index = std::make_shared<share_index>(hash_type::blake2b);
    s.start_share(share, [&](const auto& r) { shares.put(r); });
    REQUIRE(shares.take()->what == share_report::event::listening);
  }
  CHECK(syncs.size() == 5);
  CHECK(shares.size() == 1);
  CHECK(shares.take()->what == share_report::event::stopped);
}

TEST_CASE("a network that refuses is reported with its reason",
          "[actors][session]") {
  auto net = std::make_shared<silent_network>();
  net->refuse = errc::no_permission;
  session s{{.threads = 2, .net = net}};
  std::vector<std::byte> buffer(10);
  mailbox<sync_report> syncs;
  mailbox<share_report> shares;
  s.start_sync(request_into(buffer), [&](const auto& r) { syncs.put(r); });
  share_request share;
  share.index = std::make_shared<share_index>(hash_type::blake2b);
  s.start_share(share, [&](const auto& r) { shares.put(r); });
  const auto sync = syncs.take();
  REQUIRE(sync);
  CHECK(sync->failure.code == errc::no_permission);
  const auto report = shares.take();
  REQUIRE(report);
  CHECK(report->what == share_report::event::failed);
  CHECK(report->failure.what == "this network refuses");
}
