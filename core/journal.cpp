// SPDX-License-Identifier: BSD-3-Clause
#include "core/journal.hpp"

#include "core/file_copy.hpp"
#include "core/hasher.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <unordered_map>

namespace troupe {

namespace {

// Read by the same host that wrote it, or not at all.
constexpr std::uint64_t data_mark = 0x5452'4f55'4a00'0001;
constexpr std::uint64_t end_mark = 0x5452'4f55'4a00'0002;
constexpr std::string_view suffix = ".troupe-journal";
/// Further than this behind the end of the file nothing is continued: what the
/// records say is not checked before their content is.
constexpr std::uint64_t most_growth_bytes = std::uint64_t{1} << 36;

struct record_header {
  std::uint64_t mark = data_mark;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What makes a journal complete.
struct end_record {
  std::uint64_t mark = end_mark;
  std::uint64_t length = 0; ///< of the file
  std::uint64_t records = 0;
  // Of the file; all of it stays the same while it is changed.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t born_s = 0; ///< 0 where the file system does not know
  std::uint64_t born_ns = 0;
};

errc name_file(const descriptor& file, end_record& end) {
  struct statx info {};
  if (file->statx(file.get(), STATX_INO | STATX_BTIME, info) != 0)
    return from_errno(errno);
  end.device = std::uint64_t{info.stx_dev_major} << 32 | info.stx_dev_minor;
  end.inode = info.stx_ino;
  if ((info.stx_mask & STATX_BTIME) != 0) {
    end.born_s = info.stx_btime.tv_sec;
    end.born_ns = info.stx_btime.tv_nsec;
  }
  return errc::none;
}

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span{&value, 1});
}

template <class Records>
hash checksum_of(const Records& records, const end_record& end) {
  std::vector<std::byte> text;
  const auto add = [&text](std::span<const std::byte> bytes) {
    text.insert(text.end(), bytes.begin(), bytes.end());
  };
  add(bytes_of(end));
  for (const auto& each : records) {
    add(bytes_of(each.offset));
    add(bytes_of(each.length));
  }
  return hash_of(hash_type::blake2b, text);
}

} // namespace

std::string journal::name_for(const file_place& where) {
  const std::string name = where.name();
  return "." + name.substr(0, NAME_MAX - 1 - suffix.size()) +
         std::string{suffix};
}

expected<journal> journal::begin(const file_place& where) {
  journal result;
  result.name_ = name_for(where);
  result.fd_ =
      where.directory().open(result.name_.c_str(),
                             O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!result.fd_)
    return troupe::error{from_errno(errno), where.path()};
  return result;
}

errc journal::append(std::uint64_t offset, std::span<const std::byte> bytes) {
  record_header head;
  head.offset = offset;
  head.length = bytes.size();
  const iovec parts[] = {
      {&head, sizeof(head)},
      {const_cast<std::byte*>(bytes.data()), bytes.size()}};
  const auto whole = sizeof(head) + bytes.size();
  const auto written =
      fd_->pwritev(fd_.get(), parts, static_cast<off_t>(end_));
  if (written < 0)
    return from_errno(errno);
  if (static_cast<std::size_t>(written) != whole) { // once more, for the reason
    if (const auto e = write_fully(fd_, end_, bytes_of(head));
        e != errc::none)
      return e;
    if (const auto e = write_fully(fd_, end_ + sizeof(head), bytes);
        e != errc::none)
      return e;
  }
  records_.push_back({offset, bytes.size(), end_ + sizeof(head)});
  end_ += whole;
  return errc::none;
}

errc journal::close_with(std::uint64_t length, const descriptor& file,
                         const file_place& where, bool sync_to_disk) {
  // The end must not be on the disk before what it stands for.
  if (sync_to_disk && fd_->fdatasync(fd_.get()) != 0)
    return from_errno(errno);
  length_ = length;
  end_record end;
  end.length = length;
  end.records = records_.size();
  if (const auto e = name_file(file, end); e != errc::none)
    return e;
  const auto checksum = checksum_of(records_, end);
  if (const auto e = write_fully(fd_, end_, bytes_of(end));
      e != errc::none)
    return e;
  if (const auto e =
          write_fully(fd_, end_ + sizeof(end), checksum.bytes);
      e != errc::none)
    return e;
  if (!sync_to_disk)
    return errc::none;
  if (fd_->fsync(fd_.get()) != 0)
    return from_errno(errno);
  // Its name must last, too, or nothing would complete what is begun now.
  const auto& directory = where.directory();
  return result_of_call(directory->fsync(directory.get()));
}

errc journal::apply(const descriptor& to) const {
  struct stat now {};
  if (to->fstat(to.get(), now) != 0)
    return from_errno(errno);
  if (now.st_size != static_cast<off_t>(length_) &&
      to->ftruncate(to.get(), static_cast<off_t>(length_)) != 0)
    return from_errno(errno);
  file_copy copy{fd_, to};
  for (const auto& each : records_) {
    if (each.offset >= length_) // continued from a longer one
      continue;
    const auto length = std::min(each.length, length_ - each.offset);
    if (const auto e = copy.copy({each.at, length}, each.offset);
        e != errc::none)
      return e;
  }
  return errc::none;
}

errc journal::remove(const file_place& where, bool sync_to_disk) noexcept {
  fd_ = descriptor{};
  const auto& directory = where.directory();
  if (directory->unlinkat(directory.get(), name_.c_str(), 0) != 0)
    return from_errno(errno);
  return sync_to_disk ? result_of_call(directory->fsync(directory.get()))
                      : errc::none;
}

/// Stops at what is no record.
void journal::read_records(std::uint64_t size) {
  record_header head;
  while (lies_within(end_, sizeof(head), size)) {
    const auto whole = std::as_writable_bytes(std::span{&head, 1});
    if (read_fully(fd_, end_, whole) != errc::none || head.mark != data_mark ||
        !lies_within(end_ + sizeof(head), head.length, size))
      return;
    records_.push_back({head.offset, head.length, end_ + sizeof(head)});
    end_ += sizeof(head) + head.length;
  }
}

errc journal::read(const descriptor& file, state& found) {
  struct stat info {};
  end_record now;
  if (const auto e = name_file(file, now); e != errc::none)
    return e;
  if (fd_->fstat(fd_.get(), info) != 0)
    return from_errno(errno);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  read_records(size);
  found = state::cut_off;
  end_record end;
  hash checksum;
  if (size - end_ != sizeof(end) + hash_bytes ||
      read_fully(fd_, end_, std::as_writable_bytes(std::span{&end, 1})) !=
          errc::none ||
      read_fully(fd_, end_ + sizeof(end), checksum.bytes) != errc::none ||
      end.mark != end_mark)
    return errc::none;
  found = state::useless;
  if (end.records != records_.size() || end.device != now.device ||
      end.inode != now.inode || end.born_s != now.born_s ||
      end.born_ns != now.born_ns || checksum != checksum_of(records_, end))
    return errc::none;
  found = state::complete;
  length_ = end.length;
  return errc::none;
}

errc journal::recover(const file_place& where, bool sync_to_disk) {
  journal left;
  left.name_ = name_for(where);
  left.fd_ = where.directory().open(left.name_.c_str(),
                                    O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  if (!left.fd_)
    return errno == ENOENT ? errc::none : from_errno(errno);
  const auto there = where.look();
  if (!there)
    return there.error().code;
  if (left.fd_->fstat(left.fd_.get(), info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_uid != ::geteuid())
    return errc::access_denied;
  descriptor to;
  if (*there && S_ISREG((*there)->st_mode))
    to = where.directory().open(where.name(),
                                O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  auto found = state::useless;
  if (to)
    if (const auto e = left.read(to, found); e != errc::none)
      return e;
  if (found == state::cut_off)
    return errc::none;
  if (found == state::complete) {
    if (const auto e = left.apply(to); e != errc::none)
      return e;
    if (sync_to_disk && to->fsync(to.get()) != 0)
      return from_errno(errno);
  }
  return left.remove(where, sync_to_disk);
}

std::optional<journal> journal::find_rest(const file_place& where) {
  journal left;
  left.name_ = name_for(where);
  left.fd_ = where.directory().open(left.name_.c_str(),
                                    O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  if (!left.fd_ || left.fd_->fstat(left.fd_.get(), info) != 0)
    return std::nullopt;
  if (is_ours(info, S_IFREG)) {
    left.read_records(static_cast<std::uint64_t>(info.st_size));
    const auto there = where.look();
    const auto room =
        most_growth_bytes +
        (there && *there ? static_cast<std::uint64_t>((*there)->st_size) : 0);
    // Later ones replace earlier ones chunk by chunk, or not at all.
    const auto odd = std::find_if(
        left.records_.begin(), left.records_.end(), [&](const record& each) {
          return each.offset % chunk_bytes != 0 || each.length == 0 ||
                 !lies_within(each.offset, each.length, room);
        });
    if (odd != left.records_.end())
      left.end_ = odd->at - sizeof(record_header);
    left.records_.erase(odd, left.records_.end());
    if (!left.records_.empty() &&
        left.fd_->ftruncate(left.fd_.get(), static_cast<off_t>(left.end_)) == 0)
      return left;
  }
  left.remove(where, false);
  return std::nullopt;
}

std::uint64_t journal::content_bytes() const noexcept {
  std::uint64_t end = 0;
  for (const auto& each : records_)
    end = std::max(end, each.offset + each.length);
  return end;
}

namespace {

/// Chunks that lie anywhere in a file.
class scattered_source final : public source {
public:
  scattered_source(descriptor file, std::uint64_t size,
                   std::unordered_map<std::uint64_t, byte_range> places)
      : file_(std::move(file)), size_(size), places_(std::move(places)) {}

  std::uint64_t size() const noexcept override { return size_; }
  errc check_unchanged() const override { return errc::none; }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    while (!out.empty()) {
      const auto within = offset % chunk_bytes;
      const auto part = out.first(static_cast<std::size_t>(
          std::min<std::uint64_t>(out.size(), chunk_bytes - within)));
      std::memset(part.data(), 0, part.size());
      if (const auto place = places_.find(offset / chunk_bytes);
          place != places_.end() && within < place->second.length)
        if (const auto e = read_fully(
                file_, place->second.offset + within,
                part.first(static_cast<std::size_t>(std::min<std::uint64_t>(
                    part.size(), place->second.length - within))));
            e != errc::none)
          return e;
      offset += part.size();
      out = out.subspan(part.size());
    }
    return errc::none;
  }

private:
  descriptor file_;
  std::uint64_t size_;
  std::unordered_map<std::uint64_t, byte_range> places_; ///< by chunk
};

} // namespace

chunk_map journal::chunks() const {
  const auto bytes = content_bytes();
  chunk_map found{bytes == 0 ? 0 : chunk_count(bytes)};
  for (const auto& each : records_)
    found.insert(each.offset / chunk_bytes, chunk_count(each.length));
  return found;
}

std::shared_ptr<source> journal::content(const file_place& where) const {
  auto again = where.directory().open(name_.c_str(), O_RDONLY | O_NOFOLLOW);
  if (!again)
    return nullptr;
  std::unordered_map<std::uint64_t, byte_range> places;
  for (const auto& each : records_)
    for (std::uint64_t at = 0; at < each.length; at += chunk_bytes)
      places[(each.offset + at) / chunk_bytes] = {
          each.at + at, std::min<std::uint64_t>(chunk_bytes, each.length - at)};
  return std::make_shared<scattered_source>(std::move(again), content_bytes(),
                                            std::move(places));
}

} // namespace troupe
