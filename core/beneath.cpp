// SPDX-License-Identifier: BSD-3-Clause
#include "core/beneath.hpp"

#include <fcntl.h>

namespace troupe {

namespace {

class beneath_source final : public source {
public:
  beneath_source(std::shared_ptr<descriptor> root, std::string path,
                 const struct stat& info)
      : root_(std::move(root)), path_(std::move(path)), stamp_(info) {}

  std::uint64_t size() const noexcept override {
    return static_cast<std::uint64_t>(stamp_.size);
  }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (!lies_within(offset, out.size(), size()))
      return errc::invalid_argument;
    const auto file = open_beneath(*root_, path_,
                                   O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file)
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(file, stamp_);
        result != errc::none)
      return result;
    return read_fully(file, offset, out);
  }

  errc check_unchanged() const override {
    const auto file = open_beneath(*root_, path_, O_PATH);
    if (!file)
      return errc::source_changed;
    return check_stamp(file, stamp_);
  }

private:
  std::shared_ptr<descriptor> root_;
  std::string path_;
  file_stamp stamp_;
};

} // namespace

descriptor open_beneath(const descriptor& root, const std::string& path,
                         int flags) {
  const auto* name = path.empty() ? "." : path.c_str();
  return {root.of(), root->open_beneath(root.get(), name, flags)};
}

const descriptor& directory_cursor::enter_parent(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto parent = slash == path.npos ? std::string{} : path.substr(0, slash);
  if (!is_open_ || parent != path_) {
    fd_ = open_beneath(root_, parent, O_RDONLY | O_DIRECTORY);
    is_open_ = static_cast<bool>(fd_);
    path_ = parent;
  }
  return fd_;
}

const char* directory_cursor::last_of(const std::string& path) noexcept {
  const auto slash = path.rfind('/');
  return path.c_str() + (slash == path.npos ? 0 : slash + 1);
}

std::shared_ptr<source> make_beneath_source(std::shared_ptr<descriptor> root,
                                            std::string path,
                                            const struct stat& info) {
  return std::make_shared<beneath_source>(std::move(root), std::move(path),
                                          info);
}

} // namespace troupe
