#pragma once

#include <kobj/handle_value.hpp>

#include "posix/handle/target.hpp"

// What signals an object for which somebody may wait: under the lock, serving those who wait in order. The paths
// without the lock are beside each object.
namespace kobj::posix {

// Inside a transaction, whose last work it is. `value` is the handle, for the message. Throw failure, with nothing
// changed: invalid_handle when the handle was closed, and those named.
void set_event(transaction& tx, const target& event, handle_value value);
void reset_event(transaction& tx, const target& event, handle_value value);
void pulse_event(transaction& tx, const target& event, handle_value value);
/// The count before. Also: too_many_posts.
u32 release_semaphore(transaction& tx, const target& semaphore, handle_value value, u32 units);
/// Also: not_owner.
void release_mutex(transaction& tx, const target& mutex, handle_value value);

/// An event, mutex or semaphore.
void signal(transaction& tx, const target& t, handle_value value);

[[noreturn]] void fail_not_owner(handle_value value);
[[noreturn]] void fail_too_many(handle_value value, u64 count, u32 units, u64 maximum);

}  // namespace kobj::posix
