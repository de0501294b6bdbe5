// SPDX-License-Identifier: BSD-3-Clause
// A TOML table taken apart key by key.
#pragma once

#include "config/session_file.hpp"

#include <toml++/toml.h>

#include <functional>
#include <string>
#include <vector>

namespace troupe::lab {

/// Where complaints go, and the name of the file in them.
struct complaint_list {
  std::string file;
  std::vector<config::complaint> all;

  void add(const toml::source_region& where, std::string what);
};

/// ", did you mean 'NEAREST'?" or, when nothing is like it, the empty text.
std::string suggest(std::string_view text,
                    const std::vector<std::string>& words);

/// Reads the keys of one table into variables, which keep their values where a
/// key is missing or wrong. finish() then complains of all other keys. Bounds
/// are inclusive. Used on one thread, within the life of the table.
class table_reader {
public:
  /// `what` names such a table in messages: "a host".
  table_reader(const toml::table& table, std::string what,
               complaint_list& complaints)
      : table_{table}, what_{std::move(what)}, complaints_{complaints} {}

  void text(std::string_view key, std::string& into);
  void flag(std::string_view key, bool& into);
  void count(std::string_view key, std::uint64_t& into, std::uint64_t least,
             std::uint64_t most);
  void count(std::string_view key, std::uint32_t& into, std::uint32_t least,
             std::uint32_t most);
  void number(std::string_view key, double& into, double least, double most);
  /// Text with a unit, see config/units.hpp.
  void size_bytes(std::string_view key, std::uint64_t& into);
  void rate(std::string_view key, std::uint64_t& into);
  void duration_ms(std::string_view key, std::uint64_t& into);
  /// One text, or a list of them.
  void texts(std::string_view key, std::vector<std::string>& into);
  void numbers(std::string_view key, std::vector<double>& into, double least,
               double most);
  /// Each table of [[key]], with its own reader, which is finished after it.
  void tables(std::string_view key, const std::string& each,
              const std::function<void(table_reader&)>& read);
  /// The table [key], if it is there.
  void table(std::string_view key, const std::string& called,
             const std::function<void(table_reader&)>& read);

  /// Complains of the value of `key`, or of the table where there is none.
  void complain(std::string_view key, std::string what);
  bool has(std::string_view key) const;

  void finish();

private:
  const toml::node* take(std::string_view key);
  void with_unit(std::string_view key, std::uint64_t& into,
                 std::optional<std::uint64_t> (*parse)(std::string_view),
                 const char* expects);

  const toml::table& table_;
  std::string what_;
  complaint_list& complaints_;
  std::vector<std::string> known_;
};

} // namespace troupe::lab
