// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/session_file.hpp"

namespace troupe::config {

/// What counts in a session and where it comes from, one line an option, as
/// TOML with the origins as comments: read again it is the same session.
std::string explain(const session_file& all);

/// JSON schema (draft 2020-12) of session files, for editors.
std::string json_schema();

/// The options of one section as they stand in troupe.toml(5), in troff.
std::string manual(section where);

} // namespace troupe::config
