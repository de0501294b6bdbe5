// SPDX-License-Identifier: BSD-3-Clause
#include "core/exclude.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Where the class that begins at `pattern` ends, and whether it has `c`; npos
/// when it does not end, and is a bracket like any letter.
std::size_t end_of_class(std::string_view pattern, char c, bool& has) {
  std::size_t i = 1;
  const bool is_not = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  i += is_not;
  bool found = false;
  for (const auto first = i; i < pattern.size(); ++i) {
    if (pattern[i] == ']' && i > first) {
      has = c != '/' && found != is_not;
      return i + 1;
    }
    const auto from = static_cast<unsigned char>(pattern[i]);
    auto to = from;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      to = static_cast<unsigned char>(pattern[i + 2]);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    found = found || (from <= byte && byte <= to);
  }
  return pattern.npos;
}

/// Steps of a pattern that can end at each place of `text`: no way back, so
/// that no pattern takes longer than its length times that of the path.
bool matches(std::string_view pattern, std::string_view text) {
  std::vector<bool> ends(text.size() + 1);
  ends[0] = true;
  for (std::size_t at = 0; at < pattern.size();) {
    std::vector<bool> next(text.size() + 1);
    if (pattern[at] == '*') {
      const bool is_any = pattern.substr(at).starts_with("**");
      bool reaches = false;
      for (std::size_t i = 0; i <= text.size(); ++i) {
        reaches = ends[i] || (reaches && (is_any || text[i - 1] != '/'));
        next[i] = reaches;
      }
      while (at < pattern.size() && pattern[at] == '*')
        ++at;
    } else {
      auto after = at + 1;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (!ends[i])
          continue;
        bool fits = text[i] == pattern[at];
        if (pattern[at] == '?') {
          fits = text[i] != '/';
        } else if (pattern[at] == '\\' && at + 1 < pattern.size()) {
          fits = text[i] == pattern[at + 1];
        } else if (pattern[at] == '[') {
          bool has = false;
          if (end_of_class(pattern.substr(at), text[i], has) != pattern.npos)
            fits = has;
        }
        next[i + 1] = fits;
      }
      bool ignored = false;
      if (pattern[at] == '\\' && at + 1 < pattern.size())
        after = at + 2;
      else if (pattern[at] == '[')
        if (const auto end = end_of_class(pattern.substr(at), 0, ignored);
            end != pattern.npos)
          after = at + end;
      at = after;
    }
    ends = std::move(next);
  }
  return ends[text.size()];
}

bool is_left_out(std::string_view pattern, std::string_view path,
                 bool is_directory) {
  if (pattern.size() > 1 && pattern.ends_with('/')) {
    if (!is_directory)
      return false;
    pattern.remove_suffix(1);
  }
  if (pattern.starts_with('/'))
    return matches(pattern.substr(1), path);
  if (pattern.find('/') == pattern.npos && pattern.find("**") == pattern.npos) {
    const auto slash = path.rfind('/');
    return matches(pattern,
                   slash == path.npos ? path : path.substr(slash + 1));
  }
  // The end of the path, from any component on.
  for (std::size_t begin = 0; begin != path.npos;) {
    if (matches(pattern, path.substr(begin)))
      return true;
    const auto slash = path.find('/', begin);
    begin = slash == path.npos ? slash : slash + 1;
  }
  return false;
}

} // namespace

bool exclude_patterns::match(std::string_view path, bool is_directory) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) {
                       return is_left_out(pattern, path, is_directory);
                     });
}

} // namespace troupe
