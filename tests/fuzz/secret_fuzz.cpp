// SPDX-License-Identifier: BSD-3-Clause
// What has to do with keys: sealed packets, tokens, key files.
#include "actors/object_packets.hpp"
#include "actors/sealed_channel.hpp"
#include "capi/object_receiver.hpp"
#include "capi/tokens.hpp"
#include "core/hasher.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/scratch.hpp"
#include "transport/key_file.hpp"

#include <librecast/crypto.h>
#include <sodium.h>

namespace troupe::fuzz {

namespace {

constexpr auto type = hash_type::blake2b;
constexpr std::size_t secret_bytes = 3000; ///< K = 3

seal_key some_key() {
  const std::vector<std::byte> text(seal_key_bytes, std::byte{7});
  return *seal_key::from_bytes(text);
}

const std::vector<std::byte>& secret() {
  static const std::vector<std::byte> text(secret_bytes, std::byte{0x5e});
  return text;
}

/// Transmissions of secret(), sealed, as an object or as a chunk.
std::vector<packet_train> transmissions(bool as_object) {
  object_packets packets{type, 10, some_key()};
  object_directory::found found;
  found.id = hash_of(type, secret());
  if (as_object)
    found.entry = indexed_object{blob::copy_of(secret())};
  else
    found.entry =
        indexed_chunk{make_memory_source(secret()), {0, secret_bytes}};
  std::vector<packet_train> all(4);
  for (auto& train : all)
    demand(bool{packets.fill(train, found)});
  return all;
}

octets packet_of(const packet_train& train, std::uint64_t index) {
  const auto count = train.bytes.size() / train.packet_bytes;
  return octets{train.bytes}.subspan(index % count * train.packet_bytes,
                                     train.packet_bytes);
}

} // namespace

// An octet says whether the channel is one of objects. Then packets: of a true
// transmission, as it was or damaged, or of nobody's making. What comes out is
// the secret or nothing.
bool sealed(octets input) {
  static const auto objects = transmissions(true);
  static const auto chunks = transmissions(false);
  static const auto key = some_key();
  reader in{input};
  const bool is_object = in.take(1) % 2 == 1;
  const auto& trains = is_object ? objects : chunks;
  auto channel =
      is_object
          ? sealed_channel{key, {type}, {.object_bytes = 1U << 16,
                                         .candidates = 4}}
          : sealed_channel{key, {type}, hash_of(type, secret()), secret_bytes};
  bool is_opened = false;
  while (!in.empty()) {
    const auto what = in.take(1);
    const auto true_packet =
        packet_of(trains[what % trains.size()], in.take(1));
    std::vector<std::byte> bytes(true_packet.begin(), true_packet.end());
    const ip6_address from{{0xfe, 0x80, static_cast<std::uint8_t>(what / 64)}};
    if (what % 64 >= 48)
      for (auto changes = what % 8; changes > 0; --changes)
        bytes[in.take(2) % bytes.size()] = static_cast<std::byte>(in.take(1));
    const auto view = parse_packet(bytes);
    if (!view || channel.take(*view, from) != sealed_channel::result::complete)
      continue;
    demand(std::ranges::equal(channel.found().plain.view(), secret()));
    is_opened = true;
    break; // a receiver closes it then
  }
  demand(!unseal(input, key));
  return is_opened;
}

// An octet says whether to begin with a packet that its bearer signed, in
// which some octets are changed. Nothing else is accepted.
bool token(octets input) {
  static const auto keys = [] {
    std::array<lc_keypair_t, 2> made{};
    for (std::size_t i = 0; i < made.size(); ++i) {
      const std::vector<unsigned char> seed(crypto_sign_SEEDBYTES,
                                            static_cast<unsigned char>(i));
      crypto_sign_seed_keypair(made[i].pk, made[i].sk, seed.data());
    }
    return made;
  }();
  in6_addr group{};
  group.s6_addr[0] = 0xff;
  group.s6_addr[1] = 0x1e;
  group.s6_addr[9] = 9;
  std::array<unsigned char*, 1> ring_keys{
      const_cast<unsigned char*>(keys[0].pk)};
  lc_keyring_t ring{};
  ring.key = ring_keys.data();
  ring.nkeys = ring_keys.size();
  const lc_filter_t filter{&ring, 2};

  reader in{input};
  const auto how = in.take(1);
  if (how % 2 == 0) {
    // Ed25519 signatures are not found by chance.
    demand(!capi::is_accepted(filter, group, in.rest()));
    return false;
  }
  lc_token_t made{};
  demand(capi::make_token(made, keys[0], keys[1].pk, group, 3, 0) == 0);
  const auto changes = in.take(1) % 4;
  std::array<std::uint64_t, 3> places{};
  std::array<std::uint64_t, 3> values{};
  for (std::size_t i = 0; i < changes; ++i) {
    places[i] = in.take(2);
    values[i] = in.take(1);
  }
  std::vector<std::byte> body(in.rest().begin(), in.rest().end());
  const std::array<iovec, 2> pieces{
      iovec{&made, sizeof(made)}, iovec{body.data(), body.size()}};
  std::array<unsigned char, capi::token_signature_bytes> signature{};
  demand(capi::sign_packet(pieces, keys[1].sk, signature));
  std::vector<std::byte> whole(sizeof(made) + body.size() + signature.size());
  std::memcpy(whole.data(), &made, sizeof(made));
  std::ranges::copy(body, whole.begin() + sizeof(made));
  std::memcpy(whole.data() + sizeof(made) + body.size(), signature.data(),
              signature.size());
  const auto before = whole;
  for (std::size_t i = 0; i < changes; ++i)
    whole[places[i] % whole.size()] ^= static_cast<std::byte>(values[i]);
  if (how % 4 == 3)
    whole.resize(whole.size() - 1);
  const bool is_accepted = capi::is_accepted(filter, group, whole);
  demand(is_accepted == (whole == before));
  return is_accepted;
}

// Packets of an object of at most 64 KiB as the C API takes them, each with an
// octet before it: whether it has OTI, and whether a key is used.
bool symbols(octets input) {
  constexpr std::uint64_t limit_bytes = 1U << 16;
  static const auto key = some_key();
  reader in{input};
  capi::object_receiver receiver;
  const auto said_bytes = in.take(3);
  bool is_complete = false;
  while (!in.empty()) {
    const auto how = in.take(1);
    const bool with_oti = how % 2 == 1;
    const auto length =
        with_oti ? object_packet_bytes : chunk_packet_bytes;
    const auto head = in.take_some(with_oti ? object_header_bytes
                                            : chunk_header_bytes);
    std::vector<std::byte> bytes(head.begin(), head.end());
    bytes.resize(length, static_cast<std::byte>(how));
    const auto packet = capi::parse_symbol(bytes, with_oti);
    demand(!capi::parse_symbol(bytes, !with_oti));
    if (!packet)
      continue;
    demand(packet->info.has_value() == with_oti &&
           packet->symbol.size() == classic_symbol_bytes);
    blob out;
    const auto result = receiver.add(
        *packet, said_bytes, limit_bytes,
        how % 4 >= 2 ? std::optional{key} : std::nullopt, out);
    using outcome = capi::object_receiver::outcome;
    demand(result != outcome::complete || out.size() <= limit_bytes);
    is_complete |= result == outcome::complete;
  }
  return is_complete;
}

bool key_file(octets input) {
  static const scratch_directory folder;
  const auto path = folder / "key";
  write(path, input);
  const auto read = read_key_file(path);
  demand(bool{read} == (input.size() >= key_file_bytes));
  demand(!read ||
         std::ranges::equal(read->bytes(), input.first(seal_key_bytes)));
  return bool{read};
}

} // namespace troupe::fuzz
