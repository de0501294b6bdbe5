// SPDX-License-Identifier: BSD-3-Clause
// Syncs that only say what they would do: nothing is written, and no group of
// a file's data is joined.
#include "core/channel_key.hpp"
#include "tests/support/tree_world.hpp"

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

/// Every group that was ever joined.
using joined_groups = std::shared_ptr<std::vector<group_address>>;

class counting_port final : public receive_port {
public:
  counting_port(std::unique_ptr<receive_port> inner, joined_groups joined)
      : inner_(std::move(inner)), joined_(std::move(joined)) {}

  void join(std::vector<subscription> wanted) override {
    for (const auto& one : wanted)
      joined_->push_back(one.group);
    inner_->join(std::move(wanted));
  }
  void leave(std::vector<group_address> groups) override {
    inner_->leave(std::move(groups));
  }
  void rejoin(std::vector<group_address> groups) override {
    inner_->rejoin(std::move(groups));
  }
  void hear_only(std::vector<ip6_address> senders) override {
    inner_->hear_only(std::move(senders));
  }
  receive_counters counters() const override { return inner_->counters(); }
  void close() override { inner_->close(); }

private:
  std::unique_ptr<receive_port> inner_;
  joined_groups joined_;
};

class counting_network final : public network {
public:
  explicit counting_network(std::shared_ptr<network> inner)
      : inner_(std::move(inner)) {}

  expected<std::unique_ptr<receive_port>>
  open_receiver(const receive_options& options) override {
    auto port = inner_->open_receiver(options);
    if (!port)
      return port.error();
    return std::unique_ptr<receive_port>{
        std::make_unique<counting_port>(std::move(*port), joined)};
  }
  expected<std::unique_ptr<send_port>>
  open_sender(const send_options& options) override {
    return inner_->open_sender(options);
  }
  expected<std::unique_ptr<report_port>>
  open_reports(const send_options& options,
               report_handler on_reports) override {
    return inner_->open_reports(options, std::move(on_reports));
  }

  joined_groups joined = std::make_shared<std::vector<group_address>>();

private:
  std::shared_ptr<network> inner_;
};

class dry_world : public tree_world {
public:
  using tree_world::tree_world;

  sync_report run(sync_request request) {
    counted->joined->clear();
    auto reports = std::make_shared<std::vector<sync_report>>();
    {
      sync_environment env;
      env.net = counted;
      env.client = system.spawn(recording_client, reports);
      env.detached_writer = false;
      auto handle =
          system.spawn(tree_supervisor, std::move(request), std::move(env));
      settle();
      REQUIRE(advance_until([&] { return !reports->empty(); },
                            std::chrono::minutes{5}));
    }
    settle();
    REQUIRE(reports->size() == 1);
    CHECK(net->stats().groups_joined_now == 0);
    return reports->front();
  }

  sync_request request_of(const std::string& name, sync_depth depth,
                          const std::string& place = "to/it") {
    auto request = tree_request_for(name, place);
    request.depth = depth;
    request.metadata = {true, true, true, true, false};
    return request;
  }

  /// Groups joined that carry content of `bytes` bytes in all: chunks and
  /// ranges, source symbols and repair, in either protocol.
  std::size_t data_joins(std::uint64_t bytes) const {
    std::size_t count = 0;
    for (const auto& group : *counted->joined) {
      const auto joined = group_key(group);
      bool is_data = carries(index->find(joined), bytes);
      for (const auto kind : {channel_kind::data, channel_kind::repair}) {
        const auto name = read_channel_key(kind, joined);
        is_data = is_data || carries(index->find(name.node), bytes);
      }
      count += is_data;
    }
    return count;
  }

  std::shared_ptr<counting_network> counted =
      std::make_shared<counting_network>(net);

private:
  static bool carries(const std::optional<object_directory::found>& found,
                      std::uint64_t bytes) {
    if (!found)
      return false;
    if (const auto* chunk = std::get_if<indexed_chunk>(&found->entry))
      return chunk->from->size() == bytes;
    const auto* range = std::get_if<indexed_range>(&found->entry);
    return range != nullptr && range->from->size() == bytes;
  }
};

constexpr std::size_t large = 3'000'000;

tree shared_tree() {
  std::mt19937_64 random{5};
  auto all = empty_tree();
  all["a"] = node::file(random_bytes(random, 100));
  all["b"] = node::file(random_bytes(random, 200));
  all["d"] = node::directory();
  all["d/empty"] = node::file({});
  all["d/large"] = node::file(random_bytes(random, large));
  all["d/link"] = node::link("../a");
  return all;
}

const entry_change* change_at(const sync_report& report,
                              const std::string& path) {
  for (const auto& one : report.tree.changes)
    if (one.path == path)
      return &one;
  return nullptr;
}

} // namespace

TEST_CASE_METHOD(dry_world, "a dry run of a file joins no group of its data") {
  std::mt19937_64 random{4};
  const auto classic = GENERATE(false, true);
  range_symbol_bytes = classic ? 0 : default_range_symbol_bytes;
  auto content = random_bytes(random, large);
  auto old = content;
  old[1'000'000] ^= std::byte{1};
  add("file", content);
  start_share();
  fs::create_directory(disk / "to");
  write_file(disk / "to" / "it", old);

  const auto report = run(request_of("file", sync_depth::compare));
  REQUIRE(report.failure.message() == "success");
  CHECK(data_joins(large) == 0);
  CHECK(!counted->joined->empty());
  REQUIRE(report.plan);
  CHECK(report.plan->fetch.size() == 1);
  CHECK(report.groups_planned == 1);
  CHECK(report.bytes_planned == chunk_bytes);
  CHECK(report.stats.chunks_kept == chunk_count(large) - 1);
  REQUIRE(report.tree.changes.size() == 1);
  CHECK(report.tree.changes.front().content);
  CHECK(!report.tree.changes.front().size);
  CHECK(!report.tree.changes.front().is_new);
  CHECK(read_file(disk / "to" / "it") == old);

  // The real one joins some, so the count above could have been another.
  const auto real = run(request_of("file", sync_depth::all));
  REQUIRE(real.failure.message() == "success");
  CHECK(data_joins(large) > 0);
  CHECK(read_file(disk / "to" / "it") == content);
  const auto again = run(request_of("file", sync_depth::compare));
  CHECK(again.is_unchanged);
  CHECK(again.groups_planned == 0);
}

TEST_CASE_METHOD(dry_world, "a dry run of a directory changes nothing, and says"
                            " what would change") {
  const auto all = shared_tree();
  add_directory("share", all);
  start_share();

  const auto fresh = run(request_of("share", sync_depth::compare));
  REQUIRE(fresh.failure.message() == "success");
  CHECK(!fs::exists(disk / "to" / "it"));
  CHECK(fresh.tree.changes.size() == all.size());
  for (const auto& one : fresh.tree.changes)
    CHECK(one.is_new);
  CHECK(fresh.tree.files == 4);
  CHECK(fresh.tree.files_changed == 4);
  REQUIRE(fresh.contents);
  const auto pack = fresh.contents->pack.header.size;
  CHECK(pack > large);
  CHECK(data_joins(pack) == 0);
  CHECK(fresh.groups_planned > 0);
  CHECK(fresh.groups_planned <= chunk_count(pack));

  REQUIRE(run(request_of("share", sync_depth::all)).ok());
  CHECK(data_joins(pack) > 0);
  const auto same = run(request_of("share", sync_depth::compare));
  CHECK(same.is_unchanged);
  CHECK(same.tree.changes.empty());
  CHECK(data_joins(pack) == 0);

  // Of two small files in one chunk, it is one.
  const auto there = disk / "to" / "it";
  auto bytes = read_file(there / "b");
  bytes[7] ^= std::byte{1};
  write_file(there / "b", bytes);
  write_file(there / "more", bytes);
  fs::permissions(there / "d" / "large", fs::perms::owner_read);
  fs::remove(there / "d" / "link");
  fs::create_symlink("elsewhere", there / "d" / "link");
  const auto before = read_tree(there);
  auto request = request_of("share", sync_depth::compare);
  request.tree->delete_others = true;
  const auto changed = run(std::move(request));
  REQUIRE(changed.ok());
  CHECK(difference(read_tree(there), before) == "");
  CHECK(data_joins(pack) == 0);
  CHECK(change_at(changed, "a") == nullptr);
  REQUIRE(change_at(changed, "b") != nullptr);
  CHECK(change_at(changed, "b")->content);
  CHECK(!change_at(changed, "b")->size);
  REQUIRE(change_at(changed, "d/large") != nullptr);
  CHECK(!change_at(changed, "d/large")->content);
  CHECK(change_at(changed, "d/large")->mode);
  REQUIRE(change_at(changed, "d/link") != nullptr);
  CHECK(change_at(changed, "d/link")->content);
  REQUIRE(change_at(changed, "more") != nullptr);
  CHECK(change_at(changed, "more")->is_deleted);
  CHECK(changed.tree.deleted == 1);
  CHECK(changed.tree.files_changed == 1);

  // A real sync that lists its changes says the same.
  auto real = request_of("share", sync_depth::all);
  real.tree->delete_others = true;
  real.tree->list_changes = true;
  const auto done = run(std::move(real));
  REQUIRE(done.ok());
  CHECK(done.tree.changes == changed.tree.changes);
}

TEST_CASE_METHOD(dry_world, "a list has every entry, and looks at no"
                            " destination") {
  const auto all = shared_tree();
  add_directory("share", all);
  start_share();
  auto request = request_of("share", sync_depth::list);
  request.tree->destination = disk / "nowhere" / "at" / "all";
  const auto report = run(std::move(request));
  REQUIRE(report.failure.message() == "success");
  REQUIRE(report.contents);
  CHECK(report.contents->entries.size() == all.size());
  CHECK(data_joins(report.contents->pack.header.size) == 0);
}

TEST_CASE_METHOD(dry_world, "what is in the way of a sync is in the way of a dry"
                            " run") {
  add_directory("share", shared_tree());
  start_share();
  fs::create_directories(disk / "to" / "it" / "a");
  const auto report = run(request_of("share", sync_depth::compare));
  CHECK(report.failure.code == errc::is_directory);
}

TEST_CASE_METHOD(dry_world, "of a librecast directory nothing is compared") {
  range_symbol_bytes = 0;
  add_directory("share", shared_tree());
  start_share();
  const auto report = run(request_of("share", sync_depth::compare));
  CHECK(report.failure.code == errc::unsupported);
  CHECK(!fs::exists(disk / "to" / "it"));
}
