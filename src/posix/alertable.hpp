#pragma once

#include <kobj/timer.hpp>
#include <kobj/wait.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

// What <windows.h> needs of kobj beyond the public API, for asynchronous procedure calls: docs/apc.md. Exported, since
// the two may be shared libraries, but no part of the API.
namespace kobj::detail {

/// What there is for a thread to run, and its waits to end for. One per thread.
class alert {
public:
    alert() = default;
    alert(const alert&) = delete;
    alert& operator=(const alert&) = delete;
    virtual ~alert() = default;

    /// Whether there is something to run now. Asked by the thread itself, without locks. What becomes pending at a time
    /// that due() has named needs no word.
    virtual bool pending() = 0;
    /// When the thread has to look again although nobody wakes it, in monotonic nanoseconds.
    virtual std::int64_t due() = 0;

    /// Slept on while 0. Whoever makes something pending from outside stores another value (sequentially consistent,
    /// for the sake of `waiter`), then wakes.
    std::atomic<std::uint32_t> word{0};
    /// Behind the store. A wait of the thread's that began before it ends for it, whatever is signaled from now on.
    KOBJ_API void wake() noexcept;
    /// The number of the thread's record while it waits alertably for objects, or else 0.
    std::atomic<std::uint32_t> waiter{0};

    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
};

/// As kobj::wait and so on; nothing when the wait was alerted. Objects that are signaled come first, then an alert,
/// then the time limit. What ends by an alert has taken nothing.
KOBJ_API result<std::optional<wait_status>> wait(handle_value value, timeout limit, alert& alerted);
KOBJ_API result<std::optional<wait_outcome>> wait_several(std::span<const handle_value> values, bool all, timeout limit,
                                                          alert& alerted);
KOBJ_API result<std::optional<wait_status>> signal_and_wait(handle_value to_signal, handle_value to_wait, timeout limit,
                                                            alert& alerted);
/// True when alerted.
KOBJ_API bool sleep(timeout limit, alert& alerted) noexcept;

/// One setting of a timer by this thread with a routine to be called.
struct timer_setting {
    std::uint32_t object = 0;
    std::uint32_t generation = 0;
    std::uint64_t count = 0;
    bool absolute = false;    ///< the first time is by the wall clock; the others are monotonic
    std::int64_t due = 0;     ///< nanoseconds
    std::int64_t period = 0;  ///< nanoseconds; 0: once
};
/// As kobj::timer::set. With the calling thread's end the timer is cancelled.
KOBJ_API result<timer_setting> set_timer(handle_value timer, due_time due, std::chrono::nanoseconds period);
/// Has nobody set or cancelled the timer since, and is it there still?
KOBJ_API bool is_in_force(const timer_setting& setting) noexcept;

}  // namespace kobj::detail
