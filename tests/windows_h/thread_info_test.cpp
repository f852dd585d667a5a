#include "thread_code.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <string>
#include <thread>

using test::give_back;
using test::owned;

TEST_CASE("A thread's priority is kept", "[windows_h][thread]") {
    const owned thread = CreateThread(nullptr, 0, give_back, nullptr, CREATE_SUSPENDED, nullptr);
    CHECK(GetThreadPriority(thread) == THREAD_PRIORITY_NORMAL);
    for (const int each : {THREAD_PRIORITY_IDLE, THREAD_PRIORITY_LOWEST, THREAD_PRIORITY_BELOW_NORMAL,
                           THREAD_PRIORITY_ABOVE_NORMAL, THREAD_PRIORITY_HIGHEST, THREAD_PRIORITY_TIME_CRITICAL}) {
        CHECK(SetThreadPriority(thread, each));
        CHECK(GetThreadPriority(thread) == each);
    }
    for (const int bad : {3, 14, 16, -3, -14, -16, 1000})
        REFUSES(SetThreadPriority(thread, bad), ERROR_INVALID_PARAMETER);
    CHECK(GetThreadPriority(thread) == THREAD_PRIORITY_TIME_CRITICAL);
    CHECK(GetThreadPriority(GetCurrentThread()) == THREAD_PRIORITY_NORMAL);
    BOOL disabled = TRUE;
    CHECK(GetThreadPriorityBoost(thread, &disabled));
    CHECK_FALSE(disabled);
    CHECK(SetThreadPriorityBoost(thread, TRUE));
    CHECK(GetThreadPriorityBoost(thread, &disabled));
    // Wine does not keep it, nor the ideal processor.
    if (!test::on_wine()) CHECK(disabled);
    CHECK(GetThreadPriority(thread) == THREAD_PRIORITY_TIME_CRITICAL);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
}

TEST_CASE("A thread's processors", "[windows_h][thread]") {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    CHECK(GetCurrentProcessorNumber() < info.dwNumberOfProcessors);
    const owned thread = CreateThread(nullptr, 0, give_back, nullptr, CREATE_SUSPENDED, nullptr);
    const DWORD_PTR all = SetThreadAffinityMask(thread, 1);
    CHECK((all & 1) == 1);
    CHECK(SetThreadAffinityMask(thread, all) == 1);
    REFUSES(SetThreadAffinityMask(thread, 0), ERROR_INVALID_PARAMETER);
    if (info.dwNumberOfProcessors < 64)
        REFUSES(SetThreadAffinityMask(thread, DWORD_PTR{1} << 63U), ERROR_INVALID_PARAMETER);
    CHECK(SetThreadAffinityMask(thread, all) == all);
    CHECK(SetThreadIdealProcessor(thread, 0) != static_cast<DWORD>(-1));
    CHECK(SetThreadIdealProcessor(thread, MAXIMUM_PROCESSORS) == 0);
    if (info.dwNumberOfProcessors > 1 && !test::on_wine()) {
        CHECK(SetThreadIdealProcessor(thread, 1) == 0);
        CHECK(SetThreadIdealProcessor(thread, MAXIMUM_PROCESSORS) == 1);
    }
    REFUSES(SetThreadIdealProcessor(thread, MAXIMUM_PROCESSORS + 1) != static_cast<DWORD>(-1), ERROR_INVALID_PARAMETER);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
}

#if defined(_WIN32)
namespace {
// Not in the headers of mingw-w64.
HRESULT SetThreadDescription(HANDLE thread, PCWSTR text) {
    const FARPROC found = GetProcAddress(GetModuleHandleW(L"kernelbase"), "SetThreadDescription");
    return reinterpret_cast<HRESULT(WINAPI*)(HANDLE, PCWSTR)>(reinterpret_cast<void*>(found))(thread, text);
}
HRESULT GetThreadDescription(HANDLE thread, PWSTR* text) {
    const FARPROC found = GetProcAddress(GetModuleHandleW(L"kernelbase"), "GetThreadDescription");
    return reinterpret_cast<HRESULT(WINAPI*)(HANDLE, PWSTR*)>(reinterpret_cast<void*>(found))(thread, text);
}
}  // namespace
#endif

TEST_CASE("A thread has a description", "[windows_h][thread]") {
    const auto description = [](HANDLE thread) {
        PWSTR text = nullptr;
        CHECK(SUCCEEDED(GetThreadDescription(thread, &text)));
        const std::wstring all = text == nullptr ? L"null" : text;
        LocalFree(text);
        return all;
    };
    const owned thread = CreateThread(nullptr, 0, give_back, nullptr, CREATE_SUSPENDED, nullptr);
    CHECK(description(thread).empty());
    CHECK(SUCCEEDED(SetThreadDescription(thread, L"a thread of 15 \u20ACuros and more")));
    CHECK(description(thread) == L"a thread of 15 \u20ACuros and more");
    if (!test::on_windows) {
        const std::string file = "/proc/self/task/" + std::to_string(GetThreadId(thread)) + "/comm";
        CHECK(test::read_file(file) == "a thread of 15 \n");
    }
    CHECK(description(GetCurrentThread()).empty());
    CHECK(SUCCEEDED(SetThreadDescription(thread, L"")));
    CHECK(description(thread).empty());
    const owned weak = OpenThread(SYNCHRONIZE, FALSE, GetThreadId(thread));
    PWSTR none = nullptr;
    CHECK(static_cast<DWORD>(SetThreadDescription(weak, L"x")) == 0xD0000022U);
    CHECK(static_cast<DWORD>(GetThreadDescription(weak, &none)) == 0xD0000022U);
    CHECK(static_cast<DWORD>(SetThreadDescription(nullptr, L"x")) == 0xD0000008U);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
}

TEST_CASE("A thread's times", "[windows_h][thread]") {
    const auto number = [](const FILETIME& time) {
        return static_cast<unsigned long long>(time.dwHighDateTime) << 32U | time.dwLowDateTime;
    };
    const auto now = [&] {
        FILETIME time;
        GetSystemTimePreciseAsFileTime(&time);
        return number(time);
    };
    // Wine's clocks differ by some microseconds.
    const unsigned long long slack = test::on_windows ? 200'000 : 0;
    const unsigned long long before = now();
    const auto busy = [](LPVOID) -> DWORD {
        std::atomic<int> turns{0};
        while (turns.fetch_add(1) < 3'000'000) {
        }
        return 0;
    };
    const owned thread = CreateThread(nullptr, 0, busy, nullptr, CREATE_SUSPENDED, nullptr);
    FILETIME created;
    FILETIME ended;
    FILETIME kernel;
    FILETIME user;
    CHECK(GetThreadTimes(thread, &created, &ended, &kernel, &user));
    CHECK(number(created) + slack >= before);
    CHECK(number(created) <= now() + slack);
    const auto creation = number(created);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(GetThreadTimes(thread, &created, &ended, &kernel, &user));
    CHECK(number(created) == creation);
    CHECK(number(ended) + slack >= number(created));
    CHECK(number(ended) <= now() + slack);
    if (!test::on_wine()) CHECK(number(kernel) + number(user) > 0);
    CHECK(GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user));
    CHECK(number(created) <= before + slack);
    CHECK(number(kernel) + number(user) > 0);
}
