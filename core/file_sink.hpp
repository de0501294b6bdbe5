// SPDX-License-Identifier: BSD-3-Clause
// Private to core: a file sink for a place that is open already.
#pragma once

#include "core/file_place.hpp"
#include "core/sink.hpp"

#include <functional>

namespace troupe {

struct file_sink_options {
  bool sync_to_disk = true;
  /// What a dead sync has left is a part of old(). Without that it is removed;
  /// old() is then the file itself, for who does not ask what is where in it.
  bool continues = true;
  partial_directory partial{}; ///< where the new file is until it is complete
};

/// As make_file_sink() of core/sink.hpp. `open_old` opens the regular file
/// that is there, for comparing; it may return nullptr.
expected<std::unique_ptr<sink>> make_file_sink(
    file_place where, const file_sink_options& options,
    const std::function<std::shared_ptr<const source>(const struct stat&)>&
        open_old);

} // namespace troupe
