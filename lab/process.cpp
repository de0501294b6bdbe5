// SPDX-License-Identifier: BSD-3-Clause
#include "lab/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace troupe::lab {

namespace {

constexpr auto command_deadline = std::chrono::seconds{60};
constexpr off_t most_output = 1 << 20;

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

int shell_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What a child does between fork and exec. No allocation: the parent may have
/// had other threads.
[[noreturn]] void become(char* const* words, int netns, int input, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (netns >= 0 && setns(netns, CLONE_NEWNET) != 0)
    _exit(126);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvp(words[0], words);
  _exit(127);
}

int fork_and_become(const std::vector<std::string>& words, int netns,
                    int input, int output) {
  std::vector<char*> arguments;
  for (const auto& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int pid = fork();
  if (pid == 0)
    become(arguments.data(), netns, input, output);
  return pid;
}

std::string contents_of(int fd) {
  const auto size = std::clamp<off_t>(lseek(fd, 0, SEEK_END), 0, most_output);
  std::string text(static_cast<std::size_t>(size), '\0');
  const auto got = pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  const auto start = text.rfind('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

/// SIGCHLD as something that can be waited for with a deadline.
void wait_for_child(clock::time_point until) {
  const auto left = std::max(until - clock::now(), clock::duration::zero());
  const auto ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  timespec t{};
  t.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  t.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigtimedwait(&child, nullptr, &t);
}

void hold_child_signals() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
}

} // namespace

double seconds_between(clock::time_point from, clock::time_point to) noexcept {
  return std::chrono::duration<double>(to - from).count();
}

owned_fd::owned_fd(owned_fd&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)} {}

owned_fd& owned_fd::operator=(owned_fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

owned_fd::~owned_fd() {
  if (fd_ >= 0)
    close(fd_);
}

expected<std::string> run_command(const std::vector<std::string>& words,
                                  const std::string& input, int netns) {
  hold_child_signals();
  const owned_fd in{memfd_create("input", MFD_CLOEXEC)};
  const owned_fd out{memfd_create("output", MFD_CLOEXEC)};
  if (in.get() < 0 || out.get() < 0 ||
      write(in.get(), input.data(), input.size()) !=
          static_cast<ssize_t>(input.size()))
    return error{from_errno(errno), words.front()};
  lseek(in.get(), 0, SEEK_SET);
  const auto deadline = clock::now() + command_deadline;
  const int pid = fork_and_become(words, netns, in.get(), out.get());
  if (pid < 0)
    return error{from_errno(errno), words.front()};
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (clock::now() >= deadline) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return error{errc::timed_out, words.front()};
    }
    wait_for_child(deadline);
  }
  auto text = contents_of(out.get());
  const int code = shell_status(status);
  if (code == 127)
    return error{errc::not_found, words.front() + " is not installed"};
  if (code != 0)
    return error{errc::io_error, words.front() + ": " + last_line(text)};
  return text;
}

expected<process> start_process(const std::vector<std::string>& words,
                                int netns, const std::filesystem::path& log,
                                int input) {
  hold_child_signals();
  const owned_fd out{open(log.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  const owned_fd nothing{open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (out.get() < 0 || nothing.get() < 0)
    return error{from_errno(errno), log.string()};
  process one;
  one.log = log;
  one.started = clock::now();
  one.pid = fork_and_become(words, netns, input < 0 ? nothing.get() : input,
                            out.get());
  if (one.pid < 0)
    return error{from_errno(errno), words.front()};
  return one;
}

void collect(std::vector<process*>& processes, clock::time_point until) {
  for (bool any = false; !any;) {
    int status = 0;
    rusage used{};
    for (int pid = 0; (pid = wait4(-1, &status, WNOHANG, &used)) > 0;) {
      const auto found =
          std::find_if(processes.begin(), processes.end(),
                       [&](const process* one) { return one->pid == pid; });
      if (found == processes.end())
        continue;
      any = true;
      (*found)->end = ended{shell_status(status), clock::now(),
                            seconds(used.ru_utime) + seconds(used.ru_stime)};
    }
    if (clock::now() >= until)
      return;
    if (!any)
      wait_for_child(until);
  }
}

double cpu_seconds(int pid) noexcept {
  clockid_t id{};
  timespec t{};
  if (clock_getcpuclockid(pid, &id) != 0 || clock_gettime(id, &t) != 0)
    return 0;
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

} // namespace troupe::lab
