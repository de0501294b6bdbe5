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
  st.senders.clear();
  st.unheard.clear();
  st.objects.clear();
  st.refused.clear();
  st.position.reset();
  st.sealed.reset();
}

enum class outcome { nothing, more, wrong, complete };

using sender = channel_receiver_state::sender;

bool contains(const std::vector<ip6_address>& all, const ip6_address& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Where the symbols of a sender go; nullptr: nowhere. Who was trusted when
/// the channel was opened takes the place of who was not.
sender* sender_for(channel_receiver_state& st, const ip6_address& from) {
  const auto known =
      std::find_if(st.senders.begin(), st.senders.end(),
                   [&](const auto& each) { return each.from == from; });
  if (known != st.senders.end())
    return &*known;
  if (contains(st.unheard, from))
    return nullptr;
  const bool is_large = st.now.size_bytes > chunk_bytes;
  if (st.senders.size() >= (is_large ? st.options.max_range_senders
                                     : st.options.max_chunk_senders)) {
    const auto stranger =
        std::find_if(st.senders.begin(), st.senders.end(), [&](const auto& x) {
          return !contains(st.now.trusted, x.from);
        });
    if (!contains(st.now.trusted, from) || stranger == st.senders.end())
      return nullptr;
    st.senders.erase(stranger);
  }
  const auto& range = st.now.range;
  const bool is_range = st.now.what == open_channel::content::range;
  st.senders.push_back(
      {from,
       symbol_collector{st.now.size_bytes,
                        is_range ? range.symbol_bytes : classic_symbol_bytes,
                        is_large ? range.pool : nullptr},
       {}});
  return &st.senders.back();
}

/// Symbols that are lacking of whom the fewest are lacking.
std::uint32_t missing(const channel_receiver_state& st) {
  auto least = range_symbols(st.now.size_bytes, st.now.range.symbol_bytes);
  for (const auto& each : st.senders)
    least = std::min(least, each.symbols.missing());
  return least;
}

/// What to do with a sender of something wrong: who sent something right may
/// try again, and so may everybody as long as nobody has.
void refuse(channel_receiver_state& st, sender& one) {
  constexpr std::size_t most_unheard = 64;
  if (st.now.trusted.empty() || contains(st.now.trusted, one.from)) {
    one.symbols.restart();
    one.ended.clear();
    return;
  }
  if (st.unheard.size() < most_unheard)
    st.unheard.push_back(one.from);
  st.senders.remove_if([&](const auto& each) { return &each == &one; });
}

outcome take_chunk(receiver_pointer self, const packet_batch& batch) {
  auto& st = compat::state_of(self);
  auto* one = sender_for(st, batch.from);
  if (one == nullptr)
    return outcome::nothing;
  bool news = false;
  for (const auto payload : batch.packets) {
    const auto packet = parse_packet(payload);
    if (packet && !packet->info && packet->object == st.now.id)
      news |= one->symbols.add(packet->id, packet->symbol);
  }
  if (!news)
    return outcome::nothing;
  const auto data = one->symbols.decode();
  if (!data)
    return outcome::more;
  const auto type = verify(st.now.types, st.now.id, data->view());
  if (!type) {
    refuse(st, *one);
    return outcome::wrong;
  }
  // The parent first: it must not hear that a chunk is written before it
  // heard that there is one.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, *type,
                              one->symbols.symbols_source(),
                              one->symbols.symbols_repair(), batch.from});
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
void reject_range(receiver_pointer self, const blob& data, std::uint32_t bad,
                  const ip6_address& from) {
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
               range_rejected{st.now.channel, bad, !good.empty(), from});
  if (!good.empty())
    compat::send(self, st.writer,
                 verified_chunk{st.now.channel, std::move(good), data});
}

/// What a batch tells of the ends of answers.
struct answer_ends {
  std::uint32_t ended = 0; ///< answers that ended
  bool is_near = false;    ///< one more ought to have
  std::vector<std::uint32_t> repairs; ///< repair channels among them
};

/// Ended answers that are told apart.
constexpr std::size_t max_ended = 128;

/// First symbol of the answer that carries `esi`.
std::uint32_t answer_of(std::uint32_t esi, std::uint32_t k) {
  return esi < k ? 0 : repair_symbols(k, repair_channel_of(k, esi)).first_esi;
}

void note_end(sender& one, const range_header& header, answer_ends& ends) {
  const auto answer = answer_of(header.esi, one.symbols.symbols());
  if (std::find(one.ended.begin(), one.ended.end(), answer) != one.ended.end())
    return;
  ends.is_near = header.countdown > 1;
  if (ends.is_near)
    return;
  ++ends.ended;
  const auto k = one.symbols.symbols();
  if (answer >= k)
    ends.repairs.push_back(repair_channel_of(k, answer));
  // The source symbols may be asked for again, and end again.
  if (answer != 0)
    one.ended.push_back(answer);
  if (one.ended.size() > max_ended) // more than anybody asks for at once
    one.ended.erase(one.ended.begin());
}

/// The packet of a range channel, out of its seal if there is one. Valid until
/// the next call.
std::optional<range_packet_view> read_range(channel_receiver_state& st,
                                            std::span<const std::byte> payload) {
  const auto& range = st.now.range;
  const auto is_expected = [&](const range_header& header, std::size_t bytes) {
    return header.tag == range.tag && header.block_bytes == st.now.size_bytes &&
           bytes == range.symbol_bytes;
  };
  if (!range.key) {
    const auto packet = parse_range_packet(payload);
    if (!packet || !is_expected(packet->header, packet->symbol.size()))
      return std::nullopt;
    return packet;
  }
  const auto packet = parse_sealed_range_packet(payload);
  if (!packet || !is_expected(packet->header, packet->symbol.size()))
    return std::nullopt;
  st.opened.resize(range.symbol_bytes);
  symbol_salt salt;
  std::copy(packet->salt.begin(), packet->salt.end(), salt.begin());
  if (!open_symbol(st.opened, packet->symbol,
                   packet->code.first<symbol_code_bytes>(), *range.key, salt,
                   packet->header.esi, packet->header_bytes))
    return std::nullopt;
  return range_packet_view{packet->header, st.opened};
}

outcome take_range(receiver_pointer self, const packet_batch& batch,
                   answer_ends& ends) {
  auto& st = compat::state_of(self);
  // What does not open takes no sender's place.
  sender* one = nullptr;
  bool news = false;
  for (const auto payload : batch.packets) {
    const auto packet = read_range(st, payload);
    if (!packet)
      continue;
    if (one == nullptr)
      one = sender_for(st, batch.from);
    if (one == nullptr)
      return outcome::nothing;
    news |= one->symbols.add({0, packet->header.esi}, packet->symbol);
    if (packet->header.countdown > 0)
      note_end(*one, packet->header, ends);
  }
  if (one == nullptr)
    return outcome::nothing;
  // Whoever is behind the others says nothing about the end of an answer.
  if (one->symbols.missing() > missing(st))
    ends = {};
  const auto data = news ? one->symbols.decode() : std::nullopt;
  if (!data)
    return news || ends.ended > 0 ? outcome::more : outcome::nothing;
  if (const auto bad = find_bad_chunks(st.now, data->view()); bad != 0) {
    const bool is_hopeless =
        st.now.trusted.empty() || contains(st.now.trusted, batch.from);
    if (st.now.range.chunks.size() > 1 && is_hopeless) {
      reject_range(self, *data, bad, batch.from);
      return outcome::complete;
    }
    refuse(st, *one);
    return outcome::wrong;
  }
  // Both once a channel, as for a chunk.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, st.now.types.front(),
                              one->symbols.symbols_source(),
                              one->symbols.symbols_repair(), batch.from});
  compat::send(self, st.writer,
               verified_chunk{st.now.channel, std::move(st.now.pieces), *data});
  return outcome::complete;
}

channel_receiver_state::candidate*
candidate_for(channel_receiver_state& st, const packet_view& packet,
              const ip6_address& from) {
  const auto bytes = packet.info->transfer_bytes;
  const auto found =
      std::find_if(st.objects.begin(), st.objects.end(), [&](const auto& c) {
        return c.object == packet.object && c.bytes == bytes && c.from == from;
      });
  if (found != st.objects.end()) {
    st.objects.splice(st.objects.begin(), st.objects, found);
    return &st.objects.front();
  }
  if (bytes > (st.now.size_bytes != 0 ? st.now.size_bytes
                                      : st.options.max_object_bytes))
    return nullptr;
  auto all = bytes;
  for (const auto& each : st.objects)
    all += each.bytes;
  while (!st.objects.empty() &&
         (st.objects.size() >= st.options.max_candidates ||
          all > st.options.max_candidate_bytes)) {
    all -= st.objects.back().bytes;
    st.objects.pop_back();
  }
  st.objects.push_front({packet.object, bytes, from, symbol_collector{bytes}});
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
void refuse(receiver_pointer self, hash object, error why) {
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
    const auto one = candidate_for(st, *packet, batch.from);
    if (!one || !one->symbols.add(packet->id, packet->symbol))
      continue;
    result = std::max(result, outcome::more);
    auto data = one->symbols.decode();
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
    if (st.now.seal) {
      auto plain = st.now.seal->open(st.now.id, data->view());
      if (!plain) {
        one->symbols.restart();
        result = outcome::wrong;
        why = cause::not_opened;
        continue;
      }
      data = std::move(*plain);
    }
    if (auto failed = st.now.check ? st.now.check(data->view()) : error{};
        failed.code != errc::none) {
      refuse(self, one->object, std::move(failed));
      continue;
    }
    compat::send(self, st.parent,
                 object_verified{st.now.channel, *type, *data,
                                 one->symbols.symbols_source(),
                                 one->symbols.symbols_repair(), st.position,
                                 batch.from});
    return outcome::complete;
  }
  return result;
}

void hand_over(receiver_pointer self, const sealed_channel::content& found,
               const ip6_address& from) {
  auto& st = compat::state_of(self);
  if (st.now.what == open_channel::content::object)
    return compat::send(self, st.parent,
                        object_verified{st.now.channel, found.type, found.plain,
                                        found.symbols_source,
                                        found.symbols_repair, std::nullopt,
                                        from});
  // Both once a channel, as for a chunk that is not sealed.
  compat::send(self, st.parent,
               chunk_verified{st.now.channel, found.type, found.symbols_source,
                              found.symbols_repair, from});
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
      hand_over(self, st.sealed->found(), batch.from);
      return outcome::complete;
    }
  }
  return result;
}

/// Makes ready for what `state.now` asks for.
void begin(channel_receiver_state& state) {
  const auto& msg = state.now;
  if (!msg.key)
    return; // with the first symbol
  if (msg.what == open_channel::content::object)
    state.sealed.emplace(
        *msg.key, msg.types,
        sealed_channel::limits{msg.size_bytes != 0
                                   ? msg.size_bytes
                                   : state.options.max_object_bytes,
                               state.options.max_candidates});
  else
    state.sealed.emplace(*msg.key, msg.types, msg.id, msg.size_bytes);
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
        // Bounded: one of these for each batch, and so by the port's slabs.
        case outcome::more:
          compat::send(
              self, state.parent,
              symbols_arrived{msg.channel,
                              state.now.what == open_channel::content::range
                                  ? missing(state)
                                  : 0,
                              ends.ended, ends.is_near,
                              std::move(ends.repairs)});
          break;
        case outcome::wrong:
          compat::send(self, state.parent,
                       content_rejected{
                           msg.channel, why, msg.batch.from,
                           state.now.what == open_channel::content::range
                               ? missing(state)
                               : 0});
          break;
        case outcome::complete:
          close(state);
          break;
        }
      },
  };
}

} // namespace troupe
