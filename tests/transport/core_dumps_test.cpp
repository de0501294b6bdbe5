// SPDX-License-Identifier: BSD-3-Clause
#include "transport/core_dumps.hpp"

#include "tests/support/catch.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace troupe;

namespace {

/// What becomes of a process that aborts, after it has done `first`.
template <class First>
int status_of_abort(First first) {
  const auto child = ::fork();
  if (child == 0) {
    rlimit most{};
    ::getrlimit(RLIMIT_CORE, &most);
    most.rlim_cur = most.rlim_max;
    ::setrlimit(RLIMIT_CORE, &most);
    first();
    ::signal(SIGABRT, SIG_DFL);
    std::abort();
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

} // namespace

TEST_CASE("a process with secrets leaves no core dump", "[secrets]") {
  const auto status = status_of_abort([] {
    if (!keep_out_of_core_dumps() || ::prctl(PR_GET_DUMPABLE) != 0)
      ::_exit(1);
    if (::chdir("/") != 0)
      ::_exit(2);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  CHECK_FALSE(WCOREDUMP(status));
}
