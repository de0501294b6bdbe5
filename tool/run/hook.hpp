// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::tool {

/// Who is told how a command ended: its exit code, or 128 and the number of the
/// signal that ended it.
using on_hook_end = std::function<void(int status)>;

/// A command that runs. When it goes away, the command is ended.
class hook {
public:
  virtual ~hook() = default;
};

/// Starts a command, found by PATH, without a shell: its standard input is
/// empty, `more` is added to its environment, signals are as they usually are.
/// It is ended, with all that it started in its process group, when it runs
/// longer than `patience`. `on_end` is called on the io_context's thread, once.
/// Errors: not_found and access_denied, naming the command.
expected<std::unique_ptr<hook>>
start_hook(boost::asio::io_context& loop,
           const std::vector<std::string>& command,
           const std::vector<std::pair<std::string, std::string>>& more,
           std::chrono::seconds patience, on_hook_end on_end);

} // namespace troupe::tool
