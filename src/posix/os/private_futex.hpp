#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>
#include <limits>

// Futexes of one process, for locks that other processes do not see. A header, for each library that needs them.
namespace kobj::posix::os {

inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

/// Nanoseconds of CLOCK_MONOTONIC, so many milliseconds from now; all bits set: never.
inline std::int64_t deadline_in(std::uint32_t milliseconds) noexcept {
    if (milliseconds == 0xFFFFFFFFU) return no_deadline;
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec + milliseconds * std::int64_t{1'000'000};
}

/// Sleeps while the 32 bits at `word` have the expected value; wake-ups reach it whose `bits` meet these. May return
/// early. False when the deadline has passed. Leaves errno alone.
inline bool private_futex_wait(const void* word, std::uint32_t expected, std::int64_t deadline = no_deadline,
                               std::uint32_t bits = FUTEX_BITSET_MATCH_ANY) noexcept {
    const int before = errno;
    timespec until{};
    until.tv_sec = static_cast<time_t>(deadline / 1'000'000'000);
    until.tv_nsec = static_cast<long>(deadline % 1'000'000'000);
    const bool in_time = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                                 deadline == no_deadline ? nullptr : &until, nullptr, bits) == 0 ||
                         errno != ETIMEDOUT;
    errno = before;
    return in_time;
}

/// The memory at `word` may be anybody's by now: who slept there finds out by itself that it was woken for nothing.
inline void private_futex_wake(const void* word, int count, std::uint32_t bits = FUTEX_BITSET_MATCH_ANY) noexcept {
    const int before = errno;
    syscall(SYS_futex, word, FUTEX_WAKE_BITSET_PRIVATE, count, nullptr, nullptr, bits);
    errno = before;
}

}  // namespace kobj::posix::os
