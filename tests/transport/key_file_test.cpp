// SPDX-License-Identifier: BSD-3-Clause
#include "transport/key_file.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>

#include <string>

using namespace troupe;
using namespace troupe::test;

namespace {

std::string hex(const seal_key& key) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto b : key.bytes()) {
    text += digits[std::to_integer<int>(b) >> 4];
    text += digits[std::to_integer<int>(b) & 15];
  }
  return text;
}

struct files {
  temp_dir dir;

  std::filesystem::path write(const std::string& text, mode_t mode = 0600) {
    const auto path = dir / "secret";
    std::ofstream{path, std::ios::binary} << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
  }
};

errc failure_of(const expected<seal_key>& key) {
  REQUIRE_FALSE(key);
  return key.error().code;
}

} // namespace

TEST_CASE_METHOD(files, "of a key file the first 32 of 128 bytes count",
                 "[key_file]") {
  std::string text(128, 'x');
  for (int i = 0; i < 32; ++i)
    text[i] = static_cast<char>('A' + i);
  const auto key = read_key_file(write(text));
  REQUIRE(key);
  CHECK(hex(*key) == "4142434445464748494a4b4c4d4e4f50"
                     "5152535455565758595a5b5c5d5e5f60");
  CHECK(*read_key_file(write(text + "more")) == *key);
}

TEST_CASE_METHOD(files, "a short key file is an error that says so",
                 "[key_file]") {
  const auto key = read_key_file(write(std::string(127, 'x')));
  REQUIRE(failure_of(key) == errc::invalid_argument);
  CHECK(key.error().what.find("127 bytes, not 128") != std::string::npos);
}

TEST_CASE_METHOD(files, "a secret that others may read or change is refused",
                 "[key_file]") {
  for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0777u}) {
    INFO("mode " << mode);
    const auto path = write(std::string(128, 'x'), mode);
    const auto key = read_key_file(path);
    CHECK(failure_of(key) == errc::access_denied);
    CHECK(key.error().what.find("chmod 600") != std::string::npos);
    CHECK(failure_of(read_password_file(path, "a")) == errc::access_denied);
    CHECK(failure_of(read_librecast_password_file(path)) ==
          errc::access_denied);
  }
  CHECK(read_key_file(write(std::string(128, 'x'), 0400)));
}

TEST_CASE_METHOD(files, "what cannot be read names the path", "[key_file]") {
  const auto key = read_key_file(dir / "nothing");
  CHECK(failure_of(key) == errc::not_found);
  CHECK(key.error().what.find("nothing") != std::string::npos);
  CHECK(failure_of(read_key_file(dir.path())) == errc::is_directory);
}

// From a run of lcsync 0.3.2 with the password in LCSYNC_PASSWORD.
TEST_CASE("lcsync's key of a password is made as lcsync makes it",
          "[key_file]") {
  const auto key = derive_librecast_key("testpass");
  REQUIRE(key);
  CHECK(hex(*key) ==
        "f249906b6cfb1fa5e331c0283bee6411af08ac81a93f84b958e42ed1991d44f6");
  // Its last character does not count: a weakness to be kept here.
  CHECK(*derive_librecast_key("testpasX") == *key);
  CHECK(failure_of(derive_librecast_key("t")) == errc::invalid_argument);
}

TEST_CASE("the key of a password stays the same from version to version",
          "[key_file]") {
  const auto key = derive_key("correct horse", "data");
  REQUIRE(key);
  CHECK(hex(*key) ==
        "4b81c2171bec169590a7312dc2f0fec19c0b4ba697ce49866b3d22954521e8ca");
  SECTION("and of everything below a share") {
    CHECK(*derive_key("correct horse", "data/sub/file") == *key);
    CHECK(*derive_key("correct horse", "data/") == *key);
  }
  SECTION("but not for another share or password") {
    CHECK_FALSE(*derive_key("correct horse", "date") == *key);
    CHECK_FALSE(*derive_key("correct hors", "data") == *key);
    CHECK_FALSE(*derive_key("correct horsf", "data") == *key);
  }
}

TEST_CASE_METHOD(files, "of a password file the whole first line counts",
                 "[key_file]") {
  const auto key = *derive_key("correct horse", "data");
  for (const auto* text :
       {"correct horse", "correct horse\n", "correct horse\nbattery\n"})
    CHECK(*read_password_file(write(text), "data") == key);
  CHECK_FALSE(*read_password_file(write("correct horse \n"), "data") == key);
  CHECK(hex(*read_librecast_password_file(write("testpass\n"))) ==
        "f249906b6cfb1fa5e331c0283bee6411af08ac81a93f84b958e42ed1991d44f6");
}

TEST_CASE_METHOD(files, "no password is an error", "[key_file]") {
  for (const auto* text : {"", "\n", "\nsecond line\n"}) {
    CHECK(failure_of(read_password_file(write(text), "data")) ==
          errc::invalid_argument);
    CHECK(failure_of(read_librecast_password_file(write(text))) ==
          errc::invalid_argument);
  }
  CHECK(failure_of(read_password_file(write(std::string(4097, 'x')), "data")) ==
        errc::invalid_argument);
  CHECK(read_password_file(write(std::string(4096, 'x')), "data"));
}
