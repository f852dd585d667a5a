#include "process.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "thread_code.hpp"

#include <atomic>
#include <thread>
#include <vector>

using test::argument;
using test::code_of;
using test::give_back;
using test::owned;

namespace {

constexpr auto none = static_cast<DWORD>(-1);

void until(const std::atomic<bool>& flag) {
    while (!flag) Sleep(1);
}

/// Counts on and on, until told to end. The thread calls nothing but Sleep(0).
struct counter {
    std::atomic<unsigned> rounds{0};
    std::atomic<bool> over{false};

    static DWORD WINAPI run(LPVOID given) {
        auto& self = *static_cast<counter*>(given);
        while (!self.over) {
            ++self.rounds;
            Sleep(0);
        }
        return 7;
    }
    bool goes_on() const {
        const unsigned before = rounds;
        return test::eventually([&] { return rounds != before; });
    }
    /// Looked at for a moment only: it can but miss a mistake.
    bool stands_still() const {
        const unsigned before = rounds;
        Sleep(20);
        return rounds == before;
    }
    void end(HANDLE thread) {
        over = true;
        CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
        CHECK(code_of(thread) == 7);
    }
};

}  // namespace

TEST_CASE("A suspended thread stands still until it is resumed as often", "[windows_h][suspend]") {
    counter count;
    const owned thread = CreateThread(nullptr, 0, counter::run, &count, 0, nullptr);
    CHECK(count.goes_on());
    for (int i = 0; i < 20; ++i) {
        CHECK(test::error_of([&] { CHECK(SuspendThread(thread) == 0); }) == test::untouched);
        const unsigned before = count.rounds;
        CHECK(SuspendThread(thread) == 1);
        CHECK(ResumeThread(thread) == 2);
        if (i == 0) CHECK(count.stands_still());
        CHECK(count.rounds == before);
        CHECK(ResumeThread(thread) == 1);
        CHECK(count.goes_on());
    }
    CHECK(ResumeThread(thread) == 0);
    count.end(thread);
}

// ThreadSanitizer puts signals off until the thread calls a function of the library.
#if !defined(__SANITIZE_THREAD__)
TEST_CASE("A thread is stopped when SuspendThread returns, in the middle of a computation", "[windows_h][suspend]") {
    struct {
        std::atomic<unsigned> rounds{0};
        std::atomic<bool> over{false};
    } state;
    const auto body = [](LPVOID given) -> DWORD {
        auto& s = *static_cast<decltype(state)*>(given);
        while (!s.over) ++s.rounds;
        return 0;
    };
    const owned thread = CreateThread(nullptr, 0, body, &state, 0, nullptr);
    for (int i = 0; i < 200; ++i) {
        CHECK(SuspendThread(thread) == 0);
        const unsigned before = state.rounds;
        for (int j = 0; j < 50; ++j) SwitchToThread();
        CHECK(state.rounds == before);
        CHECK(ResumeThread(thread) == 1);
    }
    state.over = true;
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
}
#endif

TEST_CASE("A suspend count ends at 127", "[windows_h][suspend]") {
    counter count;
    const owned thread = CreateThread(nullptr, 0, counter::run, &count, 0, nullptr);
    for (DWORD i = 0; i < MAXIMUM_SUSPEND_COUNT; ++i) CHECK(SuspendThread(thread) == i);
    CHECK(test::error_of([&] { CHECK(SuspendThread(thread) == none); }) == ERROR_SIGNAL_REFUSED);
    CHECK(count.stands_still());
    for (DWORD i = MAXIMUM_SUSPEND_COUNT; i > 0; --i) CHECK(ResumeThread(thread) == i);
    CHECK(count.goes_on());
    count.end(thread);
}

TEST_CASE("A thread created suspended can be suspended further", "[windows_h][suspend]") {
    const owned thread = CreateThread(nullptr, 0, give_back, argument(5), CREATE_SUSPENDED, nullptr);
    CHECK(SuspendThread(thread) == 1);
    CHECK(ResumeThread(thread) == 2);
    CHECK(WaitForSingleObject(thread, 20) == WAIT_TIMEOUT);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 5);
}

TEST_CASE("A thread that suspends itself has stopped before the call returns", "[windows_h][suspend]") {
    struct {
        std::atomic<bool> ready{false};
        std::atomic<DWORD> before{none};
    } state;
    const auto body = [](LPVOID given) -> DWORD {
        auto& s = *static_cast<decltype(state)*>(given);
        s.ready = true;
        s.before = SuspendThread(GetCurrentThread());
        return 9;
    };
    const owned thread = CreateThread(nullptr, 0, body, &state, 0, nullptr);
    until(state.ready);
    CHECK(WaitForSingleObject(thread, 20) == WAIT_TIMEOUT);
    CHECK(state.before == none);
    CHECK(test::eventually([&] { return ResumeThread(thread) == 1; }));
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(state.before == 0);
    CHECK(code_of(thread) == 9);
}

namespace {
struct waiter {
    HANDLE object;
    DWORD limit = INFINITE;
    std::atomic<bool> ready{false};
    std::atomic<bool> awake{false};
    static DWORD WINAPI run(LPVOID given) {
        auto& self = *static_cast<waiter*>(given);
        self.ready = true;
        const DWORD answer = WaitForSingleObject(self.object, self.limit);
        self.awake = true;
        return answer;
    }
};
}  // namespace

TEST_CASE("A wait is satisfied while its thread is suspended", "[windows_h][suspend]") {
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    waiter state{event};
    const owned thread = CreateThread(nullptr, 0, waiter::run, &state, 0, nullptr);
    until(state.ready);
    if (!test::on_wine()) test::until_waiting(kobj::handle_value::from_native(event));
    CHECK(SuspendThread(thread) == 0);
    CHECK(SetEvent(event));
    Sleep(20);
    CHECK_FALSE(state.awake);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
}

TEST_CASE("A wait that was suspended keeps its time limit", "[windows_h][suspend]") {
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    waiter state{event, 100};
    const owned thread = CreateThread(nullptr, 0, waiter::run, &state, 0, nullptr);
    until(state.ready);
    const ULONGLONG began = GetTickCount64();
    for (int i = 0; i < 3; ++i) {
        CHECK(SuspendThread(thread) == 0);
        CHECK(ResumeThread(thread) == 1);
    }
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == WAIT_TIMEOUT);
    CHECK(GetTickCount64() - began >= 50);

    state.awake = false;
    state.ready = false;
    const owned other = CreateThread(nullptr, 0, waiter::run, &state, 0, nullptr);
    until(state.ready);
    CHECK(SuspendThread(other) == 0);
    Sleep(150);
    CHECK_FALSE(state.awake);
    CHECK(ResumeThread(other) == 1);
    CHECK(WaitForSingleObject(other, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(other) == WAIT_TIMEOUT);
}

TEST_CASE("Two that suspend and resume a thread in the midst of its calls", "[windows_h][suspend]") {
    struct {
        std::atomic<unsigned> rounds{0};
        std::atomic<bool> over{false};
    } state;
    const auto body = [](LPVOID given) -> DWORD {
        auto& s = *static_cast<decltype(state)*>(given);
        while (!s.over) {
            const HANDLE mutex = CreateMutexW(nullptr, TRUE, L"kobj suspended in the midst");
            const HANDLE event = CreateEventW(nullptr, FALSE, TRUE, nullptr);
            const HANDLE both[] = {mutex, event};
            const bool good = WaitForMultipleObjects(2, both, TRUE, 1'000) == WAIT_OBJECT_0 && ReleaseMutex(mutex) &&
                              ReleaseMutex(mutex) && WaitForSingleObject(event, 1) == WAIT_TIMEOUT;
            if (!CloseHandle(mutex) || !CloseHandle(event) || !good) return 1;
            ++s.rounds;
        }
        return 0;
    };
    const owned thread = CreateThread(nullptr, 0, body, &state, 0, nullptr);
    const int rounds = test::on_wine() ? 200 : 2'000;
    std::atomic<int> bad{0};
    const auto hammer = [&] {
        for (int i = 0; i < rounds; ++i) {
            const DWORD before = SuspendThread(thread);
            bad += before == 0 || before == 1 ? 0 : 1;
            // It holds nothing that is needed here.
            const owned own = CreateEventW(nullptr, FALSE, FALSE, nullptr);
            bad += static_cast<HANDLE>(own) != nullptr && SetEvent(own) ? 0 : 1;
            const DWORD raised = ResumeThread(thread);
            bad += raised == 1 || raised == 2 ? 0 : 1;
        }
    };
    std::thread other(hammer);
    hammer();
    other.join();
    CHECK(bad == 0);
    const unsigned before = state.rounds;
    CHECK(test::eventually([&] { return state.rounds != before; }));
    state.over = true;
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 0);
}

TEST_CASE("Two threads that suspend each other stop both, and others go on", "[windows_h][suspend]") {
    struct partner {
        std::atomic<HANDLE> other{nullptr};
        std::atomic<bool> done{false};
        std::atomic<bool> over{false};
        static DWORD WINAPI run(LPVOID given) {
            auto& self = *static_cast<partner*>(given);
            while (self.other == nullptr) Sleep(0);
            const DWORD before = SuspendThread(self.other);
            self.done = true;
            while (!self.over) Sleep(0);
            return before;
        }
    };
    for (int i = 0; i < 20; ++i) {
        partner first;
        partner second;
        const owned a = CreateThread(nullptr, 0, partner::run, &first, 0, nullptr);
        const owned b = CreateThread(nullptr, 0, partner::run, &second, 0, nullptr);
        first.other = b;
        second.other = a;
        const HANDLE both[] = {a, b};
        CHECK(test::eventually([&] {
            (void)ResumeThread(a);
            (void)ResumeThread(b);
            if (first.done && second.done) first.over = second.over = true;
            return WaitForMultipleObjects(2, both, TRUE, 0) == WAIT_OBJECT_0;
        }));
        CHECK(code_of(a) == 0);
        CHECK(code_of(b) == 0);
    }
}

TEST_CASE("Suspending and resuming need their right, and a thread", "[windows_h][suspend]") {
    counter count;
    DWORD id = 0;
    const owned thread = CreateThread(nullptr, 0, counter::run, &count, 0, &id);
    const owned narrow = OpenThread(THREAD_ALL_ACCESS & ~THREAD_SUSPEND_RESUME, FALSE, id);
    const owned enough = OpenThread(THREAD_SUSPEND_RESUME, FALSE, id);
    CHECK(test::error_of([&] { CHECK(SuspendThread(narrow) == none); }) == ERROR_ACCESS_DENIED);
    CHECK(SuspendThread(enough) == 0);
    CHECK(test::error_of([&] { CHECK(ResumeThread(narrow) == none); }) == ERROR_ACCESS_DENIED);
    CHECK(ResumeThread(enough) == 1);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    CHECK(test::error_of([&] { CHECK(SuspendThread(event) == none); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(SuspendThread(nullptr) == none); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(SuspendThread(GetCurrentProcess()) == none); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(ResumeThread(event) == none); }) == ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(ResumeThread(nullptr) == none); }) == ERROR_INVALID_HANDLE);
    count.end(thread);
    CHECK(test::error_of([&] { CHECK(SuspendThread(thread) == none); }) == ERROR_ACCESS_DENIED);
    CHECK(ResumeThread(thread) == 0);
}

TEST_CASE("A process ends although threads of it are suspended", "[windows_h][suspend]") {
    CHECK(test::run_role("windows_h_ends_with_suspended") == 77);
}

ROLE(windows_h_ends_with_suspended) {
    static counter count;
    const HANDLE thread = CreateThread(nullptr, 0, counter::run, &count, 0, nullptr);
    while (count.rounds == 0) Sleep(1);
    ROLE_CHECK(SuspendThread(thread) == 0);
    ExitProcess(77);
}

// Adds to a semaphore as long as it runs.
ROLE(windows_h_counts_in_semaphore) {
    const HANDLE told = args.handle(0).native();
    const HANDLE counted = args.handle(1).native();
    const DWORD id = GetCurrentThreadId();
    DWORD written = 0;
    ROLE_CHECK(WriteFile(told, &id, sizeof id, &written, nullptr));
    while (ReleaseSemaphore(counted, 1, nullptr)) Sleep(0);
    return 1;
}

namespace {
/// A child that counts, and its main thread.
struct counting_child {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    HANDLE told = nullptr;
    HANDLE counted = CreateSemaphoreW(&inheritable, 0, 0x7FFFFFFF, nullptr);
    HANDLE thread = nullptr;
    std::optional<kobj::process> process;

    counting_child() {
        HANDLE into = nullptr;
        REQUIRE(CreatePipe(&told, &into, &inheritable, 0));
        const auto value = [](HANDLE handle) { return kobj::handle_value::from_native(handle); };
        process = test::start_role("windows_h_counts_in_semaphore", {value(into), value(counted)});
        CHECK(CloseHandle(into));
        DWORD id = 0;
        DWORD got = 0;
        REQUIRE(ReadFile(told, &id, sizeof id, &got, nullptr));
        thread = OpenThread(THREAD_ALL_ACCESS, FALSE, id);
        REQUIRE(thread != nullptr);
    }
    counting_child(const counting_child&) = delete;
    counting_child& operator=(const counting_child&) = delete;
    ~counting_child() {
        for (const HANDLE each : {told, counted, thread}) CloseHandle(each);
    }
    bool goes_on() const {
        while (WaitForSingleObject(counted, 0) == WAIT_OBJECT_0) continue;
        return WaitForSingleObject(counted, 60'000) == WAIT_OBJECT_0;
    }
    bool stands_still() const {
        const auto now = [&] {
            for (int i = 0; i < 100'000 && WaitForSingleObject(counted, 0) == WAIT_OBJECT_0;) ++i;
            return WaitForSingleObject(counted, 20) == WAIT_TIMEOUT;
        };
        // Wine does not wait until the thread of another process has stopped.
        return test::on_wine() ? test::eventually(now) : now();
    }
};
}  // namespace

TEST_CASE("A thread of another process is suspended and resumed", "[windows_h][suspend]") {
    counting_child child;
    for (int i = 0; i < 10; ++i) {
        CHECK(child.goes_on());
        CHECK(SuspendThread(child.thread) == 0);
        CHECK(child.stands_still());
        CHECK(ResumeThread(child.thread) == 1);
    }
    CHECK(child.goes_on());
    test::kill_hard(*child.process);
}

TEST_CASE("A process is killed while its thread is suspended", "[windows_h][suspend][kill]") {
    counting_child child;
    CHECK(child.goes_on());
    CHECK(SuspendThread(child.thread) == 0);
    test::kill_hard(*child.process, 3);
    CHECK(WaitForSingleObject(child.thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(child.thread) == 3);
    CHECK(test::error_of([&] { CHECK(SuspendThread(child.thread) == none); }) == ERROR_ACCESS_DENIED);
    // Not documented; Wine keeps the count.
    if (!test::on_wine()) CHECK(ResumeThread(child.thread) == 0);
}

ROLE(windows_h_suspends_thread) {
    const HANDLE thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, static_cast<DWORD>(args.number(0)));
    ROLE_CHECK(SuspendThread(thread) == args.number(1));
    return TerminateProcess(GetCurrentProcess(), 5) ? 0 : 1;
}

TEST_CASE("A suspend count outlives the process that has raised it", "[windows_h][suspend][kill]") {
    counter count;
    DWORD id = 0;
    const owned thread = CreateThread(nullptr, 0, counter::run, &count, 0, &id);
    CHECK(count.goes_on());
    CHECK(test::run_role("windows_h_suspends_thread", {id, 0}) == 5);
    CHECK(test::run_role("windows_h_suspends_thread", {id, 1}) == 5);
    CHECK(count.stands_still());
    CHECK(ResumeThread(thread) == 2);
    CHECK(ResumeThread(thread) == 1);
    CHECK(count.goes_on());
    count.end(thread);
}

TEST_CASE("The first thread of a process started suspended has a count, too", "[windows_h][suspend]") {
    auto child =
        test::start_role("windows_h_ends_with_suspended", {}, {.inherit = kobj::inherit::all, .suspended = true});
    auto& thread = child.primary_thread();
    CHECK(thread.suspend().value() == 1);
    CHECK(thread.resume().value() == 2);
    CHECK(child.wait(std::chrono::milliseconds(20)).value() == kobj::wait_status::timed_out);
    CHECK(thread.resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 77);
}
