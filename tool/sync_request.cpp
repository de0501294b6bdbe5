// SPDX-License-Identifier: BSD-3-Clause
#include "tool/requests.hpp"

#include "tool/units.hpp"
#include "transport/core_dumps.hpp"

namespace troupe::tool {

namespace {

error add_network(const sync_options& options, sync_request& request) {
  request.receive.loopback = options.common.loopback;
  if (!options.common.interface.empty()) {
    auto number = find_interface(options.common.interface);
    if (!number)
      return number.error();
    request.receive.interface_index = *number;
  }
  if (options.common.wire != "auto")
    request.wire = options.common.wire == "range" ? wire_mode::range
                                                  : wire_mode::classic;
  return {};
}

error add_rate(const sync_options& options, sync_request& request) {
  auto bits = expected<std::uint64_t>{options.rate_bits_per_s};
  if (!options.bwlimit.empty())
    bits = parse_bwlimit(options.bwlimit);
  if (!bits)
    return bits.error();
  if (*bits > 0)
    request.rate = std::make_shared<fetch_rate>(*bits / 8);
  return {};
}

error add_keys(const sync_options& options, sync_request& request) {
  auto key = read_key(options.common.key, {request.name});
  if (!key)
    return key.error();
  request.key = std::move(*key);
  auto trust = read_trust(options.verify, options.destination);
  if (!trust)
    return trust.error();
  request.trust = std::move(*trust);
  if (request.trust && options.common.wire == "classic")
    return {errc::invalid_argument,
            "the classic protocol has no signatures: leave out"
            " --wire classic"};
  return {};
}

} // namespace

expected<sync_request> make_sync_request(const sync_options& options) {
  if (options.common.key.any())
    keep_out_of_core_dumps();
  sync_request request;
  request.name = options.name;
  // As librecast's own tool has it: a trailing slash is not part of the name.
  bool is_content = false;
  while (request.name.size() > 1 && request.name.back() == '/') {
    request.name.pop_back();
    is_content = true;
  }
  auto type = hash_type::blake2b;
  if (from_string(options.common.hash, type))
    request.type = type;
  request.timeout = std::chrono::milliseconds{
      static_cast<std::int64_t>(options.timeout_s * 1000)};
  if (!options.max_size.empty()) {
    const auto size = parse_size(options.max_size);
    if (!size)
      return size.error();
    request.limit_bytes = *size;
  }
  for (const auto step : {add_network, add_rate, add_keys})
    if (auto failed = step(options, request); failed.code != errc::none)
      return failed;
  request.trees = open_cache(options.common);
  const bool all = options.archive;
  request.metadata = {all || options.owner, all || options.group,
                      all || options.permissions, all || options.times, false};
  request.depth = options.dry_run ? sync_depth::compare : sync_depth::all;
  tree_request tree;
  tree.destination = options.destination;
  tree.below_own_name = !is_content;
  tree.recursive = all || options.recursive;
  tree.delete_others = options.delete_others;
  tree.sync_to_disk = !options.no_fsync;
  tree.in_place = options.in_place;
  tree.list_changes = options.itemize || options.common.verbose > 0;
  tree.exclude = exclude_patterns{options.exclude};
  tree.partial_dir = options.partial_dir;
  request.tree = std::move(tree);
  return request;
}

} // namespace troupe::tool
