// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/hook.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace troupe;
using namespace troupe::tool;

namespace {

/// How a command ends; -1 if it never tells.
int status_of(const std::vector<std::string>& command,
              std::chrono::seconds patience = std::chrono::seconds{20}) {
  boost::asio::io_context loop;
  int status = -1;
  const auto running = start_hook(loop, command, {{"TROUPE_NAME", "a b"}},
                                  patience, [&](int code) { status = code; });
  REQUIRE(running);
  loop.run_for(std::chrono::seconds{30});
  return status;
}

} // namespace

TEST_CASE("a command's exit code is told") {
  CHECK(status_of({"true"}) == 0);
  CHECK(status_of({"sh", "-c", "exit 7"}) == 7);
  CHECK(status_of({"sh", "-c", "kill -TERM $$"}) == 128 + 15);
}

TEST_CASE("a command has its variables, an empty input and no shell") {
  CHECK(status_of({"sh", "-c", "test \"$TROUPE_NAME\" = 'a b'"}) == 0);
  CHECK(status_of({"sh", "-c", "test -z \"$(cat)\""}) == 0);
  CHECK(status_of({"test", "$HOME", "=", "$HOME"}) == 0);
}

TEST_CASE("a command that takes too long is ended with its children") {
  CHECK(status_of({"sh", "-c", "sleep 60 & wait"}, std::chrono::seconds{1}) ==
        128 + 9);
}

TEST_CASE("a command that is not there is an error that names it") {
  boost::asio::io_context loop;
  const auto running =
      start_hook(loop, {"troupe-no-such-command"}, {}, std::chrono::seconds{1},
                 [](int) { FAIL("nothing ran"); });
  REQUIRE_FALSE(running);
  CHECK(running.error().code == errc::not_found);
  CHECK(running.error().what.find("troupe-no-such-command") !=
        std::string::npos);
}

TEST_CASE("a command that nobody waits for any more is ended") {
  const test::temp_dir folder;
  const auto file = (folder / "late").string();
  boost::asio::io_context loop;
  auto running = start_hook(
      loop, {"sh", "-c", "sleep 1; echo late > '" + file + "'"}, {},
      std::chrono::seconds{20}, [](int) { FAIL("nobody waits"); });
  REQUIRE(running);
  running->reset();
  loop.run_for(std::chrono::milliseconds{1500});
  CHECK_FALSE(std::filesystem::exists(file));
}
