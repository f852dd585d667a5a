#include "windows.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <thread>

using test::eventually;
using test::owned;

namespace {

struct seen {
    std::atomic<int> calls{0};
    std::atomic<int> ended{0};
    std::atomic<int> time_outs{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> finished{0};
    std::atomic<int> answer{-1};
    std::atomic<void*> object{nullptr};
    HANDLE gate = nullptr;
    HANDLE release = nullptr;
    CRITICAL_SECTION* section = nullptr;

    void note(void* from) {
        object = from;
        ++calls;
        if (gate != nullptr) WaitForSingleObject(gate, INFINITE);
        ++ended;
    }
};

seen& in(PVOID context) {
    return *static_cast<seen*>(context);
}

void CALLBACK on_work(PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK work) {
    in(context).note(work);
}
void CALLBACK on_timer(PTP_CALLBACK_INSTANCE, PVOID context, PTP_TIMER timer) {
    in(context).note(timer);
}
void CALLBACK on_wait(PTP_CALLBACK_INSTANCE, PVOID context, PTP_WAIT wait, TP_WAIT_RESULT how) {
    if (how == WAIT_TIMEOUT) ++in(context).time_outs;
    in(context).note(wait);
}
void CALLBACK on_simple(PTP_CALLBACK_INSTANCE instance, PVOID context) {
    in(context).answer = CallbackMayRunLong(instance);
    in(context).note(nullptr);
}
void CALLBACK on_cancel(PVOID context, PVOID cleanup) {
    in(context).cancelled += *static_cast<int*>(cleanup);
}

FILETIME from_now(int milliseconds) {
    ULARGE_INTEGER ticks;
    ticks.QuadPart = static_cast<ULONGLONG>(-10'000LL * milliseconds);
    FILETIME when;
    when.dwLowDateTime = ticks.LowPart;
    when.dwHighDateTime = ticks.HighPart;
    return when;
}

}  // namespace

TEST_CASE("Each submission of a work object is one callback", "[windows_h][threadpool]") {
    seen s;
    const PTP_WORK work = CreateThreadpoolWork(on_work, &s, nullptr);
    REQUIRE(work != nullptr);
    for (int i = 0; i < 100; ++i) SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK(s.ended == 100);
    CHECK(s.object == work);
    SubmitThreadpoolWork(work);
    CloseThreadpoolWork(work);
    CHECK(eventually([&] { return s.ended == 101; }));
}

TEST_CASE("A pool of one thread makes one callback after the other", "[windows_h][threadpool]") {
    const PTP_POOL pool = CreateThreadpool(nullptr);
    REQUIRE(pool != nullptr);
    SetThreadpoolThreadMaximum(pool, 1);
    CHECK(SetThreadpoolThreadMinimum(pool, 1));
    TP_CALLBACK_ENVIRON environment;
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    SetThreadpoolCallbackRunsLong(&environment);
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    s.gate = gate;
    const PTP_WORK work = CreateThreadpoolWork(on_work, &s, &environment);
    for (int i = 0; i < 5; ++i) SubmitThreadpoolWork(work);
    CHECK(eventually([&] { return s.calls == 1; }));
    Sleep(50);
    CHECK(s.calls == 1);
    std::thread opens([&] {
        Sleep(20);
        SetEvent(gate);
    });
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    CHECK(s.ended == 1);
    opens.join();
    SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK(s.ended == 2);
    CloseThreadpoolWork(work);
    CloseThreadpool(pool);
    DestroyThreadpoolEnvironment(&environment);
}

TEST_CASE("A callback of a higher priority comes first", "[windows_h][threadpool]") {
    const PTP_POOL pool = CreateThreadpool(nullptr);
    SetThreadpoolThreadMaximum(pool, 1);
    TP_CALLBACK_ENVIRON environment;
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen first;
    first.gate = gate;
    CHECK(TrySubmitThreadpoolCallback(on_simple, &first, &environment));
    CHECK(eventually([&] { return first.calls == 1; }));
    struct order {
        std::atomic<int> next{0};
        int low = -1;
        int high = -1;
    } o;
    SetThreadpoolCallbackPriority(&environment, TP_CALLBACK_PRIORITY_LOW);
    const PTP_WORK low = CreateThreadpoolWork(
        [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK) {
            auto& to = *static_cast<order*>(context);
            to.low = to.next++;
        },
        &o, &environment);
    SetThreadpoolCallbackPriority(&environment, TP_CALLBACK_PRIORITY_HIGH);
    const PTP_WORK high = CreateThreadpoolWork(
        [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK) {
            auto& to = *static_cast<order*>(context);
            to.high = to.next++;
        },
        &o, &environment);
    SubmitThreadpoolWork(low);
    SubmitThreadpoolWork(high);
    SetEvent(gate);
    WaitForThreadpoolWorkCallbacks(low, FALSE);
    WaitForThreadpoolWorkCallbacks(high, FALSE);
    CHECK(o.high == 0);
    CHECK(o.low == 1);
    CloseThreadpoolWork(low);
    CloseThreadpoolWork(high);
    CloseThreadpool(pool);
}

TEST_CASE("A simple callback runs once", "[windows_h][threadpool]") {
    seen s;
    CHECK(TrySubmitThreadpoolCallback(on_simple, &s, nullptr));
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK(s.answer == TRUE);
}

TEST_CASE("A thread pool timer is set, and unset", "[windows_h][threadpool]") {
    seen s;
    const PTP_TIMER timer = CreateThreadpoolTimer(on_timer, &s, nullptr);
    REQUIRE(timer != nullptr);
    CHECK_FALSE(IsThreadpoolTimerSet(timer));
    FILETIME due = from_now(20);
    SetThreadpoolTimer(timer, &due, 0, 0);
    CHECK(IsThreadpoolTimerSet(timer));
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK(s.object == timer);
    due = from_now(0);
    SetThreadpoolTimer(timer, &due, 10, 0);
    CHECK(eventually([&] { return s.ended >= 4; }));
    SetThreadpoolTimer(timer, nullptr, 0, 0);
    CHECK_FALSE(IsThreadpoolTimerSet(timer));
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    const int then = s.calls;
    Sleep(50);
    CHECK(s.calls == then);
    GetSystemTimeAsFileTime(&due);  // a wall-clock time that has been
    SetThreadpoolTimer(timer, &due, 0, 0);
    CHECK(eventually([&] { return s.ended == then + 1; }));
    due = from_now(100'000);
    SetThreadpoolTimer(timer, &due, 0, 0);
    CloseThreadpoolTimer(timer);
}

TEST_CASE("A thread pool wait calls back once each time it is set", "[windows_h][threadpool]") {
    const owned event = CreateEventW(nullptr, TRUE, TRUE, nullptr);
    seen s;
    const PTP_WAIT wait = CreateThreadpoolWait(on_wait, &s, nullptr);
    REQUIRE(wait != nullptr);
    SetThreadpoolWait(wait, event, nullptr);
    CHECK(eventually([&] { return s.ended == 1; }));
    Sleep(20);
    CHECK(s.calls == 1);
    CHECK(s.object == wait);
    CHECK(s.time_outs == 0);
    ResetEvent(event);
    FILETIME limit = from_now(20);
    SetThreadpoolWait(wait, event, &limit);
    CHECK(eventually([&] { return s.ended == 2; }));
    CHECK(s.time_outs == 1);
    SetThreadpoolWait(wait, event, nullptr);
    SetThreadpoolWait(wait, nullptr, nullptr);
    SetEvent(event);
    Sleep(30);
    CHECK(s.calls == 2);
    WaitForThreadpoolWaitCallbacks(wait, FALSE);
    ResetEvent(event);
    SetThreadpoolWait(wait, event, nullptr);
    CloseThreadpoolWait(wait);
    SetEvent(event);
    Sleep(30);
    CHECK(s.calls == 2);
}

// Wine does not have these functions.
#if !defined(_WIN32)
TEST_CASE("The Ex forms tell whether something was cancelled", "[windows_h][threadpool]") {
    seen s;
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const PTP_TIMER timer = CreateThreadpoolTimer(on_timer, &s, nullptr);
    FILETIME due = from_now(100'000);
    CHECK_FALSE(SetThreadpoolTimerEx(timer, &due, 0, 0));
    CHECK(SetThreadpoolTimerEx(timer, &due, 0, 0));
    CHECK(SetThreadpoolTimerEx(timer, nullptr, 0, 0));
    CHECK_FALSE(SetThreadpoolTimerEx(timer, nullptr, 0, 0));
    CloseThreadpoolTimer(timer);
    const PTP_WAIT wait = CreateThreadpoolWait(on_wait, &s, nullptr);
    CHECK_FALSE(SetThreadpoolWaitEx(wait, event, nullptr, nullptr));
    CHECK(SetThreadpoolWaitEx(wait, event, nullptr, nullptr));
    SetEvent(event);
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK_FALSE(SetThreadpoolWaitEx(wait, nullptr, nullptr, nullptr));
    CHECK(test::error_of([&] { SetThreadpoolWait(wait, reinterpret_cast<HANDLE>(0x7FFC), nullptr); }) ==
          ERROR_INVALID_HANDLE);
    CloseThreadpoolWait(wait);
    REFUSES(CreateThreadpoolWork(nullptr, nullptr, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(CreateThreadpoolTimer(nullptr, nullptr, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(CreateThreadpoolWait(nullptr, nullptr, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(TrySubmitThreadpoolCallback(nullptr, nullptr, nullptr), ERROR_INVALID_PARAMETER);
}
#endif

TEST_CASE("A cleanup group ends its members", "[windows_h][threadpool]") {
    for (const BOOL cancel : {FALSE, TRUE}) {
        const PTP_POOL pool = CreateThreadpool(nullptr);
        SetThreadpoolThreadMaximum(pool, 1);
        const PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
        REQUIRE(group != nullptr);
        TP_CALLBACK_ENVIRON environment;
        InitializeThreadpoolEnvironment(&environment);
        SetThreadpoolCallbackPool(&environment, pool);
        SetThreadpoolCallbackCleanupGroup(&environment, group, on_cancel);
        const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
        seen running;
        running.gate = gate;
        seen queued;
        seen idle;
        const PTP_WORK first = CreateThreadpoolWork(on_work, &running, &environment);
        const PTP_WORK second = CreateThreadpoolWork(on_work, &queued, &environment);
        const PTP_TIMER timer = CreateThreadpoolTimer(on_timer, &idle, &environment);
        const PTP_WAIT wait = CreateThreadpoolWait(on_wait, &idle, &environment);
        FILETIME due = from_now(100'000);
        SetThreadpoolTimer(timer, &due, 0, 0);
        SetThreadpoolWait(wait, event, nullptr);
        SubmitThreadpoolWork(first);
        CHECK(eventually([&] { return running.calls == 1; }));
        SubmitThreadpoolWork(second);
        CHECK(TrySubmitThreadpoolCallback(on_simple, &queued, &environment));
        std::thread opens([&] {
            Sleep(20);
            SetEvent(gate);
        });
        int one = 1;
        CloseThreadpoolCleanupGroupMembers(group, cancel, &one);
        CHECK(running.ended == 1);
        CHECK(queued.ended == (cancel ? 0 : 2));
        CHECK(running.cancelled == (cancel ? 1 : 0));
        CHECK(queued.cancelled == (cancel ? 2 : 0));
        CHECK(idle.cancelled == (cancel ? 2 : 0));
        SetEvent(event);
        Sleep(20);
        CHECK(idle.calls == 0);
        CloseThreadpoolCleanupGroup(group);
        CloseThreadpool(pool);
        opens.join();
    }
}

TEST_CASE("What a callback leaves behind is done when it returns", "[windows_h][threadpool]") {
    struct left {
        owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        owned semaphore = CreateSemaphoreW(nullptr, 0, 10, nullptr);
        owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
        CRITICAL_SECTION section;
        std::atomic<bool> inside{false};
        std::atomic<bool> go_on{false};
    } l;
    InitializeCriticalSection(&l.section);
    const PTP_SIMPLE_CALLBACK leaves = [](PTP_CALLBACK_INSTANCE instance, PVOID context) {
        auto& to = *static_cast<left*>(context);
        WaitForSingleObject(to.mutex, INFINITE);
        EnterCriticalSection(&to.section);
        SetEventWhenCallbackReturns(instance, to.event);
        ReleaseSemaphoreWhenCallbackReturns(instance, to.semaphore, 3);
        ReleaseMutexWhenCallbackReturns(instance, to.mutex);
        LeaveCriticalSectionWhenCallbackReturns(instance, &to.section);
        to.inside = true;
        while (!to.go_on) Sleep(1);
    };
    CHECK(TrySubmitThreadpoolCallback(leaves, &l, nullptr));
    CHECK(eventually([&] { return l.inside.load(); }));
    CHECK(WaitForSingleObject(l.event, 0) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(l.mutex, 0) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(l.semaphore, 0) == WAIT_TIMEOUT);
    CHECK_FALSE(TryEnterCriticalSection(&l.section));
    l.go_on = true;
    CHECK(WaitForSingleObject(l.event, INFINITE) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(l.mutex, INFINITE) == WAIT_OBJECT_0);
    for (int i = 0; i < 3; ++i) CHECK(WaitForSingleObject(l.semaphore, INFINITE) == WAIT_OBJECT_0);
    EnterCriticalSection(&l.section);
    LeaveCriticalSection(&l.section);
    ReleaseMutex(l.mutex);
    DeleteCriticalSection(&l.section);
}

TEST_CASE("A callback that is disassociated is not waited for", "[windows_h][threadpool]") {
    const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    seen s;
    s.gate = gate;
    const PTP_WORK_CALLBACK leaves = [](PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work) {
        DisassociateCurrentThreadFromCallback(instance);
        in(context).note(work);
    };
    const PTP_WORK work = CreateThreadpoolWork(leaves, &s, nullptr);
    SubmitThreadpoolWork(work);
    CHECK(eventually([&] { return s.calls == 1; }));
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK(s.ended == 0);
    SetEvent(gate);
    CHECK(eventually([&] { return s.ended == 1; }));
    CloseThreadpoolWork(work);
}
