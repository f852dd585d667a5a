#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "thread_code.hpp"

#include <process.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

using test::argument;
using test::code_of;
using test::give_back;
using test::owned;

TEST_CASE("CreateThread runs a function; its value is the exit code", "[windows_h][thread]") {
    DWORD id = 0;
    const owned thread = CreateThread(nullptr, 0, give_back, argument(0xFFFFFFF0U), 0, &id);
    REQUIRE(static_cast<HANDLE>(thread) != nullptr);
    CHECK(id != 0);
    CHECK(id != GetCurrentThreadId());
    CHECK(GetThreadId(thread) == id);
    CHECK(GetProcessIdOfThread(thread) == GetCurrentProcessId());
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 0xFFFFFFF0U);
    CHECK(GetThreadId(thread) == id);
    CHECK(GetProcessIdOfThread(thread) == GetCurrentProcessId());
    CHECK(WaitForSingleObject(thread, 0) == WAIT_OBJECT_0);
    DWORD flags = 0xBAD;
    CHECK(GetHandleInformation(thread, &flags));
    CHECK(flags == 0);
}

TEST_CASE("A thread's handle is inheritable when its attributes say so", "[windows_h][thread]") {
    SECURITY_ATTRIBUTES attributes = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned thread = CreateThread(&attributes, 0, give_back, nullptr, CREATE_SUSPENDED, nullptr);
    DWORD flags = 0;
    CHECK(GetHandleInformation(thread, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
}

TEST_CASE("A thread created suspended waits to be resumed", "[windows_h][thread]") {
    std::atomic<int> ran{0};
    const auto body = [](LPVOID counter) -> DWORD {
        ++*static_cast<std::atomic<int>*>(counter);
        return 3;
    };
    const owned thread = CreateThread(nullptr, 0, body, &ran, CREATE_SUSPENDED, nullptr);
    CHECK(WaitForSingleObject(thread, 20) == WAIT_TIMEOUT);
    CHECK(code_of(thread) == STILL_ACTIVE);
    CHECK(ran == 0);
    CHECK(test::error_of([&] { CHECK(ResumeThread(thread) == 1); }) == test::untouched);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(ran == 1);
    CHECK(code_of(thread) == 3);
    CHECK(ResumeThread(thread) == 0);
    CHECK(ResumeThread(GetCurrentThread()) == 0);
}

TEST_CASE("A thread's own code is told also when it is the one of a running thread", "[windows_h][thread]") {
    const owned thread = CreateThread(nullptr, 0, give_back, argument(STILL_ACTIVE), 0, nullptr);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == STILL_ACTIVE);
}

TEST_CASE("Stacks are as large as asked for", "[windows_h][thread]") {
    const auto measure = [](SIZE_T size, DWORD flags) {
        const auto body = [](LPVOID result) -> DWORD {
            ULONG_PTR low = 0;
            ULONG_PTR high = 0;
            GetCurrentThreadStackLimits(&low, &high);
            const auto here = reinterpret_cast<ULONG_PTR>(&low);
            *static_cast<SIZE_T*>(result) = low < here && here < high ? high - low : 0;
            return 0;
        };
        SIZE_T result = 0;
        const owned thread = CreateThread(nullptr, size, body, &result, flags, nullptr);
        CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
        return result;
    };
    constexpr SIZE_T megabyte = SIZE_T{1} << 20U;
    CHECK(measure(0, 0) >= megabyte);
    // Less than what is reserved anyway.
    CHECK(measure(4096, 0) >= megabyte);
    CHECK(measure(32 * megabyte, STACK_SIZE_PARAM_IS_A_RESERVATION) >= 31 * megabyte);
    CHECK(measure(32 * megabyte, 0) >= 31 * megabyte);
    CHECK(measure(256 * 1024, STACK_SIZE_PARAM_IS_A_RESERVATION) >= 64 * 1024);
}

TEST_CASE("CreateThread refuses what it cannot do", "[windows_h][thread]") {
    REFUSES(CreateThread(nullptr, SIZE_T{1} << 60U, give_back, nullptr, 0, nullptr), ERROR_NOT_ENOUGH_MEMORY);
    // Wine takes any flags.
    if (!test::on_wine()) REFUSES(CreateThread(nullptr, 0, give_back, nullptr, 0x20, nullptr), ERROR_INVALID_PARAMETER);
}

namespace {
struct on_leaving {
    bool& left;
    ~on_leaving() { left = true; }
};
struct exit_case {
    HANDLE mutex;
    bool unwound = false;
};
}  // namespace

TEST_CASE("ExitThread ends the thread where it is; its mutexes are abandoned", "[windows_h][thread]") {
    exit_case facts{CreateMutexW(nullptr, FALSE, nullptr)};
    const owned mutex = facts.mutex;
    const auto body = [](LPVOID p) -> DWORD {
        auto& f = *static_cast<exit_case*>(p);
        const on_leaving guard{f.unwound};
        WaitForSingleObject(f.mutex, INFINITE);
        try {
            ExitThread(0xDEADBEEFU);
        } catch (...) {
        }
        return 0;
    };
    const owned thread = CreateThread(nullptr, 0, body, &facts, 0, nullptr);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 0xDEADBEEFU);
    CHECK_FALSE(facts.unwound);
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
}

TEST_CASE("Thread-local objects are destroyed when ExitThread ends the thread", "[windows_h][thread]") {
    static std::atomic<int> destroyed;
    destroyed = 0;
    struct local {
        int used = 0;
        ~local() { ++destroyed; }
    };
    const auto body = [](LPVOID) -> DWORD {
        static thread_local local one;
        ++one.used;
        ExitThread(1);
    };
    const owned thread = CreateThread(nullptr, 0, body, nullptr, 0, nullptr);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(destroyed == 1);
}

TEST_CASE("Threads that a program makes by other means have handles, too", "[windows_h][thread]") {
    HANDLE copy = nullptr;
    std::atomic<bool> go{false};
    std::atomic<bool> there{false};
    std::thread other([&] {
        DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS);
        there = true;
        while (!go) std::this_thread::yield();
        if (!test::on_wine()) ExitThread(12);
    });
    while (!there) std::this_thread::yield();
    const owned thread = copy;
    CHECK(WaitForSingleObject(thread, 0) == WAIT_TIMEOUT);
    CHECK(code_of(thread) == STILL_ACTIVE);
    go = true;
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    if (!test::on_windows) CHECK(code_of(thread) == 12);
    other.join();
}

TEST_CASE("Threads are waited for together with other objects", "[windows_h][thread]") {
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned first = CreateThread(nullptr, 0, give_back, argument(1), CREATE_SUSPENDED, nullptr);
    const owned second = CreateThread(nullptr, 0, give_back, argument(2), CREATE_SUSPENDED, nullptr);
    const HANDLE objects[] = {event, first, second};
    CHECK(WaitForMultipleObjects(3, objects, FALSE, 0) == WAIT_TIMEOUT);
    CHECK(ResumeThread(second) == 1);
    CHECK(WaitForMultipleObjects(3, objects, FALSE, INFINITE) == WAIT_OBJECT_0 + 2);
    CHECK(WaitForMultipleObjects(3, objects, TRUE, 0) == WAIT_TIMEOUT);
    CHECK(ResumeThread(first) == 1);
    CHECK(SetEvent(event));
    CHECK(WaitForMultipleObjects(3, objects, TRUE, INFINITE) == WAIT_OBJECT_0);
    CHECK(SignalObjectAndWait(event, first, INFINITE, FALSE) == WAIT_OBJECT_0);
}

TEST_CASE("OpenThread finds threads by their id", "[windows_h][thread]") {
    DWORD id = 0;
    HANDLE handle = CreateThread(nullptr, 0, give_back, argument(1), CREATE_SUSPENDED, &id);
    {
        const owned opened = OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, TRUE, id);
        REQUIRE(static_cast<HANDLE>(opened) != nullptr);
        DWORD flags = 0;
        CHECK(GetHandleInformation(opened, &flags));
        CHECK(flags == HANDLE_FLAG_INHERIT);
        CHECK(CompareObjectHandles(opened, handle));
        CHECK(code_of(opened) == STILL_ACTIVE);
        CHECK(ResumeThread(opened) == static_cast<DWORD>(-1));
        CHECK(ResumeThread(handle) == 1);
        CHECK(WaitForSingleObject(opened, INFINITE) == WAIT_OBJECT_0);
        // It is found as long as somebody has a handle to it.
        const owned later = OpenThread(THREAD_ALL_ACCESS, FALSE, id);
        CHECK(static_cast<HANDLE>(later) != nullptr);
        CHECK(code_of(later) == 1);
    }
    CHECK(CloseHandle(handle));
    REFUSES(OpenThread(THREAD_ALL_ACCESS, FALSE, id), ERROR_INVALID_PARAMETER);
    REFUSES(OpenThread(THREAD_ALL_ACCESS, FALSE, 0), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Each function of threads needs its right", "[windows_h][thread]") {
    const owned weak = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());
    REQUIRE(static_cast<HANDLE>(weak) != nullptr);
    DWORD code = 0;
    FILETIME times[4];
    BOOL boost = FALSE;
    REFUSES(GetExitCodeThread(weak, &code), ERROR_ACCESS_DENIED);
    REFUSES(GetThreadId(weak), ERROR_ACCESS_DENIED);
    REFUSES(GetProcessIdOfThread(weak), ERROR_ACCESS_DENIED);
    REFUSES(ResumeThread(weak) != static_cast<DWORD>(-1), ERROR_ACCESS_DENIED);
    REFUSES(SetThreadPriority(weak, THREAD_PRIORITY_NORMAL), ERROR_ACCESS_DENIED);
    REFUSES(GetThreadPriority(weak) != THREAD_PRIORITY_ERROR_RETURN, ERROR_ACCESS_DENIED);
    REFUSES(GetThreadTimes(weak, &times[0], &times[1], &times[2], &times[3]), ERROR_ACCESS_DENIED);
    REFUSES(SetThreadAffinityMask(weak, 1), ERROR_ACCESS_DENIED);
    if (!test::on_wine()) {
        REFUSES(SetThreadIdealProcessor(weak, 0) != static_cast<DWORD>(-1), ERROR_ACCESS_DENIED);
        REFUSES(SetThreadPriorityBoost(weak, TRUE), ERROR_ACCESS_DENIED);
        REFUSES(GetThreadPriorityBoost(weak, &boost), ERROR_ACCESS_DENIED);
    }
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REFUSES(GetExitCodeThread(event, &code), ERROR_INVALID_HANDLE);
    REFUSES(GetExitCodeThread(nullptr, &code), ERROR_INVALID_HANDLE);
    REFUSES(GetThreadId(nullptr), ERROR_INVALID_HANDLE);
    REFUSES(ResumeThread(event) != static_cast<DWORD>(-1), ERROR_INVALID_HANDLE);
    REFUSES(GetThreadTimes(event, &times[0], &times[1], &times[2], &times[3]), ERROR_INVALID_HANDLE);
}
