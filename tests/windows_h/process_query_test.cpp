#include "process.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <cstdio>
#include <thread>

using test::launch;
using test::owned;
using test::role_line;

namespace {

ULONGLONG number(const FILETIME& time) {
    return static_cast<ULONGLONG>(time.dwHighDateTime) << 32U | time.dwLowDateTime;
}
ULONGLONG now() {
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    return number(time);
}

void use_some() {
    static std::atomic<int> counter{0};
    for (int i = 0; i < 1'000'000; ++i) ++counter;
}

struct times {
    FILETIME began, ended, kernel, user;
    bool of(HANDLE process) { return GetProcessTimes(process, &began, &ended, &kernel, &user) != FALSE; }
};

// A child that runs until it is told to end.
struct running_child {
    running_child() {
        SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
        go = CreateEventW(&attributes, TRUE, FALSE, nullptr);
        started = launch{.command_line = role_line("wait_for_event", std::to_wstring(reinterpret_cast<ULONG_PTR>(go))),
                         .inherit = TRUE}(child);
    }
    ~running_child() {
        SetEvent(go);
        if (child.info.hProcess != nullptr) WaitForSingleObject(child.info.hProcess, 60'000);
        CloseHandle(go);
    }
    HANDLE process() const { return child.info.hProcess; }

    HANDLE go = nullptr;
    test::child child;
    bool started = false;
};

HANDLE open(const running_child& child, DWORD access) {
    return OpenProcess(access, FALSE, child.child.info.dwProcessId);
}

}  // namespace

ROLE(wait_for_event) {
    return WaitForSingleObject(reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(args.number(0))), INFINITE) ==
                   WAIT_OBJECT_0
               ? 21
               : 22;
}

TEST_CASE("A process that runs", "[windows_h][process]") {
    running_child child;
    REQUIRE(child.started);
    DWORD code = 0;
    CHECK(GetExitCodeProcess(child.process(), &code));
    CHECK(code == STILL_ACTIVE);
    CHECK(WaitForSingleObject(child.process(), 0) == WAIT_TIMEOUT);
    BOOL wow = 5;
    CHECK(IsWow64Process(child.process(), &wow));
    CHECK(wow == FALSE);
    REFUSES(IsWow64Process(nullptr, &wow), ERROR_INVALID_HANDLE);
    if (!test::on_windows) {
        REFUSES(GetExitCodeProcess(child.process(), nullptr), ERROR_INVALID_PARAMETER);
        REFUSES(IsWow64Process(child.process(), nullptr), ERROR_INVALID_PARAMETER);
    }
    SetEvent(child.go);
    CHECK(child.child.end() == 21);
    REFUSES(GetExitCodeProcess(nullptr, &code), ERROR_INVALID_HANDLE);
    REFUSES(GetProcessId(nullptr), ERROR_INVALID_HANDLE);
    REFUSES(GetExitCodeProcess(child.go, &code), ERROR_INVALID_HANDLE);
}

TEST_CASE("Opening a process by its id", "[windows_h][process]") {
    running_child child;
    REQUIRE(child.started);
    DWORD flags = 77;
    {
        const owned same = open(child, PROCESS_ALL_ACCESS);
        REQUIRE(same != nullptr);
        CHECK(CompareObjectHandles(same, child.process()));
        CHECK(GetProcessId(same) == child.child.info.dwProcessId);
        CHECK(GetHandleInformation(same, &flags));
        CHECK(flags == 0);
    }
    {
        const owned same = OpenProcess(SYNCHRONIZE, TRUE, child.child.info.dwProcessId);
        CHECK(GetHandleInformation(same, &flags));
        CHECK(flags == HANDLE_FLAG_INHERIT);
        DWORD code = 0;
        REFUSES(GetExitCodeProcess(same, &code), ERROR_ACCESS_DENIED);
        times unused;
        REFUSES(unused.of(same), ERROR_ACCESS_DENIED);
        REFUSES(TerminateProcess(same, 1), ERROR_ACCESS_DENIED);
        CHECK(WaitForSingleObject(same, 0) == WAIT_TIMEOUT);
        // Wine gives 0 without an error.
        if (!test::on_wine()) {
            REFUSES(GetProcessId(same), ERROR_ACCESS_DENIED);
            REFUSES(GetPriorityClass(same), ERROR_ACCESS_DENIED);
        }
        REFUSES(SetPriorityClass(same, NORMAL_PRIORITY_CLASS), ERROR_ACCESS_DENIED);
    }
    {
        const owned same = open(child, PROCESS_QUERY_LIMITED_INFORMATION);
        DWORD code = 0;
        CHECK(GetExitCodeProcess(same, &code));
        CHECK(test::error_of([&] { CHECK(WaitForSingleObject(same, 0) == WAIT_FAILED); }) == ERROR_ACCESS_DENIED);
        REFUSES(TerminateProcess(same, 1), ERROR_ACCESS_DENIED);
    }
    REFUSES(OpenProcess(PROCESS_ALL_ACCESS, FALSE, 0), ERROR_INVALID_PARAMETER);
    REFUSES(OpenProcess(PROCESS_ALL_ACCESS, FALSE, 0x7FFFFFF0), ERROR_INVALID_PARAMETER);
    const owned self = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
    CHECK(CompareObjectHandles(self, GetCurrentProcess()));
}

TEST_CASE("Terminating a process", "[windows_h][process]") {
    running_child child;
    REQUIRE(child.started);
    {
        const owned killer = open(child, PROCESS_TERMINATE);
        CHECK(TerminateProcess(killer, 0x89ABCDEF));
    }
    CHECK(child.child.end() == 0x89ABCDEF);
    CHECK(WaitForSingleObject(child.child.info.hThread, 60'000) == WAIT_OBJECT_0);
    if (!test::on_wine()) REFUSES(TerminateProcess(child.process(), 1), ERROR_ACCESS_DENIED);
    CHECK(child.child.end() == 0x89ABCDEF);
    REFUSES(TerminateProcess(nullptr, 1), ERROR_INVALID_HANDLE);
    REFUSES(TerminateProcess(child.go, 1), ERROR_INVALID_HANDLE);
}

ROLE(end_oneself) {
    const auto code = static_cast<UINT>(args.number(1));
    if (args.text(0) == "exit") ExitProcess(code);
    if (args.text(0) == "terminate") TerminateProcess(GetCurrentProcess(), code);
    if (args.text(0) == "terminate-opened")
        TerminateProcess(OpenProcess(PROCESS_TERMINATE, FALSE, GetCurrentProcessId()), code);
    if (args.text(0) == "exit-in-thread") {
        std::thread([&] { ExitProcess(code); }).detach();
        Sleep(INFINITE);
    }
    return 5;
}

TEST_CASE("A process ends itself with 32 bits", "[windows_h][process]") {
    for (const wchar_t* how : {L"exit", L"terminate", L"terminate-opened", L"exit-in-thread"}) {
        for (const DWORD code : {0U, 1U, 300U, 0xC0000005U, 0xFFFFFFFFU})
            CHECK(test::run({.command_line = role_line("end_oneself", how + (L" " + std::to_wstring(code)))}) == code);
    }
}

ROLE(write_and_exit) {
    std::FILE* const file = std::fopen(args.text(0).c_str(), "w");
    ROLE_CHECK(file != nullptr);
    std::fputs("buffered", file);
    ExitProcess(9);
}

TEST_CASE("What a program has written is there after ExitProcess", "[windows_h][process]") {
    const test::scratch_directory folder;
    CHECK(test::run({.command_line = role_line("write_and_exit", test::wide(folder.file("out")))}) == 9);
    CHECK(test::read_file(folder.file("out")) == "buffered");
}

TEST_CASE("Times of a process", "[windows_h][process]") {
    times of;
    const ULONGLONG before = now();
    running_child child;
    REQUIRE(child.started);
    const ULONGLONG after = now();
    // Clocks may be as coarse as 16 ms.
    constexpr ULONGLONG coarse = 200'000;
    REQUIRE(of.of(child.process()));
    CHECK(number(of.began) + coarse >= before);
    CHECK(number(of.began) <= after + coarse);
    CHECK(number(of.ended) == 0);
    const ULONGLONG began = number(of.began);
    SetEvent(child.go);
    CHECK(child.child.end() == 21);
    REQUIRE(of.of(child.process()));
    CHECK(number(of.began) == began);
    CHECK(number(of.ended) >= began);
    CHECK(number(of.ended) <= now() + coarse);
    const times end = of;
    REQUIRE(of.of(child.process()));
    CHECK(number(of.ended) == number(end.ended));
    CHECK(number(of.user) == number(end.user));
    CHECK(number(of.kernel) == number(end.kernel));

    REQUIRE(of.of(GetCurrentProcess()));
    CHECK(number(of.began) <= before + coarse);
    CHECK(number(of.ended) == 0);
    // It counts.
    const ULONGLONG used = number(of.user) + number(of.kernel);
    CHECK(test::eventually([&] {
        use_some();
        return of.of(GetCurrentProcess()) && number(of.user) + number(of.kernel) > used;
    }));
    REFUSES(of.of(nullptr), ERROR_INVALID_HANDLE);
}

ROLE(use_processor) {
    times of;
    do {
        use_some();
        ROLE_CHECK(of.of(GetCurrentProcess()));
    } while (number(of.user) + number(of.kernel) < 500'000);  // 50 ms
    if (args.size() > 0) TerminateProcess(GetCurrentProcess(), 0);
    return 0;
}

TEST_CASE("What an ended process has used is still known", "[windows_h][process]") {
    for (const wchar_t* how : {L"", L"terminate"}) {
        test::child child;
        REQUIRE(launch{.command_line = role_line("use_processor", how)}(child));
        CHECK(child.end() == 0);
        times of;
        REQUIRE(of.of(child.info.hProcess));
        // Wine counts whole ticks, of 10 ms.
        CHECK(number(of.user) + number(of.kernel) >= (test::on_wine() ? 200'000U : 400'000U));
    }
}

ROLE(tell_priority_class) {
    return static_cast<int>(GetPriorityClass(GetCurrentProcess()) >> 4U);
}

TEST_CASE("Priority classes", "[windows_h][process]") {
    CHECK(GetPriorityClass(GetCurrentProcess()) == NORMAL_PRIORITY_CLASS);
    const auto told = [](DWORD flag) {
        return test::run({.command_line = role_line("tell_priority_class"), .flags = flag}) << 4U;
    };
    CHECK(told(0) == NORMAL_PRIORITY_CLASS);
    // Wine has the default for each.
    if (!test::on_wine()) {
        for (const auto each :
             std::initializer_list<DWORD>{NORMAL_PRIORITY_CLASS, IDLE_PRIORITY_CLASS, BELOW_NORMAL_PRIORITY_CLASS,
                                          ABOVE_NORMAL_PRIORITY_CLASS, HIGH_PRIORITY_CLASS})
            CHECK(told(each) == each);
    }
    running_child child;
    REQUIRE(child.started);
    for (const auto each :
         std::initializer_list<DWORD>{ABOVE_NORMAL_PRIORITY_CLASS, HIGH_PRIORITY_CLASS, NORMAL_PRIORITY_CLASS,
                                      BELOW_NORMAL_PRIORITY_CLASS, IDLE_PRIORITY_CLASS}) {
        CHECK(SetPriorityClass(child.process(), each));
        CHECK(GetPriorityClass(child.process()) == each);
    }
    REFUSES(SetPriorityClass(child.process(), 0), ERROR_INVALID_PARAMETER);
    REFUSES(SetPriorityClass(child.process(), IDLE_PRIORITY_CLASS | HIGH_PRIORITY_CLASS), ERROR_INVALID_PARAMETER);
    REFUSES(SetPriorityClass(nullptr, NORMAL_PRIORITY_CLASS), ERROR_INVALID_HANDLE);
    REFUSES(GetPriorityClass(nullptr), ERROR_INVALID_HANDLE);
}

ROLE(start_and_tell_priority_class) {
    return static_cast<int>(test::run({.command_line = role_line("tell_priority_class")}));
}

TEST_CASE("A low priority class is inherited, a high one is not", "[windows_h][process]") {
    if (test::on_wine()) return;
    const auto told = [](DWORD flag) {
        return test::run({.command_line = role_line("start_and_tell_priority_class"), .flags = flag}) << 4U;
    };
    CHECK(told(IDLE_PRIORITY_CLASS) == IDLE_PRIORITY_CLASS);
    CHECK(told(BELOW_NORMAL_PRIORITY_CLASS) == BELOW_NORMAL_PRIORITY_CLASS);
    CHECK(told(ABOVE_NORMAL_PRIORITY_CLASS) == NORMAL_PRIORITY_CLASS);
}

TEST_CASE("The path of a process's program", "[windows_h][process]") {
    running_child child;
    REQUIRE(child.started);
    const std::wstring image = test::own_image();
    std::wstring name(1000, L'x');
    DWORD size = 1000;
    REQUIRE(QueryFullProcessImageNameW(child.process(), 0, name.data(), &size));
    CHECK(size == image.size());
    CHECK(name.substr(0, size) == image);
    CHECK(name[size] == 0);
    char narrow[1000];
    size = 1000;
    CHECK(QueryFullProcessImageNameA(child.process(), 0, narrow, &size));
    CHECK(test::wide(narrow) == image);
    size = 1000;
    CHECK(QueryFullProcessImageNameW(GetCurrentProcess(), PROCESS_NAME_NATIVE, name.data(), &size));
    const auto exact = static_cast<DWORD>(image.size());
    for (const DWORD room : {DWORD{0}, DWORD{1}, exact}) {
        size = room;
        REFUSES(QueryFullProcessImageNameW(child.process(), 0, name.data(), &size), ERROR_INSUFFICIENT_BUFFER);
        CHECK(size == room);
    }
    size = exact + 1;
    CHECK(QueryFullProcessImageNameW(child.process(), 0, name.data(), &size));
    size = 1000;
    REFUSES(QueryFullProcessImageNameW(nullptr, 0, name.data(), &size), ERROR_INVALID_HANDLE);
    // Wine takes any flag, and knows the program of an ended process.
    if (test::on_wine()) return;
    REFUSES(QueryFullProcessImageNameW(child.process(), 2, name.data(), &size), ERROR_INVALID_PARAMETER);
    SetEvent(child.go);
    CHECK(child.child.end() == 21);
    REFUSES(QueryFullProcessImageNameW(child.process(), 0, name.data(), &size), ERROR_GEN_FAILURE);
}

TEST_CASE("The processors of a process", "[windows_h][process]") {
    DWORD_PTR its = 0;
    DWORD_PTR systems = 0;
    REQUIRE(GetProcessAffinityMask(GetCurrentProcess(), &its, &systems));
    CHECK(its != 0);
    CHECK((its & ~systems) == 0);
    running_child child;
    REQUIRE(child.started);
    const DWORD_PTR one = its & (~its + 1);
    REQUIRE(SetProcessAffinityMask(child.process(), one));
    DWORD_PTR now_its = 0;
    CHECK(GetProcessAffinityMask(child.process(), &now_its, &systems));
    CHECK(now_its == one);
    REFUSES(SetProcessAffinityMask(child.process(), 0), ERROR_INVALID_PARAMETER);
    REFUSES(SetProcessAffinityMask(nullptr, one), ERROR_INVALID_HANDLE);
    REFUSES(GetProcessAffinityMask(nullptr, &its, &systems), ERROR_INVALID_HANDLE);
}

TEST_CASE("The handles of another process are counted", "[windows_h][process]") {
    running_child child;
    REQUIRE(child.started);
    DWORD count = 0;
    CHECK(GetProcessHandleCount(child.process(), &count));
    if (test::on_wine()) return;
    CHECK(count >= 1);
    SetEvent(child.go);
    CHECK(child.child.end() == 21);
    CHECK(GetProcessHandleCount(child.process(), &count));
    CHECK(count == 0);
}
