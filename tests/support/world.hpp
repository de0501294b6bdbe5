// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/share_supervisor.hpp"
#include "actors/sync_supervisor.hpp"
#include "core/hasher.hpp"
#include "core/range_index.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/recorders.hpp"

namespace troupe::test {

/// The tree of bytes in memory.
inline merkle_tree tree_of(hash_type type, std::span<const std::byte> bytes) {
  if (bytes.empty())
    return {};
  tree_build work{type, make_memory_source(bytes)};
  while (work.hash_next_range() == tree_build::step::more) {
  }
  return *work.finish();
}

/// A share and any number of receivers in simulated time.
class world : public actor_fixture {
public:
  explicit world(sim_net_options options = {}, std::uint64_t schedule_seed = 1)
      : actor_fixture(options, schedule_seed) {}

  ~world() {
    stop_share();
    settle();
  }

  /// Puts `bytes` into the index under `name`.
  void add(const std::string& name, std::vector<std::byte> bytes,
           hash_type type = hash_type::blake2b) {
    if (!index || index->type() != type)
      index = std::make_shared<share_index>(type, range_symbol_bytes);
    object_header header;
    header.size = bytes.size();
    header.metadata.mode = 0100644;
    header.name = name;
    const auto tree = tree_of(type, bytes);
    index->add_file(header, tree, make_blob_source(blob{std::move(bytes)}));
  }

  void start_share() {
    share_request request;
    request.index = index;
    request.counters = counters;
    request.key = key;
    request.signing = signing;
    share_environment env;
    env.net = net;
    env.client = system.spawn(recording_share_client, share_reports);
    share = system.spawn(share_supervisor, request, env);
    settle();
  }

  void stop_share() {
    if (share)
      compat::anon_send(share, troupe::stop_share{});
    share = share_supervisor_actor{};
    settle();
  }

  /// A receiver whose old content is `buffer`.
  struct receiver {
    std::vector<std::byte> buffer;
    std::shared_ptr<std::vector<sync_report>> reports =
        std::make_shared<std::vector<sync_report>>();
    std::shared_ptr<std::optional<sync_progress>> doubted =
        std::make_shared<std::optional<sync_progress>>();
    sync_supervisor_actor supervisor;

    bool done() const { return !reports->empty(); }
    const sync_report& report() const { return reports->front(); }
  };

  static sync_request request_for(const std::string& name,
                                  std::span<std::byte> buffer) {
    sync_request request;
    request.name = name;
    request.destination = make_memory_sink(buffer);
    request.hash_jobs = 2;
    return request;
  }

  void start(receiver& r, sync_request request) {
    sync_environment env;
    env.net = net;
    env.client = system.spawn(recording_client, r.reports);
    env.observer = system.spawn(recording_doubt, r.doubted);
    env.detached_writer = false;
    r.supervisor = system.spawn(sync_supervisor, std::move(request), env);
    settle();
  }

  /// Syncs `name` into a buffer that held `old_content`; waits for the report.
  receiver sync(const std::string& name, std::vector<std::byte> old_content,
                std::chrono::nanoseconds limit = std::chrono::minutes{5}) {
    receiver r;
    r.buffer = std::move(old_content);
    start(r, request_for(name, r.buffer));
    advance_until([&] { return r.done(); }, limit);
    return r;
  }

  /// T of the shares to come; 0: librecast sharers, without range channels.
  std::uint16_t range_symbol_bytes = default_range_symbol_bytes;
  std::optional<seal_key> key; ///< of the shares to come
  std::shared_ptr<const share_signing> signing; ///< of the shares to come
  std::shared_ptr<share_index> index;
  std::shared_ptr<share_counters> counters = std::make_shared<share_counters>();
  std::shared_ptr<std::vector<share_report>> share_reports =
      std::make_shared<std::vector<share_report>>();
  share_supervisor_actor share;
};

} // namespace troupe::test
