// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/hook.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

extern char** environ;

namespace troupe::tool {

namespace {

/// Owns what posix_spawn(3) is told.
struct spawn_settings {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;

  spawn_settings() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    // Not every library opens its sockets so that exec(3) closes them.
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

/// What waits for the end of the command; shared with what is under way.
struct running_command : std::enable_shared_from_this<running_command> {
  running_command(boost::asio::io_context& loop, pid_t child, int fd,
                  on_hook_end call)
      : pid(child), process(loop, fd), timer(loop), on_end(std::move(call)) {}

  void start(std::chrono::seconds patience) {
    timer.expires_after(patience);
    timer.async_wait([self = shared_from_this()](const auto& bad) {
      if (!bad)
        self->end();
    });
    process.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const auto& bad) {
                         if (!bad)
                           self->reap();
                       });
  }

  void end() const { ::kill(-pid, SIGKILL); }

  void reap() {
    timer.cancel();
    int status = 0;
    if (std::exchange(is_over, true) || ::waitpid(pid, &status, 0) != pid)
      return;
    if (on_end)
      on_end(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }

  pid_t pid;
  boost::asio::posix::stream_descriptor process; ///< readable when it is over
  boost::asio::steady_timer timer;
  on_hook_end on_end;
  bool is_over = false;
};

class owned_hook final : public hook {
public:
  explicit owned_hook(std::shared_ptr<running_command> what)
      : what_(std::move(what)) {}
  ~owned_hook() override {
    what_->on_end = {};
    if (what_->is_over)
      return;
    what_->end();
    what_->reap(); // at once, for it was killed
    boost::system::error_code ignored;
    what_->process.close(ignored);
  }

private:
  std::shared_ptr<running_command> what_;
};

/// What the service manager told this process alone.
bool is_between_manager_and_us(std::string_view variable) {
  return variable.starts_with("NOTIFY_SOCKET=") ||
         variable.starts_with("WATCHDOG_USEC=") ||
         variable.starts_with("WATCHDOG_PID=");
}

} // namespace

expected<std::unique_ptr<hook>>
start_hook(boost::asio::io_context& loop,
           const std::vector<std::string>& command,
           const std::vector<std::pair<std::string, std::string>>& more,
           std::chrono::seconds patience, on_hook_end on_end) {
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> added;
  for (const auto& [key, value] : more)
    added.push_back(key + "=" + value);
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each)
    if (!is_between_manager_and_us(*each))
      environment.push_back(*each);
  for (auto& each : added)
    environment.push_back(each.data());
  environment.push_back(nullptr);

  const spawn_settings how;
  pid_t pid = 0;
  if (const int bad =
          ::posix_spawnp(&pid, arguments.front(), &how.files, &how.attributes,
                         arguments.data(), environment.data()))
    return error{from_errno(bad), "'" + command.front() + "'"};
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    const int bad = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return error{from_errno(bad), "'" + command.front() + "'"};
  }
  auto what =
      std::make_shared<running_command>(loop, pid, fd, std::move(on_end));
  what->start(patience);
  return std::unique_ptr<hook>{std::make_unique<owned_hook>(std::move(what))};
}

} // namespace troupe::tool
