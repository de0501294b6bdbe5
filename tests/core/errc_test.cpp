// SPDX-License-Identifier: BSD-3-Clause
#include "core/errc.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <set>
#include <vector>

using namespace troupe;

namespace {

std::vector<errc> all_codes() {
  std::vector<errc> codes;
  for (auto i = 0; i <= static_cast<int>(errc::mixed_content); ++i)
    codes.push_back(static_cast<errc>(i));
  return codes;
}

} // namespace

TEST_CASE("every error code has a text of its own and an errno", "[errc]") {
  std::set<std::string_view> texts;
  for (auto code : all_codes()) {
    CHECK(to_string(code) != "unknown error");
    CHECK(texts.insert(to_string(code)).second);
    CHECK((to_errno(code) == 0) == (code == errc::none));
  }
}

TEST_CASE("an errno survives the way there and back", "[errc]") {
  for (auto code : all_codes())
    CHECK(to_errno(from_errno(to_errno(code))) == to_errno(code));
  CHECK(from_errno(ENOENT) == errc::not_found);
  CHECK(from_errno(EDQUOT) == errc::no_space);
  CHECK(from_errno(ENOTTY) == errc::io_error);
}

TEST_CASE("a message names the thing before the cause", "[errc]") {
  CHECK(error{errc::not_found, "a/b"}.message() ==
        "a/b: no such file or directory");
  CHECK(error{errc::not_found, {}}.message() == "no such file or directory");
}

TEST_CASE("an expected holds a value or a reason", "[errc]") {
  const expected<int> value{7};
  const expected<int> reason{errc::too_large};
  CHECK(value);
  CHECK(*value == 7);
  CHECK_FALSE(reason);
  CHECK(reason.error().code == errc::too_large);
  CHECK_THROWS(*reason);
}
