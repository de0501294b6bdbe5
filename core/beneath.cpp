// SPDX-License-Identifier: BSD-3-Clause
#include "core/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <algorithm>

namespace troupe {

namespace {

/// For kernels before 5.6: one component after the other.
unique_fd walk(int root, const std::string& path, int flags) noexcept {
  unique_fd at;
  auto from = root;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto component = path.substr(begin, end - begin);
    if (component == "..") {
      errno = EXDEV;
      return {};
    }
    const auto how = end == path.size()
                         ? flags | O_NOFOLLOW | O_CLOEXEC
                         : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    unique_fd next{
        retry_interrupted([&] { return ::openat(from, component.c_str(), how); })};
    if (!next) {
      // With O_DIRECTORY a link is only said to be no directory.
      struct stat info {};
      const auto number = errno;
      const bool is_link =
          number == ENOTDIR &&
          ::fstatat(from, component.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISLNK(info.st_mode);
      errno = is_link ? ELOOP : number;
      return {};
    }
    at = std::move(next);
    from = at.get();
    begin = end + 1;
  }
  return at;
}

class beneath_source final : public source {
public:
  beneath_source(std::shared_ptr<unique_fd> root, std::string path,
                 const struct stat& info)
      : root_(std::move(root)), path_(std::move(path)), stamp_(info) {}

  std::uint64_t size() const noexcept override {
    return static_cast<std::uint64_t>(stamp_.size);
  }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (!lies_within(offset, out.size(), size()))
      return errc::invalid_argument;
    const auto file = open_beneath(root_->get(), path_,
                                   O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file)
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(file.get(), stamp_);
        result != errc::none)
      return result;
    return read_fully(file.get(), offset, out);
  }

  errc check_unchanged() const override {
    const auto file = open_beneath(root_->get(), path_, O_PATH);
    if (!file)
      return errc::source_changed;
    return check_stamp(file.get(), stamp_);
  }

private:
  std::shared_ptr<unique_fd> root_;
  std::string path_;
  file_stamp stamp_;
};

} // namespace

unique_fd open_beneath(int root, const std::string& path, int flags) noexcept {
  const auto* name = path.empty() ? "." : path.c_str();
  open_how how{};
  // Without O_NOFOLLOW: no link is followed in any case, and a last one is
  // told from what is no directory.
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve =
      RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long result = -1;
  do { // EAGAIN: something was renamed meanwhile
    result = ::syscall(SYS_openat2, root, name, &how, sizeof(how));
  } while (result < 0 && (errno == EINTR || errno == EAGAIN));
  if (result < 0 && errno == ENOSYS)
    return walk(root, name, flags);
  return unique_fd{static_cast<int>(result)};
}

int directory_cursor::enter_parent(const std::string& path) noexcept {
  const auto slash = path.rfind('/');
  const auto parent = slash == path.npos ? std::string{} : path.substr(0, slash);
  if (!is_open_ || parent != path_) {
    fd_ = open_beneath(root_, parent, O_RDONLY | O_DIRECTORY);
    is_open_ = static_cast<bool>(fd_);
    path_ = parent;
  }
  return fd_.get();
}

const char* directory_cursor::last_of(const std::string& path) noexcept {
  const auto slash = path.rfind('/');
  return path.c_str() + (slash == path.npos ? 0 : slash + 1);
}

std::shared_ptr<source> make_beneath_source(std::shared_ptr<unique_fd> root,
                                            std::string path,
                                            const struct stat& info) {
  return std::make_shared<beneath_source>(std::move(root), std::move(path),
                                          info);
}

} // namespace troupe
