// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signing_key_file.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/signing.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::test;

namespace {

const std::string ones(64, '1');

std::string secret_text() {
  return "troupe secret signing key, version 1\nkey " + ones + "\n";
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

} // namespace

TEST_CASE("the documented key files are read", "[key_file][signing]") {
  const auto key = parse_signing_key(secret_text());
  REQUIRE(key);
  CHECK(key->shown() == key_number(0x11).shown());
  CHECK(key->history().empty());
  const auto shown = parse_public_key("troupe public key, version 1\nkey " +
                                      to_hex(key->shown()) + "\n");
  REQUIRE(shown);
  CHECK(*shown == key->shown());
  CHECK(format_public_key(*shown) == "troupe public key, version 1\nkey " +
                                         to_hex(key->shown()) + "\n");
}

TEST_CASE("what is almost a key file is none", "[key_file][signing]") {
  const auto good = secret_text();
  const auto step = "succeeds " + ones + " " + std::string(128, '2') + "\n";
  std::string many = good;
  for (int i = 0; i < 9; ++i)
    many += step;
  for (const auto& wrong :
       {std::string{}, good.substr(0, good.size() - 1), "\n" + good,
        good + "\n", good + "more\n", good + good, good + step,
        "troupe secret signing key, version 2\nkey " + ones + "\n",
        "troupe secret signing key, version 1\r\nkey " + ones + "\r\n",
        "troupe secret signing key, version 1\nkey  " + ones + "\n",
        "troupe secret signing key, version 1\nkey " + ones + "1\n",
        "troupe secret signing key, version 1\nkey " + ones.substr(2) + "\n",
        "troupe secret signing key, version 1\nkey " + std::string(64, 'A') +
            "\n",
        many, good + std::string(5000, 'x')}) {
    INFO(wrong);
    const auto key = parse_signing_key(wrong);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == errc::invalid_argument);
  }
  const auto shown = format_public_key(key_number(1).shown());
  for (const auto& wrong : {std::string{}, shown + "x", "x" + shown,
                            shown.substr(0, shown.size() - 1)})
    CHECK_FALSE(parse_public_key(wrong));
}

TEST_CASE("each half says so when the other one was meant",
          "[key_file][signing]") {
  const auto shown = parse_public_key(secret_text());
  REQUIRE_FALSE(shown);
  CHECK(shown.error().what.find(".pub") != std::string::npos);
  CHECK(shown.error().what.find(ones) == std::string::npos);
  const auto secret = parse_signing_key(format_public_key({}));
  REQUIRE_FALSE(secret);
  CHECK(secret.error().what.find("public half") != std::string::npos);
}

TEST_CASE("a key and its history survive the disk", "[key_file][signing]") {
  temp_dir dir;
  auto key = key_number(1);
  for (int i = 0; i < 3; ++i)
    key = *key.make_successor();
  const auto path = dir / "key";
  REQUIRE(write_key_pair(path, key).code == errc::none);
  CHECK(mode_of(path) == 0600);
  const auto read = read_signing_key(path);
  REQUIRE(read);
  CHECK(read->shown() == key.shown());
  CHECK(read->history() == key.history());
  CHECK(*read_public_key(public_path_of(path)) == key.shown());
  CHECK(content_of(public_path_of(path)) == format_public_key(key.shown()));
}

TEST_CASE("no key file is ever replaced", "[key_file][signing]") {
  temp_dir dir;
  const auto path = dir / "key";
  REQUIRE(write_key_pair(path, key_number(1)).code == errc::none);
  const auto before = content_of(path);
  const auto failed = write_key_pair(path, key_number(2));
  CHECK(failed.code == errc::already_exists);
  CHECK(failed.what.find("key") != std::string::npos);
  CHECK(content_of(path) == before);
  SECTION("and no half of a pair stays") {
    std::filesystem::remove(path);
    CHECK(write_key_pair(path, key_number(2)).code == errc::already_exists);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(*read_public_key(public_path_of(path)) == key_number(1).shown());
  }
}

TEST_CASE("a secret key that others can read is refused, and the fix is named",
          "[key_file][signing]") {
  temp_dir dir;
  const auto path = dir / "key";
  REQUIRE(write_key_pair(path, key_number(1)).code == errc::none);
  for (const mode_t mode : {0640u, 0604u, 0620u, 0777u}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto key = read_signing_key(path);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == errc::access_denied);
    CHECK(key.error().what.find("chmod 600") != std::string::npos);
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  CHECK(read_signing_key(path));
}

TEST_CASE("what cannot be read names its path", "[key_file][signing]") {
  temp_dir dir;
  const auto secret = read_signing_key(dir / "nothing");
  REQUIRE_FALSE(secret);
  CHECK(secret.error().code == errc::not_found);
  CHECK(secret.error().what.find("nothing") != std::string::npos);
  CHECK(read_public_key(dir.path()).error().code == errc::is_directory);
  std::ofstream{dir / "bad"} << "no key\n";
  const auto bad = read_public_key(dir / "bad");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().what.find("bad") != std::string::npos);
}
