#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/slim-reader-writer--srw--locks
//
// The lower half of the word: who holds the lock, and whether readers or writers sleep. The upper half counts the
// wake-ups, and is what all sleep on. One store lets the lock go, clears both flags and counts. Then one writer and all
// readers are woken; a writer that has slept sets its flag again, since more of them may sleep. So a lock that nobody
// holds has no flags, and a thread that has set a flag either sees the count change or is asleep before the wake-up.
namespace {

constexpr std::uint64_t holders = (1U << 30U) - 1;  // readers, or
constexpr std::uint64_t exclusive = holders;        // a writer
constexpr std::uint64_t readers_sleep = 1U << 30U;
constexpr std::uint64_t writers_sleep = 1U << 31U;
constexpr std::uint64_t one_wakeup = std::uint64_t{1} << 32U;

constexpr std::uint32_t readers = 1;
constexpr std::uint32_t writers = 2;

constexpr int looks = 60;

using word = std::atomic_ref<std::uint64_t>;

// A sleeping writer goes before readers that come later.
constexpr bool open_to_readers(std::uint64_t now) noexcept {
    return (now & writers_sleep) == 0 && (now & holders) < exclusive - 1;
}

bool try_shared(const word& state) noexcept {
    std::uint64_t now = state.load(std::memory_order_relaxed);
    while (open_to_readers(now))
        if (state.compare_exchange_weak(now, now + 1, std::memory_order_acquire, std::memory_order_relaxed))
            return true;
    return false;
}

bool try_exclusive(const word& state, std::uint64_t flag) noexcept {
    std::uint64_t now = state.load(std::memory_order_relaxed);
    while ((now & holders) == 0)
        if (state.compare_exchange_weak(now, now | exclusive | flag, std::memory_order_acquire,
                                        std::memory_order_relaxed))
            return true;
    return false;
}

void acquire_slowly(PSRWLOCK lock, bool shared) noexcept {
    const word state = word_of(lock->Ptr);
    const std::uint64_t flag = shared ? readers_sleep : writers_sleep;
    std::uint64_t slept = 0;
    for (int look = 0;;) {
        if (shared ? try_shared(state) : try_exclusive(state, slept)) return;
        std::uint64_t now = state.load(std::memory_order_relaxed);
        if (look < looks && (now & (readers_sleep | writers_sleep)) == 0) {
            ++look;
            os::relax();
            continue;
        }
        if (shared ? open_to_readers(now) : (now & holders) == 0) continue;
        if ((now & flag) == 0 && !state.compare_exchange_weak(now, now | flag, std::memory_order_relaxed)) continue;
        os::private_futex_wait(upper_half(lock->Ptr), static_cast<std::uint32_t>(now >> 32U), os::no_deadline,
                               shared ? readers : writers);
        if (!shared) slept = writers_sleep;
    }
}

void release(PSRWLOCK lock, bool shared) noexcept {
    const word state = word_of(lock->Ptr);
    std::uint64_t now = state.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        if (shared && (now & holders) > 1) {
            next = now - 1;
        } else {
            next = now & ~(holders | readers_sleep | writers_sleep);
            if ((now & (readers_sleep | writers_sleep)) != 0) next += one_wakeup;
        }
    } while (!state.compare_exchange_weak(now, next, std::memory_order_release, std::memory_order_relaxed));
    if ((next & holders) != 0) return;
    if ((now & writers_sleep) != 0) os::private_futex_wake(upper_half(lock->Ptr), 1, writers);
    if ((now & readers_sleep) != 0) os::private_futex_wake(upper_half(lock->Ptr), INT_MAX, readers);
}

}  // namespace

void InitializeSRWLock(PSRWLOCK lock) {
    lock->Ptr = nullptr;
}
void AcquireSRWLockExclusive(PSRWLOCK lock) {
    if (!try_exclusive(word_of(lock->Ptr), 0)) acquire_slowly(lock, false);
}
void AcquireSRWLockShared(PSRWLOCK lock) {
    if (!try_shared(word_of(lock->Ptr))) acquire_slowly(lock, true);
}
BOOLEAN TryAcquireSRWLockExclusive(PSRWLOCK lock) {
    return try_exclusive(word_of(lock->Ptr), 0) ? TRUE : FALSE;
}
BOOLEAN TryAcquireSRWLockShared(PSRWLOCK lock) {
    return try_shared(word_of(lock->Ptr)) ? TRUE : FALSE;
}
void ReleaseSRWLockExclusive(PSRWLOCK lock) {
    release(lock, false);
}
void ReleaseSRWLockShared(PSRWLOCK lock) {
    release(lock, true);
}
