// SPDX-License-Identifier: BSD-3-Clause
// Packets and membership reports: what anybody on the link may send.
#include "actors/share_channels.hpp"
#include "core/hasher.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "transport/mld.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"

#include <string>

namespace troupe::fuzz {

bool packet(octets input) {
  const auto view = parse_packet(input);
  demand(!view || input.size() == (view->info ? object_packet_bytes
                                              : chunk_packet_bytes));
  if (!view)
    return false;
  demand(view->symbol.size() == classic_symbol_bytes &&
         view->symbol.data() + view->symbol.size() ==
             input.data() + input.size());
  demand(view->id.source_block == 0 && view->id.encoding_symbol < 1U << 24);
  std::vector<std::byte> again(input.begin(), input.end());
  if (view->info) {
    const auto& info = *view->info;
    demand(info.transfer_bytes > 0 && info.transfer_bytes <= 56403U * 1024 &&
           info.symbol_bytes == classic_symbol_bytes &&
           info.source_blocks == 1 && info.sub_blocks == 1 &&
           info.alignment == 4);
    again[37] = std::byte{0xa5}; // reserved: ignored, and written as zero
    write_object_header(std::span{again}.first<object_header_bytes>(),
                        view->object, info, view->id);
    demand(again[37] == std::byte{0});
    again[37] = input[37];
  } else {
    write_chunk_header(std::span{again}.first<chunk_header_bytes>(),
                       view->object, view->id);
  }
  demand(std::ranges::equal(again, input));
  return true;
}

bool range_packet(octets input) {
  const auto position = parse_position(input);
  if (position) {
    std::array<std::byte, position_packet_bytes> again{};
    write_position(again, *position);
    demand(parse_position(again) == position);
  }
  const auto view = parse_range_packet(input);
  if (!view)
    return position.has_value();
  demand(!position);
  demand(view->header.countdown <= range_countdown &&
         view->header.esi < 1U << 24 && !view->symbol.empty() &&
         view->symbol.data() == input.data() + range_header_bytes &&
         view->symbol.size() == input.size() - range_header_bytes);
  std::vector<std::byte> again(input.begin(), input.end());
  write_range_header(std::span{again}.first<range_header_bytes>(),
                     view->header);
  demand(std::ranges::equal(again, input));
  return true;
}

namespace {

/// A share whose groups the corpus knows.
share_index small_share() {
  static const std::string text(100'000, 't');
  const auto content =
      make_memory_source(std::as_bytes(std::span{text.data(), text.size()}));
  std::vector<hash> chunks;
  for (std::size_t at = 0; at < text.size(); at += chunk_bytes)
    chunks.push_back(hash_of(hash_type::blake2b,
                             std::string_view{text}.substr(at, chunk_bytes)));
  share_index made{hash_type::blake2b, 1368};
  object_header header;
  header.size = text.size();
  header.metadata.mode = 0100644;
  header.name = "shared";
  made.add_file(header,
                *merkle_tree::fold(hash_type::blake2b, text.size(), chunks),
                content);
  return made;
}

} // namespace

bool report(octets input) {
  static const share_index index = small_share();
  std::vector<group_change> changes;
  const ip6_address reporter{{0xfe, 0x80}};
  const bool is_sound = parse_report(input, reporter, 7, changes);
  // A record is 20 octets at least, a report of version 1 is 24.
  demand(changes.size() <= input.size() / 20);
  for (const auto& change : changes) {
    demand(change.group.is_multicast() && change.group.bytes[1] != 2 &&
           change.reporter == reporter && change.interface_index == 7);
    const auto channel = find_channel(index, change.group);
    if (!channel)
      continue;
    using content = shared_channel::content;
    const bool is_range = channel->what != content::classic;
    demand(!is_range || std::holds_alternative<indexed_range>(
                            channel->object.entry) ||
           std::holds_alternative<indexed_chunk>(channel->object.entry));
    demand(channel->index < repair_channels &&
           (channel->what == content::repair || channel->index == 0));
  }
  if (changes.size() > max_report_records)
    return is_sound;
  std::vector<group_change> again;
  demand(parse_report(make_report(changes), reporter, 7, again));
  demand(again.size() == changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i)
    demand(again[i].group == changes[i].group &&
           again[i].change == changes[i].change);
  return is_sound;
}

} // namespace troupe::fuzz
