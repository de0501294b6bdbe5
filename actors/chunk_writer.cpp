// SPDX-License-Identifier: BSD-3-Clause
#include "actors/chunk_writer.hpp"

#include "actors/die_quietly.hpp"

#include <string>

namespace troupe {

namespace {

using writer_pointer =
    chunk_writer_actor::stateful_pointer<chunk_writer_state>;

/// True when `result` is an error, which the parent is then told of.
bool gave_up(writer_pointer self, errc result, std::string doing) {
  auto& st = compat::state_of(self);
  if (result == errc::none)
    return false;
  st.failed = true;
  // Once: what comes after a failure is not carried out.
  compat::send(self, st.parent, write_failed{error{result, std::move(doing)}});
  return true;
}

/// Everything of the plan that needs no network.
errc take_over(sink& out, const sync_plan& plan, std::uint64_t length) {
  // Copies first: a memory sink reads what later writes replace.
  for (const auto& copy : plan.copy) {
    const byte_range from{copy.from * chunk_bytes, copy.size_bytes};
    if (auto e = out.copy_from_old(from, copy.to * chunk_bytes);
        e != errc::none)
      return e;
  }
  const auto& keep = plan.keep;
  for (auto first = keep.next(0); first < keep.chunks();) {
    auto last = first;
    while (last + 1 < keep.chunks() && keep.contains(last + 1))
      ++last;
    const auto begin = first * chunk_bytes;
    const auto tail = chunk_range(length, last);
    const byte_range run{begin, tail.offset + tail.length - begin};
    if (auto e = out.copy_from_old(run, begin); e != errc::none)
      return e;
    first = keep.next(last + 1);
  }
  return errc::none;
}

} // namespace

chunk_writer_actor::behavior_type
chunk_writer(writer_pointer self, std::shared_ptr<sink> out,
             sync_supervisor_actor parent) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.out = std::move(out);
  st.parent = std::move(parent);
  return {
      [self](const begin_object& msg) {
        auto& state = compat::state_of(self);
        if (gave_up(self, state.out->begin(msg.length),
                    "cannot reserve room for " + std::to_string(msg.length) +
                        " bytes"))
          return;
        gave_up(self, take_over(*state.out, *msg.plan, msg.length),
                "cannot take over what stays the same");
      },
      [self](const verified_chunk& chunk) {
        auto& state = compat::state_of(self);
        if (state.failed)
          return;
        for (const auto& piece : chunk.pieces)
          if (gave_up(self,
                      state.out->write_at(
                          piece.to, chunk.data.view().subspan(piece.from,
                                                              piece.length)),
                      "cannot write"))
            return;
        // Bounded: one answer per chunk, and the window bounds the chunks.
        compat::send(self, state.parent, chunk_written{chunk.channel, chunk.data.size()});
      },
      [self](const finish_object& msg) {
        auto& state = compat::state_of(self);
        if (state.failed ||
            gave_up(self,
                    msg.content_stays
                        ? state.out->commit_unchanged(msg.metadata, msg.choice)
                        : state.out->commit(msg.metadata, msg.choice),
                    "cannot complete the destination"))
          return;
        compat::send(self, state.parent, object_finished{});
      },
  };
}

} // namespace troupe
