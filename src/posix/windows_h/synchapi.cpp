#include <kobj/event.hpp>
#include <kobj/mutex.hpp>
#include <kobj/semaphore.hpp>
#include <kobj/timer.hpp>

#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"
#include "posix/windows_h/thread/own_threads.hpp"

using namespace kobj::windows_h;

namespace {

// Creating and opening, for names of either kind.

template <class Char>
HANDLE create_mutex(const SECURITY_ATTRIBUTES* attributes, const Char* name, DWORD flags, DWORD access) noexcept {
    if ((flags & ~CREATE_MUTEX_INITIAL_OWNER) != 0) return refuse_handle(ERROR_INVALID_PARAMETER);
    const descriptor_of_new security(attributes, kobj::object_type::mutex);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        return created(kobj::mutex::create({.name = text,
                                            .inheritable = inheritable(attributes),
                                            .initially_owned = (flags & CREATE_MUTEX_INITIAL_OWNER) != 0,
                                            .access = access}));
    });
}

template <class Char>
HANDLE create_event(const SECURITY_ATTRIBUTES* attributes, const Char* name, DWORD flags, DWORD access) noexcept {
    if ((flags & ~(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)) != 0)
        return refuse_handle(ERROR_INVALID_PARAMETER);
    const descriptor_of_new security(attributes, kobj::object_type::event);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        return created(kobj::event::create({.name = text,
                                            .inheritable = inheritable(attributes),
                                            .manual_reset = (flags & CREATE_EVENT_MANUAL_RESET) != 0,
                                            .initially_signaled = (flags & CREATE_EVENT_INITIAL_SET) != 0,
                                            .access = access}));
    });
}

template <class Char>
HANDLE create_semaphore(const SECURITY_ATTRIBUTES* attributes, LONG initial, LONG maximum, const Char* name,
                        DWORD flags, DWORD access) noexcept {
    if (flags != 0) return refuse_handle(ERROR_INVALID_PARAMETER);
    const descriptor_of_new security(attributes, kobj::object_type::semaphore);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        return created(kobj::semaphore::create(
            initial, maximum, {.name = text, .inheritable = inheritable(attributes), .access = access}));
    });
}

template <class Char>
HANDLE create_timer(const SECURITY_ATTRIBUTES* attributes, const Char* name, DWORD flags, DWORD access) noexcept {
    // Each timer here has the high resolution.
    if ((flags & ~(CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION)) != 0)
        return refuse_handle(ERROR_INVALID_PARAMETER);
    const descriptor_of_new security(attributes, kobj::object_type::timer);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        return created(kobj::timer::create({.name = text,
                                            .inheritable = inheritable(attributes),
                                            .manual_reset = (flags & CREATE_WAITABLE_TIMER_MANUAL_RESET) != 0,
                                            .access = access}));
    });
}

constexpr DWORD event_flags(BOOL manual, BOOL initial) noexcept {
    return (manual != FALSE ? CREATE_EVENT_MANUAL_RESET : 0) | (initial != FALSE ? CREATE_EVENT_INITIAL_SET : 0);
}

}  // namespace

HANDLE CreateMutexA(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCSTR name) {
    return create_mutex(attributes, name, owned != FALSE ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}
HANDLE CreateMutexExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access) {
    return create_mutex(attributes, name, flags, access);
}
HANDLE OpenMutexA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_by_name<kobj::mutex>(access, inherit, name);
}
HANDLE CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL initial, LPCSTR name) {
    return create_event(attributes, name, event_flags(manual, initial), EVENT_ALL_ACCESS);
}
HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access) {
    return create_event(attributes, name, flags, access);
}
HANDLE OpenEventA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_by_name<kobj::event>(access, inherit, name);
}
HANDLE CreateSemaphoreA(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCSTR name) {
    return create_semaphore(attributes, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}
HANDLE CreateSemaphoreExA(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCSTR name, DWORD flags,
                          DWORD access) {
    return create_semaphore(attributes, initial, maximum, name, flags, access);
}
HANDLE OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_by_name<kobj::semaphore>(access, inherit, name);
}
HANDLE CreateWaitableTimerA(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCSTR name) {
    return create_timer(attributes, name, manual != FALSE ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}
HANDLE CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access) {
    return create_timer(attributes, name, flags, access);
}
HANDLE OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_by_name<kobj::timer>(access, inherit, name);
}

HANDLE CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL owned, LPCWSTR name) {
    return create_mutex(attributes, name, owned != FALSE ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}
HANDLE CreateMutexExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access) {
    return create_mutex(attributes, name, flags, access);
}
HANDLE OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_by_name<kobj::mutex>(access, inherit, name);
}
HANDLE CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL initial, LPCWSTR name) {
    return create_event(attributes, name, event_flags(manual, initial), EVENT_ALL_ACCESS);
}
HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access) {
    return create_event(attributes, name, flags, access);
}
HANDLE OpenEventW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_by_name<kobj::event>(access, inherit, name);
}
HANDLE CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCWSTR name) {
    return create_semaphore(attributes, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}
HANDLE CreateSemaphoreExW(LPSECURITY_ATTRIBUTES attributes, LONG initial, LONG maximum, LPCWSTR name, DWORD flags,
                          DWORD access) {
    return create_semaphore(attributes, initial, maximum, name, flags, access);
}
HANDLE OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_by_name<kobj::semaphore>(access, inherit, name);
}
HANDLE CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, LPCWSTR name) {
    return create_timer(attributes, name, manual != FALSE ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}
HANDLE CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access) {
    return create_timer(attributes, name, flags, access);
}
HANDLE OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_by_name<kobj::timer>(access, inherit, name);
}

BOOL ReleaseMutex(HANDLE mutex) {
    return done(kobj::mutex::release(value_of(mutex)));
}

BOOL SetEvent(HANDLE event) {
    return done(kobj::event::set(value_of(event)));
}
BOOL ResetEvent(HANDLE event) {
    return done(kobj::event::reset(value_of(event)));
}
BOOL PulseEvent(HANDLE event) {
    return done(kobj::event::pulse(value_of(event)));
}

BOOL ReleaseSemaphore(HANDLE semaphore, LONG units, LONG* previous) {
    const auto before = kobj::semaphore::release(value_of(semaphore), units);
    if (before && previous != nullptr) *previous = *before;
    return done(before);
}

BOOL SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER* due, LONG period, PTIMERAPCROUTINE routine, LPVOID argument,
                        PREASON_CONTEXT, ULONG) {
    if (due == nullptr) return refuse(ERROR_NOACCESS);
    if (period < 0) return refuse(ERROR_INVALID_PARAMETER);
    const auto when = kobj::due_time::from_ticks(due->QuadPart);
    const std::chrono::milliseconds every(period);
    if (routine == nullptr) return done(kobj::timer::set(value_of(timer), when, every));
    const auto own = own_data();
    if (!own) return refuse(own.error().value());
    const auto set = kobj::detail::set_timer(value_of(timer), when, every);
    if (!set) return refuse(set.error().value());
    try {
        (*own)->apcs.add(*set, routine, argument);
        return TRUE;
    } catch (const std::bad_alloc&) {
        (void)kobj::timer::cancel(value_of(timer));
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}
// A machine that sleeps is not woken, which Windows reports by the last error ERROR_NOT_SUPPORTED of a call that
// succeeds.
BOOL SetWaitableTimer(HANDLE timer, const LARGE_INTEGER* due, LONG period, PTIMERAPCROUTINE routine, LPVOID argument,
                      BOOL resume) {
    const BOOL set = SetWaitableTimerEx(timer, due, period, routine, argument, nullptr, 0);
    if (set != FALSE && resume != FALSE) SetLastError(ERROR_NOT_SUPPORTED);
    return set;
}
BOOL CancelWaitableTimer(HANDLE timer) {
    return done(kobj::timer::cancel(value_of(timer)));
}
