// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::config {

/// What a value of a session file looks like, and how it is kept.
enum class value_kind {
  flag,     ///< true or false; bool
  text,     ///< text; std::string
  path,     ///< a path, absolute or relative to the file; std::string
  choice,   ///< one of option::choices; std::string
  rate,     ///< "500m": bits per second; std::uint64_t
  duration, ///< "90s", "5m": std::uint64_t milliseconds
  size,     ///< "64M": bytes; std::uint64_t
  words,    ///< a list of texts; std::vector<std::string>
};

/// The part of a session file that an option stands in.
enum class section { host, share, sync };

using option_value =
    std::variant<bool, std::uint64_t, std::string, std::vector<std::string>>;

/// One key of a session file: all that the parser, the manual, the schema and
/// `troupe explain` know of it.
struct option {
  section where;
  std::string_view key;
  value_kind kind;
  /// As it would stand in the file; empty: there is none.
  std::string_view default_text;
  /// Of a choice: the words, separated by spaces.
  std::string_view choices;
  /// A sentence without its full stop: what it does, and why one wants it.
  std::string_view why;
  bool is_required = false;
  /// A share or sync that does not say takes the value of the host.
  bool is_inherited = false;
};

/// Every option there is, by section, in the order of the manual.
std::span<const option> options() noexcept;

/// The option of that name in that section; nullptr if there is none.
const option* find_option(section where, std::string_view key) noexcept;

/// "host", "share", "sync".
std::string_view to_string(section where) noexcept;

/// What a value of that kind looks like, for messages and the manual:
/// "a rate such as \"500m\"".
std::string_view describe(value_kind kind) noexcept;

/// Reads a value from text, as it stands in an environment variable, on the
/// command line, or between quotes in a file. Lists are separated by spaces.
/// Errors: invalid_argument, naming the text and what is expected.
expected<option_value> read_value(const option& what, std::string_view text);

/// The value as read_value() takes it.
std::string write_value(const option& what, const option_value& value);

} // namespace troupe::config
