#include "process.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "thread_code.hpp"

#include <atomic>

using test::argument;
using test::code_of;
using test::give_back;
using test::owned;

namespace {

struct subject {
    std::atomic<unsigned> rounds{0};
    HANDLE mutex = nullptr;
    HANDLE event = nullptr;
    HANDLE pipe = nullptr;

    bool runs() {
        return test::eventually([&] { return rounds != 0; });
    }
};

DWORD WINAPI compute(LPVOID given) {
    auto& s = *static_cast<subject*>(given);
    for (;;) ++s.rounds;
}
DWORD WINAPI sleep_for_ever(LPVOID given) {
    ++static_cast<subject*>(given)->rounds;
    Sleep(INFINITE);
    return 1;
}
DWORD WINAPI own_and_wait(LPVOID given) {
    auto& s = *static_cast<subject*>(given);
    if (WaitForSingleObject(s.mutex, INFINITE) != WAIT_OBJECT_0) return 1;
    ++s.rounds;
    return WaitForSingleObject(s.event, INFINITE);
}
DWORD WINAPI wait_for_all(LPVOID given) {
    auto& s = *static_cast<subject*>(given);
    const HANDLE both[] = {s.mutex, s.event};
    ++s.rounds;
    return WaitForMultipleObjects(2, both, TRUE, INFINITE);
}
DWORD WINAPI read_pipe(LPVOID given) {
    auto& s = *static_cast<subject*>(given);
    ++s.rounds;
    char byte = 0;
    DWORD got = 0;
    ReadFile(s.pipe, &byte, 1, &got, nullptr);
    return 1;
}

void end_it(HANDLE thread, DWORD code) {
    CHECK(test::error_of([&] { CHECK(TerminateThread(thread, code)); }) == test::untouched);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == code);
}

}  // namespace

TEST_CASE("A thread is terminated in the middle of a computation", "[windows_h][terminate]") {
    subject s;
    const owned thread = CreateThread(nullptr, 0, compute, &s, 0, nullptr);
    REQUIRE(s.runs());
    end_it(thread, 42);
    const unsigned before = s.rounds;
    for (int i = 0; i < 50; ++i) SwitchToThread();
    CHECK(s.rounds == before);
}

TEST_CASE("A thread is terminated in its sleep", "[windows_h][terminate]") {
    subject s;
    const owned thread = CreateThread(nullptr, 0, sleep_for_ever, &s, 0, nullptr);
    REQUIRE(s.runs());
    end_it(thread, 0xFFFFFFFF);
}

TEST_CASE("A terminated thread abandons its mutexes and takes nothing more", "[windows_h][terminate]") {
    subject s;
    const owned mutex = s.mutex = CreateMutexW(nullptr, FALSE, nullptr);
    const owned event = s.event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned thread = CreateThread(nullptr, 0, own_and_wait, &s, 0, nullptr);
    REQUIRE(s.runs());
    if (!test::on_wine()) test::until_waiting(kobj::handle_value::from_native(event));
    end_it(thread, 7);
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
}

TEST_CASE("A thread is terminated in a wait for all, and others get what it waited for", "[windows_h][terminate]") {
    subject s;
    const owned mutex = s.mutex = CreateMutexW(nullptr, FALSE, nullptr);
    const owned event = s.event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned thread = CreateThread(nullptr, 0, wait_for_all, &s, 0, nullptr);
    REQUIRE(s.runs());
    if (!test::on_wine()) test::until_waiting(kobj::handle_value::from_native(event));
    end_it(thread, 8);
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
}

TEST_CASE("A thread is terminated while it reads from a pipe", "[windows_h][terminate]") {
    subject s;
    HANDLE to = nullptr;
    REQUIRE(CreatePipe(&s.pipe, &to, nullptr, 0));
    const owned from = s.pipe;
    const owned into = to;
    const owned thread = CreateThread(nullptr, 0, read_pipe, &s, 0, nullptr);
    REQUIRE(s.runs());
    end_it(thread, 9);
}

TEST_CASE("A suspended thread is terminated", "[windows_h][terminate]") {
    const owned unborn = CreateThread(nullptr, 0, give_back, argument(1), CREATE_SUSPENDED, nullptr);
    end_it(unborn, 10);
    subject s;
    const owned thread = CreateThread(nullptr, 0, sleep_for_ever, &s, 0, nullptr);
    REQUIRE(s.runs());
    CHECK(SuspendThread(thread) == 0);
    end_it(thread, 11);
}

TEST_CASE("Who waits for a terminated thread wakes up", "[windows_h][terminate]") {
    subject s;
    const owned thread = CreateThread(nullptr, 0, sleep_for_ever, &s, 0, nullptr);
    REQUIRE(s.runs());
    const auto wait = [](LPVOID given) -> DWORD { return WaitForSingleObject(given, INFINITE) + 5; };
    const owned first = CreateThread(nullptr, 0, wait, static_cast<HANDLE>(thread), 0, nullptr);
    const owned second = CreateThread(nullptr, 0, wait, static_cast<HANDLE>(thread), 0, nullptr);
    end_it(thread, 12);
    const HANDLE both[] = {first, second};
    CHECK(WaitForMultipleObjects(2, both, TRUE, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(first) == 5);
    CHECK(code_of(second) == 5);
}

TEST_CASE("A thread that terminates itself goes no further", "[windows_h][terminate]") {
    std::atomic<bool> further{false};
    const auto body = [](LPVOID given) -> DWORD {
        TerminateThread(GetCurrentThread(), 13);
        *static_cast<std::atomic<bool>*>(given) = true;
        return 1;
    };
    const owned thread = CreateThread(nullptr, 0, body, &further, 0, nullptr);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 13);
    CHECK_FALSE(further);
}

TEST_CASE("Of two threads that terminate each other none is left waiting", "[windows_h][terminate]") {
    struct partner {
        std::atomic<HANDLE> other{nullptr};
        std::atomic<bool> runs{false};
        std::atomic<bool> is_back{false};
        // It does not return: on its way out it would use the allocator, and could be terminated with the lock of it.
        static DWORD WINAPI run(LPVOID given) {
            auto& self = *static_cast<partner*>(given);
            self.runs = true;
            while (self.other == nullptr) SwitchToThread();
            TerminateThread(self.other, 15);
            self.is_back = true;
            for (;;) SwitchToThread();
        }
    };
    for (int i = 0; i < 50; ++i) {
        partner first;
        partner second;
        const owned a = CreateThread(nullptr, 0, partner::run, &first, 0, nullptr);
        const owned b = CreateThread(nullptr, 0, partner::run, &second, 0, nullptr);
        CHECK(test::eventually([&] { return first.runs && second.runs; }));
        first.other = b;
        second.other = a;
        const auto is_over = [](HANDLE thread, const partner& its) {
            return its.is_back || WaitForSingleObject(thread, 0) == WAIT_OBJECT_0;
        };
        CHECK(test::eventually([&] { return is_over(a, first) && is_over(b, second); }));
        const auto has_ended = [](HANDLE thread) { return WaitForSingleObject(thread, 0) == WAIT_OBJECT_0; };
        CHECK(test::eventually([&] { return has_ended(a) || has_ended(b); }));
        for (const HANDLE each : {static_cast<HANDLE>(a), static_cast<HANDLE>(b)}) {
            if (!has_ended(each)) TerminateThread(each, 16);
            CHECK(WaitForSingleObject(each, INFINITE) == WAIT_OBJECT_0);
        }
    }
}

TEST_CASE("To terminate a thread needs its right, and a thread", "[windows_h][terminate]") {
    subject s;
    DWORD id = 0;
    const owned thread = CreateThread(nullptr, 0, sleep_for_ever, &s, 0, &id);
    REQUIRE(s.runs());
    const owned narrow = OpenThread(THREAD_ALL_ACCESS & ~THREAD_TERMINATE, FALSE, id);
    const owned enough = OpenThread(THREAD_TERMINATE, FALSE, id);
    CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(narrow, 1)); }) == ERROR_ACCESS_DENIED);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(event, 1)); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK_FALSE(TerminateThread(nullptr, 1)); }) == ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(thread, 0) == WAIT_TIMEOUT);
    CHECK(TerminateThread(enough, 14));
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 14);
}

namespace {
struct busy {
    std::atomic<unsigned> rounds{0};
    std::atomic<unsigned> begun{0};
    HANDLE mutex = nullptr;

    // What it calls here asks for no memory: the allocator's lock would stay locked.
    static DWORD WINAPI run(LPVOID given) {
        auto& self = *static_cast<busy*>(given);
        for (bool first = true;; first = false) {
            const DWORD got = WaitForSingleObject(self.mutex, INFINITE);
            if (got != WAIT_OBJECT_0 && got != WAIT_ABANDONED) return 1;
            ++self.rounds;
            if (first) ++self.begun;
            if (!ReleaseMutex(self.mutex)) return 2;
        }
    }
};
}  // namespace

TEST_CASE("Threads are terminated in the midst of their calls, and what they shared goes on",
          "[windows_h][terminate]") {
    const owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
    busy state;
    state.mutex = mutex;
    const int rounds = test::on_wine() ? 20 : 100;
    int abandoned = 0;
    for (int i = 0; i < rounds; ++i) {
        state.begun = 0;
        const owned first = CreateThread(nullptr, 0, busy::run, &state, 0, nullptr);
        const owned second = CreateThread(nullptr, 0, busy::run, &state, 0, nullptr);
        CHECK(test::eventually([&] { return state.begun == 2; }));
        end_it(first, 20);
        end_it(second, 21);
        const DWORD got = WaitForSingleObject(mutex, INFINITE);
        CHECK((got == WAIT_OBJECT_0 || got == WAIT_ABANDONED));
        abandoned += got == WAIT_ABANDONED ? 1 : 0;
        CHECK(ReleaseMutex(mutex));
    }
    INFO(abandoned << " times abandoned");
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
}

// On Windows that ends the process when no other thread is there; here another one goes on.
ROLE(windows_h_without_first_thread) {
    static HANDLE first = nullptr;
    static std::atomic<bool> sleeps{false};
    const HANDLE self = GetCurrentProcess();
    ROLE_CHECK(DuplicateHandle(self, GetCurrentThread(), self, &first, 0, FALSE, DUPLICATE_SAME_ACCESS));
    const auto body = [](LPVOID) -> DWORD {
        while (!sleeps) SwitchToThread();
        const bool ended = TerminateThread(first, 3) && WaitForSingleObject(first, INFINITE) == WAIT_OBJECT_0;
        DWORD code = 0;
        ExitProcess(ended && GetExitCodeThread(first, &code) && code == 3 ? 66 : 1);
    };
    CreateThread(nullptr, 0, body, nullptr, 0, nullptr);
    // It must not be ended with a lock of the C library: the end of the process needs them.
    sleeps = true;
    Sleep(INFINITE);
    return 2;
}

TEST_CASE("A process goes on without its first thread, which was terminated", "[windows_h][terminate]") {
    CHECK(test::run_role("windows_h_without_first_thread") == 66);
}
