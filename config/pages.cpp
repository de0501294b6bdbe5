// SPDX-License-Identifier: BSD-3-Clause
// Writes what is made of the table of options: the manual page of session files
// out of its template, and their schema.
#include "config/explain.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

namespace {

/// Puts `text` in the place of each `mark`.
void replace(std::string& page, const std::string& mark,
             const std::string& text) {
  for (auto at = page.find(mark); at != std::string::npos;
       at = page.find(mark, at + text.size()))
    page.replace(at, mark.size(), text);
}

} // namespace

int main(int argc, char** argv) {
  using namespace troupe::config;
  if (argc != 5) {
    std::cerr << "usage: pages TEMPLATE VERSION PAGE SCHEMA\n";
    return 2;
  }
  std::ifstream in{argv[1]};
  std::string page{std::istreambuf_iterator<char>{in}, {}};
  for (const auto where : {section::host, section::share, section::sync}) {
    auto list = manual(where);
    list.pop_back(); // the template has the line's end
    replace(page, ".\\\"@" + std::string{to_string(where)} + "@", list);
  }
  replace(page, "@VERSION@", argv[2]);
  std::ofstream out{argv[3]};
  std::ofstream schema{argv[4]};
  out << page;
  schema << json_schema();
  return in && out.flush() && schema.flush() ? 0 : 1;
}
