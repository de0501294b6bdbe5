// SPDX-License-Identifier: BSD-3-Clause
#include "actors/tree_builder.hpp"

#include "actors/die_quietly.hpp"

namespace troupe {

namespace {

tree_built finish(tree_build& work) {
  auto tree = work.finish();
  if (!tree)
    return {nullptr, tree.error()};
  return {std::make_shared<const merkle_tree>(std::move(*tree)), {}};
}

} // namespace

tree_builder_actor::behavior_type
tree_builder(tree_builder_actor::stateful_pointer<tree_builder_state> self,
             sync_supervisor_actor parent, job_runner run_jobs) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.parent = std::move(parent);
  st.run_jobs = std::move(run_jobs);
  return {
      [self](const build_tree& msg) {
        auto& state = compat::state_of(self);
        if (state.run_jobs) {
          // Other people's threads: nothing of this actor may be touched.
          state.run_jobs([work = msg.work, to = state.parent] {
            auto step = tree_build::step::more;
            while (step == tree_build::step::more)
              step = work->hash_next_range();
            if (step == tree_build::step::complete)
              compat::anon_send(to, finish(*work));
          });
          return;
        }
        state.work = msg.work;
        // Bounded: one hash_next is under way per builder.
        compat::send(self, self, hash_next{});
      },
      [self](hash_next) {
        auto& state = compat::state_of(self);
        switch (state.work->hash_next_range()) {
        case tree_build::step::more:
          compat::send(self, self, hash_next{});
          break;
        case tree_build::step::complete:
          compat::send(self, state.parent, finish(*state.work));
          break;
        case tree_build::step::nothing:
          break;
        }
      },
  };
}

} // namespace troupe
