// SPDX-License-Identifier: BSD-3-Clause
// A captured sync between two librecast hosts, read with our parsers and
// compared with an independent decoder's account of it.
#include "tests/transport/pcap.hpp"
#include "transport/packet.hpp"

namespace troupe::test {
namespace {

const std::string data_dir = TROUPE_TEST_DATA;

void check_packet(const datagram& d, const nlohmann::json& expected) {
  const auto payload = d.payload.subspan(8); // UDP header
  REQUIRE(payload.size() == expected["ulen"].get<std::size_t>());
  const auto view = parse_packet(payload);
  REQUIRE(view);
  CHECK(to_hex(view->object) == expected["oid"].get<std::string>());
  CHECK(view->id.source_block == expected["sbn"].get<int>());
  CHECK(view->id.encoding_symbol == expected["esi"].get<std::uint32_t>());
  CHECK(to_hex_text(view->symbol.first(32)) ==
        expected["symbol_first32"].get<std::string>());
  if (expected.contains("symbol_hex"))
    CHECK(to_hex_text(view->symbol) ==
          expected["symbol_hex"].get<std::string>());
  REQUIRE(view->info.has_value() == expected.contains("oti"));

  // Written again, the header has the peer's bytes.
  bytes again(view->info ? object_header_bytes : chunk_header_bytes);
  if (view->info) {
    CHECK(view->info->transfer_bytes == expected["oti"]["F"].get<unsigned>());
    write_object_header(std::span{again}.first<object_header_bytes>(),
                        view->object, *view->info, view->id);
  } else {
    write_chunk_header(std::span{again}.first<chunk_header_bytes>(),
                       view->object, view->id);
  }
  CHECK(to_hex_text(again) == expected["header_hex"].get<std::string>());
}

void check_report(const datagram& d, const nlohmann::json& expected) {
  std::vector<group_change> changes;
  REQUIRE(parse_report(d.payload, d.from, 3, changes));
  std::vector<nlohmann::json> records;
  for (const auto& r : expected["mld2_report"])
    if (r[1].get<std::string>().substr(0, 5) != "ff02:")
      records.push_back(r);
  REQUIRE(changes.size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(to_string(changes[i].group) == records[i][1].get<std::string>());
    CHECK(to_string(changes[i].reporter) == expected["src"].get<std::string>());
    const bool wanted = records[i][0] == "CHANGE_TO_EXCLUDE";
    CHECK((changes[i].change == membership::wanted) == wanted);
  }
}

} // namespace

TEST_CASE("a captured sync reads as it was decoded elsewhere") {
  const auto frames = read_pcap(data_dir + "/sync-file-plain.pcap");
  const auto expected = test_data("sync-file-plain.decode.json");
  REQUIRE(frames.size() == 56);
  REQUIRE(expected.size() == frames.size());
  std::size_t packets = 0;
  std::size_t reports = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    INFO("frame " << i + 1);
    const datagram d = read_datagram(frames[i]);
    CHECK(to_string(d.to) == expected[i]["dst"].get<std::string>());
    if (expected[i].contains("ulen")) {
      check_packet(d, expected[i]);
      ++packets;
    } else if (expected[i].contains("mld2_report")) {
      CHECK(d.hop_limit == 1);
      check_report(d, expected[i]);
      ++reports;
    }
  }
  CHECK(packets == 40);
  CHECK(reports == 8);
}

TEST_CASE("data goes to the very group that was reported") {
  const auto frames = read_pcap(data_dir + "/sync-file-plain.pcap");
  std::vector<group_change> wanted;
  const datagram report = read_datagram(frames.at(6));
  REQUIRE(parse_report(report.payload, report.from, 1, wanted));
  REQUIRE(wanted.size() == 1);
  CHECK(read_datagram(frames.at(7)).to == wanted[0].group);
}

} // namespace troupe::test
