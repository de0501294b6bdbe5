// SPDX-License-Identifier: BSD-3-Clause
#include "core/journal.hpp"

#include "core/file_copy.hpp"
#include "core/hasher.hpp"

#include <fcntl.h>
#include <sys/uio.h>

#include <climits>
#include <cstring>

namespace troupe {

namespace {

// Read by the same host that wrote it, or not at all.
constexpr std::uint64_t data_mark = 0x5452'4f55'4a00'0001;
constexpr std::uint64_t end_mark = 0x5452'4f55'4a00'0002;
constexpr std::string_view suffix = ".troupe-journal";

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

errc name_file(int fd, end_record& end) {
  struct statx info {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0)
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
  ::unlinkat(where.directory(), result.name_.c_str(), 0);
  result.fd_ = unique_fd{retry_interrupted([&] {
    return ::openat(where.directory(), result.name_.c_str(),
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  })};
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
  const auto written = retry_interrupted([&] {
    return ::pwritev(fd_.get(), parts, 2, static_cast<off_t>(end_));
  });
  if (written < 0)
    return from_errno(errno);
  if (static_cast<std::size_t>(written) != whole) { // once more, for the reason
    if (const auto e = write_fully(fd_.get(), end_, bytes_of(head));
        e != errc::none)
      return e;
    if (const auto e = write_fully(fd_.get(), end_ + sizeof(head), bytes);
        e != errc::none)
      return e;
  }
  records_.push_back({offset, bytes.size(), end_ + sizeof(head)});
  end_ += whole;
  return errc::none;
}

errc journal::close_with(std::uint64_t length, int file, bool sync_to_disk) {
  // The end must not be on the disk before what it stands for.
  if (sync_to_disk && ::fdatasync(fd_.get()) != 0)
    return from_errno(errno);
  length_ = length;
  end_record end;
  end.length = length;
  end.records = records_.size();
  if (const auto e = name_file(file, end); e != errc::none)
    return e;
  const auto checksum = checksum_of(records_, end);
  if (const auto e = write_fully(fd_.get(), end_, bytes_of(end));
      e != errc::none)
    return e;
  if (const auto e =
          write_fully(fd_.get(), end_ + sizeof(end), checksum.bytes);
      e != errc::none)
    return e;
  return sync_to_disk && ::fsync(fd_.get()) != 0 ? from_errno(errno)
                                                 : errc::none;
}

errc journal::apply(int to) const {
  struct stat now {};
  if (::fstat(to, &now) != 0)
    return from_errno(errno);
  if (now.st_size != static_cast<off_t>(length_) &&
      ::ftruncate(to, static_cast<off_t>(length_)) != 0)
    return from_errno(errno);
  file_copy copy{fd_.get(), to};
  for (const auto& each : records_)
    if (const auto e = copy.copy({each.at, each.length}, each.offset);
        e != errc::none)
      return e;
  return errc::none;
}

void journal::remove(const file_place& where) noexcept {
  ::unlinkat(where.directory(), name_.c_str(), 0);
  fd_ = unique_fd{};
}

/// Errors: not_found when it is not complete or for another file.
errc journal::read(int file) {
  struct stat info {};
  end_record now;
  if (const auto e = name_file(file, now); e != errc::none)
    return e;
  if (::fstat(fd_.get(), &info) != 0)
    return from_errno(errno);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  constexpr auto end_bytes = sizeof(end_record) + hash_bytes;
  while (size - end_ >= end_bytes) {
    record_header head;
    const auto whole = std::as_writable_bytes(std::span{&head, 1});
    if (const auto e = read_fully(fd_.get(), end_, whole); e != errc::none)
      return e;
    if (head.mark == end_mark)
      break;
    if (head.mark != data_mark ||
        !lies_within(end_ + sizeof(head), head.length, size))
      return errc::not_found;
    records_.push_back({head.offset, head.length, end_ + sizeof(head)});
    end_ += sizeof(head) + head.length;
  }
  end_record end;
  hash checksum;
  if (size - end_ != end_bytes ||
      read_fully(fd_.get(), end_, std::as_writable_bytes(std::span{&end, 1})) !=
          errc::none ||
      read_fully(fd_.get(), end_ + sizeof(end), checksum.bytes) != errc::none ||
      end.mark != end_mark || end.records != records_.size() ||
      end.device != now.device || end.inode != now.inode ||
      end.born_s != now.born_s || end.born_ns != now.born_ns ||
      checksum != checksum_of(records_, end))
    return errc::not_found;
  length_ = end.length;
  return errc::none;
}

errc journal::recover(const file_place& where, bool sync_to_disk) {
  journal left;
  left.name_ = name_for(where);
  left.fd_ = unique_fd{retry_interrupted([&] {
    return ::openat(where.directory(), left.name_.c_str(),
                    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  })};
  struct stat info {};
  if (!left.fd_)
    return errno == ENOENT ? errc::none : from_errno(errno);
  const auto there = where.look();
  if (!there)
    return there.error().code;
  if (::fstat(left.fd_.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_uid != ::geteuid())
    return errc::access_denied;
  unique_fd to;
  if (*there && S_ISREG((*there)->st_mode))
    to = unique_fd{retry_interrupted([&] {
      return ::openat(where.directory(), where.name(),
                      O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    })};
  const auto state = to ? left.read(to.get()) : errc::not_found;
  if (state != errc::none && state != errc::not_found)
    return state;
  if (state == errc::none) {
    if (const auto e = left.apply(to.get()); e != errc::none)
      return e;
    if (sync_to_disk && ::fsync(to.get()) != 0)
      return from_errno(errno);
  }
  left.remove(where);
  return errc::none;
}

} // namespace troupe
