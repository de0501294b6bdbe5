// SPDX-License-Identifier: BSD-3-Clause
#include "core/pack.hpp"

#include "core/chunking.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 63;

class pack_source final : public source {
public:
  pack_source(std::vector<pack_piece> layout,
              std::vector<std::shared_ptr<const source>> files,
              std::uint64_t length)
      : layout_(std::move(layout)), files_(std::move(files)),
        length_(length) {}

  std::uint64_t size() const noexcept override { return length_; }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > size() || out.size() > size() - offset)
      return errc::invalid_argument;
    auto done = offset; // everything before it is in `out`
    const auto clear_to = [&](std::uint64_t end) {
      if (end > done)
        std::memset(out.data() + (done - offset), 0, end - done);
      done = std::max(done, end);
    };
    for (const auto& piece : pieces_in(layout_, {offset, out.size()})) {
      const auto& file =
          files_[static_cast<std::size_t>(&piece - layout_.data())];
      const auto there =
          file ? std::min(file->size(), piece.length) : std::uint64_t{0};
      const auto from = std::max(piece.offset, offset);
      const auto to = std::min(piece.offset + there, offset + out.size());
      clear_to(from);
      if (from >= to)
        continue;
      if (const auto result = file->read_at(
              from - piece.offset, out.subspan(from - offset, to - from));
          result != errc::none)
        return result;
      done = to;
    }
    clear_to(offset + out.size());
    return errc::none;
  }

  errc read_spaced(std::uint64_t offset, std::uint64_t length,
                   std::span<std::byte> out, std::size_t piece_bytes,
                   std::size_t stride) const override {
    // Many small files are read with a call for each, not for each packet.
    return read_once_and_space(offset, length, out, piece_bytes, stride);
  }

  errc check_unchanged() const override {
    for (const auto& file : files_)
      if (file)
        if (const auto result = file->check_unchanged(); result != errc::none)
          return result;
    return errc::none;
  }

  errc check_unchanged_in(byte_range range) const override {
    for (const auto& piece : pieces_in(layout_, range))
      if (const auto& file =
              files_[static_cast<std::size_t>(&piece - layout_.data())])
        if (const auto result = file->check_unchanged(); result != errc::none)
          return result;
    return errc::none;
  }

private:
  std::vector<pack_piece> layout_;
  std::vector<std::shared_ptr<const source>> files_;
  std::uint64_t length_;
};

} // namespace

std::optional<std::vector<pack_piece>>
pack_layout(std::span<const catalogue_entry> entries) {
  std::vector<pack_piece> layout;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto length = entries[i].size;
    if (!entries[i].is_file() || length == 0)
      continue;
    if (length >= pack_aligned_bytes)
      end = (end + chunk_bytes - 1) / chunk_bytes * chunk_bytes;
    if (length > most_bytes - end)
      return std::nullopt;
    layout.push_back({end, length, i});
    end += length;
  }
  return layout;
}

std::uint64_t pack_bytes(std::span<const pack_piece> layout) noexcept {
  return layout.empty() ? 0 : layout.back().offset + layout.back().length;
}

std::span<const pack_piece> pieces_in(std::span<const pack_piece> layout,
                                      byte_range range) noexcept {
  const auto first = std::partition_point(
      layout.begin(), layout.end(), [&](const pack_piece& piece) {
        return piece.offset + piece.length <= range.offset;
      });
  const auto last = std::partition_point(
      first, layout.end(), [&](const pack_piece& piece) {
        return piece.offset < range.offset + range.length;
      });
  return {first, last};
}

std::shared_ptr<source>
make_pack_source(std::vector<pack_piece> layout,
                 std::vector<std::shared_ptr<const source>> files) {
  const auto length = pack_bytes(layout);
  return make_pack_source(std::move(layout), std::move(files), length);
}

std::shared_ptr<source>
make_pack_source(std::vector<pack_piece> layout,
                 std::vector<std::shared_ptr<const source>> files,
                 std::uint64_t length) {
  return std::make_shared<pack_source>(std::move(layout), std::move(files),
                                       length);
}

} // namespace troupe
