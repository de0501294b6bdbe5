// SPDX-License-Identifier: BSD-3-Clause
// Starts commands at the same time, each in its own network namespace, and
// tells for each what it has cost. For scripts/bench wire.
//
// usage: run_measured NETNS LOG COMMAND [ARGUMENT...] ; [NETNS LOG ...]
//
// NETNS is a path such as /run/netns/h1. LOG gets the command's output, which
// reads nothing. A line on standard output for each command that
//   starts:  start JOB PID SECONDS
//   ends:    end JOB STATUS SECONDS CPU_SECONDS PEAK_KIB
// JOB counts from 0, SECONDS is CLOCK_MONOTONIC, STATUS is that of a shell
// (128 + number of a signal). CPU time and peak resident memory are those of
// wait4(2), so CPU time includes children that were waited for, and the peak
// is that of the largest process. This program is small because a command
// inherits the peak of the program that starts it.
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace {

struct job {
  const char* netns;
  const char* log;
  char** command; // ends with a null pointer
  pid_t pid;
};

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

// Splits the arguments at each ";", which becomes the end of a command.
std::vector<job> parse(int count, char** arguments) {
  std::vector<job> jobs;
  int first = 1;
  for (int i = 1; i <= count; ++i) {
    if (i < count && std::strcmp(arguments[i], ";") != 0)
      continue;
    if (i - first >= 3)
      jobs.push_back(
          {arguments[first], arguments[first + 1], arguments + first + 2, -1});
    arguments[i] = nullptr;
    first = i + 1;
  }
  return jobs;
}

[[noreturn]] void become(const job& which) {
  const int netns = open(which.netns, O_RDONLY | O_CLOEXEC);
  const int log = open(which.log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int nothing = open("/dev/null", O_RDONLY);
  if (netns < 0 || log < 0 || nothing < 0 || setns(netns, CLONE_NEWNET) != 0) {
    std::perror(which.netns);
    _exit(126);
  }
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  close(log);
  close(nothing);
  execvp(which.command[0], which.command);
  std::perror(which.command[0]);
  _exit(127);
}

} // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  auto jobs = parse(count, arguments);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const double started = now();
    jobs[i].pid = fork();
    if (jobs[i].pid == 0)
      become(jobs[i]);
    if (jobs[i].pid < 0) {
      std::perror("fork");
      return 1;
    }
    std::printf("start %zu %d %.6f\n", i, jobs[i].pid, started);
  }
  for (std::size_t left = jobs.size(); left > 0; --left) {
    int status = 0;
    rusage used{};
    const pid_t pid = wait4(-1, &status, 0, &used);
    const double ended = now();
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (jobs[i].pid == pid)
        std::printf("end %zu %d %.6f %.6f %ld\n", i,
                    WIFEXITED(status) ? WEXITSTATUS(status)
                                      : 128 + WTERMSIG(status),
                    ended, seconds(used.ru_utime) + seconds(used.ru_stime),
                    used.ru_maxrss);
  }
}
