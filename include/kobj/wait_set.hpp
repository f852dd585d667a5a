#pragma once

#include <kobj/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace kobj {

/// Waits for any number of objects, where wait_any stops at 64. Not a Win32 call. Threads may share a set: each signal
/// goes to one of them.
///
/// The members take turns: one that stays signaled does not keep the others from being seen. A member is looked at when
/// it is signaled or its state changes, so the cost of wait() does not grow with the number of events, semaphores and
/// processes in the set; each timer, thread and mutex costs a look per wait().
/// A pulse (event::pulse) is not seen. Of more than 120 threads and owners of mutexes some are seen to have ended up to
/// a second late. On Windows a mutex cannot be a member, and the signal of an auto-reset event, a synchronization timer
/// or a unit of a semaphore is taken when the member is signaled, not when wait() reports it; remove() and the end of
/// the set give back what was not reported, but for a timer's. After fork() the child's copy of a set is empty.
class KOBJ_API wait_set {
public:
    struct outcome {
        wait_status status = wait_status::timed_out;
        std::uint64_t key = 0;  ///< of the member that was taken
    };

    wait_set() noexcept;
    wait_set(wait_set&& other) noexcept;
    wait_set& operator=(wait_set&& other) noexcept;
    /// Removes all members.
    ~wait_set();

    /// Errors: no_system_resources (1450), not_enough_memory (8).
    static result<wait_set> create();

    /// Adds the object of `object`; `key` is what wait() reports for it. The handle may be closed: the set keeps the
    /// object.
    /// Errors: invalid_handle (6) for a handle that is not open, a pseudo handle, a file mapping, or an empty wait_set;
    /// access_denied (5) without access::synchronize; already_exists (183) for a key of the set;
    /// no_system_resources (1450); on Windows not_supported (50) for a mutex.
    result<void> add(handle_value object, std::uint64_t key);
    /// Error: file_not_found (2) when no member has that key.
    result<void> remove(std::uint64_t key);
    [[nodiscard]] std::size_t size() const noexcept;
    explicit operator bool() const noexcept { return static_cast<bool>(members_); }

    /// Waits until a member is signaled and takes it, as kobj::wait would. A mutex is then owned by the calling thread.
    /// Errors: invalid_handle (6) for an empty wait_set; those of kobj::wait.
    /// Costs the session lock, and system calls only to block.
    result<outcome> wait(timeout limit = infinite);

    /// As wait(); the member is not reported again before resume() of its key. For callers that hand what they take to
    /// somebody else, and do not want to be told more than is worked off. Errors and cost: as wait().
    result<outcome> wait_and_pause(timeout limit = infinite);
    /// A member that is not paused stays as it is.
    /// Error: file_not_found (2) when no member has that key.
    result<void> resume(std::uint64_t key);

private:
    struct members;
    explicit wait_set(std::unique_ptr<members> made) noexcept;
    std::unique_ptr<members> members_;
};

}  // namespace kobj
