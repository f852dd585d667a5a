#pragma once

#include "posix/arena/layout.hpp"

// A semaphore: its state holds the count, `extra` the maximum, which never changes.
namespace kobj::posix::semaphore_object {

/// Without the lock, for one that nobody waits for and that has a unit.
inline bool try_take(object_record& semaphore, u64 seen) {
    return semaphore.state.swap(seen, seen - 1);
}

}  // namespace kobj::posix::semaphore_object
