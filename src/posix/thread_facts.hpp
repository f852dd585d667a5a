#pragma once

#include <kobj/thread.hpp>

#include <cstdint>

// What <windows.h> needs of kobj beyond the public API, for threads. Exported, since the two may be shared libraries,
// but no part of the API.
namespace kobj::detail {

struct thread_facts {
    std::uint32_t object = 0;      ///< the number of its object, and how often that has been used:
    std::uint32_t generation = 0;  ///< together they are of this thread only
    std::uint32_t id = 0;
    std::uint32_t process_id = 0;
    bool own = false;  ///< a thread of this process
    bool ended = false;
};

/// `needed`: at least one of these rights. Errors: invalid_handle (6), access_denied (5).
KOBJ_API result<thread_facts> look_at_thread(handle_value thread, access_mask needed);

/// Ends another thread of this process where it is; nothing runs at its end. When this returns, it has ended. Errors:
/// invalid_handle (6), access_denied (5): without that right, or the thread has ended; not_supported (50): a thread of
/// another process, or one that does not take the signal.
KOBJ_API result<void> terminate_thread(handle_value thread, std::uint32_t code);

/// What a thread has asked of the scheduler: a number of 32 bits that its object keeps. Replaces the bits in `mask` and
/// gives the former number. Errors: as look_at_thread.
KOBJ_API result<std::uint32_t> change_scheduling(handle_value thread, access_mask needed, std::uint32_t mask,
                                                 std::uint32_t bits);

}  // namespace kobj::detail
