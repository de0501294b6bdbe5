// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/requests.hpp"

#include <string>

namespace troupe::tool {

/// "synced NAME: ... bytes in ... s (... MB/s), ... chunks kept, ... fetched,
/// ... bytes on the wire, efficiency ... %".
std::string summary(const std::string& name, const sync_report& report);

/// A block of figures, in rsync's words where the meaning is the same. Ends
/// with a line feed, as all that follow.
std::string stats_text(const sync_report& report);

/// How it travelled: the wire, packets, symbols, repeated requests.
std::string wire_text(const sync_report& report);

/// What a sync would do, and how long it would take at `bits_per_s` (not 0).
std::string plan_text(const std::string& name, const sync_report& report,
                      std::uint64_t bits_per_s);

/// The time for what a sync would fetch: what is in the groups, a packet for
/// each symbol with its headers, nothing lost.
double planned_s(const sync_report& report, std::uint64_t bits_per_s);

/// A change in the eleven letters of `rsync --itemize-changes`, and the path:
/// ">f.st...... a", "cd+++++++++ d/", "*deleting   b". A file whose content is
/// other has a c; what Troupe does not look at is a dot. `top` is what the
/// top of a directory is called.
std::string itemized(const entry_change& change, const std::string& top);

/// Text of a stranger: what a terminal would act on, and a backslash, as \ooo.
std::string printable(const std::string& text);

/// The path as it is printed: below `top`, directories with a slash at the
/// end, links with their target; printable().
std::string printed_path(const entry_change& change, const std::string& top);

} // namespace troupe::tool
