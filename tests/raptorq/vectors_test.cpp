// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/oti.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <blake2.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace troupe::raptorq {

namespace {

std::string hex(const void* data, std::size_t count) {
  static constexpr char digit[] = "0123456789abcdef";
  const auto* octets = static_cast<const unsigned char*>(data);
  std::string out;
  for (std::size_t n = 0; n < count; ++n) {
    out += digit[octets[n] >> 4];
    out += digit[octets[n] & 15];
  }
  return out;
}

std::string digest(const test::bytes& data) {
  unsigned char out[32];
  blake2b(out, data.data(), nullptr, sizeof out, data.size(), 0);
  return hex(out, sizeof out);
}

// The generator the vectors were made from.
test::bytes object_of(std::size_t count) {
  test::bytes out(count);
  std::uint32_t x = 0x12345678;
  for (std::byte& b : out) {
    x = x * 1103515245U + 12345U;
    b = static_cast<std::byte>(x >> 16 & 255);
  }
  return out;
}

nlohmann::json vectors() {
  std::ifstream in(TROUPE_RAPTORQ_VECTORS);
  REQUIRE(in);
  return nlohmann::json::parse(in);
}

} // namespace

TEST_CASE("symbols are byte for byte those of another codec", "[vectors]") {
  std::size_t compared = 0;
  const nlohmann::json all = vectors();
  const std::uint32_t t = all.at("T");
  for (const auto& object : all.at("objects")) {
    const std::size_t f = object.at("F");
    const std::uint32_t k = object.at("K");
    const test::bytes data = object_of(f);
    block_encoder encoder(k, t, data);
    REQUIRE(encoder.state() == status::done);
    REQUIRE(parameters_for(k)->k_prime == object.at("KP"));
    for (const auto& symbol : object.at("symbols")) {
      const std::uint32_t esi = symbol.at("esi");
      INFO("F = " << f << ", ESI = " << esi);
      const test::bytes made = test::symbol_of(encoder, esi);
      REQUIRE(hex(made.data(), 32) == symbol.at("first32"));
      REQUIRE(digest(made) == symbol.at("blake2b256"));
      ++compared;
    }
  }
  REQUIRE(compared == 73);
}

TEST_CASE("headers are byte for byte those of another codec", "[vectors]") {
  const nlohmann::json all = vectors();
  for (const auto& object : all.at("objects")) {
    oti info;
    info.transfer_bytes = object.at("oti_F");
    info.symbol_bytes = object.at("oti_T");
    info.source_blocks = object.at("Z");
    info.sub_blocks = object.at("N");
    info.alignment = object.at("Al");
    REQUIRE(check(info) == status::done);
    REQUIRE(hex(encode_common_oti(info).data(), 8) == object.at("oti_hex"));
    REQUIRE(hex(encode_scheme_oti(info).data(), 4) == object.at("scheme_hex"));
    for (const auto& symbol : object.at("symbols"))
      REQUIRE(hex(encode_payload_id({0, symbol.at("esi")}).data(), 4) ==
              symbol.at("pid_hex"));
  }
}

} // namespace troupe::raptorq
