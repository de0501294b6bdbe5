// SPDX-License-Identifier: BSD-3-Clause
#include "actors/chunk_writer.hpp"

#include "tests/support/actor_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// A disk in memory that fails when told to.
struct fake_sink : sink {
  std::string disk;
  std::string old_content;
  int writes_left = 1000;
  bool committed = false;

  errc begin(std::uint64_t length) override {
    disk.assign(length, '.');
    return errc::none;
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (writes_left-- == 0)
      return errc::no_space;
    std::memcpy(disk.data() + offset, bytes.data(), bytes.size());
    return errc::none;
  }
  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    disk.replace(offset, from.length, old_content, from.offset, from.length);
    return errc::none;
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    committed = true;
    return errc::none;
  }
  std::shared_ptr<const source> old() const override { return nullptr; }
  void discard() noexcept override {}
};

struct fixture : actor_fixture {
  std::shared_ptr<supervisor_log> told = std::make_shared<supervisor_log>();
  std::shared_ptr<fake_sink> out = std::make_shared<fake_sink>();
  chunk_writer_actor writer;

  fixture() {
    writer = system.spawn(chunk_writer, std::shared_ptr<sink>{out},
                          system.spawn(recording_supervisor, told));
    settle();
  }
  ~fixture() {
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    settle();
  }
  void begin(std::uint64_t length, sync_plan plan = {}) {
    compat::anon_send(
        writer,
        begin_object{length, std::make_shared<const sync_plan>(plan)});
    settle();
  }
  void write(channel_id id, char letter, const std::vector<std::uint64_t>& offsets) {
    const std::vector<std::byte> bytes(4, static_cast<std::byte>(letter));
    std::vector<placed_piece> pieces;
    for (const auto offset : offsets)
      pieces.push_back({0, 4, offset});
    compat::anon_send(writer,
                      verified_chunk{id, std::move(pieces), blob{bytes}});
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a repeated chunk is written to all its offsets",
                 "[actors][chunk_writer]") {
  begin(12);
  write(1, 'a', {0, 8});
  write(2, 'b', {4});
  compat::anon_send(writer, finish_object{});
  settle();
  CHECK(out->disk == "aaaabbbbaaaa");
  CHECK(out->committed);
  CHECK(told->finished == 1);
  CHECK(told->written == std::vector<channel_id>{1, 2});
}

TEST_CASE_METHOD(fixture, "a full disk is told once and ends all writing",
                 "[actors][chunk_writer]") {
  begin(12);
  out->writes_left = 1;
  write(1, 'a', {0});
  write(2, 'b', {4});
  write(3, 'c', {8});
  compat::anon_send(writer, finish_object{});
  settle();
  CHECK(told->written == std::vector<channel_id>{1});
  REQUIRE(told->failures.size() == 1);
  CHECK(told->failures.front().code == errc::no_space);
  CHECK_FALSE(out->committed);
  CHECK(told->finished == 0);
}

TEST_CASE_METHOD(fixture, "what stays is taken over before anything is written",
                 "[actors][chunk_writer]") {
  const std::uint64_t length = 4 * chunk_bytes + 10;
  out->old_content = std::string(chunk_bytes, 'p') +
                     std::string(chunk_bytes, 'q') +
                     std::string(2 * chunk_bytes, 'r') + std::string(10, 's');
  sync_plan plan;
  plan.keep = chunk_map{5};
  for (const auto chunk : {0, 3, 4})
    plan.keep.insert(static_cast<std::uint64_t>(chunk));
  plan.copy.push_back({hash{}, chunk_bytes, 0, 2});
  begin(length, plan);
  CHECK(out->disk == std::string(chunk_bytes, 'p') +
                         std::string(chunk_bytes, '.') +
                         std::string(chunk_bytes, 'p') +
                         std::string(chunk_bytes, 'r') + std::string(10, 's'));
  CHECK(told->failures.empty());
}
