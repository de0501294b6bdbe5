// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "transport/core_dumps.hpp"
#include "transport/signing_key_file.hpp"

#include <fmt/format.h>

namespace troupe::tool {

namespace {

/// Writes the pair and says where it is.
int keep(const std::string& path, const signing_key& key) {
  if (auto failed = write_key_pair(path, key); failed.code != errc::none) {
    if (failed.code == errc::already_exists)
      failed.what += ", which is not replaced";
    return complain(failed);
  }
  fmt::print("secret key: {}, public key: {}\n", path,
             public_path_of(path).string());
  fmt::print("{}\n", to_hex(key.shown()));
  return exit_ok;
}

} // namespace

int run_key_new(const std::string& path) {
  keep_out_of_core_dumps();
  const auto key = signing_key::generate();
  return key ? keep(path, *key) : complain(key.error());
}

int run_key_show(const std::string& path) {
  if (const auto shown = read_public_key(path)) {
    fmt::print("{}\n", to_hex(*shown));
    return exit_ok;
  }
  const auto key = read_signing_key(path);
  if (!key)
    return complain(key.error());
  fmt::print("{}\n", to_hex(key->shown()));
  const auto& history = key->history();
  for (auto step = history.rbegin(); step != history.rend(); ++step)
    fmt::print("succeeds {}\n", to_hex(step->from));
  return exit_ok;
}

int run_key_rotate(const std::string& old_path, const std::string& new_path) {
  keep_out_of_core_dumps();
  const auto old_key = read_signing_key(old_path);
  if (!old_key)
    return complain(old_key.error());
  const auto key = old_key->make_successor();
  return key ? keep(new_path, *key) : complain(key.error());
}

} // namespace troupe::tool
