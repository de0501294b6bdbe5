// SPDX-License-Identifier: BSD-3-Clause
// Where C ends and C++ begins: errno instead of errc, and no exception out.
#pragma once

#include "core/errc.hpp"

#include <cerrno>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace troupe::capi {

/// Keeps errno over a function that frees something.
class errno_keeper {
public:
  errno_keeper() : kept_(errno) {}
  errno_keeper(const errno_keeper&) = delete;
  errno_keeper& operator=(const errno_keeper&) = delete;
  ~errno_keeper() { errno = kept_; }

private:
  int kept_;
};

/// Sets errno and returns `result`: `return fail(EINVAL, -1);`
template <class Result>
Result fail(int number, Result result) {
  errno = number;
  return result;
}

template <class Result>
Result fail(errc code, Result result) {
  return fail(to_errno(code), result);
}

/// Runs `body`; an exception becomes errno and `failed`. Thread cancellation
/// passes through, as it is no std::exception: never catch (...) around it.
template <class Result, class Body>
Result guarded(Result failed, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    return fail(ENOMEM, failed);
  } catch (const std::system_error& e) {
    // Threads that cannot be started, locks that cannot be had.
    const bool has_errno = e.code().category() == std::generic_category() ||
                           e.code().category() == std::system_category();
    return fail(has_errno && e.code().value() > 0 ? e.code().value() : EIO,
                failed);
  } catch (const std::exception&) {
    return fail(errc::internal, failed);
  }
}

} // namespace troupe::capi
