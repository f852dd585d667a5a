#pragma once

#include "windows.hpp"

#include <kobj/timeout.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kobj::detail {

[[nodiscard]] inline DWORD rounded_up_ms(std::int64_t nanoseconds) noexcept {
    // The longest wait in one step, far from INFINITE, which is the largest DWORD.
    constexpr std::int64_t longest_step_ms = 0x7FFF'FFFF;
    const std::int64_t ms = nanoseconds / 1'000'000 + (nanoseconds % 1'000'000 != 0 ? 1 : 0);
    return static_cast<DWORD>(std::min(ms, longest_step_ms));
}

/// Waits by `first(milliseconds)` and, while time is left of the limit, by `again(milliseconds)`: never shorter than
/// asked, though Windows counts in ticks and may come back up to a tick too early. Gives what the last of them gave.
template <class First, class Again>
[[nodiscard]] DWORD wait_in_steps(timeout limit, First&& first, Again&& again) noexcept {
    if (limit.is_infinite()) return first(DWORD{INFINITE});
    if (limit.nanoseconds() == 0) return first(DWORD{0});
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    DWORD how = first(rounded_up_ms(limit.nanoseconds()));
    while (how == WAIT_TIMEOUT) {
        const auto left = limit.nanoseconds() - std::chrono::nanoseconds(clock::now() - begin).count();
        if (left <= 0) break;
        how = again(rounded_up_ms(left));
    }
    return how;
}

template <class Wait>
[[nodiscard]] DWORD wait_in_steps(timeout limit, Wait&& wait) noexcept {
    return wait_in_steps(limit, wait, wait);
}

}  // namespace kobj::detail
