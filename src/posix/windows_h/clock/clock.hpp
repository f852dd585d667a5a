#pragma once

#include <time.h>

#include <cstdint>

#include <windows.h>

namespace kobj::windows_h {

/// Nanoseconds.
inline std::int64_t now_by(clockid_t clock) noexcept {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

/// A FILETIME's number for a time of the wall clock, in nanoseconds since 1970.
inline std::int64_t file_ticks(std::int64_t wall_clock) noexcept {
    constexpr std::int64_t unix_epoch = 116'444'736'000'000'000;
    return wall_clock / 100 + unix_epoch;
}

inline FILETIME file_time(std::int64_t ticks) noexcept {
    const auto all = static_cast<std::uint64_t>(ticks);
    return {static_cast<DWORD>(all), static_cast<DWORD>(all >> 32U)};
}

}  // namespace kobj::windows_h
