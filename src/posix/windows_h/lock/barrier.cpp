#include <sched.h>

#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/synchronization-barriers
//
// The last of a phase sets the number back and begins the next phase. Who deletes the barrier waits until the others
// have left it: their number is the last that they touch.
namespace {

using word = std::atomic_ref<DWORD>;

constexpr DWORD deleter_sleeps = 0x80000000U;
constexpr DWORD default_spins = 2000;

struct parts {
    word missing;  // in this phase
    word phase;
    word inside;  // threads, and whether a thread sleeps to delete
};
parts parts_of(LPSYNCHRONIZATION_BARRIER barrier) noexcept {
    return {word(barrier->Reserved1), word(barrier->Reserved2), word(barrier->Reserved4)};
}
DWORD total_of(const SYNCHRONIZATION_BARRIER* barrier) noexcept {
    return static_cast<DWORD>(barrier->Reserved3[0]);
}

void leave(LPSYNCHRONIZATION_BARRIER barrier, const word& inside) noexcept {
    const void* const address = &barrier->Reserved4;
    if (inside.fetch_sub(1, std::memory_order_release) == (deleter_sleeps | 1)) os::private_futex_wake(address, 1);
}

}  // namespace

BOOL InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, LONG threads, LONG spins) {
    if (barrier == nullptr || threads < 1 || spins < -1) return refuse(ERROR_INVALID_PARAMETER);
    *barrier = {};
    barrier->Reserved1 = static_cast<DWORD>(threads);
    barrier->Reserved3[0] = static_cast<ULONG_PTR>(threads);
    barrier->Reserved5 = spins < 0 ? default_spins : static_cast<DWORD>(spins);
    return TRUE;
}

BOOL EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, DWORD flags) {
    const parts its = parts_of(barrier);
    its.inside.fetch_add(1, std::memory_order_relaxed);
    const DWORD phase = its.phase.load(std::memory_order_relaxed);
    if (its.missing.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        its.missing.store(total_of(barrier), std::memory_order_relaxed);
        its.phase.store(phase + 1, std::memory_order_release);
        os::private_futex_wake(&barrier->Reserved2, INT_MAX);
        leave(barrier, its.inside);
        return TRUE;
    }
    const auto over = [&] { return its.phase.load(std::memory_order_acquire) != phase; };
    const bool spin_only = (flags & SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY) != 0;
    DWORD spins = (flags & SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY) != 0 ? 0 : barrier->Reserved5;
    while (!over()) {
        if (spins != 0) {
            --spins;
            os::relax();
        } else if (spin_only) {
            // There may be fewer processors than threads.
            sched_yield();
        } else {
            os::private_futex_wait(&barrier->Reserved2, phase);
        }
    }
    leave(barrier, its.inside);
    return FALSE;
}

BOOL DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier) {
    const word inside = parts_of(barrier).inside;
    DWORD now = inside.fetch_or(deleter_sleeps, std::memory_order_acquire) | deleter_sleeps;
    while (now != deleter_sleeps) {
        os::private_futex_wait(&barrier->Reserved4, now);
        now = inside.load(std::memory_order_acquire);
    }
    return TRUE;
}
