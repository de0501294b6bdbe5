// SPDX-License-Identifier: BSD-3-Clause
// What a child process may do with what its parent made.
#include "tests/capi/network.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace capi_test;

namespace {

/// Exit code of a child that runs `body`; 100 and the signal if one killed it.
int in_child(const std::function<int()>& body) {
  const auto pid = fork();
  REQUIRE(pid != -1);
  if (pid == 0) {
    alarm(20); // a hang becomes SIGALRM
    _exit(body());
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

} // namespace

TEST_CASE("a forked child gets an error, not a hang", "[capi][network]") {
  auto content = gen2(1000);
  const auto hash = tree_hash(content);
  auto ctx = make_context();
  auto share = share_all(ctx.get(), memory(content));
  bytes copy(content.size());
  REQUIRE(sync(ctx.get(), hash, copy) == 1000);

  CHECK(in_child([&] {
          bytes mine(content.size());
          if (sync(ctx.get(), hash, mine) != -1 || errno != ECHILD)
            return 1;
          auto* index = mdex_init(0);
          if (lc_share(ctx.get(), index, 0, nullptr, nullptr, 0) != nullptr ||
              errno != ECHILD)
            return 2;
          lc_ctx_ifx(ctx.get(), 1);
          errno = EDOM;
          lc_unshare(share.release()); // the parent's goes on
          lc_ctx_free(ctx.release());
          return errno == EDOM ? 0 : 3;
        }) == 0);

  // Nothing of that was felt by the parent.
  copy.assign(copy.size(), 0);
  CHECK(sync(ctx.get(), hash, copy) == 1000);
  CHECK(copy == content);
}

TEST_CASE("a forked child may use contexts that are its own",
          "[capi][network]") {
  auto content = gen2(1000);
  const auto hash = tree_hash(content);
  auto ctx = make_context();
  const auto share = share_all(ctx.get(), memory(content));
  auto unused = make_context(); // was never used for the network
  CHECK(in_child([&] {
          bytes mine(content.size());
          if (sync(unused.get(), hash, mine) != 1000 || mine != content)
            return 1;
          lc_ctx_free(unused.release());
          auto fresh = make_context();
          mine.assign(mine.size(), 0);
          if (sync(fresh.get(), hash, mine) != 1000 || mine != content)
            return 2;
          fresh.reset();
          return 0;
        }) == 0);
}
