#pragma once

#include <kobj/handle.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// What Handle and Process Explorer show on Windows: objects, handles, counts.
namespace kobj::inspect {

/// How many handles to its object exist in all processes. What a killed process held is settled first.
/// Error: invalid_handle (6). On Windows the handle count of NtQueryObject.
[[nodiscard]] KOBJ_API result<std::uint32_t> usage_count(handle_value value);

struct handle_info {
    handle_value value{};
    std::uint64_t object = 0;  ///< the same number for handles to the same object; 0 where the system does not tell
    object_type type = object_type::none;
    std::string name{};  ///< without `Local\`; empty: unnamed
    access_mask access = 0;
    handle_flags flags{};
    std::uint32_t usage_count = 0;
};

/// The handle table of a process of the session, in the order of the values.
/// Errors: invalid_parameter (87) when there is no such process; on Windows access_denied (5) for one that this user
/// may not look into. There each handle of another process is duplicated for a moment: system calls.
[[nodiscard]] KOBJ_API result<std::vector<handle_info>> handle_table(std::uint32_t process_id);
/// Of the calling process.
[[nodiscard]] KOBJ_API result<std::vector<handle_info>> handle_table();

struct waiter_info {
    std::uint32_t process_id = 0;
    std::uint32_t thread_id = 0;
};

struct object_info {
    std::uint64_t object = 0;
    object_type type = object_type::none;
    std::string name{};
    std::uint32_t usage_count = 0;      ///< handles
    std::uint32_t reference_count = 0;  ///< waits and views; 0 on Windows, which does not tell
    bool signaled = false;
    std::uint32_t owner_process_id = 0;  ///< a mutex's owner; 0: none
    std::uint32_t owner_thread_id = 0;
    std::uint32_t recursion = 0;  ///< how often its owner holds it
    bool abandoned = false;       ///< its owner has ended; the next to acquire is told
    std::uint32_t id = 0;         ///< of a process or thread
    std::vector<waiter_info> waiters{};
};

struct process_info {
    std::uint32_t id = 0;
    std::uint32_t handle_count = 0;
    bool attached = false;  ///< it runs kobj; false: it only holds what it inherited. On Windows: it may be looked into
};

struct snapshot {
    std::vector<object_info> objects{};
    std::vector<process_info> processes{};
};

/// The whole session, read without a lock: nobody is delayed, and what changes meanwhile may be seen half done.
/// On Windows the processes of this logon session that this user may look into, and their objects of kobj's types; who
/// waits is told as by blocked_threads(), nothing where that is not supported. Many system calls there.
[[nodiscard]] KOBJ_API result<snapshot> take_snapshot();

struct blocked_thread {
    std::uint32_t process_id = 0;
    std::uint32_t thread_id = 0;
    std::vector<std::uint64_t>
        objects{};     ///< that it waits for, by the numbers of object_info, in the order of the call
    bool all = false;  ///< it waits for all of them
    std::chrono::nanoseconds waited{0};
    /// Threads that have to let go of a mutex, or to end, before it can have one of the objects.
    std::vector<waiter_info> blocked_by{};
    /// It waits in vain, whatever the others do that run: in a circle, or for one that is. A wait with a time limit
    /// ends all the same.
    bool deadlocked = false;
};

/// The threads of the session that sleep in a wait, each at the same moment. Copies the session's memory: system calls.
/// On Windows those that wait for a mutex, a critical section, the end of a thread or process, or an answer: of other
/// waits the system does not tell. Error: not_supported (50) on Wine.
/// https://learn.microsoft.com/windows/win32/api/wct/nf-wct-getthreadwaitchain
[[nodiscard]] KOBJ_API result<std::vector<blocked_thread>> blocked_threads();

}  // namespace kobj::inspect
