// SPDX-License-Identifier: BSD-3-Clause
// Bridges CAF 0.17 (Debian, Ubuntu) and CAF 1.x, as far as headers that are
// installed need it. Besides this file and actors/caf_compat.hpp only
// register_messages and the tests' scheduler ask which CAF there is.
// CAF_VERSION is broken in 1.1.0, CAF_MAJOR_VERSION is not.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config.hpp>
#include <caf/result.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#if CAF_MAJOR_VERSION >= 1
#define TROUPE_CAF1 1
#include <caf/init_global_meta_objects.hpp>
#else
#define TROUPE_CAF1 0
#include <caf/allowed_unsafe_message_type.hpp>
#endif

namespace troupe::compat {

#if TROUPE_CAF1
template <class... Signatures>
using typed_actor = caf::typed_actor<Signatures...>;
#else
namespace detail {
template <class>
struct translate; // result<R>(A...) -> replies_to<A...>::with<R>
template <class... In>
struct translate<caf::result<void>(In...)> {
  using type = caf::reacts_to<In...>;
};
template <class Out, class... In>
struct translate<caf::result<Out>(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out>;
};
} // namespace detail
/// Interfaces are written as function types, as CAF 1.x has them.
template <class... Signatures>
using typed_actor =
    caf::typed_actor<typename detail::translate<Signatures>::type...>;
#endif

} // namespace troupe::compat

// Messages that never leave the process. CAF 1.x wants a number for each all
// the same; ours begin well above those of programs that count from the first
// one that is free. Define TROUPE_FIRST_TYPE_ID, everywhere alike, if they are
// taken. 200 numbers are used.
#ifndef TROUPE_FIRST_TYPE_ID
#define TROUPE_FIRST_TYPE_ID (caf::first_custom_type_id + 1000)
#endif
#if TROUPE_CAF1
#define TROUPE_BEGIN_MESSAGES(block, first) CAF_BEGIN_TYPE_ID_BLOCK(block, first)
#define TROUPE_LOCAL_MESSAGE(block, T)                                         \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(T)                                             \
  CAF_ADD_TYPE_ID(block, (T))
#define TROUPE_END_MESSAGES(block) CAF_END_TYPE_ID_BLOCK(block)
#else
#define TROUPE_BEGIN_MESSAGES(block, first)
#define TROUPE_LOCAL_MESSAGE(block, T) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(T)
#define TROUPE_END_MESSAGES(block)
#endif
