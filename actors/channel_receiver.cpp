// SPDX-License-Identifier: BSD-3-Clause
#include "actors/channel_receiver.hpp"

#include "actors/die_quietly.hpp"
#include "core/hasher.hpp"

#include <algorithm>

namespace troupe {

namespace {

using receiver_pointer =
    channel_receiver_actor::stateful_pointer<channel_receiver_state>;

/// Which of `types` makes `id` of `bytes`.
std::optional<hash_type> verify(const std::vector<hash_type>& types,
                                const hash& id,
                                std::span<const std::byte> bytes) {
  for (const auto type : types)
    if (hash_of(type, bytes) == id)
      return type;
  return std::nullopt;
}

void close(channel_receiver_state& st) {
  st.now.channel = 0;
  st.chunk.reset();
  st.objects.clear();
}

enum class outcome { nothing, more, wrong, complete };

outcome take_chunk(receiver_pointer self, const packet_batch& batch) {
  auto& st = compat::state_of(self);
  bool news = false;
  for (const auto payload : batch.packets) {
    const auto packet = parse_packet(payload);
    if (packet && !packet->info && packet->object == st.now.id)
      news |= st.chunk->add(packet->id, packet->symbol);
  }
  if (!news)
    return outcome::nothing;
  const auto data = st.chunk->decode();
  if (!data)
    return outcome::more;
  const auto type = verify(st.now.types, st.now.id, data->view());
  if (!type) {
    st.chunk->restart();
    return outcome::wrong;
  }
  // The parent first: it must not hear that a chunk is written before it
  // heard that there is one.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, *type,
                              st.chunk->symbols_source(),
                              st.chunk->symbols_repair()});
  compat::send(self, st.writer,
               verified_chunk{st.now.channel, st.now.offsets, *data});
  return outcome::complete;
}

channel_receiver_state::candidate*
candidate_for(channel_receiver_state& st, const packet_view& packet) {
  const auto bytes = packet.info->transfer_bytes;
  const auto found =
      std::find_if(st.objects.begin(), st.objects.end(), [&](const auto& c) {
        return c.object == packet.object && c.bytes == bytes;
      });
  if (found != st.objects.end()) {
    st.objects.splice(st.objects.begin(), st.objects, found);
  } else {
    if (bytes > st.options.max_object_bytes)
      return nullptr;
    if (st.objects.size() >= st.options.max_candidates)
      st.objects.pop_back();
    st.objects.push_front({packet.object, bytes, symbol_collector{bytes}});
  }
  return &st.objects.front();
}

outcome take_object(receiver_pointer self, const packet_batch& batch) {
  auto& st = compat::state_of(self);
  auto result = outcome::nothing;
  for (const auto payload : batch.packets) {
    const auto packet = parse_packet(payload);
    if (!packet || !packet->info)
      continue;
    const auto one = candidate_for(st, *packet);
    if (!one || !one->symbols.add(packet->id, packet->symbol))
      continue;
    result = std::max(result, outcome::more);
    const auto data = one->symbols.decode();
    if (!data)
      continue;
    const auto type = verify(st.now.types, one->object, data->view());
    if (!type) {
      one->symbols.restart();
      result = outcome::wrong;
      continue;
    }
    compat::send(self, st.parent,
                 object_verified{st.now.channel, *type, *data,
                                 one->symbols.symbols_source(),
                                 one->symbols.symbols_repair()});
    return outcome::complete;
  }
  return result;
}

} // namespace

channel_receiver_actor::behavior_type
channel_receiver(receiver_pointer self, sync_supervisor_actor parent,
                 chunk_writer_actor writer, channel_receiver_options options) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.parent = std::move(parent);
  st.writer = std::move(writer);
  st.options = options;
  return {
      [self](const open_channel& msg) {
        auto& state = compat::state_of(self);
        close(state);
        state.now = msg;
        if (msg.what == open_channel::content::chunk)
          state.chunk.emplace(msg.size_bytes);
      },
      [self](const symbol_batch& msg) {
        auto& state = compat::state_of(self);
        // Packets of a channel that was closed meanwhile are no news.
        if (msg.channel != state.now.channel || msg.channel == 0)
          return;
        const auto result = state.now.what == open_channel::content::chunk
                                ? take_chunk(self, msg.batch)
                                : take_object(self, msg.batch);
        switch (result) {
        case outcome::nothing:
          break;
        case outcome::more:
          compat::send(self, state.parent, symbols_arrived{msg.channel});
          break;
        case outcome::wrong:
          compat::send(self, state.parent, content_rejected{msg.channel});
          break;
        case outcome::complete:
          close(state);
          break;
        }
      },
  };
}

} // namespace troupe
