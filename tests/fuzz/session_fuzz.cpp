// SPDX-License-Identifier: BSD-3-Clause
// Session files: nobody's enemy writes them, but they come from elsewhere.
#include "config/explain.hpp"
#include "config/read_session.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace troupe::fuzz {

// Either there is a session, or it is said what is wrong. What `explain` says
// of a session is a session again.
bool session(octets input) {
  const std::string text{reinterpret_cast<const char*>(input.data()),
                         input.size()};
  const auto read = config::read_session_text(text, "session.toml");
  demand(read.session.has_value() == read.complaints.empty());
  for (const auto& each : read.complaints)
    demand(!each.what.empty());
  if (!read.session)
    return false;
  const auto again =
      config::read_session_text(config::explain(*read.session), "again.toml");
  demand(again.session.has_value());
  return true;
}

} // namespace troupe::fuzz
