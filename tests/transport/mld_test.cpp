// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/mld.hpp"

namespace troupe::test {
namespace {

const ip6_address reporter = *parse_ip6("fe80::809a:18ff:fe71:5f0e");
const std::string group_hex = "ff1ece7106d334b8b5df7653d3e2be40";
const std::string other_hex = "ff1e83d534a30f1c6e5ff14348076956";

struct parsed {
  bool sound = false;
  std::vector<group_change> changes;
};

parsed parse(const std::string& hex) {
  parsed out;
  out.sound = parse_report(from_hex_text(hex), reporter, 7, out.changes);
  return out;
}

std::string hex_of(const group_change& c) {
  return to_hex_text(std::as_bytes(std::span{c.group.bytes}));
}

group_change change_of(std::uint64_t number, membership what) {
  return {.group = group_number(number), .reporter = {}, .change = what};
}

/// A report of one record of `type`.
std::string one_record(int type) {
  return "8f000000 00000001 0" + std::to_string(type) + "000000" + group_hex;
}

} // namespace

TEST_CASE("a report has the bytes that RFC 3810 5.2 says") {
  const std::vector<group_change> changes{
      {*parse_ip6("ff1e:ce71:6d3:34b8:b5df:7653:d3e2:be40"),
       {},
       0,
       membership::done},
      {*parse_ip6("ff1e:83d5:34a3:f1c:6e5f:f143:4807:6956"),
       {},
       0,
       membership::wanted}};
  CHECK(to_hex_text(make_report(changes)) == "8f00000000000002"
                                             "03000000" +
                                                 group_hex + "04000000" +
                                                 other_hex);
}

TEST_CASE("a general query has the bytes that RFC 3810 5.1 says") {
  CHECK(to_hex_text(make_general_query(1000)) ==
        "82000000"
        "03e80000"
        "00000000000000000000000000000000"
        "027d0000");
}

TEST_CASE("reports of up to 70 records read back") {
  for (std::size_t count : {0u, 1u, 2u, 69u, 70u}) {
    std::vector<group_change> changes;
    for (std::size_t i = 0; i < count; ++i)
      changes.push_back(
          change_of(i, i % 3 ? membership::wanted : membership::done));
    const auto message = make_report(changes);
    CHECK(message.size() == 8 + 20 * count);
    std::vector<group_change> out;
    REQUIRE(parse_report(message, reporter, 7, out));
    REQUIRE(out.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(out[i].group == changes[i].group);
      CHECK(out[i].change == changes[i].change);
      CHECK(out[i].reporter == reporter);
      CHECK(out[i].interface_index == 7);
    }
  }
}

TEST_CASE("record types 2, 4 and 5 want, 1 and 3 are done") {
  for (int type : {2, 4, 5}) {
    const auto heard = parse(one_record(type));
    REQUIRE(heard.sound);
    REQUIRE(heard.changes.size() == 1);
    CHECK(heard.changes[0].change == membership::wanted);
    CHECK(hex_of(heard.changes[0]) == group_hex);
  }
  for (int type : {1, 3}) {
    const auto heard = parse(one_record(type));
    REQUIRE(heard.changes.size() == 1);
    CHECK(heard.changes[0].change == membership::done);
  }
  for (int type : {0, 6, 7, 9}) {
    const auto heard = parse(one_record(type));
    CHECK(heard.sound);
    CHECK(heard.changes.empty());
  }
}

TEST_CASE("sources and auxiliary data are stepped over") {
  const std::string source = "20010db8000000000000000000000001";
  const auto heard = parse("8f000000 00000003"
                           "04000000" +
                           group_hex + // plain
                           "05010002" + group_hex + source + source +
                           "deadbeef" + // 2 and 4 bytes
                           "03000000" + other_hex);
  REQUIRE(heard.sound);
  REQUIRE(heard.changes.size() == 3);
  CHECK(heard.changes[1].change == membership::wanted);
  CHECK(hex_of(heard.changes[2]) == other_hex);
  CHECK(heard.changes[2].change == membership::done);
}

TEST_CASE("MLDv1 reports want and dones are done") {
  const std::string tail = "0000000000000000" + group_hex;
  const auto wanted = parse("83" + tail.substr(2));
  REQUIRE(wanted.changes.size() == 1);
  CHECK(wanted.changes[0].change == membership::wanted);
  CHECK(hex_of(wanted.changes[0]) == group_hex);
  const auto done = parse("84" + tail.substr(2));
  REQUIRE(done.changes.size() == 1);
  CHECK(done.changes[0].change == membership::done);
  CHECK_FALSE(parse("83" + tail.substr(2, 44)).sound);
}

TEST_CASE("groups that no object can have are passed over") {
  const auto heard =
      parse("8f000000 00000003"
            "04000000 ff020000000000000000000000000016" // link scope
            "04000000 20010db8000000000000000000000001" // not multicast
            "04000000" +
            group_hex);
  REQUIRE(heard.sound);
  REQUIRE(heard.changes.size() == 1);
  CHECK(hex_of(heard.changes[0]) == group_hex);
}

TEST_CASE("another kind of message says nothing") {
  const auto heard = parse(to_hex_text(make_general_query(100)));
  CHECK(heard.sound);
  CHECK(heard.changes.empty());
}

TEST_CASE("a report that is cut short keeps what came before the cut") {
  std::vector<group_change> changes;
  for (std::uint64_t i = 0; i < 5; ++i)
    changes.push_back(change_of(i, membership::wanted));
  const auto whole = make_report(changes);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::vector<group_change> out;
    CHECK_FALSE(parse_report(std::span{whole}.first(length), reporter, 1, out));
    CHECK(out.size() == (length < 8 ? 0 : (length - 8) / 20));
  }
}

TEST_CASE("a count or length that reaches past the end is refused") {
  CHECK_FALSE(parse("8f000000 0000ffff 04000000" + group_hex).sound);
  CHECK_FALSE(parse("8f000000 00000001 0400ffff" + group_hex).sound);
  CHECK_FALSE(parse("8f000000 00000001 04ff0000" + group_hex).sound);
  // RFC 3810 5.2.11: what follows the records is for later versions.
  CHECK(parse(one_record(4) + "ffffffff").changes.size() == 1);
}

} // namespace troupe::test
