// SPDX-License-Identifier: BSD-3-Clause
#include "lab/private_world.hpp"

#include "lab/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>

namespace troupe::lab {

namespace {

constexpr int ok_status = 0;
constexpr int error_status = 1; ///< the text is a message
constexpr int refused_status = 2; ///< no namespaces

void write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto n = write(fd, text.data() + done, text.size() - done);
    if (n <= 0)
      _exit(error_status);
    done += static_cast<std::size_t>(n);
  }
}

[[noreturn]] void refuse(int result, const std::string& what) {
  write_all(result, what + ": " + std::string{to_string(from_errno(errno))});
  _exit(refused_status);
}

void put(const char* path, const std::string& text) {
  std::ofstream{path} << text;
}

/// The first process of the new namespaces.
[[noreturn]] void be_first(const std::function<expected<std::string>()>& inside,
                           int result) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("proc", "/proc", "proc", 0, nullptr) != 0 ||
      mount("tmpfs", "/run", "tmpfs", 0, "mode=755,size=80%") != 0 ||
      mkdir("/run/netns", 0755) != 0)
    refuse(result, "mount");
  auto outcome = inside();
  if (outcome)
    write_all(result, *outcome);
  else // the cause as a number, a space, and the text
    write_all(result, std::to_string(static_cast<int>(outcome.error().code)) +
                          " " + outcome.error().what);
  _exit(outcome ? ok_status : error_status);
}

/// A process between, since namespaces of processes begin with a child.
[[noreturn]] void
be_between(const std::function<expected<std::string>()>& inside, int result) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const auto user = geteuid();
  const auto group = getegid();
  int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
  if (user != 0)
    flags |= CLONE_NEWUSER;
  if (unshare(flags) != 0)
    refuse(result, "unshare");
  if (user != 0) {
    put("/proc/self/setgroups", "deny");
    put("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    put("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  const int first = fork();
  if (first == 0)
    be_first(inside, result);
  int status = 0;
  if (first < 0 || waitpid(first, &status, 0) != first)
    refuse(result, "fork");
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/// Waits for the child; SIGINT and SIGTERM, which are blocked, end it.
/// Returns whether it ended by itself.
bool wait_or_end(int child, int& status) {
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int each : {SIGCHLD, SIGINT, SIGTERM})
    sigaddset(&awaited, each);
  while (waitpid(child, &status, WNOHANG) == 0) {
    int which = 0;
    sigwait(&awaited, &which);
    if (which == SIGCHLD)
      continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
  }
  return true;
}

} // namespace

expected<std::string> in_private_world(
    const std::function<expected<std::string>()>& inside) {
  const owned_fd result{memfd_create("result", MFD_CLOEXEC)};
  if (result.get() < 0)
    return error{from_errno(errno), "memfd_create"};
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  for (const int each : {SIGCHLD, SIGINT, SIGTERM})
    sigaddset(&blocked, each);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const int child = fork();
  if (child == 0)
    be_between(inside, result.get());
  int status = 0;
  const bool ended_itself = child > 0 && wait_or_end(child, status);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0)
    return error{from_errno(errno), "fork"};
  if (!ended_itself)
    return error{errc::cancelled, "everything of the lab is gone"};
  const auto size = lseek(result.get(), 0, SEEK_END);
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (pread(result.get(), text.data(), text.size(), 0) !=
      static_cast<ssize_t>(text.size()))
    return error{errc::io_error, "the lab's result"};
  if (WIFEXITED(status) && WEXITSTATUS(status) == ok_status)
    return text;
  if (WIFEXITED(status) && WEXITSTATUS(status) == refused_status)
    return error{errc::no_permission, "namespaces are not allowed here (" +
                                          text + "): run it as root"};
  const auto space = text.find(' ');
  if (!WIFEXITED(status) || WEXITSTATUS(status) != error_status ||
      space == std::string::npos)
    return error{errc::internal, "the lab broke off"};
  return error{static_cast<errc>(std::atoi(text.c_str())),
               text.substr(space + 1)};
}

} // namespace troupe::lab
