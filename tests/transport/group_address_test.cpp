// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/group_address.hpp"

namespace troupe::test {

TEST_CASE("groups are those that librecast computes") {
  const std::string file = GENERATE("core-blake2b.json", "core-blake3.json");
  const auto vectors = test_data(file);
  REQUIRE(vectors["names"].size() > 3);
  for (const auto& name : vectors["names"]) {
    hash id;
    REQUIRE(from_hex(name["channel_hash"].get<std::string>(), id));
    const group_address group = group_of(id);
    CHECK(to_hex_text(std::as_bytes(std::span{group.bytes})) ==
          name["group_hex"].get<std::string>());
    CHECK(to_string(group) == name["group"].get<std::string>());
    CHECK(parse_ip6(name["group"].get<std::string>()) == group);
    CHECK(to_hex_text(group_key(group)) ==
          name["channel_hash"].get<std::string>().substr(0, 28));
    CHECK(group.is_multicast());
  }
}

TEST_CASE("the flags are a group's second byte") {
  const group_address group = group_of(hash_number(1), 0x15);
  CHECK(group.bytes[0] == 0xff);
  CHECK(group.bytes[1] == 0x15);
  CHECK(to_hex_text(group_key(group)) ==
        to_hex_text(group_key(group_number(1))));
}

TEST_CASE("addresses are written as RFC 5952 says") {
  const auto same = [](const std::string& text) {
    const auto address = parse_ip6(text);
    return address && to_string(*address) == text;
  };
  CHECK(same("::"));
  CHECK(same("::1"));
  CHECK(same("ff02::16"));
  CHECK(same("2001:db8::1:0:0:1"));
  CHECK(same("2001:db8:0:1:1:1:1:1"));
  CHECK(to_string(*parse_ip6("FF1E:0:0::00AB")) == "ff1e::ab");
  CHECK_FALSE(parse_ip6("::1")->is_multicast());
}

TEST_CASE("what is not an address is refused") {
  for (const char* text : {"", "1", "127.0.0.1", "::g", "1::2::3", "fe80::1%lo",
                           "1:2:3:4:5:6:7:8:9", " ::1"})
    CHECK_FALSE(parse_ip6(text));
  CHECK_FALSE(parse_ip6(std::string{"::1\0", 4}));
}

} // namespace troupe::test
