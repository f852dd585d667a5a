#pragma once

#include <kobj/access.hpp>
#include <kobj/export.hpp>
#include <kobj/handle_value.hpp>
#include <kobj/result.hpp>

#include "posix/arena/context.hpp"

// What <windows.h> asks about processes beyond the public API. Errors: invalid_handle, access_denied.
namespace kobj::posix {

/// The PID of a process that runs, 0 when it has ended. With `rights`, or with one of the two rights to query for 0.
KOBJ_API result<u32> running_id(handle_value process, access_mask rights = 0);

/// Times of the wall clock and spans, in nanoseconds; `ended` is 0 as long as it runs.
struct process_times {
    u64 began = 0;
    u64 ended = 0;
    u64 kernel_time = 0;
    u64 user_time = 0;
};
KOBJ_API result<process_times> times_of(handle_value process);

/// A number of Win32. A process started from here has this class if none is chosen for it.
KOBJ_API result<u32> priority_class_of(handle_value process);
/// Also as the nice value of its threads, as far as the system allows it.
KOBJ_API result<void> set_priority_class(handle_value process, u32 number);

/// Of a process record; 0: none was chosen.
u32 chosen_priority_class(u32 process);
/// What a child has for which `chosen` (0: nothing) was asked.
u32 inherited_priority_class(u32 chosen, u32 parents) noexcept;
int nice_of(u32 priority_class) noexcept;

}  // namespace kobj::posix
