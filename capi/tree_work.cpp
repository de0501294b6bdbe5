// SPDX-License-Identifier: BSD-3-Clause
#include "capi/tree_work.hpp"

#include "capi/threads.hpp"
#include "capi/work_desk.hpp"

#include <librecast/mtree.h>

#include <algorithm>
#include <thread>

namespace troupe::capi {

namespace {

using step = tree_build::step;

std::uint64_t workers_for(const tree_build& build, std::uint64_t most) {
  return std::clamp<std::uint64_t>(build.ranges(), 1, most);
}

/// Stops the workers of a build when the call ends, however it ends.
class own_threads {
public:
  explicit own_threads(tree_build& build) : build_(build) {
    const auto count =
        workers_for(build, std::clamp<unsigned>(
                               std::thread::hardware_concurrency(), 1,
                               MTREE_THREADMAX));
    signals_blocked mask;
    try {
      while (threads_.size() + 1 < count) // the caller is one of them
        threads_.emplace_back([&build] {
          while (build.hash_next_range() == step::more) {
          }
        });
    } catch (const std::system_error&) {
      // Fewer threads make it slower, not wrong.
    }
  }
  own_threads(const own_threads&) = delete;
  own_threads& operator=(const own_threads&) = delete;
  ~own_threads() {
    if (!threads_.empty())
      build_.abandon();
    join();
  }

  void join() {
    for (auto& each : threads_)
      each.join();
    threads_.clear();
  }

private:
  tree_build& build_;
  std::vector<std::thread> threads_;
};

expected<merkle_tree> build_here(tree_build& build, const no_cancel& guard) {
  own_threads helpers{build};
  while (build.hash_next_range() == step::more)
    guard.test();
  helpers.join();
  return build.finish();
}

/// Takes the jobs back when the call ends, however it ends.
struct desk_closer {
  work_desk& desk;
  tree_build& build;
  bool complete = false;
  ~desk_closer() {
    if (!complete)
      build.abandon();
    desk.close();
  }
};

expected<merkle_tree> build_on(q_t* queue,
                               const std::shared_ptr<tree_build>& build,
                               const no_cancel& guard) {
  auto desk = std::make_shared<work_desk>(queue);
  desk_closer closer{*desk, *build};
  const auto jobs = workers_for(*build, MTREE_THREADMAX);
  for (std::uint64_t i = 0; i < jobs; ++i)
    desk->post([build, &desk = *desk] {
      auto now = step::more;
      while (now == step::more)
        now = build->hash_next_range();
      if (now == step::complete)
        desk.finish();
    });
  desk->wait(&guard);
  closer.complete = true;
  return build->finish();
}

} // namespace

hash_type default_hash_type() noexcept {
  return is_available(hash_type::blake3) ? hash_type::blake3
                                         : hash_type::blake2b;
}

expected<merkle_tree> build_tree(hash_type type,
                                 std::shared_ptr<const source> input,
                                 q_t* queue, const no_cancel& guard) {
  auto build = std::make_shared<tree_build>(type, std::move(input));
  return queue == nullptr ? build_here(*build, guard)
                          : build_on(queue, build, guard);
}

} // namespace troupe::capi
