#pragma once

#include <kobj/handle.hpp>
#include <kobj/open_options.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

namespace kobj {

/// When a timer is due, in Win32's form: units of 100 ns; negative: that long from now; otherwise a wall-clock time, as
/// a FILETIME: since 1601-01-01 UTC. Rounded up, so that a timer is never due too early.
class due_time {
public:
    /// The number that SetWaitableTimer takes.
    constexpr static due_time from_ticks(std::int64_t ticks) noexcept { return due_time(ticks, true); }

    /// From now, by a clock that nobody sets. Zero and less: at once.
    template <class Rep, class Period>
    constexpr due_time(std::chrono::duration<Rep, Period> from_now) noexcept {
        if (!(from_now > from_now.zero())) {  // also a floating-point NaN
            ticks_ = 0;
            return;
        }
        valid_ = fits(from_now);
        if (valid_) ticks_ = -std::chrono::ceil<hundred_nanoseconds>(from_now).count();
    }

    /// At a wall-clock time: follows the clock when that is set. Before 1601: at once.
    template <class Duration>
    constexpr due_time(std::chrono::time_point<std::chrono::system_clock, Duration> when) noexcept {
        constexpr std::int64_t unix_epoch = 116'444'736'000'000'000;
        const auto since = when.time_since_epoch();
        using wide = std::chrono::duration<long double, hundred_nanoseconds::period>;
        const long double ticks = std::chrono::duration_cast<wide>(since).count() + unix_epoch;
        if (ticks <= 0) return;
        valid_ = ticks < 9.2e18L;
        if (valid_) ticks_ = std::chrono::ceil<hundred_nanoseconds>(since).count() + unix_epoch;
    }

    [[nodiscard]] constexpr std::int64_t ticks() const noexcept { return ticks_; }
    /// False for what is too far away to be counted.
    [[nodiscard]] constexpr bool is_valid() const noexcept { return valid_; }

private:
    using hundred_nanoseconds = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

    constexpr due_time(std::int64_t ticks, bool valid) noexcept : ticks_(ticks), valid_(valid) {}

    template <class Rep, class Period>
    static constexpr bool fits(std::chrono::duration<Rep, Period> length) noexcept {
        using wide = std::chrono::duration<long double, hundred_nanoseconds::period>;
        return std::chrono::duration_cast<wide>(length).count() < 9.2e18L;
    }

    std::int64_t ticks_ = 0;
    bool valid_ = true;
};

struct timer_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    /// True: once due it stays signaled until it is set again. False (a synchronization timer): one wait takes the
    /// signal.
    bool manual_reset = false;
    access_mask access = access::timer_all;
};

/// A waitable timer that threads of several processes share.
/// https://learn.microsoft.com/windows/win32/sync/waitable-timer-objects
class KOBJ_API timer : public basic_object<timer, object_type::timer> {
public:
    timer() noexcept = default;
    explicit timer(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes a timer that is not set, or opens the one of that name; existed() tells which.
    /// Errors and cost: as mutex::create.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createwaitabletimerexw
    static result<timer> create(const timer_options& options = {});

    /// Errors and cost: as mutex::open.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-openwaitabletimerw
    static result<timer> open(std::string_view name, const open_options& options = {});

    /// Did create() find the object instead of making it? True after open().
    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// Unsignals the timer and arms it: it is signaled when `due` comes and then every `period`, rounded up to
    /// milliseconds; zero: once. Threads that wait already wait for the new time.
    /// Errors: invalid_parameter (87) for a negative period, one beyond 2^31 - 1 ms, or a due time that cannot be
    /// counted; invalid_handle (6); access_denied (5) without access::timer_modify_state.
    /// No system call on POSIX but the clock's when nobody waits.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setwaitabletimer
    result<void> set(due_time due, std::chrono::nanoseconds period = std::chrono::nanoseconds(0)) {
        return set(get(), due, period);
    }
    static result<void> set(handle_value value, due_time due,
                            std::chrono::nanoseconds period = std::chrono::nanoseconds(0));

    /// It will not become due any more. Whether it is signaled does not change. Errors and cost: as set().
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-cancelwaitabletimer
    result<void> cancel() { return cancel(get()); }
    static result<void> cancel(handle_value value);

    /// Waits until the timer is signaled; takes the signal of a synchronization timer. Errors: as kobj::wait.
    result<wait_status> wait(timeout limit = infinite) { return kobj::wait(get(), limit); }

private:
    bool existed_ = false;
};

}  // namespace kobj
