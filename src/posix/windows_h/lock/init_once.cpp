#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/one-time-initialization
//
// 0: not begun. 1: one thread does it; 5: others sleep until it has. 3: any number of threads try it. With 2 in the two
// low bits: done, the rest is the context.
namespace {

constexpr std::uint64_t not_begun = 0;
constexpr std::uint64_t one_tries = 1;
constexpr std::uint64_t one_tries_others_sleep = 5;
constexpr std::uint64_t many_try = 3;
constexpr std::uint64_t done_bit = 2;
constexpr std::uint64_t low_bits = 3;

constexpr bool is_done(std::uint64_t state) noexcept {
    return (state & low_bits) == done_bit;
}

BOOL give(std::uint64_t state, LPVOID* context) noexcept {
    if (context != nullptr) *context = reinterpret_cast<LPVOID>(static_cast<std::uintptr_t>(state & ~low_bits));
    return TRUE;
}

}  // namespace

void InitOnceInitialize(PINIT_ONCE once) {
    once->Ptr = nullptr;
}

BOOL InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL pending, LPVOID* context) {
    if ((flags & ~(INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC)) != 0) return refuse(ERROR_INVALID_PARAMETER);
    const auto word = word_of(once->Ptr);
    std::uint64_t state = word.load(std::memory_order_acquire);
    if ((flags & INIT_ONCE_CHECK_ONLY) != 0) {
        if ((flags & INIT_ONCE_ASYNC) != 0) return refuse(ERROR_INVALID_PARAMETER);
        if (!is_done(state)) return refuse(ERROR_GEN_FAILURE);
    }
    for (;;) {
        if (is_done(state)) {
            *pending = FALSE;
            return give(state, context);
        }
        if (state == not_begun) {
            const std::uint64_t begun = (flags & INIT_ONCE_ASYNC) != 0 ? many_try : one_tries;
            if (!word.compare_exchange_weak(state, begun, std::memory_order_acquire)) continue;
            *pending = TRUE;
            return TRUE;
        }
        if (state == many_try) {
            if ((flags & INIT_ONCE_ASYNC) == 0) return refuse(ERROR_INVALID_PARAMETER);
            *pending = TRUE;
            return TRUE;
        }
        if ((flags & INIT_ONCE_ASYNC) != 0) return refuse(ERROR_INVALID_PARAMETER);
        if (state == one_tries && !word.compare_exchange_weak(state, one_tries_others_sleep)) continue;
        os::private_futex_wait(lower_half(once->Ptr), static_cast<std::uint32_t>(one_tries_others_sleep));
        state = word.load(std::memory_order_acquire);
    }
}

BOOL InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context) {
    const auto value = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(context));
    const bool async = (flags & INIT_ONCE_ASYNC) != 0;
    const bool failed = (flags & INIT_ONCE_INIT_FAILED) != 0;
    if ((flags & ~(INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED)) != 0 || (async && failed) || (failed && value != 0) ||
        (value & low_bits) != 0)
        return refuse(ERROR_INVALID_PARAMETER);
    const auto word = word_of(once->Ptr);
    std::uint64_t state = word.load(std::memory_order_relaxed);
    const std::uint64_t next = failed ? not_begun : value | done_bit;
    do {
        // Another thread may have been first, or nobody has begun.
        if (is_done(state) || state == not_begun) return refuse(ERROR_GEN_FAILURE);
        if (!async && state == many_try) return refuse(ERROR_INVALID_PARAMETER);
    } while (!word.compare_exchange_weak(state, next, std::memory_order_acq_rel, std::memory_order_relaxed));
    if (state == one_tries_others_sleep) os::private_futex_wake(lower_half(once->Ptr), INT_MAX);
    return TRUE;
}

BOOL InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN work, PVOID parameter, LPVOID* context) {
    BOOL pending = FALSE;
    if (InitOnceBeginInitialize(once, 0, &pending, context) == FALSE) return FALSE;
    if (pending == FALSE) return TRUE;
    LPVOID made = nullptr;
    // The function's own last error is what the caller sees.
    if (work(once, parameter, &made) == FALSE) {
        const DWORD error = GetLastError();
        InitOnceComplete(once, INIT_ONCE_INIT_FAILED, nullptr);
        return refuse(error);
    }
    if (InitOnceComplete(once, 0, made) == FALSE) {
        const DWORD error = GetLastError();
        InitOnceComplete(once, INIT_ONCE_INIT_FAILED, nullptr);
        return refuse(error);
    }
    if (context != nullptr) *context = made;
    return TRUE;
}
