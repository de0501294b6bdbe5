// SPDX-License-Identifier: BSD-3-Clause
#include "lab/expectations.hpp"

#include "lab/contents.hpp"
#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace troupe::lab;

namespace {

struct made_up {
  topology all;
  run which;
  run_figures figures;

  explicit made_up(expectation wanted) {
    all.expectations = {wanted};
    figures.wall_s = 2;
    figures.sent_bytes = 1500;
    for (const auto* name : {"r1", "r2"}) {
      receiver_figures one;
      one.host = name;
      one.is_identical = true;
      figures.receivers.push_back(one);
    }
  }
  std::vector<std::string> missed() const {
    return missed_expectations(all, which, figures, 1000);
  }
};

} // namespace

TEST_CASE("an expectation that came true says nothing") {
  CHECK(made_up{{{}, true, 3000, 2}}.missed().empty());
}

TEST_CASE("a receiver with other content is named") {
  made_up one{{}};
  one.figures.receivers[1].is_identical = false;
  one.figures.receivers[1].status = 3;
  one.figures.receivers[1].last_words = "no sharer";
  REQUIRE(one.missed().size() == 1);
  CHECK(one.missed().front() == "r2 has not the same content (its program "
                                "ended with 3: no sharer)");
  one.figures.receivers[1].is_expected = false; // stopped midway
  CHECK(one.missed().empty());
}

TEST_CASE("too slow, too many bytes, and never over are told apart") {
  CHECK(made_up{{{}, true, 1500, 0}}.missed().front() ==
        "took 2.00 s instead of 1.50 s at most");
  CHECK(made_up{{{}, true, 0, 1.2}}.missed().front() ==
        "sent 1.50 bytes a byte instead of 1.20 at most");
  made_up late{{{}, true, 1500, 0}};
  late.figures.is_in_time = false;
  CHECK(late.missed() ==
        std::vector<std::string>{"not over at the deadline"});
}

TEST_CASE("an expectation of one tool says nothing of another") {
  made_up one{{tool::rsync, true, 1, 0}};
  one.which.by = tool::troupe;
  CHECK(one.missed().empty());
  one.which.by = tool::rsync;
  CHECK(one.missed().size() == 1);
}

TEST_CASE("what could not be run at all misses its expectations") {
  made_up one{{}};
  one.figures.failure = "uftpd did not get ready";
  CHECK(one.missed() ==
        std::vector<std::string>{"uftpd did not get ready"});
}

TEST_CASE("contents follow from the seed, and differences are seen") {
  const troupe::test::temp_dir folder;
  content what{"many", 70'000, 3, 0};
  const auto a = make_content(folder.path() / "a", what, 1);
  const auto b = make_content(folder.path() / "b", what, 1);
  const auto other = make_content(folder.path() / "c", what, 2);
  REQUIRE(a);
  REQUIRE(b);
  REQUIRE(other);
  CHECK(total_bytes(what) == 210'000);
  CHECK(is_same(*a, *b));
  CHECK_FALSE(is_same(*a, *other));
  CHECK_FALSE(is_same(*a / "file-0", *a / "file-1"));
  std::fstream{*b / "file-2"}.seekp(69'999).put('x');
  CHECK_FALSE(is_same(*a, *b));
  std::filesystem::remove(*b / "file-2");
  CHECK_FALSE(is_same(*a, *b));
  CHECK_FALSE(is_same(*a / "file-0", *a / "none"));
}
