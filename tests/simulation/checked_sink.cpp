// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/checked_sink.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::test {

namespace {

using fault = disk_plan::fault;

/// The old content, which may become unreadable.
class old_source final : public source {
public:
  old_source(std::shared_ptr<destination> to, std::shared_ptr<source> from)
      : to_(std::move(to)), from_(std::move(from)) {}

  std::uint64_t size() const noexcept override { return from_->size(); }
  errc check_unchanged() const override { return errc::none; }
  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (to_->disk.what == fault::read_error && to_->reads++ >= to_->disk.nth) {
      to_->fault_hit = true;
      return errc::io_error;
    }
    return from_->read_at(offset, out);
  }

private:
  std::shared_ptr<destination> to_;
  std::shared_ptr<source> from_;
};

class checked_sink final : public sink {
public:
  explicit checked_sink(std::shared_ptr<destination> to) : to_(std::move(to)) {
    auto from = to_->is_memory
                    ? make_memory_source(to_->content)
                    : make_blob_source(blob::copy_of(to_->content));
    if (to_->is_memory)
      memory_ = make_memory_sink(to_->content);
    if (!to_->content.empty())
      old_ = std::make_shared<old_source>(to_, std::move(from));
  }

  errc begin(std::uint64_t length) override {
    use("begin", !to_->has_begun);
    if (to_->disk.what == fault::no_room)
      return fail(errc::no_space);
    to_->has_begun = true;
    to_->length = length;
    for (std::size_t i = 0; i < to_->may_be.size(); ++i)
      to_->may_be[i] = to_->versions[i].size() == length;
    if (memory_)
      return memory_->begin(length);
    to_->shadow.assign(length, std::byte{0xee});
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> data) override {
    use("write", to_->has_begun && !to_->has_committed);
    if (const auto e = fail_at_write(); e != errc::none)
      return e;
    if (!check(offset, data, "what is written is in no version"))
      return errc::none;
    if (memory_)
      return memory_->write_at(offset, data);
    std::copy(data.begin(), data.end(), place(offset));
    return errc::none;
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    use("copy", to_->has_begun && !to_->has_committed);
    if (const auto e = fail_at_write(); e != errc::none)
      return e;
    const auto& old = to_->content;
    if (from.offset > old.size() || from.length > old.size() - from.offset) {
      to_->court.broke("a copy from beyond the old content");
      return errc::none;
    }
    const auto data = std::span{old}.subspan(from.offset, from.length);
    if (!check(offset, data, "what is kept or copied is in no version"))
      return errc::none;
    if (memory_)
      return memory_->copy_from_old(from, offset);
    std::copy(data.begin(), data.end(), place(offset));
    return errc::none;
  }

  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    use("commit", to_->has_begun && !to_->has_committed);
    if (to_->disk.what == fault::commit_error)
      return fail(errc::io_error);
    if (to_->disk.what == fault::commit_full)
      return fail(errc::no_space);
    to_->has_committed = true;
    if (memory_) {
      const auto result = memory_->commit(metadata, choice);
      to_->court.demand(to_->version_now(to_->length) != nullptr,
                        "the memory is complete, but no version");
      return result;
    }
    to_->content = std::move(to_->shadow);
    to_->court.demand(to_->version_now(to_->length) != nullptr,
                      "a torn file was committed");
    return errc::none;
  }

  std::shared_ptr<const source> old() const override { return old_; }

  void discard() noexcept override {
    if (memory_)
      memory_->discard();
  }

private:
  byte_string::iterator place(std::uint64_t offset) {
    return to_->shadow.begin() + static_cast<std::ptrdiff_t>(offset);
  }

  void use(const char* what, bool is_in_order) {
    ++to_->writes;
    if (!is_in_order)
      to_->court.broke(std::string{"out of order: "} + what);
    if (to_->is_over)
      to_->court.broke(std::string{"after the report: "} + what);
  }

  errc fail(errc code) {
    to_->fault_hit = true;
    return code;
  }

  errc fail_at_write() {
    const auto what = to_->disk.what;
    if ((what != fault::full && what != fault::write_error) ||
        to_->writes <= to_->disk.nth)
      return errc::none;
    return fail(what == fault::full ? errc::no_space : errc::io_error);
  }

  /// Narrows down the versions that this can be; false if there is none.
  bool check(std::uint64_t offset, std::span<const std::byte> data,
             const char* otherwise) {
    bool is_any = false;
    for (std::size_t i = 0; i < to_->may_be.size(); ++i) {
      const auto& v = to_->versions[i];
      to_->may_be[i] =
          to_->may_be[i] && offset <= v.size() &&
          data.size() <= v.size() - offset &&
          (data.empty() ||
           std::memcmp(data.data(), v.data() + offset, data.size()) == 0);
      is_any |= to_->may_be[i];
    }
    if (!is_any)
      to_->court.broke(otherwise + (" at " + std::to_string(offset)));
    return is_any;
  }

  std::shared_ptr<destination> to_;
  std::unique_ptr<sink> memory_;
  std::shared_ptr<source> old_;
};

} // namespace

destination::destination(const receiver_plan& plan,
                         const std::vector<byte_string>& all, judge& judging)
    : is_memory(plan.is_memory), disk(plan.disk), versions(all),
      court(judging), content(plan.old), may_be(all.size(), true) {
  if (is_memory) {
    std::size_t room = content.size();
    for (const auto& v : versions)
      room = std::max(room, v.size());
    content.resize(plan.has_small_buffer ? versions.front().size() / 2 : room);
  }
  before = content;
}

const byte_string* destination::version_now(std::uint64_t object_bytes) const {
  for (const auto& v : versions)
    if (v.size() == object_bytes && v.size() <= content.size() &&
        (is_memory || v.size() == content.size()) &&
        (v.empty() || std::memcmp(v.data(), content.data(), v.size()) == 0))
      return &v;
  return nullptr;
}

std::shared_ptr<sink> make_checked_sink(std::shared_ptr<destination> to) {
  return std::make_shared<checked_sink>(std::move(to));
}

} // namespace troupe::test
