// SPDX-License-Identifier: BSD-3-Clause
#include "tool/requests.hpp"

#include "core/range_index.hpp"
#include "tool/units.hpp"

#include <algorithm>

namespace troupe::tool {

expected<share_request>
make_share_request(const share_options& options,
                   std::shared_ptr<const object_directory> index) {
  share_request request;
  request.index = std::move(index);
  request.counters = std::make_shared<share_counters>();
  request.send.loopback = options.common.loopback;
  auto rate = options.bwlimit.empty() ? parse_rate(options.rate)
                                      : parse_bwlimit(options.bwlimit);
  if (!rate)
    return rate.error();
  request.send.rate_bits_per_s = *rate;
  if (!options.common.interface.empty()) {
    auto number = find_interface(options.common.interface);
    if (!number)
      return number.error();
    request.send.interface_index = *number;
  }
  std::vector<std::string> names;
  for (const auto& path : options.paths)
    names.push_back(share_name(path));
  auto key = read_key(options.common.key, names);
  if (!key)
    return key.error();
  request.key = std::move(*key);
  auto signing = read_signing(options.sign, names);
  if (!signing)
    return signing.error();
  request.signing = std::move(*signing);
  if (request.signing && options.common.wire == "classic")
    return error{errc::invalid_argument,
                 "the classic protocol has no signatures: leave out"
                 " --wire classic"};
  return request;
}

sharing_options sharing_of(const share_options& options) {
  auto type = hash_type::blake2b;
  if (!options.common.hash.empty())
    from_string(options.common.hash, type);
  // A share always answers classic receivers.
  return {type,
          options.common.wire == "classic" ? std::uint16_t{0}
          : options.symbol_bytes > 0       ? options.symbol_bytes
          : options.common.key.any()       ? sealed_range_symbol_bytes
                                           : default_range_symbol_bytes,
          options.recursive, open_cache(options.common),
          exclude_patterns{options.exclude}};
}

void raise_version(const std::shared_ptr<const share_signing>& signing) {
  if (!signing || !signing->revision)
    return;
  auto& revision = *signing->revision;
  const auto ms = static_cast<std::uint64_t>(system_unix_time()) * 1000;
  revision = std::max(ms, revision.load() + 1);
}

} // namespace troupe::tool
