#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cstdint>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace {

using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
constexpr std::chrono::sys_days first_day{std::chrono::year(1601) / 1 / 1};

ticks now_by(clockid_t clock) noexcept {
    timespec now{};
    clock_gettime(clock, &now);
    return std::chrono::floor<ticks>(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// Since 1601.
ticks wall_clock() noexcept {
    return now_by(CLOCK_REALTIME) - std::chrono::duration_cast<ticks>(first_day.time_since_epoch());
}

FILETIME as_file_time(ticks since_1601) noexcept {
    const auto all = static_cast<std::uint64_t>(since_1601.count());
    return {static_cast<DWORD>(all), static_cast<DWORD>(all >> 32U)};
}
std::uint64_t count_of(const FILETIME& time) noexcept {
    return std::uint64_t{time.dwHighDateTime} << 32U | time.dwLowDateTime;
}

SYSTEMTIME as_system_time(ticks since_1601) noexcept {
    const auto days = std::chrono::floor<std::chrono::days>(since_1601);
    const std::chrono::sys_days day = first_day + days;
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::milliseconds>(since_1601 - days));
    const auto word = [](auto value) { return static_cast<WORD>(value); };
    return {word(static_cast<int>(date.year())),
            word(static_cast<unsigned>(date.month())),
            word(std::chrono::weekday(day).c_encoding()),
            word(static_cast<unsigned>(date.day())),
            word(time.hours().count()),
            word(time.minutes().count()),
            word(time.seconds().count()),
            word(time.subseconds().count())};
}

}  // namespace

ULONGLONG GetTickCount64() {
    return static_cast<ULONGLONG>(now_by(CLOCK_BOOTTIME).count() / 10'000);
}
DWORD GetTickCount() {
    return static_cast<DWORD>(GetTickCount64());
}

BOOL QueryPerformanceCounter(LARGE_INTEGER* count) {
    if (count == nullptr) return refuse(ERROR_NOACCESS);
    count->QuadPart = now_by(CLOCK_BOOTTIME).count();
    return TRUE;
}
BOOL QueryPerformanceFrequency(LARGE_INTEGER* frequency) {
    if (frequency == nullptr) return refuse(ERROR_NOACCESS);
    frequency->QuadPart = ticks::period::den;
    return TRUE;
}

void GetSystemTimeAsFileTime(LPFILETIME time) {
    *time = as_file_time(wall_clock());
}
void GetSystemTimePreciseAsFileTime(LPFILETIME time) {
    *time = as_file_time(wall_clock());
}
void GetSystemTime(LPSYSTEMTIME time) {
    *time = as_system_time(wall_clock());
}
void GetLocalTime(LPSYSTEMTIME time) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm local{};
    localtime_r(&now.tv_sec, &local);
    const auto word = [](auto value) { return static_cast<WORD>(value); };
    *time = {word(local.tm_year + 1900), word(local.tm_mon + 1), word(local.tm_wday), word(local.tm_mday),
             word(local.tm_hour),        word(local.tm_min),     word(local.tm_sec),  word(now.tv_nsec / 1'000'000)};
}

BOOL SystemTimeToFileTime(const SYSTEMTIME* from, LPFILETIME to) {
    const std::chrono::year_month_day date{std::chrono::year(from->wYear), std::chrono::month(from->wMonth),
                                           std::chrono::day(from->wDay)};
    if (from->wYear < 1601 || from->wYear > 30827 || !date.ok() || from->wHour > 23 || from->wMinute > 59 ||
        from->wSecond > 59 || from->wMilliseconds > 999)
        return refuse(ERROR_INVALID_PARAMETER);
    *to = as_file_time(std::chrono::duration_cast<ticks>(std::chrono::sys_days(date) - first_day) +
                       std::chrono::hours(from->wHour) + std::chrono::minutes(from->wMinute) +
                       std::chrono::seconds(from->wSecond) + std::chrono::milliseconds(from->wMilliseconds));
    return TRUE;
}
BOOL FileTimeToSystemTime(const FILETIME* from, LPSYSTEMTIME to) {
    const auto count = static_cast<std::int64_t>(count_of(*from));
    if (count < 0) return refuse(ERROR_INVALID_PARAMETER);
    *to = as_system_time(ticks(count));
    return TRUE;
}
LONG CompareFileTime(const FILETIME* first, const FILETIME* second) {
    const auto a = count_of(*first);
    const auto b = count_of(*second);
    return a < b ? -1 : a > b ? 1 : 0;
}
