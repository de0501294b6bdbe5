// SPDX-License-Identifier: BSD-3-Clause
#include "core/look_sink.hpp"

#include "core/file_place.hpp"

namespace troupe {

expected<std::shared_ptr<sink>>
make_look_sink(const std::filesystem::path& path) {
  const auto where = file_place::open(posix_file_system(), path);
  if (!where)
    return where.error();
  const auto there = where->look();
  if (!there)
    return there.error();
  if (!*there || (!S_ISREG((*there)->st_mode) && !S_ISDIR((*there)->st_mode)))
    return std::shared_ptr<sink>{std::make_shared<look_sink>(nullptr)};
  auto file = open_file_source(path);
  if (!file)
    return error{file.error().code, "'" + path.string() + "'"};
  return std::shared_ptr<sink>{
      std::make_shared<look_sink>(std::move(file->bytes))};
}

} // namespace troupe
