#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "windows.hpp"

#include <process.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

using test::owned;

namespace {

DWORD WINAPI give_back(LPVOID code) {
    return static_cast<DWORD>(reinterpret_cast<std::uintptr_t>(code));
}
LPVOID argument(std::uintptr_t value) {
    return reinterpret_cast<LPVOID>(value);
}

DWORD code_of(HANDLE thread) {
    DWORD code = 0xBAD;
    CHECK(GetExitCodeThread(thread, &code));
    return code;
}

unsigned __stdcall crt_body(void* code) {
    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(code));
}

}  // namespace

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

TEST_CASE("_beginthreadex makes a thread whose handle the caller closes", "[windows_h][thread]") {
    unsigned id = 0;
    SECURITY_ATTRIBUTES attributes = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const uintptr_t made = _beginthreadex(&attributes, 0, crt_body, argument(0xFEDCBA98U), CREATE_SUSPENDED, &id);
    REQUIRE(made != 0);
    const owned thread = reinterpret_cast<HANDLE>(made);
    CHECK(GetThreadId(thread) == id);
    DWORD flags = 0;
    CHECK(GetHandleInformation(thread, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 0xFEDCBA98U);
    const auto ends = [](void* code) -> unsigned { _endthreadex(crt_body(code)); };
    const owned other = reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, ends, argument(5), 0, nullptr));
    CHECK(WaitForSingleObject(other, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(other) == 5);
}

TEST_CASE("_beginthread makes a thread that closes its handle", "[windows_h][thread]") {
    struct facts {
        HANDLE go;
        HANDLE thread;
        bool by_end;
        std::atomic<DWORD> code{0xBAD};
    };
    for (const bool by_end : {false, true}) {
        const owned go = CreateEventW(nullptr, FALSE, FALSE, nullptr);
        facts shared{go, nullptr, by_end};
        const auto body = [](void* p) {
            auto& f = *static_cast<facts*>(p);
            WaitForSingleObject(f.go, INFINITE);
            if (f.by_end) _endthread();
        };
        const uintptr_t made = _beginthread(body, 0, &shared);
        REQUIRE(made != static_cast<uintptr_t>(-1));
        const HANDLE thread = reinterpret_cast<HANDLE>(made);
        HANDLE copy = nullptr;
        REQUIRE(
            DuplicateHandle(GetCurrentProcess(), thread, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
        const owned kept = copy;
        CHECK(code_of(thread) == STILL_ACTIVE);
        CHECK(SetEvent(go));
        CHECK(WaitForSingleObject(kept, INFINITE) == WAIT_OBJECT_0);
        CHECK(code_of(kept) == 0);
        DWORD flags = 0;
        REFUSES(GetHandleInformation(thread, &flags), ERROR_INVALID_HANDLE);
    }
}

TEST_CASE("Without a function the C library's ways are errors", "[windows_h][thread]") {
    if (test::on_windows && !test::on_wine()) return;  // ends the program by default
    errno = 0;
    CHECK(_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr) == 0);
    CHECK(errno == EINVAL);
    errno = 0;
    CHECK(_beginthread(nullptr, 0, nullptr) == static_cast<uintptr_t>(-1));
    CHECK(errno == EINVAL);
}

namespace {
// The program of c/leaving.c, which lies beside this one. It has no thread of the harness.
std::uint32_t run_leaving(std::vector<std::string> arguments) {
    std::string path = test::plain_program();
    path.replace(path.rfind("kobj_plain"), 10, "kobj_windows_h_leaving");
    arguments.insert(arguments.begin(), path);
    return test::wait_for_exit(kobj::process::start(arguments).value());
}
}  // namespace

TEST_CASE("The process ends with its last thread, and with that one's code", "[windows_h][thread]") {
    for (int i = 0; i < 10; ++i) CHECK(run_leaving({"others"}) == 0xABCD1234U);
}

TEST_CASE("ExitThread of the only thread ends the process with its code", "[windows_h][thread]") {
    CHECK(run_leaving({}) == 0x12345678);
}

ROLE(windows_h_sleeps_alertably) {
    const HANDLE objects[] = {args.handle(0).native(), args.handle(1).native()};
    ROLE_CHECK(WaitForSingleObject(args.handle(2).native(), 0) == WAIT_OBJECT_0);
    // Waits for ever: the mutex has an owner.
    WaitForMultipleObjectsEx(2, objects, TRUE, INFINITE, TRUE);
    return 1;
}

TEST_CASE("A process that is killed in an alertable wait leaves nothing behind", "[windows_h][apc][kill]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned event = CreateEventW(&inheritable, FALSE, FALSE, nullptr);
    const owned held = CreateMutexW(&inheritable, TRUE, nullptr);
    const owned theirs = CreateMutexW(&inheritable, FALSE, nullptr);
    const auto value = [](HANDLE handle) { return kobj::handle_value::from_native(handle); };
    auto child = test::start_role("windows_h_sleeps_alertably", {value(event), value(held), value(theirs)});
    CHECK(test::eventually([&] {
        if (WaitForSingleObject(theirs, 0) == WAIT_TIMEOUT) return true;
        ReleaseMutex(theirs);
        return false;
    }));
    test::until_waiting(value(event));
    test::kill_hard(child);
    CHECK(WaitForSingleObject(theirs, INFINITE) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(theirs));
    // Nobody takes what the dead one waited for.
    CHECK(ReleaseMutex(held));
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(held, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(held));
    if (!test::on_wine()) CHECK(kobj::inspect::usage_count(value(event)).value() == 1);
}

namespace {
void CALLBACK never_called(LPVOID, DWORD, DWORD) {}
}  // namespace

ROLE(windows_h_sets_timer_and_sleeps) {
    LARGE_INTEGER due;
    due.QuadPart = -3'000'000;
    ROLE_CHECK(SetWaitableTimer(args.handle(0).native(), &due, 0, never_called, nullptr, FALSE));
    ROLE_CHECK(SetEvent(args.handle(1).native()));
    if (args.number(2) != 0) return 0;
    Sleep(INFINITE);
    return 1;
}

TEST_CASE("A timer with a routine ends with the process that has set it", "[windows_h][apc][timer][kill]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned timer = CreateWaitableTimerW(&inheritable, TRUE, nullptr);
    const owned ready = CreateEventW(&inheritable, FALSE, FALSE, nullptr);
    const auto value = [](HANDLE handle) { return kobj::handle_value::from_native(handle); };
    const int by_itself = GENERATE(0, 1);
    auto child = test::start_role("windows_h_sets_timer_and_sleeps", {value(timer), value(ready), by_itself});
    CHECK(WaitForSingleObject(ready, INFINITE) == WAIT_OBJECT_0);
    if (by_itself != 0)
        CHECK(test::wait_for_exit(child) == 0);
    else
        test::kill_hard(child);
    // Wine lets it run on.
    if (!test::on_wine()) CHECK(WaitForSingleObject(timer, 500) == WAIT_TIMEOUT);
}
