#include "windows.hpp"

#include <cwchar>
#include <tuple>
#include <vector>

#include <mmsystem.h>

namespace {

bool equal(const SYSTEMTIME& a, const SYSTEMTIME& b) {
    const auto date = [](const SYSTEMTIME& t) { return std::tuple(t.wYear, t.wMonth, t.wDay, t.wDayOfWeek); };
    const auto time = [](const SYSTEMTIME& t) { return std::tuple(t.wHour, t.wMinute, t.wSecond, t.wMilliseconds); };
    return date(a) == date(b) && time(a) == time(b);
}

// An hour east of Greenwich; the last Sundays of March and October.
TIME_ZONE_INFORMATION berlin() {
    TIME_ZONE_INFORMATION zone = {};
    zone.Bias = -60;
    zone.StandardDate = {0, 10, 0, 5, 3, 0, 0, 0};
    zone.DaylightDate = {0, 3, 0, 5, 2, 0, 0, 0};
    zone.DaylightBias = -60;
    return zone;
}
// Ten hours east; the first Sundays of October and April.
TIME_ZONE_INFORMATION sydney() {
    TIME_ZONE_INFORMATION zone = {};
    zone.Bias = -600;
    zone.StandardDate = {0, 4, 0, 1, 3, 0, 0, 0};
    zone.DaylightDate = {0, 10, 0, 1, 2, 0, 0, 0};
    zone.DaylightBias = -60;
    return zone;
}

}  // namespace

TEST_CASE("Local file times and back", "[windows_h][clock]") {
    FILETIME now;
    FILETIME local;
    FILETIME back;
    GetSystemTimeAsFileTime(&now);
    REQUIRE(FileTimeToLocalFileTime(&now, &local));
    REQUIRE(LocalFileTimeToFileTime(&local, &back));
    CHECK(CompareFileTime(&now, &back) == 0);
}

TEST_CASE("Times in a zone with summer time", "[windows_h][clock]") {
    struct example {
        TIME_ZONE_INFORMATION zone;
        SYSTEMTIME universal;
        SYSTEMTIME local;
    };
    const example examples[] = {
        {berlin(), {2024, 1, 1, 15, 12, 0, 0, 7}, {2024, 1, 1, 15, 13, 0, 0, 7}},
        {berlin(), {2024, 7, 1, 15, 12, 30, 15, 0}, {2024, 7, 1, 15, 14, 30, 15, 0}},
        // A second before a change, and the change.
        {berlin(), {2024, 3, 0, 31, 0, 59, 59, 0}, {2024, 3, 0, 31, 1, 59, 59, 0}},
        {berlin(), {2024, 3, 0, 31, 1, 0, 0, 0}, {2024, 3, 0, 31, 3, 0, 0, 0}},
        {berlin(), {2024, 10, 0, 27, 1, 0, 0, 0}, {2024, 10, 0, 27, 2, 0, 0, 0}},
        {berlin(), {2024, 12, 6, 28, 23, 30, 0, 0}, {2024, 12, 0, 29, 0, 30, 0, 0}},
        {sydney(), {2024, 1, 1, 15, 12, 0, 0, 0}, {2024, 1, 1, 15, 23, 0, 0, 0}},
        {sydney(), {2024, 7, 1, 15, 12, 0, 0, 0}, {2024, 7, 1, 15, 22, 0, 0, 0}},
        {sydney(), {2024, 10, 6, 5, 16, 0, 0, 0}, {2024, 10, 0, 6, 3, 0, 0, 0}},
    };
    for (const auto& each : examples) {
        INFO(each.universal.wMonth << "/" << each.universal.wDay << " " << each.universal.wHour);
        SYSTEMTIME local = {};
        REQUIRE(SystemTimeToTzSpecificLocalTime(&each.zone, &each.universal, &local));
        INFO(local.wHour << ":" << local.wMinute);
        CHECK(equal(local, each.local));
        // An hour of autumn is there twice.
        if (each.local.wMonth == 10 && each.local.wHour == 2) continue;
        SYSTEMTIME universal = {};
        REQUIRE(TzSpecificLocalTimeToSystemTime(&each.zone, &each.local, &universal));
        CHECK(equal(universal, each.universal));
    }
}

TEST_CASE("A zone without summer time, and one with fixed days", "[windows_h][clock]") {
    TIME_ZONE_INFORMATION zone = {};
    zone.Bias = 210;
    zone.DaylightBias = -60;  // without rules it has no meaning
    const SYSTEMTIME universal = {2024, 7, 1, 15, 2, 0, 0, 0};
    SYSTEMTIME local = {};
    REQUIRE(SystemTimeToTzSpecificLocalTime(&zone, &universal, &local));
    CHECK(equal(local, SYSTEMTIME{2024, 7, 0, 14, 22, 30, 0, 0}));

    zone.Bias = 0;
    zone.DaylightDate = {2024, 7, 0, 15, 1, 0, 0, 0};
    zone.StandardDate = {2024, 7, 0, 16, 1, 0, 0, 0};
    REQUIRE(SystemTimeToTzSpecificLocalTime(&zone, &universal, &local));
    CHECK(equal(local, SYSTEMTIME{2024, 7, 1, 15, 3, 0, 0, 0}));
}

TEST_CASE("The current zone and what is converted by it agree", "[windows_h][clock]") {
    TIME_ZONE_INFORMATION zone = {};
    const DWORD kind = GetTimeZoneInformation(&zone);
    REQUIRE(kind <= TIME_ZONE_ID_DAYLIGHT);
    CHECK((kind == TIME_ZONE_ID_UNKNOWN) == (zone.StandardDate.wMonth == 0));
    CHECK(zone.Bias >= -14 * 60);
    CHECK(zone.Bias <= 12 * 60);
    SYSTEMTIME universal;
    GetSystemTime(&universal);
    SYSTEMTIME by_zone;
    SYSTEMTIME by_null;
    REQUIRE(SystemTimeToTzSpecificLocalTime(&zone, &universal, &by_zone));
    REQUIRE(SystemTimeToTzSpecificLocalTime(nullptr, &universal, &by_null));
    CHECK(equal(by_zone, by_null));
    FILETIME time;
    FILETIME local;
    FILETIME again;
    REQUIRE(SystemTimeToFileTime(&universal, &time));
    REQUIRE(FileTimeToLocalFileTime(&time, &local));
    REQUIRE(SystemTimeToFileTime(&by_null, &again));
    CHECK(CompareFileTime(&local, &again) == 0);
}

TEST_CASE("Times that are none are refused by zones", "[windows_h][clock]") {
    const TIME_ZONE_INFORMATION zone = berlin();
    const SYSTEMTIME bad = {2024, 13, 0, 1, 0, 0, 0, 0};
    SYSTEMTIME to = {};
    REFUSES(SystemTimeToTzSpecificLocalTime(&zone, &bad, &to), ERROR_INVALID_PARAMETER);
    REFUSES(TzSpecificLocalTimeToSystemTime(&zone, &bad, &to), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Times since the start of the system", "[windows_h][clock]") {
    ULONGLONG unbiased = 0;
    REQUIRE(QueryUnbiasedInterruptTime(&unbiased));
    CHECK(unbiased != 0);
    REFUSES(QueryUnbiasedInterruptTime(nullptr), ERROR_INVALID_PARAMETER);
    if (!test::on_windows) {
        // Wine has no more of them.
        ULONGLONG biased = 0;
        ULONGLONG later = 0;
        QueryInterruptTime(&biased);
        CHECK(biased >= unbiased);
        QueryInterruptTimePrecise(&later);
        CHECK(later >= biased);
        QueryUnbiasedInterruptTimePrecise(&later);
        CHECK(later >= unbiased);
    }
    TIMECAPS caps = {};
    CHECK(timeGetDevCaps(&caps, sizeof caps) == TIMERR_NOERROR);
    CHECK(caps.wPeriodMin == 1);
    CHECK(timeBeginPeriod(1) == TIMERR_NOERROR);
    CHECK(timeGetTime() - GetTickCount() + 1000 < 2000);
    CHECK(timeEndPeriod(1) == TIMERR_NOERROR);
    CHECK(timeBeginPeriod(0) == TIMERR_NOCANDO);
}

TEST_CASE("Memory of the machine", "[windows_h][clock]") {
    MEMORYSTATUSEX status = {};
    REFUSES(GlobalMemoryStatusEx(&status), ERROR_INVALID_PARAMETER);
    status.dwLength = sizeof status;
    REQUIRE(GlobalMemoryStatusEx(&status));
    CHECK(status.ullTotalPhys > status.ullAvailPhys);
    CHECK(status.ullAvailPhys != 0);
    CHECK(status.dwMemoryLoad <= 100);
    SYSTEM_INFO info;
    GetNativeSystemInfo(&info);
    CHECK(info.dwPageSize == 4096);
}

TEST_CASE("Processor time of threads and processes grows", "[windows_h][clock]") {
    if (test::on_wine()) return;  // it has 0 for a process
    ULONG64 thread = 0;
    ULONG64 process = 0;
    ULONG64 later = 0;
    REQUIRE(QueryThreadCycleTime(GetCurrentThread(), &thread));
    REQUIRE(QueryProcessCycleTime(GetCurrentProcess(), &process));
    for (later = thread; later == thread;) REQUIRE(QueryThreadCycleTime(GetCurrentThread(), &later));
    CHECK(later > thread);
    for (later = process; later == process;) REQUIRE(QueryProcessCycleTime(GetCurrentProcess(), &later));
    CHECK(later > process);
    const test::owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    REFUSES(QueryThreadCycleTime(event, &later), ERROR_INVALID_HANDLE);
    REFUSES(QueryProcessCycleTime(event, &later), ERROR_INVALID_HANDLE);
}

namespace {

// Whether the length counts the null, on success, differs.
template <class Char, class F>
void check_name(F get, DWORD too_small, DWORD null) {
    std::vector<Char> buffer(300, Char{'x'});
    DWORD size = static_cast<DWORD>(buffer.size());
    REQUIRE(get(buffer.data(), &size));
    const std::size_t length = std::basic_string<Char>(buffer.data()).size();
    CHECK(length != 0);
    CHECK(size == length + null);
    DWORD less = static_cast<DWORD>(length);
    REFUSES(get(buffer.data(), &less), too_small);
    CHECK(less == length + 1);
    less = 0;
    REFUSES(get(nullptr, &less), too_small);
    CHECK(less == length + 1);
}

}  // namespace

TEST_CASE("Names of the computer and of the user", "[windows_h][clock]") {
    check_name<char>(GetComputerNameA, ERROR_BUFFER_OVERFLOW, 0);
    check_name<wchar_t>(GetComputerNameW, ERROR_BUFFER_OVERFLOW, 0);
    check_name<char>(GetUserNameA, ERROR_INSUFFICIENT_BUFFER, 1);
    check_name<wchar_t>(GetUserNameW, ERROR_INSUFFICIENT_BUFFER, 1);
}

TEST_CASE("No debugger is there, and a text for it goes nowhere", "[windows_h][clock]") {
    if (IsDebuggerPresent()) return;
    OutputDebugStringA("text");
    OutputDebugStringW(L"text");
    OutputDebugStringA(nullptr);
    CHECK(sizeof(&DebugBreak) == sizeof(void*));
}

#if !defined(_WIN32)
TEST_CASE("What a program writes for a debugger goes to the file that the environment names", "[windows_h][clock]") {
    const test::scratch_directory folder;
    const std::string path = folder.file("debug.txt");
    REQUIRE(SetEnvironmentVariableA("KOBJ_DEBUG_OUTPUT", path.c_str()));
    SetLastError(7);
    OutputDebugStringA("first\n");
    OutputDebugStringW(L"sec\u00F6nd");
    OutputDebugStringA("");
    CHECK(GetLastError() == 7);
    REQUIRE(SetEnvironmentVariableA("KOBJ_DEBUG_OUTPUT", nullptr));
    OutputDebugStringA("third\n");
    const std::string who = "[" + std::to_string(GetCurrentProcessId()) + "] ";
    CHECK(test::read_file(path) == who + "first\n" + who + "sec\u00F6nd\n" + who + "\n");
}
#endif

TEST_CASE("The error mode is kept", "[windows_h][clock]") {
    const UINT before = SetErrorMode(SEM_FAILCRITICALERRORS);
    CHECK(GetErrorMode() == SEM_FAILCRITICALERRORS);
    CHECK(SetErrorMode(before) == SEM_FAILCRITICALERRORS);
}
