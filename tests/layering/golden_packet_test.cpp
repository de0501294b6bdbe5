// SPDX-License-Identifier: BSD-3-Clause
// The bytes that docs/wire-format.md shows are those of the capture in
// tests/data, and those that Troupe itself writes and reads.
#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "core/manifest.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/pcap.hpp"
#include "transport/key_file.hpp"
#include "transport/mld.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"
#include "transport/seal.hpp"
#include "transport/signed_manifest.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace troupe {

namespace {

using byte_vector = std::vector<std::byte>;

/// The bytes of the block of hexadecimal digits below `heading`. A token is
/// pairs of digits, or one pair, '*' and how often; '#' begins a comment.
byte_vector documented(const std::string& heading) {
  std::ifstream file{TROUPE_WIRE_FORMAT};
  REQUIRE(file);
  byte_vector bytes;
  std::string line;
  while (std::getline(file, line) && line != heading) {
  }
  while (std::getline(file, line) && line != "```hex") {
  }
  while (std::getline(file, line) && line != "```") {
    std::istringstream tokens{line.substr(0, line.find('#'))};
    for (std::string token; tokens >> token;) {
      const auto star = std::min(token.find('*'), token.size());
      const auto times =
          star == token.size() ? 1 : std::stoul(token.substr(star + 1));
      REQUIRE(star % 2 == 0);
      for (std::size_t n = 0; n < times; ++n)
        for (std::size_t i = 0; i < star; i += 2)
          bytes.push_back(static_cast<std::byte>(
              std::stoul(token.substr(i, 2), nullptr, 16)));
    }
  }
  REQUIRE(!bytes.empty());
  return bytes;
}

/// What is behind the IPv6 header of frame `number`, counted from 1.
byte_vector captured(std::size_t number) {
  const auto frames = test::read_pcap(TROUPE_TEST_DATA "/sync-file-plain.pcap");
  const auto payload = test::read_datagram(frames.at(number - 1)).payload;
  return {payload.begin(), payload.end()};
}

byte_vector captured_udp_payload(std::size_t number) {
  auto bytes = captured(number);
  bytes.erase(bytes.begin(), bytes.begin() + 8);
  return bytes;
}

/// The shared file: 5000 bytes of a linear congruential generator.
byte_vector small_bin() {
  byte_vector bytes(5000);
  std::uint32_t x = 0x12345678;
  for (auto& b : bytes) {
    x = x * 1103515245u + 12345u;
    b = static_cast<std::byte>(x >> 16);
  }
  return bytes;
}

/// H(bytes), or what is documented where this build has no BLAKE3.
hash blake3_of(std::span<const std::byte> bytes,
               const std::string& documented) {
  hash result;
  REQUIRE(from_hex(documented, result));
  if (is_available(hash_type::blake3))
    CHECK(to_hex(hash_of(hash_type::blake3, bytes)) == documented);
  return result;
}

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

/// The header of the shared file's objects.
object_header small_header() {
  object_header header;
  header.size = 5000;
  header.name = "small.bin";
  header.metadata.mode = 0100644;
  header.metadata.mtime_s = header.metadata.atime_s = 0x663881d9;
  header.metadata.mtime_ns = header.metadata.atime_ns = 123456789;
  return header;
}

const std::string name_hash =
    "ce7106d334b8b5df7653d3e2be40cbdeaa489e39aa0f6a04baefed87c321e5f2";
const std::string chunk_hash =
    "83d534a30f1c6e5ff1434807695691abe24499f51d1142534d19f54722c9647a";
const std::string tree_hash =
    "63939ec1bf43a15698a5ccd4b93935ddb61fbd9089bed33b463957755d5dc2d6";

} // namespace

TEST_CASE("the documented report is the captured one", "[golden]") {
  CHECK(documented("### Golden report") == captured(7));
}

TEST_CASE("the documented tree packet is the captured one", "[golden]") {
  CHECK(documented("### Golden tree packet") == captured_udp_payload(8));
}

TEST_CASE("the documented chunk packet is the captured one", "[golden]") {
  auto bytes = documented("### Golden chunk packet");
  REQUIRE(bytes.size() == chunk_header_bytes);
  const auto content = small_bin();
  bytes.insert(bytes.end(), content.begin(),
               content.begin() + classic_symbol_bytes);
  CHECK(bytes == captured_udp_payload(31));
}

TEST_CASE("Troupe writes and reads the documented report", "[golden]") {
  auto bytes = documented("### Golden report");
  const auto group = group_of(blake3_of(as_bytes("small.bin"), name_hash));
  std::vector<group_change> heard;
  REQUIRE(parse_report(bytes, {}, 0, heard));
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].group == group);
  CHECK(heard[0].change == membership::wanted);
  bytes[2] = bytes[3] = std::byte{0}; // the kernel fills in the checksum
  CHECK(make_report(heard) == bytes);
}

TEST_CASE("Troupe writes and reads the documented tree packet", "[golden]") {
  const auto header = small_header();
  const hash leaf = blake3_of(small_bin(), chunk_hash);
  const auto tree =
      merkle_tree::fold(hash_type::blake3, header.size, {&leaf, 1});
  REQUIRE(tree);
  const auto object = make_tree_object(header, *tree);
  const auto id = blake3_of(object.view(), tree_hash);

  byte_vector packet(object_packet_bytes);
  write_object_header(std::span{packet}.first<object_header_bytes>(), id,
                      object_info{.transfer_bytes = object.size()}, {});
  std::ranges::copy(object.view(), packet.begin() + object_header_bytes);
  CHECK(packet == documented("### Golden tree packet"));

  const auto read = parse_packet(packet);
  REQUIRE(read);
  CHECK(read->object == id);
  REQUIRE(read->info);
  CHECK(read->info->transfer_bytes == 97);
  const auto again = parse_header(read->symbol.first(97), 5000);
  REQUIRE(again);
  CHECK(*again == header);
}

TEST_CASE("Troupe writes and reads the documented chunk packet", "[golden]") {
  const auto content = small_bin();
  const auto id = blake3_of(content, chunk_hash);
  byte_vector packet(chunk_header_bytes);
  write_chunk_header(std::span{packet}.first<chunk_header_bytes>(), id, {});
  CHECK(packet == documented("### Golden chunk packet"));

  packet.insert(packet.end(), content.begin(),
                content.begin() + classic_symbol_bytes);
  const auto read = parse_packet(packet);
  REQUIRE(read);
  CHECK(read->object == id);
  CHECK(!read->info);
  CHECK(read->id == symbol_id{0, 0});
}

TEST_CASE("Troupe opens the documented sealed object", "[golden]") {
  const auto key = derive_librecast_key("testpass");
  REQUIRE(key);
  hash expected_key;
  REQUIRE(from_hex(
      "f249906b6cfb1fa5e331c0283bee6411af08ac81a93f84b958e42ed1991d44f6",
      expected_key));
  CHECK(std::equal(key->bytes().begin(), key->bytes().end(),
                   expected_key.bytes.begin()));
  const auto plain = unseal(documented("### Golden sealed object"), *key);
  REQUIRE(plain);
  const auto text = as_bytes("hello\n");
  CHECK(std::equal(text.begin(), text.end(), plain->view().begin(),
                   plain->view().end()));
}

TEST_CASE("Troupe writes the documented General Query", "[golden]") {
  CHECK(make_general_query(100) == documented("### Golden query"));
}

TEST_CASE("Troupe joins the documented range groups", "[golden]") {
  const auto name = blake3_of(as_bytes("small.bin"), name_hash);
  const auto chunk = blake3_of(small_bin(), chunk_hash);
  byte_vector bytes;
  for (const auto& id : {channel_id_of(channel_kind::manifest, name),
                         channel_id_of(channel_kind::data, chunk),
                         channel_id_of(channel_kind::repair, chunk, 1)}) {
    const auto group = group_of(id);
    const auto view = std::as_bytes(std::span{group.bytes});
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  CHECK(bytes == documented("### Golden range groups"));
}

TEST_CASE("Troupe writes and reads the documented manifest", "[golden]") {
  const hash leaf = blake3_of(small_bin(), chunk_hash);
  const auto tree = merkle_tree::fold(hash_type::blake3, 5000, {&leaf, 1});
  REQUIRE(tree);
  const auto written = serialise(
      make_manifest(hash_type::blake3, 1368, small_header(), *tree));
  CHECK(written == documented("### Golden manifest"));

  const auto read = parse_manifest(written, 5000);
  if (!is_available(hash_type::blake3)) {
    WARN("not read: this build has no BLAKE3");
    return;
  }
  REQUIRE(read);
  CHECK(read->symbol_bytes == 1368);
  CHECK(read->header == small_header());
  CHECK(read->root == leaf);
  CHECK(read->blocks == std::vector<hash>{leaf});
}

TEST_CASE("Troupe signs the documented manifest", "[golden]") {
  const auto inner = documented("### Golden manifest");
  signed_statement says;
  says.capabilities = capability_ranges;
  says.version = 7;
  says.not_before_s = 1'800'000'000;
  says.expires_s = says.not_before_s + 6400;
  says.name = "small.bin";
  std::array<std::byte, signing_seed_bytes> seed;
  seed.fill(std::byte{0x11});
  const auto written =
      sign_manifest(says, inner, *signing_key::from_seed(seed));
  auto shown = documented("### Golden signed manifest");
  shown.insert(shown.end() - signature_bytes, inner.begin(), inner.end());
  CHECK(written == shown);
  const auto read = parse_signed_manifest(shown);
  REQUIRE(read);
  CHECK(is_genuine(*read));
  CHECK(read->says.name == "small.bin");
}

TEST_CASE("Troupe writes and reads the documented range packets", "[golden]") {
  const auto chunk = blake3_of(small_bin(), chunk_hash);
  const auto k = range_symbols(5000, 1368);
  REQUIRE(k == 4);
  const auto each = static_cast<std::uint8_t>(repair_channel_symbols(k));
  const range_header all[] = {{4, range_tag(chunk), 5000, 0},
                              {1, range_tag(chunk), 5000, k - 1},
                              {each, range_tag(chunk), 5000, k + each}};
  const auto bytes = documented("### Golden range packet");
  REQUIRE(bytes.size() == std::size(all) * range_header_bytes);
  for (std::size_t i = 0; i < std::size(all); ++i) {
    byte_vector packet(range_header_bytes + 1368);
    write_range_header(std::span{packet}.first<range_header_bytes>(), all[i]);
    const auto shown = std::span{bytes}.subspan(i * range_header_bytes,
                                                range_header_bytes);
    CHECK(std::equal(shown.begin(), shown.end(), packet.begin()));
    const auto read = parse_range_packet(packet);
    REQUIRE(read);
    CHECK(read->header == all[i]);
    CHECK(read->symbol.size() == 1368);
  }
}

} // namespace troupe
