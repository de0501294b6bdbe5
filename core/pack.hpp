// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/catalogue.hpp"

#include <functional>

namespace troupe {

/// A file's place in the pack of its directory.
struct pack_piece {
  std::uint64_t offset = 0; ///< in the pack
  std::uint64_t length = 0; ///< bytes, not 0
  std::size_t entry = 0;    ///< number in the catalogue
};

/// Files from this size on begin at a chunk of their own, so that their chunks
/// are the pack's; smaller ones follow each other without a gap.
inline constexpr std::uint64_t pack_aligned_bytes = 1u << 20;

/// Where the content of every file that is not empty lies in the pack, by
/// ascending offset. Gaps between pieces read as zero. Nothing when the
/// lengths add up to more than 2^63 bytes.
std::optional<std::vector<pack_piece>>
pack_layout(std::span<const catalogue_entry> entries);

/// Bytes of the pack: the end of its last piece.
std::uint64_t pack_bytes(std::span<const pack_piece> layout) noexcept;

/// The pieces that have bytes in `range`.
std::span<const pack_piece> pieces_in(std::span<const pack_piece> layout,
                                      byte_range range) noexcept;

/// The files of a directory, one after the other, as one source. `files` has a
/// source for each piece, of the piece's length, or nullptr: that one reads as
/// zero, as what a shorter source lacks does. Errors of reading are those of
/// the file; check_unchanged() asks them all. The second form is as long as a
/// pack that has more files than `layout`: what is of those reads as zero.
std::shared_ptr<source>
make_pack_source(std::vector<pack_piece> layout,
                 std::vector<std::shared_ptr<const source>> files);
std::shared_ptr<source>
make_pack_source(std::vector<pack_piece> layout,
                 std::vector<std::shared_ptr<const source>> files,
                 std::uint64_t length);

} // namespace troupe
