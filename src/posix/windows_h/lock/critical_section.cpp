#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/critical-section-objects
//
// LockCount is the lock, as on Windows: bit 0 is clear while a thread owns it. Bit 1 is clear while a thread has been
// woken for it that has not come yet; nobody else is woken meanwhile. The other bits are the complement of the number
// of threads that sleep. The low half of LockSemaphore is an event that wakes one of them: whoever wakes takes one off
// the number, and the thread that takes the signal sets bit 1 again when it owns the lock or goes back to sleep.
namespace {

constexpr std::uint32_t unowned = 1;
constexpr std::uint32_t nobody_woken = 2;
constexpr std::uint32_t one_sleeper = 4;
constexpr std::uint32_t at_rest = ~std::uint32_t{0};

// Looks before the sleep, where the caller does not say how many.
constexpr ULONG_PTR few_spins = 60;
constexpr DWORD spin_count_bits = 0x00FFFFFFU;

std::atomic_ref<std::uint32_t> state_of(CRITICAL_SECTION* section) noexcept {
    return std::atomic_ref(reinterpret_cast<std::uint32_t&>(section->LockCount));
}
std::atomic_ref<std::uint32_t> event_of(CRITICAL_SECTION* section) noexcept {
    // Nobody reads the handle that it is declared as.
    void* const place = &section->LockSemaphore;
    return std::atomic_ref(*static_cast<std::uint32_t*>(place));
}
// Others read it; the owner alone finds itself there.
std::atomic_ref<HANDLE> owner_of(CRITICAL_SECTION* section) noexcept {
    return std::atomic_ref(section->OwningThread);
}
HANDLE self() noexcept {
    return reinterpret_cast<HANDLE>(std::uintptr_t{thread_id()});
}

constexpr bool sleepers(std::uint32_t state) noexcept {
    return ~state >= one_sleeper;
}

void become_owner(CRITICAL_SECTION* section, HANDLE me) noexcept {
    owner_of(section).store(me, std::memory_order_relaxed);
    section->RecursionCount = 1;
}

bool take_at_rest(CRITICAL_SECTION* section) noexcept {
    std::uint32_t expected = at_rest;
    return state_of(section).compare_exchange_strong(expected, at_rest & ~unowned, std::memory_order_acquire,
                                                     std::memory_order_relaxed);
}

bool take_again(CRITICAL_SECTION* section, HANDLE me) noexcept {
    if (owner_of(section).load(std::memory_order_relaxed) != me) return false;
    ++section->RecursionCount;
    return true;
}

void take_slowly(CRITICAL_SECTION* section) noexcept {
    const auto state = state_of(section);
    const auto event = event_of(section);
    ULONG_PTR spins = section->SpinCount & spin_count_bits;
    if (spins < few_spins) spins = few_spins;
    bool woken = false;
    std::uint32_t now = state.load(std::memory_order_relaxed);
    for (;;) {
        const std::uint32_t back = woken ? nobody_woken : 0;
        if ((now & unowned) != 0) {
            if (state.compare_exchange_weak(now, (now & ~unowned) | back, std::memory_order_acquire,
                                            std::memory_order_relaxed))
                return;
        } else if (spins != 0) {
            --spins;
            os::relax();
            now = state.load(std::memory_order_relaxed);
        } else if (state.compare_exchange_weak(now, (now - one_sleeper) | back, std::memory_order_relaxed)) {
            while (event.exchange(0, std::memory_order_acquire) == 0)
                os::private_futex_wait(&section->LockSemaphore, 0);
            woken = true;
            now = state.load(std::memory_order_relaxed);
        }
    }
}

}  // namespace

BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags) {
    constexpr DWORD known = RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO | RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN |
                            RTL_CRITICAL_SECTION_FLAG_STATIC_INIT | RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO;
    if ((flags & ~known) != 0) return refuse(ERROR_INVALID_PARAMETER);
    // Without debug information the pointer is -1, as on Windows.
    section->DebugInfo = reinterpret_cast<PRTL_CRITICAL_SECTION_DEBUG>(~std::uintptr_t{0});
    section->LockCount = -1;
    section->RecursionCount = 0;
    section->OwningThread = nullptr;
    section->LockSemaphore = nullptr;
    section->SpinCount = spins & spin_count_bits;
    return TRUE;
}
BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins) {
    return InitializeCriticalSectionEx(section, spins, 0);
}
void InitializeCriticalSection(LPCRITICAL_SECTION section) {
    InitializeCriticalSectionEx(section, 0, 0);
}

DWORD SetCriticalSectionSpinCount(LPCRITICAL_SECTION section, DWORD spins) {
    const std::atomic_ref count(section->SpinCount);
    return static_cast<DWORD>(count.exchange(spins & spin_count_bits, std::memory_order_relaxed));
}

void EnterCriticalSection(LPCRITICAL_SECTION section) {
    const HANDLE me = self();
    if (!take_at_rest(section)) {
        if (take_again(section, me)) return;
        take_slowly(section);
    }
    become_owner(section, me);
}

BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section) {
    const HANDLE me = self();
    if (!take_at_rest(section)) {
        if (take_again(section, me)) return TRUE;
        const auto state = state_of(section);
        std::uint32_t now = state.load(std::memory_order_relaxed);
        do {
            if ((now & unowned) == 0) return FALSE;
        } while (
            !state.compare_exchange_weak(now, now & ~unowned, std::memory_order_acquire, std::memory_order_relaxed));
    }
    become_owner(section, me);
    return TRUE;
}

void LeaveCriticalSection(LPCRITICAL_SECTION section) {
    if (--section->RecursionCount != 0) return;
    owner_of(section).store(nullptr, std::memory_order_relaxed);
    const auto state = state_of(section);
    std::uint32_t now = state.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    bool wakes = false;
    do {
        wakes = sleepers(now) && (now & nobody_woken) != 0;
        next = now | unowned;
        if (wakes) next = (next + one_sleeper) & ~nobody_woken;
    } while (!state.compare_exchange_weak(now, next, std::memory_order_release, std::memory_order_relaxed));
    if (!wakes) return;
    // The sleeper that this is for cannot leave before it has the signal, so the memory is still a lock's until then.
    event_of(section).store(1, std::memory_order_release);
    os::private_futex_wake(&section->LockSemaphore, 1);
}

void DeleteCriticalSection(LPCRITICAL_SECTION section) {
    *section = {};
}
