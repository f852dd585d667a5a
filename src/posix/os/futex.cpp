#include "posix/os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace kobj::posix::os {

namespace {

timespec to_timespec(std::int64_t nanoseconds) noexcept {
    timespec time{};
    time.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000);
    time.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
    return time;
}

std::int64_t now_by(clockid_t clock) noexcept {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

void wait_one(const futex_key& key, std::int64_t deadline) noexcept {
    const timespec until = to_timespec(deadline);
    // FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC.
    syscall(SYS_futex, key.word, FUTEX_WAIT_BITSET, key.expected, &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

std::int64_t monotonic_now() noexcept {
    return now_by(CLOCK_MONOTONIC);
}
std::int64_t coarse_now() noexcept {
    return now_by(CLOCK_MONOTONIC_COARSE);
}
std::int64_t wall_clock_now() noexcept {
    return now_by(CLOCK_REALTIME);
}

void futex_wait(std::span<const futex_key> keys, std::int64_t deadline) noexcept {
    if (keys.size() == 1) {
        wait_one(keys[0], deadline);
        return;
    }
    std::array<futex_waitv, most_futex_keys> list{};
    const std::size_t count = std::min(keys.size(), most_futex_keys);
    for (std::size_t i = 0; i < count; ++i) {
        list[i].uaddr = reinterpret_cast<std::uintptr_t>(keys[i].word);
        list[i].val = keys[i].expected;
        list[i].flags = FUTEX_32;
    }
    timespec until = to_timespec(deadline);
    if (syscall(SYS_futex_waitv, list.data(), count, 0, &until, CLOCK_MONOTONIC) < 0 && errno == ENOSYS)
        wait_one(keys[0], std::min(deadline, monotonic_now() + 10'000'000));
}

void futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

}  // namespace kobj::posix::os
