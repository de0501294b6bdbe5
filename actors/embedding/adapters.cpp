// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/adapters.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>
#include <vector>

namespace troupe {

namespace {

/// What a range channel carries, and so the longest piece that comes at once.
constexpr std::uint64_t piece_bytes = 1u << 20;

class foreign_source final : public source {
public:
  explicit foreign_source(std::shared_ptr<const content_source> content)
      : content_(std::move(content)), size_(content_->size()) {}

  std::uint64_t size() const noexcept override { return size_; }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > size_ || out.size() > size_ - offset)
      return errc::invalid_argument;
    if (out.empty())
      return errc::none;
    try { // some of our threads have nobody else who would catch it
      return content_->read_at(offset, out.data(), out.size());
    } catch (...) {
      return errc::io_error;
    }
  }

  errc check_unchanged() const override {
    return content_->size() == size_ ? errc::none : errc::source_changed;
  }

private:
  std::shared_ptr<const content_source> content_;
  std::uint64_t size_;
};

class foreign_sink final : public sink {
public:
  explicit foreign_sink(std::shared_ptr<content_sink> to)
      : to_(std::move(to)), old_(source_of(to_->old())) {}
  ~foreign_sink() override { discard(); }

  errc begin(std::uint64_t length) override {
    is_open_ = true;
    return to_->begin(length);
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    return to_->write_at(offset, bytes.data(), bytes.size());
  }
  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!old_)
      return errc::invalid_argument;
    std::vector<std::byte> some(std::min(from.length, piece_bytes));
    while (from.length > 0) {
      const auto part =
          std::span{some}.first(std::min<std::uint64_t>(from.length, some.size()));
      if (const auto e = old_->read_at(from.offset, part); e != errc::none)
        return e;
      if (const auto e = write_at(offset, part); e != errc::none)
        return e;
      from.offset += part.size();
      from.length -= part.size();
      offset += part.size();
    }
    return errc::none;
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    const auto result = to_->commit();
    if (result == errc::none)
      is_open_ = false;
    return result;
  }
  std::shared_ptr<const source> old() const override { return old_; }
  void discard() noexcept override {
    if (std::exchange(is_open_, false))
      to_->discard();
  }

private:
  std::shared_ptr<content_sink> to_;
  std::shared_ptr<const source> old_;
  bool is_open_ = false;
};

class ordered_sink final : public sink {
public:
  ordered_sink(std::shared_ptr<content_stream> to, std::uint64_t window_bytes)
      : to_(std::move(to)), window_(std::max(window_bytes, piece_bytes)) {}

  errc begin(std::uint64_t length) override {
    length_ = length;
    return to_->begin(length);
  }
  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    const auto next = next_.load();
    if (offset < next || offset - next > 2 * window_ + piece_bytes)
      return errc::internal;
    if (offset > next) {
      early_.emplace(offset, std::vector<std::byte>{bytes.begin(), bytes.end()});
      return errc::none;
    }
    auto result = deliver(bytes);
    while (result == errc::none && !early_.empty() &&
           early_.begin()->first == next_.load()) {
      result = deliver(early_.begin()->second);
      early_.erase(early_.begin());
    }
    return result;
  }
  errc copy_from_old(byte_range, std::uint64_t) override {
    return errc::invalid_argument; // there is no old content
  }
  errc commit(const file_metadata&, const metadata_choice&) override {
    return next_ == length_ ? to_->end() : errc::internal;
  }
  std::shared_ptr<const source> old() const override { return nullptr; }
  std::optional<std::uint64_t> reach() const override {
    return next_ + window_;
  }
  std::uint64_t order_window() const override { return window_; }
  void discard() noexcept override { early_.clear(); }

private:
  errc deliver(std::span<const std::byte> bytes) {
    const auto result = to_->next(bytes.data(), bytes.size());
    if (result == errc::none)
      next_ += bytes.size();
    return result;
  }

  std::shared_ptr<content_stream> to_;
  std::uint64_t window_;
  std::uint64_t length_ = 0;
  std::atomic<std::uint64_t> next_{0}; ///< first byte not delivered
  std::map<std::uint64_t, std::vector<std::byte>> early_; ///< by offset
};

class memory_content final : public content_source {
public:
  memory_content(std::shared_ptr<const void> owner, const std::byte* bytes,
                 std::size_t count)
      : owner_(std::move(owner)), bytes_(bytes, count) {}

  std::uint64_t size() const noexcept override { return bytes_.size(); }
  errc read_at(std::uint64_t offset, std::byte* out,
               std::size_t count) const override {
    if (offset > bytes_.size() || count > bytes_.size() - offset)
      return errc::invalid_argument;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), count, out);
    return errc::none;
  }

private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

} // namespace

content_source::~content_source() = default;
content_sink::~content_sink() = default;
content_stream::~content_stream() = default;

std::shared_ptr<const content_source> content_sink::old() const {
  return nullptr;
}
void content_sink::discard() noexcept {}
errc content_stream::begin(std::uint64_t) { return errc::none; }
errc content_stream::end() { return errc::none; }

std::shared_ptr<const content_source>
make_content(std::vector<std::byte> bytes) {
  const auto owner =
      std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return make_content(owner, owner->data(), owner->size());
}

std::shared_ptr<const content_source>
make_content(std::shared_ptr<const void> owner, const std::byte* bytes,
             std::size_t count) {
  return std::make_shared<memory_content>(std::move(owner), bytes, count);
}

std::shared_ptr<const source>
source_of(std::shared_ptr<const content_source> content) {
  if (!content)
    return nullptr;
  return std::make_shared<foreign_source>(std::move(content));
}

std::shared_ptr<sink> sink_of(std::shared_ptr<content_sink> to) {
  return std::make_shared<foreign_sink>(std::move(to));
}

std::shared_ptr<sink> sink_of(std::shared_ptr<content_stream> to,
                              std::uint64_t window_bytes) {
  return std::make_shared<ordered_sink>(std::move(to), window_bytes);
}

} // namespace troupe
