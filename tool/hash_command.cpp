// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/indexing.hpp"
#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "tool/commands.hpp"
#include "tool/json_lines.hpp"
#include "transport/group_address.hpp"

#include <fmt/format.h>

namespace troupe::tool {

int run_hash(const hash_options& options) {
  auto type = hash_type::blake2b;
  if (!options.type.empty())
    from_string(options.type, type);
  // Classic entries alone: the pack of a directory has no hash that is shown.
  share_index index{type};
  const auto files =
      index_files(index, options.paths, options.recursive, nullptr, {},
                  exclude_patterns{options.exclude});
  if (!files)
    return fail("hash", files.error(), options.json);
  for (const auto& file : *files) {
    const auto name = hash_of(type, file.name);
    const auto group = to_string(group_of(name));
    const auto manifest =
        to_string(group_of(channel_id_of(channel_kind::manifest, name)));
    const auto chunks = file.bytes == 0 ? 0 : chunk_count(file.bytes);
    if (!options.json) {
      fmt::print("{}  {}\n  {} bytes, {} chunks, hash {}\n  name {}\n  group"
                 " {}, of the manifest {}\n",
                 to_hex(file.root), file.name, file.bytes, chunks,
                 to_string(type), to_hex(name), group, manifest);
      continue;
    }
    auto line = json_line("hash");
    line["name"] = file.name;
    line["hash"] = std::string{to_string(type)};
    line["root"] = to_hex(file.root);
    line["bytes"] = file.bytes;
    if (file.files)
      line["files"] = *file.files;
    else
      line["chunks"] = chunks;
    line["channel"] = to_hex(name);
    line["group"] = group;
    line["manifest_group"] = manifest;
    print_json(line);
  }
  if (options.json) {
    auto line = json_summary("hash", {}, exit_ok);
    line["paths"] = files->size();
    print_json(line);
  }
  return exit_ok;
}

} // namespace troupe::tool
