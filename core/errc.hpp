// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe {

/// Everything that can go wrong, one value per cause that a user can act on.
/// The order is append-only; to_errno() gives what the C API reports.
enum class errc {
  none = 0,
  invalid_argument,   ///< EINVAL: the caller's mistake
  out_of_memory,      ///< ENOMEM
  no_permission,      ///< EPERM: a capability is missing (CAP_NET_RAW)
  access_denied,      ///< EACCES: file permissions
  not_found,          ///< ENOENT
  already_exists,     ///< EEXIST
  is_directory,       ///< EISDIR
  not_directory,      ///< ENOTDIR
  is_symlink,         ///< EMLINK: a symbolic link where a file was wanted
  too_many_links,     ///< ELOOP: an alias that leads to itself
  name_too_long,      ///< ENAMETOOLONG
  no_data,            ///< ENODATA: an empty file cannot be mapped
  no_space,           ///< ENOSPC
  io_error,           ///< EIO
  buffer_too_small,   ///< EMSGSIZE: the object does not fit the buffer
  too_large,          ///< EFBIG: larger than the configured limit
  bad_object,         ///< EBADMSG: an object that breaks its own format
  hash_mismatch,      ///< EBADMSG: content that is not what its name says
  source_changed,     ///< ESTALE: a shared file changed after it was indexed
  no_sharer,          ///< ETIMEDOUT: nobody ever answered
  sharer_stopped,     ///< ETIMEDOUT: packets came, then no more
  timed_out,          ///< ETIMEDOUT: the whole call took too long
  cancelled,          ///< ECANCELED
  no_device,          ///< ENODEV: no such network interface
  network_error,      ///< ENETDOWN: a socket operation failed
  unsupported,        ///< ENOTSUP
  internal,           ///< ENOTRECOVERABLE: a bug of ours, reported not hidden
  too_many_files,     ///< EMFILE: raise the limit on open files
  bad_key,            ///< EBADMSG: sealed with another key, or altered
  unsigned_share,     ///< ENOKEY: not signed where a signature is demanded
  forged,             ///< EKEYREJECTED: signed, but by a key that is not trusted
  tampered,           ///< EBADE: altered after it was signed
  rolled_back,        ///< EKEYREVOKED: an older version than the one seen before
  expired,            ///< EKEYEXPIRED: signed for a time that is over
  not_yet_valid,      ///< ETIME: signed for a time that is still to come
  mixed_content,      ///< EREMCHG: of another share or version than was signed
};

/// A sentence fragment for people, lower case, without a full stop.
std::string_view to_string(errc code) noexcept;

/// The errno value of `code`; 0 for errc::none.
int to_errno(errc code) noexcept;

/// The errc nearest to a system call's errno value; io_error for those that
/// no cause above stands for.
errc from_errno(int number) noexcept;

/// A failure: the cause, and a message that names the thing and the fix.
struct error {
  errc code = errc::none;
  std::string what; ///< may be empty: then to_string(code) says it all

  /// "what: cause" or the cause alone.
  std::string message() const;
};

/// A value or the reason why there is none. Reading the wrong side throws
/// std::bad_variant_access, which is a bug of the caller.
template <class T>
class [[nodiscard]] expected {
public:
  expected(T value) : either_(std::in_place_index<0>, std::move(value)) {}
  expected(troupe::error reason)
      : either_(std::in_place_index<1>, std::move(reason)) {}
  expected(errc code)
      : either_(std::in_place_index<1>, troupe::error{code, {}}) {}

  explicit operator bool() const noexcept { return either_.index() == 0; }
  T& operator*() { return std::get<0>(either_); }
  const T& operator*() const { return std::get<0>(either_); }
  T* operator->() { return &std::get<0>(either_); }
  const T* operator->() const { return &std::get<0>(either_); }
  const troupe::error& error() const { return std::get<1>(either_); }

private:
  std::variant<T, troupe::error> either_;
};

} // namespace troupe
