// SPDX-License-Identifier: BSD-3-Clause
#include "actors/differ.hpp"

#include "actors/die_quietly.hpp"

namespace troupe {

differ_actor::behavior_type
differ(differ_actor::stateful_pointer<differ_state> self,
       sync_supervisor_actor parent) {
  die_quietly(self);
  compat::state_of(self).parent = std::move(parent);
  return {
      [self](const diff_trees& msg) {
        auto plan = msg.old_tree ? make_plan(*msg.old_tree, *msg.new_tree,
                                             msg.fixed.get())
                                 : make_plan(*msg.new_tree);
        compat::send(self, compat::state_of(self).parent,
                     trees_compared{std::make_shared<const sync_plan>(
                         std::move(plan)),
                                    msg.new_tree});
      },
  };
}

} // namespace troupe
