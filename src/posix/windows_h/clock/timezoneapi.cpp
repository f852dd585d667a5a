#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/clock/clock.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

// Time zones as Windows describes them: two offsets and two rules, each valid in every year.
namespace {

constexpr std::int64_t ticks_per_second = 10'000'000;
constexpr std::int64_t ticks_per_minute = 60 * ticks_per_second;

std::int64_t number_of(const FILETIME& time) noexcept {
    return static_cast<std::int64_t>(ULONGLONG{time.dwHighDateTime} << 32U | time.dwLowDateTime);
}

tm local_time(time_t moment) noexcept {
    tm parts{};
    localtime_r(&moment, &parts);
    return parts;
}

// The first moment in (before, after] with `after`'s offset; their offsets differ.
time_t change_between(time_t before, time_t after) noexcept {
    const tm end = local_time(after);
    while (after - before > 1) {
        const time_t middle = before + (after - before) / 2;
        const tm parts = local_time(middle);
        (parts.tm_gmtoff == end.tm_gmtoff && parts.tm_isdst == end.tm_isdst ? after : before) = middle;
    }
    return after;
}

// The change at this moment as a rule, such as "the last Sunday of March, at 2", by the clocks before it.
SYSTEMTIME rule_of(time_t change) noexcept {
    const time_t clock = change + local_time(change - 1).tm_gmtoff;
    tm day{};
    gmtime_r(&clock, &day);
    const auto word = [](auto value) { return static_cast<WORD>(value); };
    SYSTEMTIME rule{};
    rule.wMonth = word(day.tm_mon + 1);
    rule.wDayOfWeek = word(day.tm_wday);
    const auto last = std::chrono::year_month_day_last(std::chrono::year(day.tm_year + 1900),
                                                       std::chrono::month(rule.wMonth) / std::chrono::last);
    // 5 means the last one.
    rule.wDay =
        day.tm_mday + 7 > static_cast<int>(static_cast<unsigned>(last.day())) ? word(5) : word((day.tm_mday + 6) / 7);
    rule.wHour = word(day.tm_hour);
    rule.wMinute = word(day.tm_min);
    rule.wSecond = word(day.tm_sec);
    return rule;
}

template <std::size_t N>
void set_name(WCHAR (&name)[N], const char* text) {
    const std::wstring wide = to_wide(text == nullptr ? "" : text);
    const std::size_t length = std::min(wide.size(), N - 1);
    std::copy_n(wide.begin(), length, name);
}

// By the rules of the current year.
TIME_ZONE_INFORMATION current_zone() {
    tzset();
    const tm now = local_time(time(nullptr));
    TIME_ZONE_INFORMATION zone{};
    zone.Bias = static_cast<LONG>(-now.tm_gmtoff / 60);
    set_name(zone.StandardName, now.tm_zone);
    set_name(zone.DaylightName, now.tm_zone);

    const std::chrono::year year(now.tm_year + 1900);
    time_t before = std::chrono::sys_days(year / 1 / 1).time_since_epoch() / std::chrono::seconds(1);
    tm earlier = local_time(before);
    std::optional<LONG> daylight;
    for (int days = 1; days <= 365; ++days) {
        const time_t after = before + 86'400;
        const tm later = local_time(after);
        if (later.tm_isdst != earlier.tm_isdst) {
            const SYSTEMTIME rule = rule_of(change_between(before, after));
            if (later.tm_isdst > 0) {
                zone.DaylightDate = rule;
                set_name(zone.DaylightName, later.tm_zone);
                daylight = static_cast<LONG>(-later.tm_gmtoff / 60);
            } else {
                zone.StandardDate = rule;
                set_name(zone.StandardName, later.tm_zone);
                zone.Bias = static_cast<LONG>(-later.tm_gmtoff / 60);
            }
        }
        before = after;
        earlier = later;
    }
    // A zone needs both rules or none.
    if (zone.DaylightDate.wMonth == 0 || zone.StandardDate.wMonth == 0)
        zone.DaylightDate = zone.StandardDate = {};
    else
        zone.DaylightBias = *daylight - zone.Bias;
    return zone;
}

// When a rule applies in that year, by the clocks before the change; nothing for one that is none.
std::optional<std::int64_t> moment_of(const SYSTEMTIME& rule, WORD year) noexcept {
    SYSTEMTIME date = rule;
    if (rule.wYear == 0) {
        using namespace std::chrono;
        const auto month = std::chrono::year(year) / std::chrono::month(rule.wMonth);
        if (rule.wDay < 1 || rule.wDay > 5 || rule.wDayOfWeek > 6 || !month.ok()) return std::nullopt;
        const weekday on(rule.wDayOfWeek);
        const sys_days day = rule.wDay == 5 ? sys_days(month / on[last]) : sys_days(month / on[rule.wDay]);
        date.wYear = year;
        date.wDay = static_cast<WORD>(static_cast<unsigned>(year_month_day(day).day()));
    } else if (rule.wYear != year) {
        return std::nullopt;
    }
    FILETIME time;
    if (!SystemTimeToFileTime(&date, &time)) return std::nullopt;
    return number_of(time);
}

// What is to be added to local time for universal time. `time` is universal or local; `to_clock` tells by what bias,
// the one before a change, its rule is brought to the same.
template <class F>
std::optional<LONG> bias_at(const TIME_ZONE_INFORMATION& zone, std::int64_t time, WORD year, F&& to_clock) noexcept {
    const LONG standard = zone.Bias + zone.StandardBias;
    if (zone.StandardDate.wMonth == 0 || zone.DaylightDate.wMonth == 0) return standard;
    const LONG daylight = zone.Bias + zone.DaylightBias;
    const auto begin = moment_of(zone.DaylightDate, year);
    const auto end = moment_of(zone.StandardDate, year);
    if (!begin || !end) return std::nullopt;
    const auto first = *begin + to_clock(standard);
    const auto last = *end + to_clock(daylight);
    // South of the equator the summer has the turn of the year in it.
    const bool summer = first < last ? time >= first && time < last : time >= first || time < last;
    return summer ? daylight : standard;
}

// `zone` may be null: the current one. Direction: 1 to local time, -1 from it.
BOOL convert(const TIME_ZONE_INFORMATION* zone, const SYSTEMTIME* from, LPSYSTEMTIME to, int direction) noexcept {
    if (from == nullptr || to == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    return guarded([&]() -> BOOL {
        const TIME_ZONE_INFORMATION used = zone != nullptr ? *zone : current_zone();
        FILETIME time;
        if (!SystemTimeToFileTime(from, &time)) return FALSE;
        const auto bias = bias_at(used, number_of(time), from->wYear, [&](LONG before) -> std::int64_t {
            return direction > 0 ? before * ticks_per_minute : 0;
        });
        if (!bias) return refuse(ERROR_INVALID_PARAMETER);
        time = file_time(number_of(time) - direction * *bias * ticks_per_minute);
        return FileTimeToSystemTime(&time, to);
    });
}

// Of the present moment, also for other times: file times know no rules of summer time.
BOOL shift(const FILETIME* from, LPFILETIME to, int direction) noexcept {
    if (from == nullptr || to == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const std::int64_t offset = local_time(time(nullptr)).tm_gmtoff * ticks_per_second;
    const std::int64_t all = number_of(*from) + direction * offset;
    if (number_of(*from) < 0 || all < 0) return refuse(ERROR_INVALID_PARAMETER);
    *to = file_time(all);
    return TRUE;
}

}  // namespace

DWORD GetTimeZoneInformation(LPTIME_ZONE_INFORMATION zone) {
    if (zone == nullptr) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return TIME_ZONE_ID_INVALID;
    }
    try {
        *zone = current_zone();
        if (zone->DaylightDate.wMonth == 0) return TIME_ZONE_ID_UNKNOWN;
        return local_time(time(nullptr)).tm_isdst > 0 ? TIME_ZONE_ID_DAYLIGHT : TIME_ZONE_ID_STANDARD;
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return TIME_ZONE_ID_INVALID;
    }
}

BOOL SystemTimeToTzSpecificLocalTime(const TIME_ZONE_INFORMATION* zone, const SYSTEMTIME* universal,
                                     LPSYSTEMTIME local) {
    return convert(zone, universal, local, 1);
}
BOOL TzSpecificLocalTimeToSystemTime(const TIME_ZONE_INFORMATION* zone, const SYSTEMTIME* local,
                                     LPSYSTEMTIME universal) {
    return convert(zone, local, universal, -1);
}

BOOL FileTimeToLocalFileTime(const FILETIME* time, LPFILETIME local) {
    return shift(time, local, 1);
}
BOOL LocalFileTimeToFileTime(const FILETIME* local, LPFILETIME time) {
    return shift(local, time, -1);
}
