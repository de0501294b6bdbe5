// SPDX-License-Identifier: BSD-3-Clause
#include "core/errc.hpp"

#include <cerrno>

namespace troupe {

std::string_view to_string(errc code) noexcept {
  switch (code) {
  case errc::none:
    return "success";
  case errc::invalid_argument:
    return "invalid argument";
  case errc::out_of_memory:
    return "out of memory";
  case errc::no_permission:
    return "operation not permitted";
  case errc::access_denied:
    return "access denied";
  case errc::not_found:
    return "no such file or directory";
  case errc::already_exists:
    return "already exists";
  case errc::is_directory:
    return "is a directory";
  case errc::not_directory:
    return "not a directory";
  case errc::is_symlink:
    return "is a symbolic link";
  case errc::too_many_links:
    return "an alias or link that leads to itself";
  case errc::name_too_long:
    return "name too long";
  case errc::no_data:
    return "no data";
  case errc::no_space:
    return "no space left on the device";
  case errc::io_error:
    return "input/output error";
  case errc::buffer_too_small:
    return "the object does not fit the buffer";
  case errc::too_large:
    return "larger than the limit";
  case errc::bad_object:
    return "malformed object";
  case errc::hash_mismatch:
    return "content does not match its hash";
  case errc::source_changed:
    return "file changed while it was in use";
  case errc::no_sharer:
    return "no sharer answered";
  case errc::sharer_stopped:
    return "the sharer stopped sending";
  case errc::timed_out:
    return "timed out";
  case errc::cancelled:
    return "cancelled";
  case errc::no_device:
    return "no such network interface";
  case errc::network_error:
    return "network operation failed";
  case errc::unsupported:
    return "not supported";
  case errc::internal:
    return "internal error";
  case errc::too_many_files:
    return "too many open files";
  case errc::bad_key:
    return "the key is wrong, or what came was not sealed with it";
  case errc::unsigned_share:
    return "the share is not signed";
  case errc::forged:
    return "signed with a key that is not trusted";
  case errc::tampered:
    return "altered after it was signed";
  case errc::rolled_back:
    return "older than the version that was here before";
  case errc::expired:
    return "the signature has expired";
  case errc::not_yet_valid:
    return "the signature is not valid yet";
  case errc::mixed_content:
    return "content of another share or version than the signed one";
  }
  return "unknown error";
}

int to_errno(errc code) noexcept {
  switch (code) {
  case errc::none:
    return 0;
  case errc::invalid_argument:
    return EINVAL;
  case errc::out_of_memory:
    return ENOMEM;
  case errc::no_permission:
    return EPERM;
  case errc::access_denied:
    return EACCES;
  case errc::not_found:
    return ENOENT;
  case errc::already_exists:
    return EEXIST;
  case errc::is_directory:
    return EISDIR;
  case errc::not_directory:
    return ENOTDIR;
  case errc::is_symlink:
    return EMLINK;
  case errc::too_many_links:
    return ELOOP;
  case errc::name_too_long:
    return ENAMETOOLONG;
  case errc::no_data:
    return ENODATA;
  case errc::no_space:
    return ENOSPC;
  case errc::io_error:
    return EIO;
  case errc::buffer_too_small:
    return EMSGSIZE;
  case errc::too_large:
    return EFBIG;
  case errc::bad_object:
  case errc::hash_mismatch:
  case errc::bad_key:
    return EBADMSG;
  case errc::source_changed:
    return ESTALE;
  case errc::no_sharer:
  case errc::sharer_stopped:
  case errc::timed_out:
    return ETIMEDOUT;
  case errc::cancelled:
    return ECANCELED;
  case errc::no_device:
    return ENODEV;
  case errc::network_error:
    return ENETDOWN;
  case errc::unsupported:
    return ENOTSUP;
  case errc::internal:
    return ENOTRECOVERABLE;
  case errc::too_many_files:
    return EMFILE;
  case errc::unsigned_share:
    return ENOKEY;
  case errc::forged:
    return EKEYREJECTED;
  case errc::tampered:
    return EBADE;
  case errc::rolled_back:
    return EKEYREVOKED;
  case errc::expired:
    return EKEYEXPIRED;
  case errc::not_yet_valid:
    return ETIME;
  case errc::mixed_content:
    return EREMCHG;
  }
  return ENOTRECOVERABLE;
}

errc from_errno(int number) noexcept {
  switch (number) {
  case 0:
    return errc::none;
  case EINVAL:
    return errc::invalid_argument;
  case ENOMEM:
  case ENOBUFS:
    return errc::out_of_memory;
  case EPERM:
    return errc::no_permission;
  case EACCES:
  case EROFS:
    return errc::access_denied;
  case ENOENT:
    return errc::not_found;
  case EEXIST:
    return errc::already_exists;
  case EISDIR:
    return errc::is_directory;
  case ENOTDIR:
    return errc::not_directory;
  case EMLINK:
    return errc::is_symlink;
  case ELOOP:
    return errc::too_many_links;
  case ENAMETOOLONG:
    return errc::name_too_long;
  case ENODATA:
    return errc::no_data;
  case ENOSPC:
  case EDQUOT:
    return errc::no_space;
  case EMSGSIZE:
    return errc::buffer_too_small;
  case EFBIG:
  case EOVERFLOW:
    return errc::too_large;
  case EBADMSG:
    return errc::bad_object;
  case ESTALE:
    return errc::source_changed;
  case ETIMEDOUT:
    return errc::timed_out;
  case ECANCELED:
    return errc::cancelled;
  case ENODEV:
  case ENXIO:
    return errc::no_device;
  case ENETDOWN:
  case ENETUNREACH:
  case EHOSTUNREACH:
  case EADDRNOTAVAIL:
  case EADDRINUSE:
  case ECONNREFUSED:
    return errc::network_error;
  case ENOTSUP: // EOPNOTSUPP is the same number on Linux
  case ENOSYS:
  case EAFNOSUPPORT:
  case EPROTONOSUPPORT:
    return errc::unsupported;
  case ENOTRECOVERABLE:
    return errc::internal;
  case EMFILE:
  case ENFILE:
    return errc::too_many_files;
  case ENOKEY:
    return errc::unsigned_share;
  case EKEYREJECTED:
    return errc::forged;
  case EBADE:
    return errc::tampered;
  case EKEYREVOKED:
    return errc::rolled_back;
  case EKEYEXPIRED:
    return errc::expired;
  case ETIME:
    return errc::not_yet_valid;
  case EREMCHG:
    return errc::mixed_content;
  default:
    return errc::io_error;
  }
}

std::string error::message() const {
  if (what.empty())
    return std::string{to_string(code)};
  std::string text = what;
  text += ": ";
  text += to_string(code);
  return text;
}

} // namespace troupe
