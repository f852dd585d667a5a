#include "windows.hpp"

TEST_CASE("Clocks go on", "[windows_h]") {
    LARGE_INTEGER frequency;
    LARGE_INTEGER before;
    LARGE_INTEGER after;
    REQUIRE(QueryPerformanceFrequency(&frequency));
    CHECK(frequency.QuadPart >= 1'000'000);
    REQUIRE(QueryPerformanceCounter(&before));
    const ULONGLONG tick = GetTickCount64();
    Sleep(50);
    REQUIRE(QueryPerformanceCounter(&after));
    CHECK((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart >= 30);
    CHECK(GetTickCount64() >= tick + 30);
    CHECK(GetTickCount() - static_cast<DWORD>(tick) < 1'000'000);
    Sleep(0);
}

TEST_CASE("File times and system times", "[windows_h]") {
    const SYSTEMTIME leap = {2024, 2, 0, 29, 23, 59, 58, 123};
    FILETIME time;
    REQUIRE(SystemTimeToFileTime(&leap, &time));
    SYSTEMTIME back;
    REQUIRE(FileTimeToSystemTime(&time, &back));
    CHECK(back.wYear == 2024);
    CHECK(back.wMonth == 2);
    CHECK(back.wDay == 29);
    CHECK(back.wDayOfWeek == 4);
    CHECK(back.wHour == 23);
    CHECK(back.wMinute == 59);
    CHECK(back.wSecond == 58);
    CHECK(back.wMilliseconds == 123);

    const SYSTEMTIME epoch = {1970, 1, 0, 1, 0, 0, 0, 0};
    FILETIME unix_epoch;
    REQUIRE(SystemTimeToFileTime(&epoch, &unix_epoch));
    CHECK(unix_epoch.dwHighDateTime == 0x019DB1DEU);
    CHECK(unix_epoch.dwLowDateTime == 0xD53E8000U);

    const FILETIME first = {0, 0};
    REQUIRE(FileTimeToSystemTime(&first, &back));
    CHECK(back.wYear == 1601);
    CHECK(back.wDayOfWeek == 1);
    CHECK(CompareFileTime(&first, &time) == -1);
    CHECK(CompareFileTime(&time, &first) == 1);
    CHECK(CompareFileTime(&time, &time) == 0);

    if (test::on_wine()) return;  // it checks less
    for (const SYSTEMTIME bad : {SYSTEMTIME{2023, 2, 0, 29, 0, 0, 0, 0}, SYSTEMTIME{1600, 1, 0, 1, 0, 0, 0, 0},
                                 SYSTEMTIME{2023, 13, 0, 1, 0, 0, 0, 0}, SYSTEMTIME{2023, 1, 0, 1, 24, 0, 0, 0}})
        REFUSES(SystemTimeToFileTime(&bad, &time), ERROR_INVALID_PARAMETER);
    const FILETIME late = {0, 0x80000000U};
    REFUSES(FileTimeToSystemTime(&late, &back), ERROR_INVALID_PARAMETER);
}

TEST_CASE("The wall clock has one time in each form", "[windows_h]") {
    FILETIME now;
    FILETIME precise;
    SYSTEMTIME parts;
    FILETIME again;
    GetSystemTimeAsFileTime(&now);
    GetSystemTime(&parts);
    GetSystemTimePreciseAsFileTime(&precise);
    REQUIRE(SystemTimeToFileTime(&parts, &again));
    const auto count = [](FILETIME t) {
        return static_cast<LONGLONG>(ULONGLONG{t.dwHighDateTime} << 32 | t.dwLowDateTime);
    };
    CHECK(std::abs(count(now) - count(again)) < 600'000'000);
    CHECK(std::abs(count(now) - count(precise)) < 600'000'000);
    SYSTEMTIME local;
    GetLocalTime(&local);
    CHECK(local.wYear >= 2024);
}

TEST_CASE("The system's description", "[windows_h]") {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    CHECK(info.dwPageSize >= 4096);
    CHECK(info.dwAllocationGranularity == 65536);
    CHECK(info.dwNumberOfProcessors >= 1);
}
