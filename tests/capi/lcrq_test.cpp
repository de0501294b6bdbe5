// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <lcrq.h>

#include <cstring>
#include <memory>
#include <set>
#include <thread>

using namespace capi_test;

namespace {

struct freeing {
  void operator()(rq_t* rq) const { rq_free(rq); }
};
using codec = std::unique_ptr<rq_t, freeing>;

codec make(std::uint64_t f, std::uint16_t t) {
  codec rq{rq_init(f, t)};
  REQUIRE(rq);
  return rq;
}

codec encoder_of(bytes& data, std::uint16_t t) {
  auto rq = make(data.size(), t);
  REQUIRE(rq_encode(rq.get(), data.data(), data.size()) == 0);
  return rq;
}

bytes symbol(const codec& rq, std::uint8_t sbn, std::uint32_t esi) {
  bytes out(rq_T(rq.get()));
  rq_pid_t pid = rq_pidset(sbn, esi);
  REQUIRE(rq_symbol(rq.get(), &pid, out.data(), 0) == out.data());
  CHECK(pid == rq_pidset(sbn, esi));
  return out;
}

nlohmann::json raptorq_vectors() {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/raptorq.json"};
  return nlohmann::json::parse(file);
}

std::string network_bytes(const void* value, std::size_t size) {
  return hex(static_cast<const unsigned char*>(value), size);
}

/// Working memory for blocks of few symbols, while it lives.
class small_blocks {
public:
  explicit small_blocks(std::size_t bytes) : before_(RQ_WS_DEFAULT) {
    RQ_WS_DEFAULT = bytes;
  }
  small_blocks(const small_blocks&) = delete;
  small_blocks& operator=(const small_blocks&) = delete;
  ~small_blocks() { RQ_WS_DEFAULT = before_; }

private:
  std::size_t before_;
};

} // namespace

TEST_CASE("rq_init works out what lcrq works out", "[lcrq][vectors]") {
  const auto known = raptorq_vectors();
  for (const auto& object : known["objects"]) {
    const auto rq = make(object["F"], known["T"]);
    CAPTURE(object["F"]);
    CHECK(rq_F(rq.get()) == object["F"]);
    CHECK(rq_T(rq.get()) == known["T"]);
    CHECK(rq_Z(rq.get()) == object["rq_Z"]);
    CHECK(rq_N(rq.get()) == object["rq_N"]);
    CHECK(rq_Al(rq.get()) == object["Al"]);
    CHECK(rq_K(rq.get()) == object["K"]);
    CHECK(rq_KP(rq.get()) == object["KP"]);
    rq_oti_t oti = 0;
    rq_scheme_t scheme = 0;
    REQUIRE(rq_oti(rq.get(), &oti, &scheme) == 0);
    CHECK(network_bytes(&oti, 8) == object["oti_hex"]);
    CHECK(network_bytes(&scheme, 4) == object["scheme_hex"]);
    CHECK(rq_oti_F(oti) == object["oti_F"]);
    CHECK(rq_oti_T(oti) == object["oti_T"]);
    CHECK(rq_oti_Z(scheme) == object["Z"]);
    CHECK(rq_oti_N(scheme) == object["N"]);
    CHECK(rq_oti_Al(scheme) == object["Al"]);
  }
}

TEST_CASE("rq_symbol makes the symbols that lcrq makes", "[lcrq][vectors]") {
  const auto known = raptorq_vectors();
  std::size_t compared = 0;
  for (const auto& object : known["objects"]) {
    if (object["symbols"].empty() || object["F"] > 5'000'000)
      continue;
    auto data = gen2(object["F"]);
    const auto rq = encoder_of(data, known["T"]);
    for (const auto& each : object["symbols"]) {
      CAPTURE(object["F"], each["esi"]);
      const auto made = symbol(rq, 0, each["esi"]);
      CHECK(hex(made.data(), 32) == each["first32"]);
      ++compared;
    }
  }
  CHECK(compared > 20);
}

TEST_CASE("rq_init refuses what RFC 6330 has no parameters for", "[lcrq]") {
  for (const auto& [f, t] : {std::pair<std::uint64_t, std::uint16_t>{0, 1024},
                             {5, 0},
                             {5, 1022},
                             {946270874881, 65532},
                             {1u << 30, 4}}) {
    CAPTURE(f, t);
    errno = 0;
    CHECK(rq_init(f, t) == nullptr);
    CHECK(errno == EINVAL);
  }
  errno = 7;
  rq_free(nullptr);
  CHECK(errno == 7);
}

TEST_CASE("K symbols and few more of any kind give the block back", "[lcrq]") {
  for (const std::size_t f : {1u, 1000u, 5000u, 32768u, 98309u, 300000u}) {
    CAPTURE(f);
    auto data = gen2(f);
    const auto sender = encoder_of(data, 1024);
    const std::uint32_t k = rq_K(sender.get());
    std::vector<std::uint32_t> esis;
    bytes received;
    // Every third source symbol is lost.
    for (std::uint32_t esi = 0; esis.size() < k + 2; ++esi) {
      if (esi % 3 == 1 && esi < k)
        continue;
      esis.push_back(esi);
      const auto made = symbol(sender, 0, esi);
      received.insert(received.end(), made.begin(), made.end());
    }
    const auto receiver = make(f, 1024);
    bytes out(std::size_t{k} * 1024 + 1, 0xaa);
    REQUIRE(rq_decode(receiver.get(), out.data(), received.data(), esis.data(),
                      static_cast<std::uint32_t>(esis.size())) == 0);
    CHECK(std::memcmp(out.data(), data.data(), f) == 0);
    for (auto i = f; i + 1 < out.size(); ++i)
      REQUIRE(out[i] == 0);
    CHECK(out.back() == 0xaa);
  }
}

TEST_CASE("rq_decode says when symbols are missing", "[lcrq]") {
  auto data = gen1(5000);
  const auto rq = encoder_of(data, 1024);
  bytes received, out(5 * 1024);
  std::vector<std::uint32_t> esis;
  for (std::uint32_t i = 0; i < 4; ++i) {
    esis.push_back(100 + i);
    const auto made = symbol(rq, 0, esis.back());
    received.insert(received.end(), made.begin(), made.end());
  }
  // The same one again is no help.
  esis.push_back(esis.back());
  received.insert(received.end(), received.end() - 1024, received.end());
  errno = 0;
  CHECK(rq_decode(rq.get(), out.data(), received.data(), esis.data(), 5) == -1);
  CHECK(errno == ENODATA);
  CHECK(rq_decode(rq.get(), out.data(), received.data(), esis.data(), 0) == -1);
  CHECK(rq_decode(rq.get(), nullptr, received.data(), esis.data(), 5) == -1);
  CHECK(errno == EINVAL);
  CHECK(rq_decode(nullptr, out.data(), received.data(), esis.data(), 5) == -1);
}

TEST_CASE("RQ_RAND names the repair symbol that it made", "[lcrq]") {
  auto data = gen2(5000);
  const auto rq = encoder_of(data, 1024);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 100; ++i) {
    bytes out(1024);
    rq_pid_t pid = rq_pidset(0, 3);
    REQUIRE(rq_symbol(rq.get(), &pid, out.data(), RQ_RAND) == out.data());
    CHECK(rq_pid2sbn(pid) == 0);
    CHECK(rq_pid2esi(pid) >= 5);
    CHECK(rq_pid2esi(pid) < RQ_ESI_MAX);
    CHECK(out == symbol(rq, 0, rq_pid2esi(pid)));
    seen.insert(rq_pid2esi(pid));
  }
  CHECK(seen.size() > 90);
}

TEST_CASE("rq_symbol needs an object and a block that is there", "[lcrq]") {
  auto data = gen2(5000);
  bytes out(1024);
  rq_pid_t pid = 0;
  const auto empty = make(5000, 1024);
  errno = 0;
  CHECK(rq_symbol(empty.get(), &pid, out.data(), 0) == nullptr);
  CHECK(errno == EINVAL);
  const auto rq = encoder_of(data, 1024);
  pid = rq_pidset(1, 0);
  CHECK(rq_symbol(rq.get(), &pid, out.data(), 0) == nullptr);
  CHECK(rq_encode(rq.get(), data.data(), 5001) == -1);
  CHECK(rq_encode(rq.get(), nullptr, 5000) == -1);
  // The object is what it was: refused arguments change nothing.
  CHECK(std::memcmp(symbol(rq, 0, 0).data(), data.data(), 1024) == 0);
}

TEST_CASE("the object is copied: its memory may go", "[lcrq]") {
  const auto data = gen2(5000);
  auto copy = data;
  const auto rq = encoder_of(copy, 1024);
  std::fill(copy.begin(), copy.end(), std::uint8_t{0});
  CHECK(std::memcmp(symbol(rq, 0, 1).data(), data.data() + 1024, 1024) == 0);
}

TEST_CASE("every block of an object is decoded, also the shorter ones",
          "[lcrq]") {
  const small_blocks limit{32 * 1024};
  auto data = gen2(65 * 1024 - 10);
  const auto rq = encoder_of(data, 1024);
  REQUIRE(rq_Z(rq.get()) == 3);
  CHECK(rq_K(rq.get()) == 22);
  CHECK(rq_block_K(rq.get(), 2) == 21);
  CHECK(rq_block_K(rq.get(), 3) == 0);
  std::size_t begin = 0;
  for (std::uint8_t sbn = 0; sbn < 3; ++sbn) {
    const auto k = rq_block_K(rq.get(), sbn);
    std::vector<std::uint32_t> esis;
    bytes received, out(std::size_t{k} * 1024);
    for (std::uint32_t i = 0; i < k + 3; ++i) {
      esis.push_back(1000 + i);
      const auto made = symbol(rq, sbn, esis.back());
      received.insert(received.end(), made.begin(), made.end());
    }
    REQUIRE(rq_decode_block(rq.get(), sbn, out.data(), received.data(),
                            esis.data(), k + 3) == 0);
    CHECK(std::memcmp(out.data(), data.data() + begin,
                      std::min(out.size(), data.size() - begin)) == 0);
    begin += out.size();
  }
  CHECK(rq_decode_block(rq.get(), 3, nullptr, nullptr, nullptr, 0) == -1);
}

TEST_CASE("payload ids are read as they are set", "[lcrq]") {
  rq_pid_t pid = rq_pidset(0xff, 0x123456);
  CHECK(network_bytes(&pid, 4) == "ff123456");
  CHECK(rq_pid2sbn(pid) == 0xff);
  CHECK(rq_pid2esi(pid) == 0x123456);
  pid = rq_pidsetsbn(pid, 42);
  pid = rq_pidsetesi(pid, 19);
  CHECK(network_bytes(&pid, 4) == "2a000013");
}

TEST_CASE("threads may make symbols of one object at once", "[lcrq]") {
  auto data = gen2(98309);
  const auto rq = encoder_of(data, 1024);
  std::vector<bytes> made(400);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (auto i = t; i < made.size(); i += 4) {
        made[i].resize(1024);
        rq_pid_t pid = rq_pidset(0, static_cast<std::uint32_t>(i));
        rq_symbol(rq.get(), &pid, made[i].data(), 0);
      }
    });
  for (auto& each : threads)
    each.join();
  const auto again = encoder_of(data, 1024);
  for (std::uint32_t i = 0; i < made.size(); ++i)
    REQUIRE(made[i] == symbol(again, 0, i));
}
