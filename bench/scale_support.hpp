// SPDX-License-Identifier: BSD-3-Clause
// What the simulations of many receivers have in common.
#pragma once

#include "actors/share_supervisor.hpp"
#include "actors/sync_supervisor.hpp"
#include "core/range_index.hpp"
#include "tests/support/recorders.hpp"
#include "transport/sim_net.hpp"

#include <chrono>
#include <cstring>
#include <deque>

namespace troupe::bench {

using bytes = std::vector<std::byte>;

/// Compares instead of keeping: ten thousand copies need no memory.
class comparing_sink final : public sink {
public:
  explicit comparing_sink(std::shared_ptr<const bytes> original)
      : original_{std::move(original)} {}

  errc begin(std::uint64_t length) override {
    return length == original_->size() ? errc::none : errc::too_large;
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> part) override {
    if (offset > original_->size() || part.size() > original_->size() - offset ||
        std::memcmp(original_->data() + offset, part.data(), part.size()) != 0)
      return errc::io_error;
    written_ += part.size();
    return errc::none;
  }
  errc copy_from_old(byte_range, std::uint64_t) override {
    return errc::unsupported;
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    return written_ == original_->size() ? errc::none : errc::io_error;
  }
  std::shared_ptr<const source> old() const override { return nullptr; }
  void discard() noexcept override {}

private:
  std::shared_ptr<const bytes> original_;
  std::uint64_t written_ = 0;
};

/// One that asks for the file, and how that went.
struct receiver {
  time_point start{0};
  time_point end{0};
  bool is_started = false;
  bool is_over = false;
  bool is_good = false;
  sync_supervisor_actor supervisor;
};

/// Shares `original` as "file".
inline share_supervisor_actor
start_share(caf::actor_system& system, std::shared_ptr<network> net,
            const std::shared_ptr<const bytes>& original,
            std::shared_ptr<share_counters> counters,
            std::shared_ptr<std::vector<share_report>> reports) {
  auto index = std::make_shared<share_index>(hash_type::blake2b,
                                             default_range_symbol_bytes);
  object_header header;
  header.size = original->size();
  header.metadata.mode = 0100644;
  header.name = "file";
  tree_build work{hash_type::blake2b, make_memory_source(*original)};
  while (work.hash_next_range() == tree_build::step::more) {
  }
  index->add_file(header, *work.finish(), make_memory_source(*original));
  share_request request;
  request.index = index;
  request.counters = std::move(counters);
  share_environment env;
  env.net = std::move(net);
  env.client =
      system.spawn(test::recording_share_client, std::move(reports));
  return system.spawn(share_supervisor, request, env);
}

/// Begins to ask for it; `one` and `over`, which counts the ends, must stay.
inline void start_sync(caf::actor_system& system, std::shared_ptr<sim_net> net,
                       std::shared_ptr<const bytes> original, receiver& one,
                       std::size_t& over) {
  one.is_started = true;
  sync_request request;
  request.name = "file";
  request.type = hash_type::blake2b;
  request.destination = std::make_shared<comparing_sink>(std::move(original));
  request.hash_jobs = 1;
  sync_environment env;
  env.net = net;
  env.detached_writer = false;
  env.client = system.spawn(
      [net, &one, &over](sync_client_actor::pointer)
          -> sync_client_actor::behavior_type {
        return {[net, &one, &over](const sync_report& report) {
          one.is_over = true;
          one.is_good = report.ok();
          one.end = net->now();
          ++over;
        }};
      });
  one.supervisor =
      system.spawn(sync_supervisor, std::move(request), std::move(env));
}

inline double ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

} // namespace troupe::bench
