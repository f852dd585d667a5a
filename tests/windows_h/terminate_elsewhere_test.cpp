#include "process.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "thread_code.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#if !defined(_WIN32)
#    include <signal.h>
#    include <sys/wait.h>
#endif

using test::code_of;
using test::owned;

namespace {

// The program of c/terminated.c, which lies beside this one. A role would have the harness's thread besides.
kobj::process start(std::vector<std::string> arguments, bool suspended = false) {
    std::string path = test::plain_program();
    path.replace(path.rfind("kobj_plain"), 10, "kobj_windows_h_terminated");
    arguments.insert(arguments.begin(), path);
    return kobj::process::start(arguments, {.inherit = kobj::inherit::all, .suspended = suspended}).value();
}

std::string text(HANDLE handle) {
    return kobj::handle_value::from_native(handle).to_string();
}

/// A child of two threads: the first one waits for an event and ends the process with 66, the other one owns a mutex
/// and computes.
struct two_threads {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned mutex = CreateMutexW(&inheritable, FALSE, nullptr);
    const owned go_on = CreateEventW(&inheritable, TRUE, FALSE, nullptr);
    HANDLE first = nullptr;
    HANDLE other = nullptr;
    HANDLE process = nullptr;

    two_threads() {
        HANDLE from = nullptr;
        HANDLE into = nullptr;
        REQUIRE(CreatePipe(&from, &into, &inheritable, 0));
        child_ = start({"two", text(mutex), text(go_on), text(into)});
        process = child_->get().native();
        CHECK(CloseHandle(into));
        std::array<DWORD, 2> ids{};
        DWORD got = 0;
        REQUIRE(ReadFile(from, ids.data(), sizeof ids, &got, nullptr));
        REQUIRE(got == sizeof ids);
        CHECK(CloseHandle(from));
        first = OpenThread(THREAD_ALL_ACCESS, FALSE, ids[0]);
        other = OpenThread(THREAD_ALL_ACCESS, FALSE, ids[1]);
        REQUIRE((first != nullptr && other != nullptr));
    }
    two_threads(const two_threads&) = delete;
    two_threads& operator=(const two_threads&) = delete;
    ~two_threads() {
        if (WaitForSingleObject(process, 0) != WAIT_OBJECT_0) TerminateProcess(process, 1);
        for (const HANDLE each : {first, other}) CloseHandle(each);
    }
    DWORD end() const {
        DWORD code = 0;
        CHECK(WaitForSingleObject(process, 60'000) == WAIT_OBJECT_0);
        CHECK(GetExitCodeProcess(process, &code));
        return code;
    }

private:
    std::optional<kobj::process> child_;
};

void end_it(HANDLE thread, DWORD code) {
    CHECK(test::error_of([&] { CHECK(TerminateThread(thread, code)); }) == test::untouched);
    CHECK(WaitForSingleObject(thread, 60'000) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == code);
}

}  // namespace

TEST_CASE("A thread of another process is terminated, and the process goes on", "[windows_h][terminate]") {
    const two_threads child;
    CHECK(WaitForSingleObject(child.mutex, 0) == WAIT_TIMEOUT);
    end_it(child.other, 42);
    CHECK(WaitForSingleObject(child.mutex, 0) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(child.mutex));
    CHECK(WaitForSingleObject(child.process, 0) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(child.first, 0) == WAIT_TIMEOUT);
    if (!test::on_wine()) {
        CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(child.other, 1)); }) == ERROR_ACCESS_DENIED);
        CHECK(code_of(child.other) == 42);
    }
    CHECK(SetEvent(child.go_on));
    CHECK(child.end() == 66);
}

TEST_CASE("A process ends with the last of its threads that another process terminates", "[windows_h][terminate]") {
    const two_threads child;
    end_it(child.first, 43);
    CHECK(WaitForSingleObject(child.process, 20) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(child.mutex, 0) == WAIT_TIMEOUT);
    end_it(child.other, 0xC0000044);
    CHECK(child.end() == 0xC0000044);
    CHECK(WaitForSingleObject(child.mutex, 0) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(child.mutex));
}

TEST_CASE("A suspended thread of another process is terminated", "[windows_h][terminate]") {
    const two_threads child;
    CHECK(SuspendThread(child.other) == 0);
    CHECK(SuspendThread(child.other) == 1);
    end_it(child.other, 45);
    CHECK(SuspendThread(child.first) == 0);
    end_it(child.first, 46);
    CHECK(child.end() == 46);
}

TEST_CASE("To terminate a thread of another process needs its right", "[windows_h][terminate]") {
    const two_threads child;
    const owned narrow = OpenThread(THREAD_ALL_ACCESS & ~THREAD_TERMINATE, FALSE, GetThreadId(child.other));
    CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(narrow, 1)); }) == ERROR_ACCESS_DENIED);
    CHECK(WaitForSingleObject(child.other, 0) == WAIT_TIMEOUT);
    CHECK(SetEvent(child.go_on));
    CHECK(child.end() == 66);
}

TEST_CASE("The only threads of processes are terminated in the midst of their calls", "[windows_h][terminate]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned mutex = CreateMutexW(&inheritable, FALSE, nullptr);
    const owned turns = CreateSemaphoreW(&inheritable, 0, 0x7FFFFFFF, nullptr);
    for (DWORD i = 0; i < 20; ++i) {
        auto first = start({"turns", text(mutex), text(turns)});
        auto second = start({"turns", text(mutex), text(turns)});
        for (int turn = 0; turn < 20; ++turn) CHECK(WaitForSingleObject(turns, 60'000) == WAIT_OBJECT_0);
        for (auto* each : {&first, &second}) {
            end_it(each->primary_thread().get().native(), 100 + i);
            CHECK(test::wait_for_exit(*each) == 100 + i);
        }
        const DWORD got = WaitForSingleObject(mutex, 0);
        CHECK((got == WAIT_OBJECT_0 || got == WAIT_ABANDONED));
        CHECK(ReleaseMutex(mutex));
    }
}

TEST_CASE("A process that was started suspended ends with its thread", "[windows_h][terminate]") {
    auto child = start({"turns", "4", "8"}, true);
    const HANDLE thread = child.primary_thread().get().native();
    CHECK(test::error_of([&] { CHECK(TerminateThread(thread, 47)); }) == test::untouched);
    CHECK(test::wait_for_exit(child) == 47);
    CHECK(WaitForSingleObject(thread, 60'000) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 47);
}

#if !defined(_WIN32)
namespace {
/// When it returns, all threads have stopped.
pid_t stop(const two_threads& child) {
    const auto id = static_cast<pid_t>(GetProcessId(child.process));
    siginfo_t how{};
    REQUIRE(kill(id, SIGSTOP) == 0);
    REQUIRE(waitid(P_PID, static_cast<id_t>(id), &how, WSTOPPED | WNOWAIT) == 0);
    return id;
}
}  // namespace

TEST_CASE("The only thread of a program without kobj is terminated", "[windows_h][terminate]") {
    auto child = kobj::process::start({"/bin/sleep", "1000"}).value();
    const HANDLE thread = child.primary_thread().get().native();
    end_it(thread, 48);
    CHECK(test::wait_for_exit(child) == 48);
    CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(thread, 1)); }) == ERROR_ACCESS_DENIED);
}

TEST_CASE("A thread of a stopped process is terminated", "[windows_h][terminate]") {
    const two_threads child;
    const pid_t id = stop(child);
    CHECK(TerminateThread(child.other, 49));
    REQUIRE(kill(id, SIGCONT) == 0);
    CHECK(WaitForSingleObject(child.other, 60'000) == WAIT_OBJECT_0);
    CHECK(code_of(child.other) == 49);
    CHECK(SetEvent(child.go_on));
    CHECK(child.end() == 66);
}

TEST_CASE("A thread of a stopped process that has a signal of suspension waiting is terminated",
          "[windows_h][terminate]") {
    const two_threads child;
    const pid_t id = stop(child);
    CHECK(SuspendThread(child.other) == 0);
    std::atomic<bool> done{false};
    std::thread terminates([&] { done = TerminateThread(child.other, 50) != FALSE; });
    // Its own signal would be swallowed by the one that waits there: so it has to go on sending.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK_FALSE(done);
    REQUIRE(kill(id, SIGCONT) == 0);
    terminates.join();
    CHECK(done);
    CHECK(WaitForSingleObject(child.other, 60'000) == WAIT_OBJECT_0);
    CHECK(code_of(child.other) == 50);
    CHECK(SetEvent(child.go_on));
    CHECK(child.end() == 66);
}
#endif
