#include "support/eventually.hpp"
#include "windows.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#    include <sys/wait.h>
#    include <unistd.h>
#endif

using test::owned;

namespace {

// What the calls of this thread's queue did, in their order.
thread_local std::vector<int> seen;

void CALLBACK note(ULONG_PTR number) {
    seen.push_back(static_cast<int>(number));
}

void queue_own(int number) {
    CHECK(QueueUserAPC(note, GetCurrentThread(), static_cast<ULONG_PTR>(number)) != 0);
}

std::vector<int> taken() {
    return std::exchange(seen, {});
}

using numbers = std::vector<int>;

// A thread whose start function is a lambda.
template <class F>
struct thread {
    explicit thread(F f, DWORD flags = 0)
        : body(std::move(f)), handle(CreateThread(nullptr, 0, run, this, flags, nullptr)) {}
    static DWORD WINAPI run(LPVOID self) { return static_cast<thread*>(self)->body(); }
    DWORD join() {
        DWORD code = 0;
        if (WaitForSingleObject(handle, INFINITE) != WAIT_OBJECT_0 || !GetExitCodeThread(handle, &code)) return 0xBAD;
        return code;
    }

    F body;
    owned handle;
};

}  // namespace

TEST_CASE("Calls run in an alertable wait, in the order in which they were queued", "[windows_h][apc]") {
    for (int i = 1; i <= 5; ++i) queue_own(i);
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1, 2, 3, 4, 5});
    CHECK(SleepEx(0, TRUE) == 0);
    CHECK(SleepEx(10, TRUE) == 0);
    CHECK(SleepEx(10, FALSE) == 0);
    // With a call that does nothing: mingw's thread-local objects ask TlsGetValue, which sets the last error.
    CHECK(QueueUserAPC([](ULONG_PTR) {}, GetCurrentThread(), 0) != 0);
    CHECK(test::error_of([] { CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION); }) == test::untouched);
}

TEST_CASE("Other waits leave the calls in the queue", "[windows_h][apc]") {
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned other = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const HANDLE both[] = {event, other};
    queue_own(1);
    Sleep(10);
    CHECK(SleepEx(10, FALSE) == 0);
    CHECK(WaitForSingleObject(event, 10) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObjectEx(event, 10, FALSE) == WAIT_TIMEOUT);
    CHECK(WaitForMultipleObjects(2, both, FALSE, 10) == WAIT_TIMEOUT);
    CHECK(WaitForMultipleObjectsEx(2, both, TRUE, 10, FALSE) == WAIT_TIMEOUT);
    CHECK(SignalObjectAndWait(other, event, 10, FALSE) == WAIT_TIMEOUT);
    CHECK(taken().empty());
    CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
}

TEST_CASE("An object that is signaled comes before a call that is pending", "[windows_h][apc]") {
    const owned no = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned yes = CreateEventW(nullptr, TRUE, TRUE, nullptr);
    const owned too = CreateEventW(nullptr, TRUE, TRUE, nullptr);
    const HANDLE any[] = {no, yes};
    const HANDLE all[] = {too, yes};
    for (const DWORD limit : {DWORD{0}, DWORD{1000}, DWORD{INFINITE}}) {
        queue_own(1);
        CHECK(WaitForSingleObjectEx(yes, limit, TRUE) == WAIT_OBJECT_0);
        CHECK(WaitForMultipleObjectsEx(2, any, FALSE, limit, TRUE) == WAIT_OBJECT_0 + 1);
        CHECK(WaitForMultipleObjectsEx(2, all, TRUE, limit, TRUE) == WAIT_OBJECT_0);
        CHECK(SignalObjectAndWait(too, yes, limit, TRUE) == WAIT_OBJECT_0);
        CHECK(SignalObjectAndWait(too, too, limit, TRUE) == WAIT_OBJECT_0);
        CHECK(taken().empty());
        CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
        CHECK(taken() == numbers{1});
    }
}

TEST_CASE("A call ends the wait that it finds, although the object is signaled at once", "[windows_h][apc]") {
    if (test::on_wine()) return;  // there the object may win
    const owned ready = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned other = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    for (int i = 0; i < 20; ++i) {
        DWORD several = 0;
        thread waiter([&]() -> DWORD {
            const DWORD single = SignalObjectAndWait(ready, event, INFINITE, TRUE);
            const HANDLE both[] = {other, event};
            several = WaitForMultipleObjectsEx(2, both, FALSE, INFINITE, TRUE);
            return seen.size() == 1 ? single : 0xBAD;
        });
        // The signal is given with the begin of the wait.
        REQUIRE(WaitForSingleObject(ready, INFINITE) == WAIT_OBJECT_0);
        CHECK(QueueUserAPC(note, waiter.handle, 1) != 0);
        CHECK(SetEvent(event));
        CHECK(waiter.join() == WAIT_IO_COMPLETION);
        CHECK(several == WAIT_OBJECT_0 + 1);
    }
}

TEST_CASE("A call that is pending comes before the time limit, also of 0", "[windows_h][apc]") {
    const owned no = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned yes = CreateEventW(nullptr, FALSE, TRUE, nullptr);
    const owned signaled = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const HANDLE none[] = {no, signaled};
    const HANDLE half[] = {yes, no};
    for (const DWORD limit : {DWORD{0}, DWORD{1000}, DWORD{INFINITE}}) {
        queue_own(1);
        CHECK(WaitForSingleObjectEx(no, limit, TRUE) == WAIT_IO_COMPLETION);
        queue_own(2);
        CHECK(WaitForMultipleObjectsEx(2, none, FALSE, limit, TRUE) == WAIT_IO_COMPLETION);
        queue_own(3);
        CHECK(WaitForMultipleObjectsEx(2, half, TRUE, limit, TRUE) == WAIT_IO_COMPLETION);
        queue_own(4);
        CHECK(SignalObjectAndWait(signaled, no, limit, TRUE) == WAIT_IO_COMPLETION);
        CHECK(taken() == numbers{1, 2, 3, 4});
        // The signal was given although the wait did not last; and the wait for all has taken nothing.
        CHECK(WaitForSingleObject(signaled, 0) == WAIT_OBJECT_0);
        CHECK(ResetEvent(signaled));
        CHECK(WaitForSingleObject(yes, 0) == WAIT_OBJECT_0);
        CHECK(SetEvent(yes));
    }
    CHECK(WaitForSingleObjectEx(no, 0, TRUE) == WAIT_TIMEOUT);
    CHECK(WaitForMultipleObjectsEx(2, none, FALSE, 0, TRUE) == WAIT_TIMEOUT);
    CHECK(WaitForMultipleObjectsEx(2, half, TRUE, 10, TRUE) == WAIT_TIMEOUT);
}

TEST_CASE("A wait that is an error runs no calls", "[windows_h][apc]") {
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const HANDLE bad[] = {event, nullptr};
    queue_own(1);
    CHECK(test::error_of([] { CHECK(WaitForSingleObjectEx(nullptr, 0, TRUE) == WAIT_FAILED); }) ==
          ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(WaitForMultipleObjectsEx(2, bad, FALSE, INFINITE, TRUE) == WAIT_FAILED); }) ==
          ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(WaitForMultipleObjectsEx(0, bad, FALSE, 0, TRUE) == WAIT_FAILED); }) ==
          ERROR_INVALID_PARAMETER);
    CHECK(test::error_of([&] { CHECK(SignalObjectAndWait(nullptr, event, 0, TRUE) == WAIT_FAILED); }) ==
          ERROR_INVALID_HANDLE);
    CHECK(taken().empty());
    CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
}

namespace {
void CALLBACK queue_next(ULONG_PTR number) {
    note(number);
    if (number < 4) QueueUserAPC(queue_next, GetCurrentThread(), number + 1);
}
}  // namespace

TEST_CASE("What a call queues runs in the same wait", "[windows_h][apc]") {
    REQUIRE(QueueUserAPC(queue_next, GetCurrentThread(), 1) != 0);
    queue_own(10);
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1, 10, 2, 3, 4});
    CHECK(SleepEx(0, TRUE) == 0);
}

namespace {
void CALLBACK wait_inside(ULONG_PTR event) {
    seen.push_back(100);
    seen.push_back(static_cast<int>(SleepEx(INFINITE, TRUE)));
    seen.push_back(static_cast<int>(SleepEx(0, TRUE)));
    seen.push_back(static_cast<int>(
        WaitForSingleObjectEx(reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(event)), 1000, TRUE)));
}
}  // namespace

TEST_CASE("A call can wait alertably itself, and runs the others there", "[windows_h][apc]") {
    const owned event = CreateEventW(nullptr, FALSE, TRUE, nullptr);
    REQUIRE(QueueUserAPC(wait_inside, GetCurrentThread(),
                         reinterpret_cast<std::uintptr_t>(static_cast<HANDLE>(event))) != 0);
    queue_own(1);
    queue_own(2);
    CHECK(WaitForSingleObjectEx(GetCurrentThread(), INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{100, 1, 2, WAIT_IO_COMPLETION, 0, WAIT_OBJECT_0});
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
}

TEST_CASE("A thread that sleeps is woken by a call, whatever it waits for", "[windows_h][apc]") {
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned mutex = CreateMutexW(nullptr, TRUE, nullptr);
    const owned timer = CreateWaitableTimerW(nullptr, FALSE, nullptr);
    const HANDLE objects[] = {event, mutex, timer, GetCurrentProcess()};
    const HANDLE real[] = {event, mutex, timer};
    const int way = GENERATE(0, 1, 2, 3, 4);
    thread waits([&] {
        const auto wait = [&]() -> DWORD {
            switch (way) {
                case 0:
                    return SleepEx(INFINITE, TRUE);
                case 1:
                    return WaitForSingleObjectEx(objects[0], INFINITE, TRUE);
                case 2:
                    return WaitForMultipleObjectsEx(3, real, FALSE, INFINITE, TRUE);
                case 3:
                    return WaitForMultipleObjectsEx(3, real, TRUE, INFINITE, TRUE);
                default:
                    return WaitForSingleObjectEx(mutex, INFINITE, TRUE);
            }
        };
        const DWORD how = wait();
        return how == WAIT_IO_COMPLETION && taken() == numbers{7} ? 1U : how + 2;
    });
    Sleep(20);
    CHECK(QueueUserAPC(note, waits.handle, 7) != 0);
    CHECK(waits.join() == 1);
    // It has left the queues.
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
}

TEST_CASE("Before a thread begins it runs what has been queued", "[windows_h][apc]") {
    numbers order;
    static thread_local numbers* place;
    thread late(
        [&] {
            order = taken();
            order.push_back(99);
            place = &order;
            // Later ones wait for an alertable wait.
            Sleep(10);
            const DWORD how = SleepEx(INFINITE, TRUE);
            for (const int each : taken()) place->push_back(each);
            return how;
        },
        CREATE_SUSPENDED);
    CHECK(QueueUserAPC(note, late.handle, 1) != 0);
    CHECK(QueueUserAPC(note, late.handle, 2) != 0);
    CHECK(ResumeThread(late.handle) == 1);
    // The call that ends it comes when it runs already, or is one of the first ones: then it needs another one.
    while (WaitForSingleObject(late.handle, 10) == WAIT_TIMEOUT) QueueUserAPC(note, late.handle, 3);
    CHECK(late.join() == WAIT_IO_COMPLETION);
    REQUIRE(order.size() >= 4);
    CHECK(order[0] == 1);
    CHECK(order[1] == 2);
    CHECK(order.back() == 3);
}

TEST_CASE("Calls that have not run when the thread ends are lost", "[windows_h][apc]") {
    std::atomic<int> ran{0};
    static std::atomic<int>* counter;
    counter = &ran;
    const owned go = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    thread ends([&] { return WaitForSingleObject(go, INFINITE); });
    CHECK(QueueUserAPC([](ULONG_PTR) { ++*counter; }, ends.handle, 0) != 0);
    // Either the thread has not begun, then it runs; or it is lost.
    CHECK(SetEvent(go));
    CHECK(ends.join() == WAIT_OBJECT_0);
    CHECK(ran <= 1);
    REFUSES(QueueUserAPC(note, ends.handle, 1), ERROR_GEN_FAILURE);
}

TEST_CASE("QueueUserAPC looks at the handle", "[windows_h][apc]") {
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    REFUSES(QueueUserAPC(note, nullptr, 1), ERROR_INVALID_HANDLE);
    REFUSES(QueueUserAPC(note, event, 1), ERROR_INVALID_HANDLE);
    REFUSES(QueueUserAPC(note, GetCurrentProcess(), 1), ERROR_INVALID_HANDLE);
    const owned weak = OpenThread(THREAD_ALL_ACCESS & ~DWORD{THREAD_SET_CONTEXT}, FALSE, GetCurrentThreadId());
    REQUIRE(static_cast<HANDLE>(weak) != nullptr);
    REFUSES(QueueUserAPC(note, weak, 1), ERROR_ACCESS_DENIED);
    const owned fit = OpenThread(THREAD_SET_CONTEXT, FALSE, GetCurrentThreadId());
    REQUIRE(static_cast<HANDLE>(fit) != nullptr);
    CHECK(QueueUserAPC(note, fit, 5) != 0);
    CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{5});
}

TEST_CASE("An alertable wait takes a mutex again, and tells that one was abandoned", "[windows_h][apc]") {
    const owned mutex = CreateMutexW(nullptr, TRUE, nullptr);
    CHECK(WaitForSingleObjectEx(mutex, INFINITE, TRUE) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK(ReleaseMutex(mutex));
    thread abandons([&] { return WaitForSingleObjectEx(mutex, INFINITE, TRUE); });
    CHECK(abandons.join() == WAIT_OBJECT_0);
    CHECK(WaitForSingleObjectEx(mutex, INFINITE, TRUE) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
}

namespace {
void CALLBACK leave(ULONG_PTR code) {
    ExitThread(static_cast<DWORD>(code));
}
}  // namespace

TEST_CASE("A call can end its thread", "[windows_h][apc]") {
    thread ends([] { return SleepEx(INFINITE, TRUE); });
    CHECK(QueueUserAPC(leave, ends.handle, 4711) != 0);
    CHECK(ends.join() == 4711);
}

#if !defined(_WIN32)
namespace {
int exit_code_of(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}
void CALLBACK fork_inside(ULONG_PTR result) {
    const pid_t child = fork();
    if (child != 0) *reinterpret_cast<pid_t*>(result) = child;
    note(100);
}
}  // namespace

TEST_CASE("A forked child begins without calls and routines", "[windows_h][apc][fork]") {
    const owned timer = CreateWaitableTimerW(nullptr, FALSE, nullptr);
    LARGE_INTEGER due;
    due.QuadPart = -10'000;
    REQUIRE(SetWaitableTimer(
        timer, &due, 0, [](LPVOID, DWORD, DWORD) { note(2); }, nullptr, FALSE));
    queue_own(1);
    const pid_t child = fork();
    if (child == 0) {
        const bool none = SleepEx(20, TRUE) == 0 && seen.empty();
        const bool own =
            QueueUserAPC(note, GetCurrentThread(), 3) != 0 && SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION;
        _exit(none && own && taken() == numbers{3} ? 42 : 1);
    }
    CHECK(exit_code_of(child) == 42);
    CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
    Sleep(5);
    SleepEx(0, TRUE);
    CHECK(taken() == numbers{1, 2});
}

TEST_CASE("A call can fork: what is left is the parent's", "[windows_h][apc][fork]") {
    pid_t child = 0;
    const pid_t parent = getpid();
    REQUIRE(QueueUserAPC(fork_inside, GetCurrentThread(), reinterpret_cast<ULONG_PTR>(&child)) != 0);
    queue_own(1);
    const DWORD how = SleepEx(INFINITE, TRUE);
    if (getpid() != parent)
        _exit(how == WAIT_IO_COMPLETION && taken() == numbers{100} && SleepEx(0, TRUE) == 0 ? 42 : 1);
    CHECK(how == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{100, 1});
    CHECK(exit_code_of(child) == 42);
}
#endif

TEST_CASE("Threads queue calls to threads that wait alertably, and none is lost", "[windows_h][apc][stress]") {
    constexpr int receivers = 4;
    constexpr int senders = 4;
    const int calls = test::on_wine() ? 500 : 20'000;
    // Of the receivers. A call may run before the function of its thread begins: nothing is set there.
    static thread_local int got = 0;
    static thread_local int last[senders] = {-1, -1, -1, -1};
    static std::atomic<bool> in_order;
    in_order = true;
    const owned stop = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned tick = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned units = CreateSemaphoreW(nullptr, 0, 0x7FFFFFFF, nullptr);
    std::atomic<int> signals{0};
    std::atomic<int> taken_units{0};

    const auto receive = [&]() -> DWORD {
        const HANDLE objects[] = {units, tick, stop};
        for (int turn = 0;; ++turn) {
            DWORD how = 0;
            switch (turn % 3) {
                case 0:
                    how = WaitForMultipleObjectsEx(3, objects, FALSE, INFINITE, TRUE);
                    break;
                case 1:
                    how = WaitForSingleObjectEx(units, 1, TRUE);
                    break;
                default:
                    how = SleepEx(1, TRUE);
                    if (how == 0) how = WAIT_TIMEOUT;
                    break;
            }
            if (how == WAIT_OBJECT_0) ++taken_units;
            if (how == WAIT_OBJECT_0 + 2) break;
            if (how == WAIT_FAILED) return 0xBAD;
        }
        SleepEx(0, TRUE);
        return static_cast<DWORD>(got);
    };
    using receiver = thread<decltype(receive)>;
    std::vector<std::unique_ptr<receiver>> all;
    for (int i = 0; i < receivers; ++i) all.push_back(std::make_unique<receiver>(receive));

    std::atomic<int> next{0};
    const auto send = [&]() -> DWORD {
        const int me = next++;
        for (int i = 0; i < calls; ++i) {
            const HANDLE to = all[static_cast<std::size_t>((i + me) % receivers)]->handle;
            const auto run = [](ULONG_PTR what) {
                const int from = static_cast<int>(what & 0xF);
                const int number = static_cast<int>(what >> 4U);
                if (number <= last[from]) in_order = false;
                last[from] = number;
                ++got;
            };
            if (QueueUserAPC(run, to, static_cast<ULONG_PTR>(i) << 4U | static_cast<ULONG_PTR>(me)) == 0) return 1;
            if (i % 3 == 0) {
                ReleaseSemaphore(units, 1, nullptr);
                ++signals;
            }
            if (i % 5 == 0) SetEvent(tick);
        }
        return 0;
    };
    using sender = thread<decltype(send)>;
    std::vector<std::unique_ptr<sender>> sending;
    for (int i = 0; i < senders; ++i) sending.push_back(std::make_unique<sender>(send));
    for (const auto& each : sending) CHECK(each->join() == 0);
    CHECK(test::eventually([&] { return taken_units == signals; }));
    CHECK(SetEvent(stop));
    DWORD sum = 0;
    for (const auto& each : all) sum += each->join();
    CHECK(sum == static_cast<DWORD>(senders * calls));
    CHECK(in_order);
}
