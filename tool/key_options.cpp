// SPDX-License-Identifier: BSD-3-Clause
#include "tool/key_options.hpp"

namespace troupe::tool {

namespace {

expected<seal_key> read_one(const key_options& options,
                            const std::vector<std::string>& names) {
  if (options.key_file)
    return read_key_file(*options.key_file);
  if (options.librecast_password_file)
    return read_librecast_password_file(*options.librecast_password_file);
  if (names.size() != 1)
    return error{errc::invalid_argument,
                 "a password makes another key for each share: share one path,"
                 " or use --keyfile"};
  return read_password_file(*options.password_file, names.front());
}

} // namespace

expected<std::optional<seal_key>>
read_key(const key_options& options, const std::vector<std::string>& names) {
  if (!options.any())
    return std::optional<seal_key>{};
  auto key = read_one(options, names);
  if (!key)
    return key.error();
  return std::optional<seal_key>{std::move(*key)};
}

} // namespace troupe::tool
