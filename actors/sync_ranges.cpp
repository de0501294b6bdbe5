// SPDX-License-Identifier: BSD-3-Clause
// sync_supervisor in the range protocol: manifest, leaf blocks, ranges, and the
// repair of what got lost.
#include "actors/sync_supervisor.hpp"
#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "transport/range_packet.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;
using kind = channel_table::purpose::kind;

namespace {

/// Memory for blocks that are kept for the next ranges.
constexpr std::size_t spare_blocks = 24;
/// With range channels the window counts chunks of 32 KiB: 4 to 20 MiB.
constexpr std::uint32_t min_window_chunks = 4 * range_chunks;
constexpr std::uint32_t max_window_chunks = 20 * range_chunks;

/// From one of the last packets of an answer to the very last.
constexpr auto end_patience = 3ms;
/// A sharer answers in order: when as many later requests were answered to
/// their end, the end of an earlier answer got lost.
constexpr std::uint64_t overtaken_by = 4;

} // namespace

void sync_supervisor_state::ask_manifest() {
  if (request.wire == wire_mode::classic || native)
    return;
  const auto ask = [this](const hash& channel, std::vector<hash_type> types) {
    const auto group = range_group(channel_kind::manifest, channel);
    const auto asked = channels.all(kind::manifest);
    if (std::none_of(asked.begin(), asked.end(), [&](channel_id other) {
          return channels.find(other)->group == group;
        }))
      open_object(channel, {kind::manifest, 0}, std::move(types),
                  check_of_manifest());
  };
  if (request.id)
    return ask(*request.id, candidate_types());
  for (const auto type : candidate_types())
    ask(hash_of(type, request.name), {type});
}

void sync_supervisor_state::on_manifest(const object_verified& msg) {
  if (now > phase::comparing || plan)
    return; // classic mode was faster
  const auto within = manifest_within(msg.data.view());
  auto value = within ? parse_manifest(*within, request.limit_bytes)
                      : expected<manifest>{within.error()};
  if (value && value->type != msg.type)
    value = error{errc::bad_object, "a manifest that names another hash"};
  if (!value) {
    last_trouble = value.error();
    if (last_trouble.code == errc::too_large)
      return end(last_trouble);
    return ask_manifest();
  }
  for (const auto what : {kind::first_object, kind::manifest, kind::tree_part})
    close_all(what);
  if (request.trust && !request.other_than)
    if (auto failed = request.trust->remember(request.name, msg.data.view());
        failed.code != errc::none)
      return end(std::move(failed));
  last_sign = compat::now(self);
  last_trouble = {};
  if (request.other_than)
    return end({});
  note_sender(msg.from);
  doubtful = false;
  remote.reset();
  others_at = msg.position;
  adopt(std::move(*value));
}

void sync_supervisor_state::adopt(manifest value) {
  native = std::move(value);
  waits_for_manifest = false;
  report.object = {};
  const auto& shape = native->cut().shape;
  report.type = native->type;
  window.be_patient(0ns);
  report.kind = native->is_catalogue ? object_kind::directory
                                     : native->header.kind();
  report.root = native->root;
  note_origin(native->root, true);
  report.stats.object_bytes = shape.length;
  report.stats.first_object_bytes =
      std::min<std::uint64_t>(object_bytes(native->header), tree_part_bytes);
  if (request.unwanted && request.unwanted->chunks() != shape.chunks)
    request.unwanted.reset(); // another object than it speaks of
  report.stats.chunks = shape.length == 0 ? 0 : shape.chunks;
  if (request.unwanted)
    report.stats.chunks -= request.unwanted->count();
  fetch_window_options options;
  options.min_units = min_window_chunks;
  options.initial_units = 2 * min_window_chunks;
  options.max_units = max_window_chunks;
  window = fetch_window{options};
  if (native->is_catalogue && !request.choose)
    return end({errc::is_directory, subject() + " is a directory"});
  report.header = native->header;
  if (request.depth == sync_depth::list && !native->is_catalogue)
    return end({});
  if (!choose_destination({native->header, native->is_catalogue}))
    return;
  if (is_all_unchanged())
    return keep_all();
  start_hashing(native->type);
  now = phase::gathering;
  if (local_known)
    want_blocks();
}

bool sync_supervisor_state::is_all_unchanged() const {
  return request.unchanged && native->cut().shape.length > 0 &&
         request.unchanged->count() == native->cut().shape.chunks;
}

void sync_supervisor_state::keep_all() {
  const auto chunks = native->cut().shape.chunks;
  sync_plan all;
  all.keep = chunk_map{chunks};
  all.keep.insert(0, chunks);
  all.nothing_to_do = true;
  plan = std::make_shared<const sync_plan>(std::move(all));
  report.stats.chunks_kept = kept_chunks();
  if (only_compares()) {
    report.is_unchanged = true;
    return end_compared();
  }
  now = phase::fetching;
  // Once, first of all that the writer gets.
  compat::send(self, writer, begin_object{native->header.size, plan});
  finish_if_complete();
}

void sync_supervisor_state::fill_in_unchanged() {
  if (!request.unchanged || !local_tree ||
      local_tree->shape().length != remote_tree->shape().length)
    return;
  const auto now_there = local_tree->leaves();
  const auto wanted = remote_tree->leaves();
  std::vector<hash> filled(now_there.begin(), now_there.end());
  for (auto chunk = request.unchanged->next(0);
       chunk < request.unchanged->chunks() && chunk < filled.size();
       chunk = request.unchanged->next(chunk + 1))
    filled[chunk] = wanted[chunk];
  auto tree = merkle_tree::fold(native->type, local_tree->shape().length,
                                std::move(filled));
  if (tree)
    local_tree = std::make_shared<const merkle_tree>(std::move(*tree));
}

void sync_supervisor_state::want_blocks() {
  const auto cut = native->cut();
  if (cut.shape.length == 0)
    return leaves_complete();
  leaves.resize(cut.shape.chunks);
  if (cut.shape.chunks == 1) {
    leaves.front() = native->root;
    return leaves_complete();
  }
  const auto old = local_tree ? cut_tree(local_tree->shape(), leaf_block_chunks)
                              : subtree_cut{};
  std::unordered_map<hash, std::uint64_t> firsts;
  for (std::uint64_t i = 0; i < cut.count(); ++i) {
    const bool is_same = local_tree && old.width == cut.width &&
                         i < old.count() && old.chunks(i) == cut.chunks(i) &&
                         local_tree->node(old.node(i)) == native->blocks[i];
    if (!is_same) {
      // Equal blocks are one channel.
      const auto [first, is_new] = firsts.try_emplace(native->blocks[i], i);
      if (is_new)
        blocks.push_back(i);
      else
        block_copies.emplace(first->second, i);
      continue;
    }
    const auto kept =
        local_tree->leaves().subspan(cut.first_chunk(i), cut.chunks(i));
    std::copy(kept.begin(), kept.end(),
              leaves.begin() + static_cast<std::ptrdiff_t>(cut.first_chunk(i)));
  }
  blocks_missing = blocks.size();
  if (blocks_missing == 0)
    return leaves_complete();
  fill_window();
}

void sync_supervisor_state::open_block(std::uint64_t index) {
  // What it is sealed with comes on top.
  const auto around = seal ? object_seal_bytes : 0;
  open_object(native->blocks[index], {kind::leaves, index}, {native->type},
              check_of_leaves(index),
              static_cast<std::uint32_t>(native->cut().chunks(index) *
                                             hash_bytes +
                                         around));
}

void sync_supervisor_state::on_leaves(std::uint64_t index,
                                      const object_verified& msg) {
  const auto cut = native->cut();
  const auto count = cut.chunks(index);
  const auto place = std::span{leaves}.subspan(cut.first_chunk(index), count);
  std::memcpy(place.data(), msg.data.view().data(), place.size_bytes());
  const auto [copy, end_of_copies] = block_copies.equal_range(index);
  for (auto each = copy; each != end_of_copies; ++each)
    std::copy(place.begin(), place.end(),
              leaves.begin() + static_cast<std::ptrdiff_t>(
                                   cut.first_chunk(each->second)));
  note_sender(msg.from);
  last_sign = compat::now(self);
  if (--blocks_missing == 0)
    return leaves_complete();
  fill_window();
}

void sync_supervisor_state::leaves_complete() {
  auto tree = native->header.size == 0
                  ? expected<merkle_tree>{merkle_tree{}}
                  : merkle_tree::fold(native->type, native->header.size, leaves);
  if (!tree || tree->root() != native->root)
    return end({errc::hash_mismatch, "the tree does not match its root"});
  leaves = {};
  last_trouble = {};
  remote_tree = std::make_shared<const merkle_tree>(std::move(*tree));
  fill_in_unchanged();
  pool = std::make_shared<block_pool>(std::size_t{range_chunks} * chunk_bytes,
                                      spare_blocks);
  last_sign = compat::now(self);
  now = phase::comparing;
  compare();
}

void sync_supervisor_state::open_range(std::uint64_t item) {
  const auto& one = cover[item];
  const auto& shape = remote_tree->shape();
  open_channel what;
  what.what = open_channel::content::range;
  what.types = {native->type};
  what.range.symbol_bytes = native->symbol_bytes;
  what.range.pool = pool;
  std::uint64_t first_chunk = 0;
  if (one.range == cover_item::single) {
    const auto& chunk = plan->fetch[one.fetch_begin];
    first_chunk = chunk.places.front();
    what.id = chunk.id;
    what.size_bytes = chunk.size_bytes;
    what.range.chunks = {chunk.id};
  } else {
    const auto cut = cut_tree(shape, range_chunks);
    first_chunk = cut.first_chunk(one.range);
    what.id = remote_tree->node(cut.node(one.range));
    what.size_bytes = static_cast<std::uint32_t>(cut.bytes(one.range).length);
    const auto chunks =
        remote_tree->leaves().subspan(first_chunk, cut.chunks(one.range));
    what.range.chunks.assign(chunks.begin(), chunks.end());
  }
  what.range.tag = tag_of(what.id, what.size_bytes);
  if (seal)
    what.range.key = seal->key_of(channel_id_of(channel_kind::data, what.id),
                                  what.size_bytes, native->symbol_bytes);
  for (std::uint64_t i = 0; i < one.fetch_count; ++i) {
    const auto& chunk = plan->fetch[one.fetch_begin + i];
    const auto from = static_cast<std::uint32_t>(
        (chunk.places.front() - first_chunk) * chunk_bytes);
    for (const auto place : chunk.places) {
      const auto to = place * chunk_bytes;
      auto* last = what.pieces.empty() ? nullptr : &what.pieces.back();
      if (last != nullptr && last->from + last->length == from &&
          last->to + last->length == to)
        last->length += chunk.size_bytes;
      else
        what.pieces.push_back({from, chunk.size_bytes, to});
    }
  }
  const auto node = what.id;
  const auto k = range_symbols(what.size_bytes, native->symbol_bytes);
  const auto id =
      open(range_group(channel_kind::data, node),
           {kind::item, item}, std::move(what));
  auto& channel = *channels.find(id);
  channel.node = node;
  channel.symbols = channel.symbols_missing = k;
  channel.asked = ++requests;
}

void sync_supervisor_state::on_symbols(const symbols_arrived& msg) {
  heard_anything = true;
  window.heard(msg.channel, compat::now(self));
  auto* channel = channels.find(msg.channel);
  if (channel == nullptr || channel->symbols == 0)
    return;
  channel->symbols_missing = msg.symbols_missing;
  channel->passes -= std::min(channel->passes, msg.passes_ended);
  for (const auto ended : msg.repairs_ended)
    std::erase(channel->repairs_asked, ended);
  if (channel->passes > 0 && msg.is_end_near)
    // Bounded: the end of an answer is near in one or two batches.
    compat::send_later(self, end_patience,
                       answer_due{msg.channel, channel->asked});
  if (msg.passes_ended == 0 || channel->passes > 0)
    return;
  const auto answered = *channel;
  ask_repair(msg.channel);
  ask_overtaken(answered);
  flush();
}

void sync_supervisor_state::on_answer_due(const answer_due& msg) {
  auto* channel = channels.find(msg.channel);
  // With several answers under way it is not known which one this is.
  if (channel == nullptr || channel->asked != msg.asked || channel->passes != 1)
    return;
  channel->repairs_asked.clear(); // its last packet alone got lost
  ask_repair(msg.channel);
  flush();
}

void sync_supervisor_state::ask_overtaken(
    const channel_table::channel& answered) {
  if (answered.symbols == 0)
    return;
  for (const auto id : channels.all(kind::item)) {
    const auto& one = *channels.find(id);
    // Repair is sent before data, hence only like overtakes like.
    const bool is_late = one.passes > 0 &&
                         one.in_repair == answered.in_repair &&
                         one.asked + overtaken_by <= answered.asked;
    // Where most of a block is missing, it may well be still to come.
    if (is_late && (one.in_repair || one.symbols_missing <= one.symbols / 4))
      ask_repair(id);
  }
}

void sync_supervisor_state::on_range_rejected(const range_rejected& msg) {
  const auto why = channels.close(msg.channel);
  const auto at = compat::now(self);
  window.closed(msg.channel, at);
  if (!why || now != phase::fetching)
    return;
  heard_anything = true;
  beware_of(msg.from);
  last_trouble = {errc::hash_mismatch, "what arrived does not match its hash"};
  const auto item = cover[why->index];
  const auto first = cut_tree(remote_tree->shape(), range_chunks)
                         .first_chunk(item.range);
  // One forged symbol spoils all that is computed with it. A chunk's block
  // has fewer, and is checked on its own.
  for (std::uint64_t i = 0; i < item.fetch_count; ++i) {
    const auto& chunk = plan->fetch[item.fetch_begin + i];
    if ((msg.bad_chunks >> (chunk.places.front() - first) & 1) != 0) {
      // Before all that was not asked for yet: a sink may want the order.
      cover.insert(cover.begin() + static_cast<std::ptrdiff_t>(next_item),
                   {item.fetch_begin + i, 1, cover_item::single});
      ++report.stats.chunks_rejected;
    } else {
      ++report.stats.chunks_fetched;
      report.stats.bytes_fetched += chunk.size_bytes;
    }
  }
  if (msg.is_any_good) {
    last_sign = at;
    unwritten += units_of(item);
  } else {
    ++written;
  }
  fill_window();
  flush();
}

void sync_supervisor_state::ask_again(channel_id id) {
  auto* channel = channels.find(id);
  if (channel != nullptr && channel->symbols_missing < channel->symbols)
    return ask_repair(id);
  if (channel != nullptr) {
    channel->passes = 1;
    channel->repairs_asked.clear();
    // Repair channels of symbols that turned out to be wrong are no use, and
    // the channel's own group takes their place in the budget.
    if (!channel->is_member)
      channels.leave_groups(id);
  }
  channels.repeat(id);
}

void sync_supervisor_state::ask_repair(channel_id id) {
  auto& channel = *channels.find(id);
  const auto k = channel.symbols;
  const auto missing = channel.symbols_missing;
  channels.leave_groups(id); // so there is room for one group at least
  channel.asked = ++requests;
  channel.in_repair = missing <= k / 2;
  // These may only wait for their turn: who asks for others instead has the
  // sharer send symbols that nobody else waits for. But once only: behind a
  // router that merges joins nobody hears of it while others are in the group.
  auto unanswered = std::exchange(channel.repairs_asked, {});
  if (std::exchange(channel.asked_twice, false))
    unanswered.clear();
  channel.asked_twice = !unanswered.empty();
  if (!channel.in_repair) {
    channel.passes = 1;
    return channels.repeat(id);
  }
  // What is asked for gets lost as well.
  auto lack = missing + missing * missing / k;
  const auto budget = group_budget();
  const auto used = static_cast<std::uint32_t>(channels.groups());
  auto room = std::max(budget - std::min(budget, used), 1u);
  const auto ask = [&](std::uint32_t index) {
    channels.extend(id, range_group(channel_kind::repair, channel.node, index));
    channel.repairs_asked.push_back(index);
    lack -= std::min(lack, repair_symbols(k, index).count);
    --room;
  };
  for (const auto index : unanswered)
    if (room > 0 && lack > 0)
      ask(index);
  const auto wide = repair_channel_symbols(k) * repair_width;
  while (room > 0 && lack > 0)
    if (lack >= wide)
      ask(narrow_repair_channels +
          channel.next_wide++ % wide_repair_channels);
    else
      ask(channel.next_narrow++ % narrow_repair_channels);
  channel.passes = static_cast<std::uint32_t>(channel.repairs_asked.size());
}

void sync_supervisor_state::join_others() {
  if (!others_at || !native)
    return;
  const auto cut = cut_tree(remote_tree->shape(), range_chunks);
  const auto at = others_at->range;
  if (at >= cut.count() ||
      tag_of(remote_tree->node(cut.node(at)),
             static_cast<std::uint32_t>(cut.bytes(at).length)) !=
          others_at->tag)
    return; // of another object
  // What they ask for next comes first, what they have had comes last.
  const auto next =
      std::find_if(cover.begin(), cover.end(), [&](const cover_item& item) {
        return plan->fetch[item.fetch_begin].places.front() >=
               cut.first_chunk(at + 1);
      });
  std::rotate(cover.begin(), next, cover.end());
}

void sync_supervisor_state::close_all(kind what) {
  const auto at = compat::now(self);
  for (const auto id : channels.all(what)) {
    channels.close(id);
    window.closed(id, at);
  }
}

} // namespace troupe
