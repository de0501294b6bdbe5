// SPDX-License-Identifier: BSD-3-Clause
// Every actor's typed interface: together with messages.hpp the whole system
// on two pages.
//
//   sync_supervisor --build_tree--> tree_builder(N) --tree_built--> back
//   sync_supervisor --open_channel--> channel_receiver(window)
//   network --symbol_batch--> channel_receiver
//   channel_receiver --object_verified--> sync_supervisor
//   sync_supervisor --diff_trees--> differ --trees_compared--> back
//   channel_receiver --verified_chunk--> chunk_writer
//   channel_receiver --chunk_verified--> sync_supervisor   (leaves the group)
//   chunk_writer --chunk_written--> sync_supervisor        (frees the window)
//   sync_supervisor --finish_object--> chunk_writer --object_finished--> back
//   sync_supervisor --sync_report--> client
//
//   network --reports_heard--> join_listener --groups_changed-->
//   share_supervisor --send_channel--> channel_sender --train--> network
//   channel_sender --channel_sent--> share_supervisor --share_report--> client
#pragma once

#include "actors/messages.hpp"

namespace troupe {

/// Gets the one report of a sync. Implemented by whoever asked for it.
using sync_client_actor = compat::typed_actor<caf::result<void>(sync_report)>;

/// Gets progress, at most every 100 ms. Optional.
using sync_observer_actor =
    compat::typed_actor<caf::result<void>(sync_progress)>;

/// lc_sync semantics for one object; one actor per call.
using sync_supervisor_actor = compat::typed_actor<
    // The old content's tree, or why there is none.
    caf::result<void>(tree_built),
    // What to keep, copy and fetch.
    caf::result<void>(trees_compared),
    // A channel makes progress, or has got all that was asked for.
    caf::result<void>(symbols_arrived),
    // What has not come by now is lost.
    caf::result<void>(answer_due),
    // A channel has to be asked for again.
    caf::result<void>(content_rejected),
    // Somebody sends what is not to be believed.
    caf::result<void>(object_refused),
    // Chunks of a range have to be asked for one by one.
    caf::result<void>(range_rejected),
    // A tree part or other object came.
    caf::result<void>(object_verified),
    // A chunk came: leave its group, ask for the next.
    caf::result<void>(chunk_verified),
    // A chunk is in the sink.
    caf::result<void>(chunk_written),
    // The destination is complete.
    caf::result<void>(object_finished),
    // The destination failed.
    caf::result<void>(write_failed),
    // Deadlines, repeated requests, progress.
    caf::result<void>(sync_tick),
    // The client has lost interest.
    caf::result<void>(cancel_sync)>;

/// lc_sync semantics for a file, a link or a directory; one actor per call.
using tree_supervisor_actor = compat::typed_actor<
    // One of the syncs that this one consists of has ended.
    caf::result<void>(sync_report),
    // How far it is.
    caf::result<void>(sync_progress),
    // The client has lost interest.
    caf::result<void>(cancel_sync)>;

/// Hashes ranges of the old content.
using tree_builder_actor =
    compat::typed_actor<caf::result<void>(build_tree),
                        caf::result<void>(hash_next)>;

/// Compares two trees.
using differ_actor = compat::typed_actor<caf::result<void>(diff_trees)>;

/// Collects, decodes and verifies what one channel carries.
using channel_receiver_actor =
    compat::typed_actor<caf::result<void>(open_channel),
                        caf::result<void>(symbol_batch)>;

/// The only one that touches the destination.
using chunk_writer_actor =
    compat::typed_actor<caf::result<void>(begin_object),
                        caf::result<void>(verified_chunk),
                        caf::result<void>(finish_object)>;

/// Told when a share listens, fails or has ended.
using share_client_actor = compat::typed_actor<caf::result<void>(share_report)>;

/// One share: answers joins until it is stopped.
using share_supervisor_actor = compat::typed_actor<
    // Somebody wants something, or no longer.
    caf::result<void>(groups_changed),
    // A sender is free again.
    caf::result<void>(channel_sent),
    // Housekeeping.
    caf::result<void>(share_tick),
    // What waited may go.
    caf::result<void>(hold_tick),
    // The end.
    caf::result<void>(stop_share)>;

/// Turns what the MLD socket hears into what a share has to know.
using join_listener_actor =
    compat::typed_actor<caf::result<void>(reports_heard)>;

/// Reads, encodes and sends one object at a time.
using channel_sender_actor =
    compat::typed_actor<caf::result<void>(send_channel),
                        caf::result<void>(train_returned)>;

} // namespace troupe
