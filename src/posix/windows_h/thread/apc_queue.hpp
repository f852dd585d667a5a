#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include <windows.h>

#include "posix/alertable.hpp"
#include "posix/os/stop_signal.hpp"

namespace kobj::windows_h {

/// What one call of QueueUserAPC, or one time of a timer, has a thread run.
struct apc {
    PAPCFUNC routine = nullptr;
    ULONG_PTR argument = 0;
    PTIMERAPCROUTINE timer_routine = nullptr;
    LPVOID timer_argument = nullptr;
    FILETIME due{};

    void run() const {
        if (timer_routine != nullptr)
            timer_routine(timer_argument, due.dwLowDateTime, due.dwHighDateTime);
        else
            routine(argument);
    }
};

/// The asynchronous procedure calls of one thread: those that others have queued, and those of the timers that it has
/// set. A timer's call is not queued by anybody: the thread looks at the clock, as everybody does for timers. Between
/// the two kinds the order is that of the times at which they were queued and became due.
class apc_queue final : public detail::alert {
public:
    /// By any thread, with `gate()` held.
    void push(PAPCFUNC routine, ULONG_PTR argument);
    void clear();

    // By the thread itself.
    bool pending() override;
    std::int64_t due() override;
    /// The next one, taken out. False when there is none.
    bool take(apc& next);
    void add(const detail::timer_setting& setting, PTIMERAPCROUTINE routine, LPVOID argument);

    /// Guards the queues of all threads. Held for moments only; a fork takes it, too.
    static posix::os::unstopped_mutex& gate();

private:
    struct queued {
        PAPCFUNC routine;
        ULONG_PTR argument;
        std::int64_t since;  ///< monotonic
    };
    struct timer {
        detail::timer_setting setting;
        PTIMERAPCROUTINE routine;
        LPVOID argument;

        /// When it is due, by the monotonic clock.
        [[nodiscard]] std::int64_t when(std::int64_t now) const noexcept;
    };
    void forget_dead_timers();

    std::deque<queued> queue_;
    std::vector<timer> timers_;
};

}  // namespace kobj::windows_h
