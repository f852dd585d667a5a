#include <kobj/wait.hpp>

#include <sched.h>
#include <time.h>

#include <array>
#include <cerrno>

#include "posix/arena/handle_history.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/thread/own_threads.hpp"

using namespace kobj::windows_h;

namespace {

DWORD fail(DWORD error) noexcept {
    SetLastError(error);
    return WAIT_FAILED;
}

// The handle of a file mapping grants no wait: Windows looks at that before it asks what could be waited for.
DWORD fail(const kobj::failure& why, std::span<const kobj::handle_value> objects) noexcept {
    if (why != kobj::errc::invalid_handle) return fail(why.value());
    const kobj::posix::handle_history::own_work own;  // the mistake has been told already
    for (const kobj::handle_value each : objects) {
        const auto type = kobj::type_of(each);
        if (!type) break;
        if (*type == kobj::object_type::file_mapping) return fail(ERROR_ACCESS_DENIED);
    }
    return fail(why.value());
}

DWORD ended(kobj::wait_status status, std::size_t index) noexcept {
    switch (status) {
        case kobj::wait_status::signaled:
            return WAIT_OBJECT_0 + static_cast<DWORD>(index);
        case kobj::wait_status::abandoned:
            return WAIT_ABANDONED_0 + static_cast<DWORD>(index);
        case kobj::wait_status::timed_out:
            break;
    }
    return WAIT_TIMEOUT;
}

// An alertable wait has ended for what the thread is to run.
DWORD alerted() {
    run_apcs();
    return WAIT_IO_COMPLETION;
}

}  // namespace

DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds) {
    const kobj::handle_value value = value_of(object);
    const auto how = kobj::wait(value, limit_of(milliseconds));
    return how ? ended(*how, 0) : fail(how.error(), {&value, 1});
}

DWORD WaitForSingleObjectEx(HANDLE object, DWORD milliseconds, BOOL alertable) {
    if (alertable == FALSE) return WaitForSingleObject(object, milliseconds);
    const auto own = own_data();
    if (!own) return WaitForSingleObject(object, milliseconds);
    const auto how = kobj::detail::wait(value_of(object), limit_of(milliseconds), (*own)->apcs);
    if (!how) return fail(how.error().value());
    return *how ? ended(**how, 0) : alerted();
}

DWORD WaitForMultipleObjects(DWORD count, const HANDLE* objects, BOOL all, DWORD milliseconds) {
    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || objects == nullptr) return fail(ERROR_INVALID_PARAMETER);
    std::array<kobj::handle_value, MAXIMUM_WAIT_OBJECTS> values;
    for (DWORD i = 0; i < count; ++i) values[i] = value_of(objects[i]);
    const std::span<const kobj::handle_value> list(values.data(), count);
    const auto how =
        all != FALSE ? kobj::wait_all(list, limit_of(milliseconds)) : kobj::wait_any(list, limit_of(milliseconds));
    return how ? ended(how->status, how->index) : fail(how.error(), list);
}

DWORD WaitForMultipleObjectsEx(DWORD count, const HANDLE* objects, BOOL all, DWORD milliseconds, BOOL alertable) {
    if (alertable == FALSE) return WaitForMultipleObjects(count, objects, all, milliseconds);
    const auto own = own_data();
    if (!own) return WaitForMultipleObjects(count, objects, all, milliseconds);
    if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || objects == nullptr) return fail(ERROR_INVALID_PARAMETER);
    std::array<kobj::handle_value, MAXIMUM_WAIT_OBJECTS> values;
    for (DWORD i = 0; i < count; ++i) values[i] = value_of(objects[i]);
    const auto how =
        kobj::detail::wait_several({values.data(), count}, all != FALSE, limit_of(milliseconds), (*own)->apcs);
    if (!how) return fail(how.error().value());
    return *how ? ended((*how)->status, (*how)->index) : alerted();
}

DWORD SignalObjectAndWait(HANDLE to_signal, HANDLE to_wait, DWORD milliseconds, BOOL alertable) {
    const auto own = alertable != FALSE ? own_data() : kobj::errc::invalid_state;
    if (!own) {
        const auto how = kobj::signal_and_wait(value_of(to_signal), value_of(to_wait), limit_of(milliseconds));
        return how ? ended(*how, 0) : fail(how.error().value());
    }
    const auto how =
        kobj::detail::signal_and_wait(value_of(to_signal), value_of(to_wait), limit_of(milliseconds), (*own)->apcs);
    if (!how) return fail(how.error().value());
    return *how ? ended(**how, 0) : alerted();
}

void Sleep(DWORD milliseconds) {
    if (milliseconds == 0) {
        sched_yield();
        return;
    }
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += static_cast<long>(milliseconds % 1000) * 1'000'000;
    if (until.tv_nsec >= 1'000'000'000) {
        until.tv_nsec -= 1'000'000'000;
        ++until.tv_sec;
    }
    do {
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
        }
        until.tv_sec += INFINITE / 1000;
    } while (milliseconds == INFINITE);
}

DWORD SleepEx(DWORD milliseconds, BOOL alertable) {
    if (alertable != FALSE) {
        const auto own = own_data();
        if (own && kobj::detail::sleep(limit_of(milliseconds), (*own)->apcs)) return alerted();
        if (own && milliseconds != 0) return 0;
    }
    Sleep(milliseconds);
    return 0;
}
