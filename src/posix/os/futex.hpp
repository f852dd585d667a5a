#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kobj::posix::os {

/// A word and the value that it must still have for the sleep to begin.
struct futex_key {
    const std::atomic<std::uint32_t>* word;
    std::uint32_t expected;
};

/// How many words a thread can sleep on (FUTEX_WAITV_MAX).
inline constexpr std::size_t most_futex_keys = 128;

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_now() noexcept;
/// The same, some milliseconds late, and cheaper.
std::int64_t coarse_now() noexcept;
/// Nanoseconds of CLOCK_REALTIME.
std::int64_t wall_clock_now() noexcept;

/// Sleeps until one of the words is woken or differs, or until `deadline` (monotonic nanoseconds). May return early.
/// The words are in shared memory. Kernels without futex_waitv sleep on the first word only, and not longer than 10 ms.
void futex_wait(std::span<const futex_key> keys, std::int64_t deadline) noexcept;

void futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept;

}  // namespace kobj::posix::os
