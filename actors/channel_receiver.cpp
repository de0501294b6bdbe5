// SPDX-License-Identifier: BSD-3-Clause
#include "actors/channel_receiver.hpp"

#include "actors/die_quietly.hpp"
#include "core/hash_many.hpp"
#include "core/hasher.hpp"
#include "core/subtree.hpp"
#include "transport/range_packet.hpp"

#include <algorithm>
#include <array>

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
  st.ended.clear();
  st.objects.clear();
  st.refused.clear();
  st.position.reset();
  st.sealed.reset();
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
               verified_chunk{st.now.channel, std::move(st.now.pieces), *data});
  return outcome::complete;
}

/// A bit for each chunk of the block that does not have its hash.
std::uint32_t find_bad_chunks(const open_channel& channel,
                              std::span<const std::byte> block) {
  const auto& chunks = channel.range.chunks;
  std::array<hash, range_chunks> found;
  const auto hashes = std::span{found}.first(chunks.size());
  hash_chunks(channel.types.front(), block, chunk_bytes, hashes);
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i)
    bad |= static_cast<std::uint32_t>(chunks[i] != hashes[i]) << i;
  return bad;
}

/// Hands the good chunks on and says which are bad.
void reject_range(receiver_pointer self, const blob& data, std::uint32_t bad) {
  auto& st = compat::state_of(self);
  std::vector<placed_piece> good;
  for (const auto& piece : st.now.pieces)
    for (std::uint32_t at = 0; at < piece.length; at += chunk_bytes)
      if ((bad >> ((piece.from + at) / chunk_bytes) & 1) == 0)
        good.push_back({piece.from + at,
                        std::min(chunk_bytes, piece.length - at),
                        piece.to + at});
  // Both once a channel, which is done with; the window bounds the channels.
  compat::send(self, st.parent,
               range_rejected{st.now.channel, bad, !good.empty()});
  if (!good.empty())
    compat::send(self, st.writer,
                 verified_chunk{st.now.channel, std::move(good), data});
}

/// What a batch tells of the ends of answers.
struct answer_ends {
  std::uint32_t ended = 0; ///< answers that ended
  bool is_near = false;    ///< one more ought to have
};

/// Ended answers that are told apart.
constexpr std::size_t max_ended = 128;

/// First symbol of the answer that carries `esi`.
std::uint32_t answer_of(std::uint32_t esi, std::uint32_t k) {
  return esi < k ? 0 : esi - (esi - k) % repair_channel_symbols(k);
}

void note_end(channel_receiver_state& st, const range_header& header,
              answer_ends& ends) {
  const auto answer = answer_of(header.esi, st.chunk->symbols());
  if (std::find(st.ended.begin(), st.ended.end(), answer) != st.ended.end())
    return;
  ends.is_near = header.countdown > 1;
  if (ends.is_near)
    return;
  ++ends.ended;
  // The source symbols may be asked for again, and end again.
  if (answer != 0)
    st.ended.push_back(answer);
  if (st.ended.size() > max_ended) // more than anybody asks for at once
    st.ended.erase(st.ended.begin());
}

outcome take_range(receiver_pointer self, const packet_batch& batch,
                   answer_ends& ends) {
  auto& st = compat::state_of(self);
  bool news = false;
  for (const auto payload : batch.packets) {
    const auto packet = parse_range_packet(payload);
    if (!packet || packet->header.tag != st.now.range.tag ||
        packet->header.block_bytes != st.now.size_bytes ||
        packet->symbol.size() != st.now.range.symbol_bytes)
      continue;
    news |= st.chunk->add({0, packet->header.esi}, packet->symbol);
    if (packet->header.countdown > 0)
      note_end(st, packet->header, ends);
  }
  const auto data = news ? st.chunk->decode() : std::nullopt;
  if (!data)
    return news || ends.ended > 0 ? outcome::more : outcome::nothing;
  if (const auto bad = find_bad_chunks(st.now, data->view()); bad != 0) {
    if (st.now.range.chunks.size() > 1) {
      reject_range(self, *data, bad);
      return outcome::complete;
    }
    st.chunk->restart();
    st.ended.clear();
    return outcome::wrong;
  }
  // Both once a channel, as for a chunk.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, st.now.types.front(),
                              st.chunk->symbols_source(),
                              st.chunk->symbols_repair()});
  compat::send(self, st.writer,
               verified_chunk{st.now.channel, std::move(st.now.pieces), *data});
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

using cause = content_rejected::cause;

/// Refused objects that are remembered for a channel.
constexpr std::size_t max_refused = 64;

bool is_refused(const channel_receiver_state& st, const hash& object) {
  return std::find(st.refused.begin(), st.refused.end(), object) !=
         st.refused.end();
}

/// Goes on collecting what others send: who is faster must not be who is
/// heard.
void refuse(receiver_pointer self, const hash& object, error why) {
  auto& st = compat::state_of(self);
  std::erase_if(st.objects,
                [&](const auto& c) { return c.object == object; });
  if (st.refused.size() >= max_refused)
    st.refused.erase(st.refused.begin());
  st.refused.push_back(object);
  // Bounded: once for each object that came whole, in a batch of the port.
  compat::send(self, st.parent,
               object_refused{st.now.channel, std::move(why)});
}

outcome take_object(receiver_pointer self, const packet_batch& batch,
                    cause& why) {
  auto& st = compat::state_of(self);
  auto result = outcome::nothing;
  for (const auto payload : batch.packets) {
    if (const auto position = parse_position(payload))
      st.position = position;
    const auto packet = parse_packet(payload);
    if (!packet || !packet->info || is_refused(st, packet->object))
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
      // What is sent twice is the same twice, unless it is sealed.
      const auto found = hash_of(st.now.types.front(), data->view());
      if (one->wrong && *one->wrong != found)
        why = cause::illegible;
      one->wrong = found;
      continue;
    }
    if (auto failed = st.now.check ? st.now.check(data->view()) : error{};
        failed.code != errc::none) {
      refuse(self, one->object, std::move(failed));
      continue;
    }
    compat::send(self, st.parent,
                 object_verified{st.now.channel, *type, *data,
                                 one->symbols.symbols_source(),
                                 one->symbols.symbols_repair(), st.position});
    return outcome::complete;
  }
  return result;
}

void hand_over(receiver_pointer self, const sealed_channel::content& found) {
  auto& st = compat::state_of(self);
  if (st.now.what == open_channel::content::object)
    return compat::send(self, st.parent,
                        object_verified{st.now.channel, found.type, found.plain,
                                        found.symbols_source,
                                        found.symbols_repair, std::nullopt});
  // Both once a channel, as for a chunk that is not sealed.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, found.type, found.symbols_source,
                              found.symbols_repair});
  compat::send(self, st.writer,
               verified_chunk{st.now.channel, std::move(st.now.pieces),
                              found.plain});
}

outcome take_sealed(receiver_pointer self, const packet_batch& batch,
                    cause& why) {
  using taken = sealed_channel::result;
  auto& st = compat::state_of(self);
  auto result = outcome::nothing;
  for (const auto payload : batch.packets) {
    const auto packet = parse_packet(payload);
    const auto news =
        packet ? st.sealed->take(*packet, batch.from) : taken::nothing;
    switch (news) {
    case taken::nothing:
      break;
    case taken::more:
      result = std::max(result, outcome::more);
      break;
    case taken::wrong_hash:
    case taken::not_opened:
    case taken::not_sealed:
      result = outcome::wrong;
      why = news == taken::wrong_hash   ? cause::wrong_hash
            : news == taken::not_opened ? cause::not_opened
                                        : cause::not_sealed;
      break;
    case taken::complete:
      hand_over(self, st.sealed->found());
      return outcome::complete;
    }
  }
  return result;
}

/// Makes ready for what `state.now` asks for.
void begin(channel_receiver_state& state) {
  const auto& msg = state.now;
  const bool is_object = msg.what == open_channel::content::object;
  if (msg.what == open_channel::content::range)
    state.chunk.emplace(msg.size_bytes, msg.range.symbol_bytes,
                        msg.size_bytes > chunk_bytes ? msg.range.pool
                                                     : nullptr);
  else if (msg.key && is_object)
    state.sealed.emplace(
        *msg.key, msg.types,
        sealed_channel::limits{state.options.max_object_bytes,
                               state.options.max_candidates});
  else if (msg.key)
    state.sealed.emplace(*msg.key, msg.types, msg.id, msg.size_bytes);
  else if (!is_object)
    state.chunk.emplace(msg.size_bytes);
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
        begin(state);
      },
      [self](const symbol_batch& msg) {
        auto& state = compat::state_of(self);
        // Packets of a channel that was closed meanwhile are no news.
        if (msg.channel != state.now.channel || msg.channel == 0)
          return;
        answer_ends ends;
        auto why = cause::wrong_hash;
        const auto result =
            state.sealed ? take_sealed(self, msg.batch, why)
            : state.now.what == open_channel::content::chunk
                ? take_chunk(self, msg.batch)
            : state.now.what == open_channel::content::range
                ? take_range(self, msg.batch, ends)
                : take_object(self, msg.batch, why);
        switch (result) {
        case outcome::nothing:
          break;
        case outcome::more:
          compat::send(
              self, state.parent,
              symbols_arrived{msg.channel,
                              state.now.what == open_channel::content::range
                                  ? state.chunk->missing()
                                  : 0,
                              ends.ended, ends.is_near});
          break;
        case outcome::wrong:
          compat::send(self, state.parent, content_rejected{msg.channel, why});
          break;
        case outcome::complete:
          close(state);
          break;
        }
      },
  };
}

} // namespace troupe
