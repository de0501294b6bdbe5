// SPDX-License-Identifier: BSD-3-Clause
// What the commands ask of a session, for whoever runs several of them.
#pragma once

#include "actors/requests.hpp"
#include "actors/sharing/shared_paths.hpp"
#include "tool/commands.hpp"

namespace troupe::tool {

/// How `options` wants its paths indexed. Pure but for the cache's folder.
sharing_options sharing_of(const share_options& options);

/// A share of `index` as `options` has it, with new counters. Reads key files;
/// blocks about a second for a password. Errors: those of the files,
/// no_device, invalid_argument.
expected<share_request>
make_share_request(const share_options& options,
                   std::shared_ptr<const object_directory> index);

/// After what is shared has changed: gives a signed share its next version, the
/// time in milliseconds if that is larger. nullptr and a version that the user
/// has chosen are left alone. Any thread.
void raise_version(const std::shared_ptr<const share_signing>& signing);

/// A sync as `options` has it. Reads key files; blocks as above. Errors: as
/// above.
expected<sync_request> make_sync_request(const sync_options& options);

} // namespace troupe::tool
