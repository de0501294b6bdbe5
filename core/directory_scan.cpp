// SPDX-License-Identifier: BSD-3-Clause
#include "core/beneath.hpp"
#include "core/directory_index.hpp"
#include "core/file_attributes.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <climits>

namespace troupe {

namespace {

/// Directories within each other that are looked into; each holds a descriptor
/// and a part of the stack.
constexpr std::uint32_t most_levels = 1000;

/// All names in the open directory `fd`, in descending order of their bytes.
expected<std::vector<std::string>> names_in(int fd) {
  std::vector<std::string> names;
  if (posix_file_system().names(fd, names) != 0)
    return from_errno(errno);
  std::sort(names.begin(), names.end(), std::greater<>{}); // as unsigned char
  return names;
}

expected<std::string> link_target(int fd, const char* name) {
  std::array<char, PATH_MAX> target;
  const auto bytes = ::readlinkat(fd, name, target.data(), target.size());
  if (bytes < 0)
    return from_errno(errno);
  return std::string{target.data(), static_cast<std::size_t>(bytes)};
}

class scanner {
public:
  scanner(std::shared_ptr<descriptor> root, std::filesystem::path path,
          const scan_options& options, std::optional<dev_t> device)
      : root_(std::move(root)), path_(std::move(path)),
        levels_(std::min(options.levels, most_levels)),
        leaves_out_(options.leaves_out),
        is_cut_(options.levels < most_levels), device_(device) {}

  /// Adds what is in the directory `fd`, which is entry number `parent`.
  error add_children(int fd, std::size_t parent, std::uint32_t level);

  directory_scan result;

private:
  error add(int fd, const std::string& name, std::size_t parent,
            std::uint32_t level);
  error add_directory(int fd, const std::string& name, scanned_entry entry,
                      std::size_t parent, std::uint32_t level);
  std::size_t keep(scanned_entry entry, std::size_t parent) {
    result.entries.push_back(std::move(entry));
    const auto number = result.entries.size() - 1;
    result.entries[parent].children.push_back(number);
    return number;
  }
  error failure(errc code, const std::string& below) const {
    return {code, (path_ / below).string()};
  }

  std::shared_ptr<descriptor> root_;
  std::filesystem::path path_; ///< for messages
  std::uint32_t levels_;
  std::function<bool(const std::string&, bool)> leaves_out_;
  bool is_cut_; ///< deeper directories are left empty, else they are an error
  std::optional<dev_t> device_; ///< to be stayed on
};

error scanner::add_children(int fd, std::size_t parent, std::uint32_t level) {
  const auto names = names_in(fd);
  if (!names)
    return failure(names.error().code, result.entries[parent].path_below);
  for (const auto& name : *names)
    if (auto failed = add(fd, name, parent, level); failed.code != errc::none)
      return failed;
  return {};
}

error scanner::add(int fd, const std::string& name, std::size_t parent,
                   std::uint32_t level) {
  const auto& above = result.entries[parent];
  scanned_entry entry;
  entry.path_below =
      above.path_below.empty() ? name : above.path_below + "/" + name;
  entry.header.name = above.header.name + "/" + name;
  if (entry.header.name.size() > max_name_bytes)
    return failure(errc::name_too_long, entry.path_below);
  struct stat info {};
  if (::fstatat(fd, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? error{} // removed meanwhile
                           : failure(from_errno(errno), entry.path_below);
  if (leaves_out_ && leaves_out_(entry.header.name, S_ISDIR(info.st_mode)))
    return {};
  entry.header.metadata = metadata_of(info);
  if (S_ISDIR(info.st_mode))
    return add_directory(fd, name, std::move(entry), parent, level);
  if (S_ISLNK(info.st_mode)) {
    auto target = link_target(fd, name.c_str());
    if (!target)
      return failure(target.error().code, entry.path_below);
    entry.target = *std::move(target);
  } else if (S_ISREG(info.st_mode)) {
    entry.header.size = static_cast<std::uint64_t>(info.st_size);
    entry.content = make_beneath_source(root_, entry.path_below, info);
  } else {
    result.skipped.push_back(entry.header.name);
    return {};
  }
  keep(std::move(entry), parent);
  return {};
}

error scanner::add_directory(int fd, const std::string& name,
                             scanned_entry entry, std::size_t parent,
                             std::uint32_t level) {
  if (level >= levels_) {
    if (!is_cut_)
      return failure(errc::name_too_long, entry.path_below);
    keep(std::move(entry), parent);
    return {};
  }
  auto& files = posix_file_system();
  const descriptor opened{
      files, files.openat(fd, name.c_str(),
                          O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)};
  struct stat info {};
  if (!opened || ::fstat(opened.get(), &info) != 0)
    return failure(from_errno(errno), entry.path_below);
  entry.header.metadata = metadata_of(info);
  const auto number = keep(std::move(entry), parent);
  if (device_ && *device_ != info.st_dev)
    return {};
  return add_children(opened.get(), number, level + 1);
}

/// "a/b/" and "a/b/." name what "a/b" names.
std::string name_of(const std::filesystem::path& path) {
  auto full = path.lexically_normal();
  if (!full.has_filename())
    full = full.parent_path();
  const auto name = full.filename().string();
  return name == "." || name == ".." || name == "/" ? std::string{} : name;
}

} // namespace

expected<directory_scan> scan_directory(const std::filesystem::path& path,
                                        const scan_options& options) {
  const auto fail = [&](errc code) { return error{code, path.string()}; };
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  if (failed)
    return fail(from_errno(failed.value()));
  scanned_entry top;
  top.header.name =
      options.name.empty() ? name_of(absolute) : options.name;
  if (top.header.name.empty())
    return fail(errc::invalid_argument);
  if (top.header.name.size() > max_name_bytes)
    return fail(errc::name_too_long);

  auto text = absolute.string();
  while (text.size() > 1 && text.back() == '/')
    text.pop_back(); // with it a link would be followed
  auto root = std::make_shared<descriptor>(
      open_path(posix_file_system(), text.c_str(),
                O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  struct stat info {};
  if (!*root) {
    const auto number = errno;
    const bool is_link = ::lstat(text.c_str(), &info) == 0 &&
                         S_ISLNK(info.st_mode);
    return fail(is_link ? errc::is_symlink : from_errno(number));
  }
  if (::fstat(root->get(), &info) != 0)
    return fail(from_errno(errno));
  top.header.metadata = metadata_of(info);

  scanner scan{root, path, options,
               options.one_file_system ? std::optional{info.st_dev}
                                       : std::nullopt};
  scan.result.entries.push_back(std::move(top));
  if (auto stopped = scan.add_children(root->get(), 0, 0);
      stopped.code != errc::none)
    return stopped;
  return std::move(scan.result);
}

} // namespace troupe
