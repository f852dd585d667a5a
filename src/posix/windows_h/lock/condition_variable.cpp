#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/condition-variables
//
// The upper half of the word counts the wake-ups, and is what threads sleep on; the lower half counts the threads that
// sleep, so that a wake-up for nobody makes no system call. Who wakes takes off the number what it wakes: a thread that
// has been woken does not touch the word. The number may be too large, never too small: a thread that sees the count
// change without having been asleep returns as if it had been woken.
namespace {

constexpr std::uint64_t one_wakeup = std::uint64_t{1} << 32U;
constexpr std::uint64_t number = one_wakeup - 1;

// `leave` lets the lock go, `enter` takes it again.
template <class Leave, class Enter>
BOOL sleep(PCONDITION_VARIABLE condition, DWORD milliseconds, Leave&& leave, Enter&& enter) noexcept {
    const auto state = word_of(condition->Ptr);
    const std::int64_t deadline = os::deadline_in(milliseconds);
    const auto count = static_cast<std::uint32_t>(state.fetch_add(1) >> 32U);
    leave();
    bool woken = false;
    for (;;) {
        const bool in_time = os::private_futex_wait(upper_half(condition->Ptr), count, deadline);
        std::uint64_t now = state.load();
        woken = static_cast<std::uint32_t>(now >> 32U) != count;
        if (woken) break;
        // Nobody has been woken since, so this thread is in the number.
        if (!in_time && state.compare_exchange_strong(now, now - 1)) break;
    }
    enter();
    return woken ? TRUE : refuse(ERROR_TIMEOUT);
}

void wake(PCONDITION_VARIABLE condition, bool all) noexcept {
    const auto state = word_of(condition->Ptr);
    std::uint64_t now = state.load();
    std::uint64_t next = 0;
    do {
        if ((now & number) == 0) return;
        next = (all ? now & ~number : now - 1) + one_wakeup;
    } while (!state.compare_exchange_weak(now, next));
    os::private_futex_wake(upper_half(condition->Ptr), all ? INT_MAX : 1);
}

}  // namespace

void InitializeConditionVariable(PCONDITION_VARIABLE condition) {
    condition->Ptr = nullptr;
}
BOOL SleepConditionVariableCS(PCONDITION_VARIABLE condition, PCRITICAL_SECTION section, DWORD milliseconds) {
    return sleep(
        condition, milliseconds, [&] { LeaveCriticalSection(section); }, [&] { EnterCriticalSection(section); });
}
BOOL SleepConditionVariableSRW(PCONDITION_VARIABLE condition, PSRWLOCK lock, DWORD milliseconds, ULONG flags) {
    if ((flags & ~CONDITION_VARIABLE_LOCKMODE_SHARED) != 0) return refuse(ERROR_INVALID_PARAMETER);
    if (flags != 0)
        return sleep(
            condition, milliseconds, [&] { ReleaseSRWLockShared(lock); }, [&] { AcquireSRWLockShared(lock); });
    return sleep(
        condition, milliseconds, [&] { ReleaseSRWLockExclusive(lock); }, [&] { AcquireSRWLockExclusive(lock); });
}
void WakeConditionVariable(PCONDITION_VARIABLE condition) {
    wake(condition, false);
}
void WakeAllConditionVariable(PCONDITION_VARIABLE condition) {
    wake(condition, true);
}
