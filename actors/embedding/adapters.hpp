// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/sink.hpp"
#include "core/source.hpp"
#include "troupe/content.hpp"

#include <memory>

namespace troupe {

/// An embedder's content as a source, which keeps it; nullptr for nullptr.
std::shared_ptr<const source>
source_of(std::shared_ptr<const content_source> content);

/// An embedder's sink as ours.
std::shared_ptr<sink> sink_of(std::shared_ptr<content_sink> to);

/// A stream as a sink that takes bytes in order. What comes early waits in
/// memory: what lies up to `window_bytes` (1 MiB at least) ahead is asked for,
/// and content that occurs again within the same distance comes with it. What
/// is further ahead than both is an error (internal) and not kept.
std::shared_ptr<sink> sink_of(std::shared_ptr<content_stream> to,
                              std::uint64_t window_bytes);

} // namespace troupe
