// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/service_manager.hpp"

#include "transport/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace troupe::tool {

void notify_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const auto length = path == nullptr ? 0 : std::strlen(path);
  if (length < 2 || length >= sizeof(to.sun_path) ||
      (path[0] != '/' && path[0] != '@'))
    return;
  std::memcpy(to.sun_path, path, length);
  if (path[0] == '@')
    to.sun_path[0] = '\0'; // an abstract address
  const unique_fd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto bytes =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  if (fd && ::sendto(fd.get(), state.data(), state.size(),
                     MSG_NOSIGNAL | MSG_DONTWAIT,
                     reinterpret_cast<const sockaddr*>(&to), bytes) < 0)
    return; // a manager that does not listen cannot be told
}

std::string reloading_state() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto usec =
      std::int64_t{now.tv_sec} * 1'000'000 + std::int64_t{now.tv_nsec} / 1000;
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec);
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto number = [](const char* name) -> std::optional<std::uint64_t> {
    const char* text = std::getenv(name);
    if (text == nullptr)
      return std::nullopt;
    std::uint64_t value = 0;
    const char* end = text + std::strlen(text);
    const auto [rest, bad] = std::from_chars(text, end, value);
    return bad == std::errc{} && rest == end ? std::optional{value}
                                             : std::nullopt;
  };
  const auto wanted = number("WATCHDOG_USEC");
  const auto process = number("WATCHDOG_PID");
  if (!wanted || *wanted == 0 ||
      (process && *process != static_cast<std::uint64_t>(::getpid())))
    return std::nullopt;
  return std::chrono::microseconds{*wanted};
}

} // namespace troupe::tool
