#pragma once

#include <kobj/handle.hpp>

#include <cstddef>
#include <initializer_list>
#include <span>

// Waits for several objects. The wait for one, kobj::wait, is in <kobj/handle.hpp>.

namespace kobj {

/// How many objects one call waits for at most (MAXIMUM_WAIT_OBJECTS). For more see kobj::wait_set.
inline constexpr std::size_t max_wait_objects = 64;

/// How a wait for several objects ended.
struct wait_outcome {
    wait_status status = wait_status::timed_out;
    /// Of wait_any: which one was taken. Of wait_all, on POSIX: the first that was abandoned, if one was. Otherwise 0.
    std::size_t index = 0;
    friend bool operator==(const wait_outcome&, const wait_outcome&) = default;
};

/// Waits until one of the objects is signaled and takes that one, and no other; of several the one with the lowest
/// index. The same object may stand in the list more than once.
/// Errors: invalid_parameter (87) for no or more than 64 objects; invalid_handle (6) for a handle that is not open, a
/// pseudo handle or a file mapping; access_denied (5) without access::synchronize; on POSIX with KOBJ_DEADLOCK=error in
/// the environment possible_deadlock (1131) instead of a wait that would never end. After an error nothing has changed.
/// No system call on POSIX when it need not block and none is contended.
/// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects
KOBJ_API result<wait_outcome> wait_any(std::span<const handle_value> objects, timeout limit = infinite);
inline result<wait_outcome> wait_any(std::initializer_list<handle_value> objects, timeout limit = infinite) {
    return wait_any(std::span<const handle_value>(objects.begin(), objects.size()), limit);
}

/// Waits until all objects are signaled at one moment and takes them all at that moment. Until then it takes nothing.
/// Errors: those of wait_any; invalid_parameter (87) when an object stands in the list twice, also by another handle.
KOBJ_API result<wait_outcome> wait_all(std::span<const handle_value> objects, timeout limit = infinite);
inline result<wait_outcome> wait_all(std::initializer_list<handle_value> objects, timeout limit = infinite) {
    return wait_all(std::span<const handle_value>(objects.begin(), objects.size()), limit);
}

/// Sets an event, releases a mutex or releases one unit of a semaphore, and waits for `to_wait`. On POSIX in one step:
/// whoever sees the signal finds this thread waiting already.
/// Errors: those of the signal: invalid_handle (6) for any other type, access_denied (5), not_owner (288),
/// too_many_posts (298); and those of the wait. After an error nothing was signaled.
/// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-signalobjectandwait
KOBJ_API result<wait_status> signal_and_wait(handle_value to_signal, handle_value to_wait, timeout limit = infinite);

}  // namespace kobj
