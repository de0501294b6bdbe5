// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/service_manager.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"
#include "transport/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

using namespace troupe;
using namespace troupe::tool;

namespace {

/// A variable of the environment for as long as this lives.
struct variable {
  variable(const char* which, const std::string& value) : name(which) {
    ::setenv(name, value.c_str(), 1);
  }
  ~variable() { ::unsetenv(name); }
  const char* name;
};

unique_fd listen_at(const std::string& path) {
  unique_fd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(at.sun_path));
  std::memcpy(at.sun_path, path.c_str(), path.size());
  if (path.front() == '@')
    at.sun_path[0] = '\0';
  const auto bytes =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), bytes) == 0);
  return fd;
}

std::string told(const unique_fd& fd) {
  std::array<char, 256> buffer{};
  const auto got = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
  return got < 0 ? std::string{"nothing"}
                 : std::string{buffer.data(), static_cast<std::size_t>(got)};
}

} // namespace

TEST_CASE("the service manager is told at its socket, also an abstract one") {
  const test::temp_dir folder;
  for (const auto& path :
       {(folder / "notify").string(),
        "@troupe-test-" + folder.path().filename().string()}) {
    const auto manager = listen_at(path);
    const variable set{"NOTIFY_SOCKET", path};
    notify_manager("READY=1");
    CHECK(told(manager) == "READY=1");
    notify_manager(reloading_state());
    CHECK(told(manager).rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
    CHECK(told(manager) == "nothing");
  }
}

TEST_CASE("a service manager that is not there is nothing to wait for") {
  notify_manager("READY=1");
  const variable set{"NOTIFY_SOCKET", "/nowhere/at/all"};
  notify_manager("READY=1");
}

TEST_CASE("the watchdog's interval counts for the process that is watched") {
  CHECK_FALSE(watchdog_interval());
  const variable set{"WATCHDOG_USEC", "30000000"};
  CHECK(watchdog_interval() == std::chrono::seconds{30});
  {
    const variable other{"WATCHDOG_PID", "1"};
    CHECK_FALSE(watchdog_interval());
  }
  const variable own{"WATCHDOG_PID", std::to_string(::getpid())};
  CHECK(watchdog_interval() == std::chrono::seconds{30});
  for (const auto* wrong : {"", "0", "-1", "1x"}) {
    const variable bad{"WATCHDOG_USEC", wrong};
    CHECK_FALSE(watchdog_interval());
  }
}
