// SPDX-License-Identifier: BSD-3-Clause
#include "config/read_session.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace troupe::config;

namespace {

session_result read(std::string_view text, const overrides& more = {}) {
  return read_session_text(text, "s.toml", more);
}

std::string only_complaint(std::string_view text) {
  const auto result = read(text);
  REQUIRE(result.complaints.size() == 1);
  CHECK_FALSE(result.session);
  return result.complaints.front().message();
}

template <class T>
T value_of(const session_file& all, const entry& one, std::string_view key) {
  const auto found = effective(all, one, key);
  REQUIRE(found);
  return std::get<T>(found->value);
}

constexpr auto whole = R"(
interface = "eth0"
rate = "500m"

[[share]]
path = "/srv/images"
recursive = true
hash = "blake3"

[[sync]]
name = "models/"
dest = "/var/lib/models"
every = "5m"
after = ["systemctl", "reload", "nginx"]
timeout = 90
)";

} // namespace

TEST_CASE("a session says what to share and to sync") {
  const auto result = read(whole);
  REQUIRE(result.session);
  const auto& all = *result.session;
  REQUIRE(all.shares.size() == 1);
  REQUIRE(all.syncs.size() == 1);
  const auto& share = all.shares.front();
  const auto& sync = all.syncs.front();
  CHECK(value_of<std::uint64_t>(all, all.host, "rate") == 500'000'000u);
  CHECK(value_of<std::string>(all, share, "path") == "/srv/images");
  CHECK(value_of<bool>(all, share, "recursive"));
  CHECK(value_of<std::string>(all, share, "hash") == "blake3");
  CHECK(value_of<std::string>(all, sync, "hash") == "blake2b");
  CHECK(value_of<std::string>(all, sync, "interface") == "eth0");
  CHECK(value_of<std::uint64_t>(all, sync, "every") == 300'000u);
  CHECK(value_of<std::uint64_t>(all, sync, "timeout") == 90'000u);
  CHECK(value_of<std::vector<std::string>>(all, sync, "after") ==
        std::vector<std::string>{"systemctl", "reload", "nginx"});
  CHECK_FALSE(effective(all, share, "sign"));
}

TEST_CASE("each value knows where it comes from") {
  const auto result = read(whole);
  REQUIRE(result.session);
  const auto& all = *result.session;
  const auto& sync = all.syncs.front();
  CHECK(to_string(effective(all, sync, "every")->from) == "s.toml:13:1");
  CHECK(to_string(effective(all, sync, "interface")->from) == "s.toml:2:1");
  CHECK(to_string(effective(all, sync, "fsync")->from) == "default");
}

TEST_CASE("a misspelt key is refused with its place and a suggestion") {
  CHECK(only_complaint("[[share]]\npath = \"/a\"\nrecusive = true\n") ==
        "s.toml:3:1: 'recusive' is no option of a share; did you mean"
        " 'recursive'?");
  CHECK(only_complaint("interfaec = \"eth0\"\n[[share]]\npath = \"/a\"\n") ==
        "s.toml:1:1: 'interfaec' is no option of a session; did you mean"
        " 'interface'?");
  CHECK(only_complaint("[[share]]\npath = \"/a\"\ncolour = 1\n") ==
        "s.toml:3:1: 'colour' is no option of a share; 'man 5 troupe.toml'"
        " lists them");
}

TEST_CASE("a value of another kind is refused with what is expected") {
  CHECK(only_complaint("[[share]]\npath = \"/a\"\nrecursive = \"yes\"\n") ==
        "s.toml:3:13: 'recursive' takes true or false");
  CHECK(only_complaint("rate = \"fast\"\n[[share]]\npath = \"/a\"\n") ==
        "s.toml:1:8: rate = 'fast': give bits per second such as \"500m\" or"
        " \"2.5g\"");
  CHECK(only_complaint("[[share]]\npath = \"/a\"\nhash = \"md5\"\n") ==
        "s.toml:3:8: hash = 'md5': give one of: blake2b blake3");
  CHECK(only_complaint("[[share]]\npath = 5\n") ==
        "s.toml:2:8: 'path' takes a path");
  CHECK(only_complaint("rate = -5\n[[share]]\npath = \"/a\"\n") ==
        "s.toml:1:8: 'rate' takes bits per second such as \"500m\" or"
        " \"2.5g\"");
  CHECK(only_complaint("[[sync]]\nname=\"a\"\ndest=\"/b\"\nafter = [1]\n") ==
        "s.toml:4:9: 'after' takes a list of texts");
}

TEST_CASE("a table where a list of tables belongs is explained") {
  CHECK(only_complaint("[share]\npath = \"/a\"\n") ==
        "s.toml:1:2: write [[share]], with two brackets: there can be several");
}

TEST_CASE("what is missing or double is named") {
  CHECK(only_complaint("[[share]]\nrecursive = true\n") ==
        "s.toml:1:1: this share says no 'path'");
  CHECK(only_complaint("[[sync]]\nname = \"a\"\n") ==
        "s.toml:1:1: this sync says no 'dest'");
  CHECK(only_complaint("rate = \"1g\"\n") ==
        "nothing to do: give a [[share]] or a [[sync]]");
  CHECK(only_complaint("[[share]]\npath = \"/a/x\"\n[[share]]\npath ="
                       " \"/b/x/\"\n") ==
        "s.toml:4:1: another share of this session has the same name, the last"
        " part of its path");
  CHECK(only_complaint("[[sync]]\nname = \"a\"\ndest = \"/d\"\n[[sync]]\nname ="
                       " \"b\"\ndest = \"/d\"\n") ==
        "s.toml:6:1: another sync of this session has the same destination");
}

TEST_CASE("several mistakes are told at once") {
  const auto result = read("rat = 1\n[[share]]\npth = \"/a\"\n");
  CHECK(result.complaints.size() == 2);
}

TEST_CASE("a syntax error is told with line and column") {
  const auto result = read("[[share]]\npath = \"/a\nrate = 1\n");
  REQUIRE(result.complaints.size() == 1);
  CHECK(result.complaints.front().at.line == 2);
  CHECK(result.complaints.front().at.column > 1);
  CHECK_FALSE(result.complaints.front().what.empty());
}

TEST_CASE("command line beats environment beats file") {
  overrides more;
  more.environment = [](const char* name) -> const char* {
    return name == std::string{"TROUPE_RATE"} ? "1g" : nullptr;
  };
  auto result = read(whole, more);
  REQUIRE(result.session);
  CHECK(value_of<std::uint64_t>(*result.session, result.session->host,
                                "rate") == 1'000'000'000u);
  CHECK(to_string(result.session->host.find("rate")->from) ==
        "the environment (TROUPE_RATE)");
  more.sets = {"rate=2g"};
  result = read(whole, more);
  REQUIRE(result.session);
  CHECK(value_of<std::uint64_t>(*result.session, result.session->host,
                                "rate") == 2'000'000'000u);
  CHECK(to_string(result.session->host.find("rate")->from) ==
        "the command line");
  more.sets = {"rate=fast"};
  CHECK(read(whole, more).complaints.size() == 1);
  more.sets = {"colour=red"};
  CHECK(read(whole, more).complaints.size() == 1);
}

TEST_CASE("drop-ins replace what the host says, change entries and add some") {
  const troupe::test::temp_dir folder;
  const auto write = [&](const std::string& name, std::string_view text) {
    const auto path = folder / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  };
  write("a.toml", "rate = \"1g\"\n[[share]]\npath = \"one\"\n");
  write("a.d/20.toml", "rate = \"3g\"\n[[share]]\npath = \"/srv/two\"\n");
  write("a.d/10.toml", "rate = \"2g\"\n[[share]]\npath = \"../one\"\n"
                       "recursive = true\n");
  write("a.d/ignored.txt", "what ever");
  const auto result = read_session(folder / "a.toml");
  for (const auto& each : result.complaints)
    UNSCOPED_INFO(each.message());
  REQUIRE(result.session);
  const auto& all = *result.session;
  CHECK(value_of<std::uint64_t>(all, all.host, "rate") == 3'000'000'000u);
  REQUIRE(all.shares.size() == 2);
  CHECK(value_of<std::string>(all, all.shares[0], "path") ==
        (folder / "one").string());
  CHECK(value_of<bool>(all, all.shares[0], "recursive"));
  CHECK(all.files.size() == 3);
}

TEST_CASE("a file that is not there, or far too large, is refused") {
  const troupe::test::temp_dir folder;
  CHECK(read_session(folder / "none.toml").complaints.size() >= 1);
  std::ofstream{folder / "large.toml"}
      << std::string(max_session_bytes + 1, '#');
  const auto result = read_session(folder / "large.toml");
  REQUIRE_FALSE(result.complaints.empty());
  CHECK(result.complaints.front().what.find("larger") != std::string::npos);
}

TEST_CASE("a path of this host is no name to sync, and the message says what is") {
  for (const auto* name : {"/srv/a", "./a", "../a", "."}) {
    INFO(name);
    const auto text = only_complaint("[[sync]]\ndest = \"/srv/b\"\nname = \"" +
                                     std::string{name} + "\"\n");
    CHECK(text.starts_with("s.toml:3:"));
    CHECK(text.find("is a path of this host") != text.npos);
    CHECK(text.find("last part of the path") != text.npos);
  }
  CHECK(read("[[sync]]\nname = \"a/b\"\ndest = \"/srv/b\"\n").session);
}

TEST_CASE("a partial directory is of no use for what is changed in place") {
  const std::string sync = "[[sync]]\nname = \"a\"\ndest = \"/srv/b\"\n";
  const auto text = only_complaint(
      sync + "inplace = true\npartial-dir = \"parts\"\n");
  CHECK(text.starts_with("s.toml:5:"));
  CHECK(text.find("exclude each other") != text.npos);
  CHECK(read(sync + "inplace = false\npartial-dir = \"parts\"\n").session);
}
