#include "windows.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <initializer_list>
#include <thread>
#include <vector>

using test::eventually;
using test::owned;

namespace {

/// What callbacks saw.
struct seen {
    std::atomic<int> calls{0};
    std::atomic<int> with_false{0};
    std::atomic<int> ended{0};
    std::atomic<DWORD> thread{0};
    std::atomic<ULONGLONG> last{0};
    HANDLE gate = nullptr;  ///< if not null, each callback waits for it
    HANDLE queue = nullptr;
    HANDLE timer = nullptr;
    HANDLE completion = nullptr;
    std::atomic<int> answer{-1};
    std::atomic<DWORD> error{0};
};

void CALLBACK note(PVOID context, BOOLEAN fired) {
    auto& s = *static_cast<seen*>(context);
    if (!fired) ++s.with_false;
    s.thread = GetCurrentThreadId();
    s.last = GetTickCount64();
    ++s.calls;
    if (s.gate != nullptr) WaitForSingleObject(s.gate, INFINITE);
    ++s.ended;
}

void CALLBACK delete_inside(PVOID context, BOOLEAN) {
    auto& s = *static_cast<seen*>(context);
    SetLastError(test::untouched);
    s.answer = DeleteTimerQueueTimer(s.queue, s.timer, s.completion);
    s.error = GetLastError();
    ++s.ended;
}

/// Deleted at the end of the test, with all its timers.
struct queue {
    HANDLE handle = CreateTimerQueue();

    queue() = default;
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;
    ~queue() { DeleteTimerQueueEx(handle, INVALID_HANDLE_VALUE); }
    operator HANDLE() const { return handle; }
};

HANDLE start(HANDLE in, seen& s, DWORD due, DWORD period = 0, ULONG flags = WT_EXECUTEDEFAULT,
             WAITORTIMERCALLBACK callback = note) {
    HANDLE timer = nullptr;
    CHECK(test::error_of([&] { CHECK(CreateTimerQueueTimer(&timer, in, callback, &s, due, period, flags)); }) ==
          test::untouched);
    CHECK(timer != nullptr);
    return timer;
}

/// TRUE, or FALSE with ERROR_IO_PENDING: Wine, like older versions of Windows, has the second also when nothing runs.
bool deleted(BOOL answer, DWORD error) {
    return answer ? error == test::untouched : test::on_wine() && error == ERROR_IO_PENDING;
}

}  // namespace

TEST_CASE("A timer of a queue is due once, not early", "[windows_h][timer_queue]") {
    for (const bool own : {true, false}) {
        const queue made;
        const HANDLE q = own ? HANDLE(made) : nullptr;
        seen s;
        const ULONGLONG begin = GetTickCount64();
        const HANDLE timer = start(q, s, 60);
        CHECK(eventually([&] { return s.ended == 1; }));
        CHECK(s.last - begin >= 45);  // the ticks of Windows are 16 ms
        Sleep(100);
        CHECK(s.calls == 1);
        CHECK(s.with_false == 0);
        CHECK(s.thread != GetCurrentThreadId());
        CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
    }
}

TEST_CASE("A periodic timer of a queue goes on until it is deleted", "[windows_h][timer_queue]") {
    const queue q;
    seen s;
    const ULONGLONG begin = GetTickCount64();
    const HANDLE timer = start(q, s, 0, 20);
    CHECK(eventually([&] { return s.calls >= 10; }));
    CHECK(s.last - begin >= 9 * 20 - 20);
    CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
    const int then = s.calls;
    CHECK(s.ended == then);
    Sleep(100);
    CHECK(s.calls == then);
}

TEST_CASE("A period goes on while callbacks are inside", "[windows_h][timer_queue]") {
    const queue q;
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen blocked;
    blocked.gate = gate;
    seen other;
    const HANDLE first = start(q, blocked, 0, 10);
    const HANDLE second = start(q, other, 10, 10);
    CHECK(eventually([&] { return blocked.calls >= 5 && other.calls >= 5; }));
    CHECK(blocked.ended == 0);
    REFUSES(DeleteTimerQueueTimer(q, first, nullptr), ERROR_IO_PENDING);
    SetEvent(gate);
    CHECK(eventually([&] { return blocked.ended == blocked.calls; }));
    CHECK(DeleteTimerQueueTimer(q, second, INVALID_HANDLE_VALUE));
}

TEST_CASE("Callbacks in the timer thread share it", "[windows_h][timer_queue]") {
    const queue q;
    seen a;
    seen b;
    const HANDLE first = start(q, a, 5, 0, WT_EXECUTEINTIMERTHREAD);
    const HANDLE second = start(q, b, 5, 5, WT_EXECUTEINTIMERTHREAD);
    CHECK(eventually([&] { return a.ended == 1 && b.ended >= 3; }));
    // Wine has no such thread.
    if (!test::on_wine()) CHECK(a.thread == b.thread);
    CHECK(DeleteTimerQueueTimer(q, first, INVALID_HANDLE_VALUE));
    CHECK(DeleteTimerQueueTimer(q, second, INVALID_HANDLE_VALUE));
}

TEST_CASE("A timer that is not due is deleted without a callback", "[windows_h][timer_queue]") {
    const queue q;
    const owned done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    HANDLE timer = start(q, s, 100'000);
    CHECK(test::error_of([&] { CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE)); }) == test::untouched);
    timer = start(q, s, 100'000);
    CHECK(test::error_of([&] { CHECK(DeleteTimerQueueTimer(q, timer, done)); }) == test::untouched);
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
    timer = start(q, s, 100'000);
    SetLastError(test::untouched);
    const BOOL answer = DeleteTimerQueueTimer(q, timer, nullptr);
    CHECK(deleted(answer, GetLastError()));
    timer = start(q, s, INFINITE);
    Sleep(50);
    CHECK(s.calls == 0);
    CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
}

TEST_CASE("A timer's completion event is set behind its last callback", "[windows_h][timer_queue]") {
    const queue q;
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    s.gate = gate;
    const HANDLE timer = start(q, s, 0);
    CHECK(eventually([&] { return s.calls == 1; }));
    REFUSES(DeleteTimerQueueTimer(q, timer, done), ERROR_IO_PENDING);
    CHECK(WaitForSingleObject(done, 30) == WAIT_TIMEOUT);
    SetEvent(gate);
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
    CHECK(s.ended == 1);
}

TEST_CASE("Deleting a timer waits for its callbacks", "[windows_h][timer_queue]") {
    for (const ULONG flags : std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINTIMERTHREAD}) {
        const queue q;
        const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        seen s;
        s.gate = gate;
        const HANDLE timer = start(q, s, 0, 0, flags);
        CHECK(eventually([&] { return s.calls == 1; }));
        std::atomic<bool> returned = false;
        std::atomic<BOOL> answer = FALSE;
        std::thread other([&] {
            answer = DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE);
            returned = true;
        });
        Sleep(30);
        CHECK_FALSE(returned);
        SetEvent(gate);
        other.join();
        CHECK(answer);
        CHECK(s.ended == 1);
    }
}

TEST_CASE("A callback deletes its own timer", "[windows_h][timer_queue]") {
    const queue q;
    const owned done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    for (const HANDLE completion : {HANDLE(nullptr), HANDLE(done)}) {
        for (const ULONG flags : std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINTIMERTHREAD}) {
            seen s;
            s.queue = q;
            s.completion = completion;
            // The handle must be there before the callback is.
            CHECK(CreateTimerQueueTimer(&s.timer, q, delete_inside, &s, 20, 0, flags));
            CHECK(eventually([&] { return s.ended == 1; }));
            CHECK(s.answer == FALSE);
            CHECK(s.error == ERROR_IO_PENDING);
            if (completion != nullptr) CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
            ResetEvent(done);
            Sleep(5);
        }
    }
}

TEST_CASE("A timer is changed", "[windows_h][timer_queue]") {
    const queue q;
    seen s;
    const HANDLE timer = start(q, s, 100'000);
    CHECK(test::error_of([&] { CHECK(ChangeTimerQueueTimer(q, timer, 10, 10)); }) == test::untouched);
    CHECK(eventually([&] { return s.calls >= 3; }));
    CHECK(ChangeTimerQueueTimer(q, timer, 100'000, 10));
    CHECK(eventually([&] {
        const int before = s.calls;
        Sleep(60);
        return s.calls == before;
    }));
    const int then = s.calls;
    CHECK(ChangeTimerQueueTimer(q, timer, 0, 0));
    CHECK(eventually([&] { return s.calls == then + 1; }));
    CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
}

TEST_CASE("A timer that was due once does not start again", "[windows_h][timer_queue]") {
    const queue q;
    seen s;
    const HANDLE timer = start(q, s, 0);
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK(ChangeTimerQueueTimer(q, timer, 1, 1));
    Sleep(50);
    CHECK(s.calls == 1);
    CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
}

TEST_CASE("A queue goes with its timers", "[windows_h][timer_queue]") {
    const HANDLE q = CreateTimerQueue();
    CHECK(q != nullptr);
    seen s;
    seen running;
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    running.gate = gate;
    for (int i = 0; i < 10; ++i) start(q, s, 20, 20);
    start(q, running, 0);
    CHECK(eventually([&] { return running.calls == 1; }));
    std::atomic<bool> returned = false;
    std::thread other([&] {
        DeleteTimerQueueEx(q, INVALID_HANDLE_VALUE);
        returned = true;
    });
    Sleep(30);
    CHECK_FALSE(returned);
    SetEvent(gate);
    other.join();
    CHECK(running.ended == 1);
    const int then = s.calls;
    Sleep(80);
    CHECK(s.calls == then);
}

TEST_CASE("Deleting a queue is pending while callbacks run", "[windows_h][timer_queue]") {
    if (test::on_wine()) return;  // it may wait for the callbacks, whatever it is asked
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    s.gate = gate;
    HANDLE q = CreateTimerQueue();
    start(q, s, 0);
    start(q, s, 0);
    CHECK(eventually([&] { return s.calls == 2; }));
    REFUSES(DeleteTimerQueueEx(q, done), ERROR_IO_PENDING);
    CHECK(WaitForSingleObject(done, 30) == WAIT_TIMEOUT);
    q = CreateTimerQueue();
    start(q, s, 0);
    CHECK(eventually([&] { return s.calls == 3; }));
    REFUSES(DeleteTimerQueueEx(q, nullptr), ERROR_IO_PENDING);
    q = CreateTimerQueue();
    start(q, s, 0);
    CHECK(eventually([&] { return s.calls == 4; }));
    REFUSES(DeleteTimerQueue(q), ERROR_IO_PENDING);
    SetEvent(gate);
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
    CHECK(eventually([&] { return s.ended == 4; }));
}

TEST_CASE("An idle queue is deleted, and the event set", "[windows_h][timer_queue]") {
    const owned done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    for (const bool with_timer : {false, true}) {
        for (int way = 0; way < 4; ++way) {
            const HANDLE q = CreateTimerQueue();
            if (with_timer) start(q, s, 100'000);
            ResetEvent(done);
            SetLastError(test::untouched);
            const BOOL answer = way == 0   ? DeleteTimerQueue(q)
                                : way == 1 ? DeleteTimerQueueEx(q, nullptr)
                                : way == 2 ? DeleteTimerQueueEx(q, done)
                                           : DeleteTimerQueueEx(q, INVALID_HANDLE_VALUE);
            CHECK(deleted(answer, GetLastError()));
            if (way == 2) CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
        }
    }
    CHECK(s.calls == 0);
}

TEST_CASE("What is no timer and no queue is refused", "[windows_h][timer_queue]") {
    const queue q;
    REFUSES(DeleteTimerQueueTimer(q, nullptr, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(DeleteTimerQueueTimer(nullptr, nullptr, INVALID_HANDLE_VALUE), ERROR_INVALID_PARAMETER);
    REFUSES(DeleteTimerQueueEx(nullptr, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueEx(nullptr, INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
}

// Windows and Wine follow any pointer.
#if !defined(_WIN32)
TEST_CASE("Bad handles of timers and queues are refused", "[windows_h][timer_queue]") {
    const queue q;
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const auto bad = reinterpret_cast<HANDLE>(0x7FFC);
    seen s;
    HANDLE timer = bad;
    REFUSES(CreateTimerQueueTimer(&timer, bad, note, &s, 0, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(CreateTimerQueueTimer(&timer, event, note, &s, 0, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(CreateTimerQueueTimer(&timer, q, nullptr, &s, 0, 0, 0), ERROR_INVALID_PARAMETER);
    REFUSES(CreateTimerQueueTimer(nullptr, q, note, &s, 0, 0, 0), ERROR_INVALID_PARAMETER);
    REFUSES(CreateTimerQueueTimer(&timer, q, note, &s, 0, 10, WT_EXECUTEONLYONCE), ERROR_INVALID_PARAMETER);
    CHECK(timer == bad);
    REFUSES(ChangeTimerQueueTimer(q, nullptr, 0, 0), ERROR_INVALID_PARAMETER);
    REFUSES(ChangeTimerQueueTimer(q, bad, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(ChangeTimerQueueTimer(q, q, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueTimer(q, q, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueEx(event, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueEx(q, bad), ERROR_INVALID_HANDLE);
    REFUSES(CloseHandle(q), ERROR_INVALID_HANDLE);
    timer = start(q, s, 30);
    REFUSES(DeleteTimerQueueTimer(bad, timer, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueTimer(q, timer, bad), ERROR_INVALID_HANDLE);
    REFUSES(ChangeTimerQueueTimer(bad, timer, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWait(timer), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWait(q), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueEx(timer, nullptr), ERROR_INVALID_HANDLE);
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK(DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE));
    REFUSES(DeleteTimerQueueTimer(q, timer, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(ChangeTimerQueueTimer(q, timer, 0, 0), ERROR_INVALID_HANDLE);
    const HANDLE gone = CreateTimerQueue();
    timer = start(gone, s, 100'000);
    CHECK(DeleteTimerQueue(gone));
    REFUSES(DeleteTimerQueue(gone), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueTimer(nullptr, timer, nullptr), ERROR_INVALID_HANDLE);
}

// Windows does not return from that.
TEST_CASE("A callback that deletes its timer does not wait for itself", "[windows_h][timer_queue]") {
    const queue q;
    for (const ULONG flags : std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINTIMERTHREAD}) {
        seen s;
        s.queue = q;
        s.completion = INVALID_HANDLE_VALUE;
        CHECK(CreateTimerQueueTimer(&s.timer, q, delete_inside, &s, 0, 0, flags));
        CHECK(eventually([&] { return s.ended == 1; }));
        CHECK(s.answer == TRUE);
    }
}
#endif

TEST_CASE("Many timers are due in turn", "[windows_h][timer_queue][stress]") {
    const int count = test::on_wine() ? 200 : 2000;
    const HANDLE q = CreateTimerQueue();
    std::atomic<int> calls = 0;
    const WAITORTIMERCALLBACK count_call = [](PVOID context, BOOLEAN) { ++*static_cast<std::atomic<int>*>(context); };
    std::vector<HANDLE> timers(static_cast<std::size_t>(count));
    DWORD due = 0;
    for (HANDLE& timer : timers)
        REQUIRE(CreateTimerQueueTimer(&timer, q, count_call, &calls, due = (due + 7) % 50, 0, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return calls == count; }));
    CHECK(DeleteTimerQueueEx(q, INVALID_HANDLE_VALUE));
}

TEST_CASE("A timer is not called behind its deletion", "[windows_h][timer_queue][stress]") {
    const queue q;
    struct each {
        std::atomic<bool> deleted{false};
        std::atomic<bool> called_late{false};
    };
    const WAITORTIMERCALLBACK look = [](PVOID context, BOOLEAN) {
        auto& e = *static_cast<each*>(context);
        if (e.deleted) e.called_late = true;
    };
    std::vector<each> all(test::on_wine() ? 50 : 300);
    int failed = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        HANDLE timer = nullptr;
        if (CreateTimerQueueTimer(&timer, q, look, &all[i], 0, 1, WT_EXECUTEDEFAULT) == FALSE) ++failed;
        if (i % 3 == 0) Sleep(1);
        if (DeleteTimerQueueTimer(q, timer, INVALID_HANDLE_VALUE) == FALSE) ++failed;
        all[i].deleted = true;
    }
    Sleep(20);
    int late = 0;
    for (each& e : all) late += e.called_late ? 1 : 0;
    CHECK(failed == 0);
    CHECK(late == 0);
}
