#pragma once

#include <span>

#include "posix/arena/transaction.hpp"

// KOBJ_DEADLOCK=error: a wait that would never end is refused.
namespace kobj::posix {

/// Whether this process asked for it. The environment is read once.
bool refuses_deadlocks() noexcept;

/// Throws failure (possible_deadlock) when a wait of the calling thread for these objects, without a time limit, could
/// not be satisfied whatever those threads do that run: the wait closes a circle, or leads into one. `released` is a
/// mutex that the caller gives up in the same step, or null. Under the lock, before the thread is queued.
void refuse_deadlock(const transaction& tx, std::span<object_record* const> objects, bool all,
                     const object_record* released);

}  // namespace kobj::posix
