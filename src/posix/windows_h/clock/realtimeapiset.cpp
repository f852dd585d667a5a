#include <time.h>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"

using namespace kobj::windows_h;

namespace {

ULONGLONG ticks_of(clockid_t clock) noexcept {
    return static_cast<ULONGLONG>(now_by(clock) / 100);
}
ULONGLONG number(const FILETIME& time) noexcept {
    return ULONGLONG{time.dwHighDateTime} << 32U | time.dwLowDateTime;
}

// The kernel counts time, no cycles: nanoseconds.
template <class Times>
BOOL cycles_of(Times times, HANDLE handle, PULONG64 cycles) noexcept {
    if (cycles == nullptr) return refuse(ERROR_NOACCESS);
    FILETIME began;
    FILETIME ended;
    FILETIME kernel;
    FILETIME user;
    if (!times(handle, &began, &ended, &kernel, &user)) return FALSE;
    *cycles = (number(kernel) + number(user)) * 100;
    return TRUE;
}

}  // namespace

// With the time in which the machine slept.
void QueryInterruptTime(PULONGLONG time) {
    *time = ticks_of(CLOCK_BOOTTIME);
}
void QueryInterruptTimePrecise(PULONGLONG time) {
    *time = ticks_of(CLOCK_BOOTTIME);
}
BOOL QueryUnbiasedInterruptTime(PULONGLONG time) {
    if (time == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    *time = ticks_of(CLOCK_MONOTONIC);
    return TRUE;
}
void QueryUnbiasedInterruptTimePrecise(PULONGLONG time) {
    *time = ticks_of(CLOCK_MONOTONIC);
}

BOOL QueryThreadCycleTime(HANDLE thread, PULONG64 cycles) {
    return cycles_of(GetThreadTimes, thread, cycles);
}
BOOL QueryProcessCycleTime(HANDLE process, PULONG64 cycles) {
    return cycles_of(GetProcessTimes, process, cycles);
}

DWORD timeGetTime() {
    return GetTickCount();
}
MMRESULT timeGetDevCaps(LPTIMECAPS caps, UINT size) {
    if (caps == nullptr || size < sizeof *caps) return TIMERR_NOCANDO;
    *caps = {1, 1'000'000};
    return TIMERR_NOERROR;
}
MMRESULT timeBeginPeriod(UINT period) {
    return period == 0 ? TIMERR_NOCANDO : TIMERR_NOERROR;
}
MMRESULT timeEndPeriod(UINT period) {
    return period == 0 ? TIMERR_NOCANDO : TIMERR_NOERROR;
}
