// SPDX-License-Identifier: BSD-3-Clause
// A sync of one file is cut off, or fails, at every step.
#include "tests/core/crash.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto place = "/to/f";

/// 30 chunks and a bit; every third one differs in the new version, which is
/// longer and has a piece of the old one elsewhere.
const bytes& old_content() {
  static const auto content = gen2(30 * chunk_bytes + 700);
  return content;
}

bytes make_new_content() {
  auto content = old_content();
  for (std::size_t chunk = 0; chunk < 30; chunk += 3)
    content[chunk * chunk_bytes + 5] ^= std::byte{1};
  content.resize(36 * chunk_bytes + 11);
  std::mt19937_64 random{5};
  const auto more = random_bytes(random, 5 * chunk_bytes);
  std::copy(more.begin(), more.end(),
            content.end() - static_cast<std::ptrdiff_t>(more.size()));
  return content;
}

const bytes& new_content() {
  static const auto content = make_new_content();
  return content;
}

metadata_choice mode_and_time() {
  metadata_choice choice;
  choice.mode = choice.mtime = true;
  return choice;
}

file_metadata wanted_metadata() {
  file_metadata metadata;
  metadata.mode = S_IFREG | 0640;
  metadata.mtime_s = 1'500'000'000;
  return metadata;
}

enum class how { beside, in_place };

struct file_scenario {
  how way = how::beside;
  bool has_old = true;
  described wanted = describe_file(new_content());

  void prepare(memory_file_system& files) const {
    REQUIRE(files.mkdirat(AT_FDCWD, "/to", 0755) == 0);
    if (has_old)
      put(files, place, old_content());
  }

  expected<std::unique_ptr<sink>> open(memory_file_system& files) const {
    return way == how::beside ? make_file_sink(files, place, true)
                              : make_in_place_sink(files, place, true);
  }

  errc sync(memory_file_system& files,
            std::uint64_t* fetched = nullptr) const {
    auto out = open(files);
    if (!out)
      return out.error().code;
    return sync_with(**out, wanted, wanted_metadata(), mode_and_time(), 3,
                     fetched);
  }

  /// Whether the destination is one version, after what the next sync does
  /// before it looks.
  void check_whole(memory_file_system& files, bool must_be_new) const {
    if (way == how::in_place)
      REQUIRE(open(files));
    const auto now = content_of(files, place);
    if (must_be_new)
      REQUIRE((now == wanted.pack));
    else if (has_old)
      REQUIRE((now == old_content() || now == wanted.pack));
    else
      REQUIRE((!now || now == wanted.pack));
  }

  void check_next(memory_file_system& files) const {
    REQUIRE(sync(files) == errc::none);
    REQUIRE((content_of(files, place) == wanted.pack));
    REQUIRE(names_in(files, "/to") == std::vector<std::string>{"f"});
    struct stat info {};
    REQUIRE(files.fstatat(AT_FDCWD, place, info, 0) == 0);
    REQUIRE((info.st_mode & 07777) == 0640);
    REQUIRE(info.st_mtim.tv_sec == 1'500'000'000);
    // What was there already need not last, but is whole.
    files.restart(survives::nothing);
    check_whole(files, false);
  }
};

file_scenario any_scenario() {
  return GENERATE(file_scenario{how::beside, true},
                  file_scenario{how::beside, false},
                  file_scenario{how::in_place, true},
                  file_scenario{how::in_place, false});
}

} // namespace

TEST_CASE("a file whose sync is cut off at any step is the old or the new one",
          "[crash]") {
  const auto scenario = any_scenario();
  cut_everywhere(
      [&](auto& files) { scenario.prepare(files); },
      [&](auto& files) { return scenario.sync(files); },
      [&](auto& files, bool was_done) {
        scenario.check_whole(files, was_done);
        scenario.check_next(files);
      });
}

TEST_CASE("a file whose sync fails at any step is as it was, without litter",
          "[crash]") {
  const auto scenario = any_scenario();
  const auto number = GENERATE(EIO, ENOSPC, 0);
  fail_everywhere(
      number, [&](auto& files) { scenario.prepare(files); },
      [&](auto& files) { return scenario.sync(files); },
      [&](auto& files, bool was_done) {
        scenario.check_whole(files, was_done);
        const auto names = names_in(files, "/to");
        REQUIRE(names.size() <= 1);
        scenario.check_next(files);
      });
}

TEST_CASE("what a killed sync of a file has got is not got again",
          "[crash][resume]") {
  const auto scenario = any_scenario();
  std::uint64_t whole = 0;
  {
    memory_file_system files;
    scenario.prepare(files);
    REQUIRE(scenario.sync(files, &whole) == errc::none);
  }
  const auto steps =
      count_steps([&](auto& files) { scenario.prepare(files); },
                  [&](auto& files) { return scenario.sync(files); });
  std::uint64_t most_again = 0;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    memory_file_system files;
    scenario.prepare(files);
    files.settle();
    files.reset_steps();
    files.cut_before(step);
    std::uint64_t first = 0, second = 0;
    (void)scenario.sync(files, &first);
    files.restart(survives::all);
    REQUIRE(scenario.sync(files, &second) == errc::none);
    INFO("cut before step " << step << " of " << steps << ": " << first
                            << " bytes got first, then " << second);
    // Where the old file has chunks of its own behind the rest, the short last
    // chunk does not look the same.
    CHECK(first + second <= whole + chunk_bytes);
    most_again = std::max(most_again, first + second - std::min(whole, first + second));
  }
  WARN(whole << " bytes, " << most_again << " got again at most");
}

TEST_CASE("what was left of another version does no harm", "[crash][resume]") {
  const auto scenario = any_scenario();
  auto other = scenario;
  auto content = new_content();
  for (std::size_t chunk = 1; chunk < 36; chunk += 2)
    content[chunk * chunk_bytes + 77] ^= std::byte{1};
  // What the wanted version has elsewhere.
  std::copy_n(new_content().begin() + 33 * chunk_bytes, chunk_bytes,
              content.begin());
  content.resize(GENERATE(std::size_t{0}, std::size_t{20} * chunk_bytes + 3,
                          std::size_t{36} * chunk_bytes + 11,
                          std::size_t{80} * chunk_bytes));
  other.wanted = describe_file(content);
  const auto steps =
      count_steps([&](auto& files) { other.prepare(files); },
                  [&](auto& files) { return other.sync(files); });
  for (std::uint64_t step = 1; step <= steps; ++step) {
    memory_file_system files;
    other.prepare(files);
    files.settle();
    files.reset_steps();
    files.cut_before(step);
    (void)other.sync(files);
    files.restart(survives::all);
    INFO("cut before step " << step << " of " << steps);
    scenario.check_next(files);
  }
}
