// SPDX-License-Identifier: BSD-3-Clause
// Fails each of the first allocations that the calling thread makes in a
// function, one a run, each run in a process of its own: the function must say
// ENOMEM, and must have freed what it took.
//   malloc_failure [FIRST LAST [FUNCTION]]
#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/sync.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

thread_local long countdown = 0; // 0: never; 1: the next one fails
thread_local bool has_failed = false;
std::atomic<long> live{0}; // blocks, of all threads

bool fails() {
  if (countdown == 0 || --countdown != 0)
    return false;
  has_failed = true;
  errno = ENOMEM;
  return true;
}

void* counted(void* block) {
  if (block != nullptr)
    ++live;
  return block;
}

} // namespace

extern "C" {

void* malloc(std::size_t bytes) {
  return fails() ? nullptr : counted(__libc_malloc(bytes));
}
void* calloc(std::size_t count, std::size_t bytes) {
  return fails() ? nullptr : counted(__libc_calloc(count, bytes));
}
void* realloc(void* block, std::size_t bytes) {
  // That a block could not be made smaller is no failure to anybody.
  if (malloc_usable_size(block) < bytes && fails())
    return nullptr;
  auto* moved = __libc_realloc(block, bytes);
  return block == nullptr ? counted(moved) : moved;
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return fails() ? nullptr : counted(__libc_memalign(alignment, bytes));
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return memalign(alignment, bytes);
}
int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) {
  auto* block = memalign(alignment, bytes);
  if (block == nullptr)
    return ENOMEM;
  *to = block;
  return 0;
}
void free(void* block) {
  if (block != nullptr)
    --live;
  __libc_free(block);
}

} // extern "C"

namespace {

struct outcome {
  bool failed = false; ///< the function did
  int error = 0;
};

/// Arms the allocator for one call.
template <class Call>
outcome failing(long which, Call&& call) {
  has_failed = false;
  errno = 0;
  countdown = which;
  const bool failed = call();
  outcome result{failed, errno};
  countdown = 0;
  return result;
}

const char* file_to_add = nullptr;
const char* only = nullptr;

outcome new_context(long which) {
  lc_ctx_t* ctx = nullptr;
  const auto result = failing(which, [&] {
    ctx = lc_ctx_new();
    return ctx == nullptr;
  });
  lc_ctx_free(ctx);
  return result;
}

outcome add_file(long which) {
  auto* index = mdex_init(0);
  const auto result = failing(which, [&] {
    return mdex_addfile(index, file_to_add, nullptr, MDEX_ALIAS) == -1;
  });
  mdex_free(index);
  return result;
}

outcome sync_file(long which) {
  auto* ctx = lc_ctx_new();
  lc_sync_options_t options{};
  options.size = sizeof(options);
  options.timeout_ms = 60; // nobody shares it
  const unsigned char hash[HASHSIZE] = {1};
  const auto result = failing(which, [&] {
    return lc_syncfile(ctx, hash, "nobody-shares-this", nullptr, nullptr,
                       &options, 0) == -1;
  });
  lc_ctx_free(ctx);
  return result;
}

/// Blocks that are there once threads that end have ended.
long settled() {
  long before = live;
  for (int quiet = 0; quiet < 3;) {
    usleep(2000);
    const long now = live;
    quiet = now == before ? quiet + 1 : 0;
    before = now;
  }
  return before;
}

enum verdict { fine = 0, not_reached = 10, no_error, wrong_error, leaks };

/// One run, in a process of its own.
int run(outcome (*call)(long), long which) {
  call(0); // what is made once for the process
  call(0);
  const long before = settled();
  call(0);
  const long start = settled();
  const long usual = std::max(start - before, 0L);
  const auto result = call(which);
  const bool reached = has_failed;
  const long left = settled() - start;
  if (!reached)
    return not_reached;
  if (!result.failed) {
    std::fprintf(stderr, "  allocation %ld: done without it\n", which);
    return no_error;
  }
  if (result.error != ENOMEM) {
    std::fprintf(stderr, "  allocation %ld: %s\n", which,
                 std::strerror(result.error));
    return wrong_error;
  }
  if (left > usual) {
    std::fprintf(stderr, "  allocation %ld: %ld blocks left, usually %ld\n",
                 which, left, usual);
    return leaks;
  }
  return fine;
}

int check(const char* name, outcome (*call)(long), long first, long last) {
  if (only != nullptr && std::strcmp(only, name) != 0)
    return 0;
  int counts[5] = {};
  int crashes = 0;
  for (long which = first; which <= last; ++which) {
    const auto child = fork();
    if (child == 0) {
      alarm(20);
      std::_Exit(run(call, which));
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status)) {
      std::fprintf(stderr, "  allocation %ld: signal %d\n", which,
                   WTERMSIG(status));
      ++crashes;
    } else {
      const int code = WEXITSTATUS(status);
      ++counts[code == fine ? 0 : code - not_reached + 1];
    }
  }
  const int bad = crashes + counts[2] + counts[3] + counts[4];
  std::printf("%-12s %3d ENOMEM, %3d not reached, %d no error, %d other error, "
              "%d leak, %d crash\n",
              name, counts[0], counts[1], counts[2], counts[3], counts[4],
              crashes);
  std::fflush(stdout);
  return bad;
}

} // namespace

int main(int argc, char** argv) {
  const long first = argc > 2 ? std::atol(argv[1]) : 1;
  const long last = argc > 2 ? std::atol(argv[2]) : 200;
  only = argc > 3 ? argv[3] : nullptr;
  char folder[] = "/tmp/tp-capi-malloc-XXXXXX";
  if (mkdtemp(folder) == nullptr || chdir(folder) != 0)
    return 2;
  if (auto* file = std::fopen("file", "w")) {
    for (int i = 0; i < 100000; ++i)
      std::fputc(i & 0xff, file);
    std::fclose(file);
  }
  file_to_add = "file";
  const int bad = check("lc_ctx_new", new_context, first, last) +
                  check("mdex_addfile", add_file, first, last) +
                  check("lc_syncfile", sync_file, first, last);
  if (unlink("file") != 0 || rmdir(folder) != 0)
    std::perror("clean-up"); // a temporary file that was left behind
  return bad == 0 ? 0 : 1;
}
