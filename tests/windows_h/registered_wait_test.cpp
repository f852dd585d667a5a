#include "registered_wait.hpp"

#include <memory>
#include <thread>
#include <vector>

using test::eventually;
using test::owned;
using namespace test::registered;

TEST_CASE("A registered wait calls back for each signal", "[windows_h][registered_wait]") {
    const owned event = make_event();
    seen s;
    HANDLE wait = nullptr;
    CHECK(test::error_of([&] {
              CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
          }) == test::untouched);
    CHECK(wait != nullptr);
    for (int i = 1; i <= 20; ++i) {
        SetEvent(event);
        CHECK(eventually([&] { return s.signals == i; }));
    }
    CHECK(s.thread != GetCurrentThreadId());
    CHECK(s.time_outs == 0);
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    SetEvent(event);
    CHECK(WaitForSingleObject(event, 50) == WAIT_OBJECT_0);
    CHECK(s.signals == 20);
}

TEST_CASE("An object that is signaled already calls back at once", "[windows_h][registered_wait]") {
    const owned event = make_event(false, true);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return s.signals == 1; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("WT_EXECUTEONLYONCE calls back once, for a signal or a time-out", "[windows_h][registered_wait]") {
    const owned event = make_event(true, true);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, 20, WT_EXECUTEONLYONCE));
    CHECK(eventually([&] { return s.signals == 1; }));
    Sleep(100);
    CHECK(s.all() == 1);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));

    seen late;
    ResetEvent(event);
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &late, 20, WT_EXECUTEONLYONCE));
    CHECK(eventually([&] { return late.time_outs == 1; }));
    SetEvent(event);
    Sleep(100);
    CHECK(late.all() == 1);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("A manual-reset event that stays signaled calls back again and again", "[windows_h][registered_wait]") {
    if (test::on_wine()) return;  // it queues callbacks without bound, and has no time for others
    const owned stays = make_event(true, true);
    const owned other = make_event();
    seen many;
    seen few;
    HANDLE first = nullptr;
    HANDLE second = nullptr;
    CHECK(RegisterWaitForSingleObject(&first, stays, note, &many, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(RegisterWaitForSingleObject(&second, other, note, &few, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return many.signals > 100; }));
    for (int i = 1; i <= 5; ++i) {
        SetEvent(other);
        CHECK(eventually([&] { return few.signals == i; }));
    }
    CHECK(UnregisterWaitEx(first, INVALID_HANDLE_VALUE));
    const int then = many.signals;
    Sleep(50);
    CHECK(many.signals == then);
    CHECK(UnregisterWaitEx(second, INVALID_HANDLE_VALUE));
}

TEST_CASE("In the wait thread a callback that resets the event is called once", "[windows_h][registered_wait]") {
    const owned event = make_event(true);
    seen s;
    s.to_reset = event;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEINWAITTHREAD));
    for (int i = 1; i <= 5; ++i) {
        SetEvent(event);
        CHECK(eventually([&] { return s.ended == i; }));
        Sleep(10);
        CHECK(s.signals == i);
    }
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("Callbacks in the wait thread share it", "[windows_h][registered_wait]") {
    const owned a = make_event();
    const owned b = make_event();
    seen first;
    seen second;
    HANDLE waits[2] = {};
    CHECK(RegisterWaitForSingleObject(&waits[0], a, note, &first, INFINITE, WT_EXECUTEINWAITTHREAD));
    CHECK(RegisterWaitForSingleObject(&waits[1], b, note, &second, 20, WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE));
    SetEvent(a);
    CHECK(eventually([&] { return first.ended == 1 && second.ended == 1; }));
    CHECK(second.time_outs == 1);
    CHECK(first.thread == second.thread);
    CHECK(first.thread != GetCurrentThreadId());
    for (const HANDLE wait : waits) CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("Callbacks of one wait overlap", "[windows_h][registered_wait]") {
    held h;
    SetEvent(h.event);
    CHECK(WaitForSingleObject(h.began, INFINITE) == WAIT_OBJECT_0);
    CHECK(h.s.signals == 2);
    CHECK(h.s.ended == 0);
    h.open();
    CHECK(UnregisterWaitEx(h.wait, INVALID_HANDLE_VALUE));
    CHECK(h.s.ended == 2);
}

TEST_CASE("A time-out calls back with TRUE", "[windows_h][registered_wait]") {
    const owned event = make_event();
    seen s;
    HANDLE wait = nullptr;
    const ULONGLONG begin = GetTickCount64();
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, 60, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return s.time_outs == 1; }));
    CHECK(GetTickCount64() - begin >= 45);  // the ticks of Windows are 16 ms
    if (!test::on_wine()) {                 // there a time-out is the end of it
        CHECK(eventually([&] { return s.time_outs == 4; }));
        SetEvent(event);
        CHECK(eventually([&] { return s.signals == 1; }));
    }
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    const int then = s.all();
    Sleep(150);
    CHECK(s.all() == then);
}

TEST_CASE("A signal begins the time-out anew", "[windows_h][registered_wait]") {
    const owned event = make_event();
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, 20'000, WT_EXECUTEDEFAULT));
    SetEvent(event);
    CHECK(eventually([&] { return s.signals == 1; }));
    SetEvent(event);
    CHECK(eventually([&] { return s.signals == 2; }));
    CHECK(s.time_outs == 0);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("A time-out of 0 looks at the object once", "[windows_h][registered_wait]") {
    const owned event = make_event(true, true);
    HANDLE wait = nullptr;
    if (!test::on_wine()) {  // which takes the time-out also then
        seen s;
        CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, 0, WT_EXECUTEONLYONCE));
        CHECK(eventually([&] { return s.all() == 1; }));
        CHECK(s.signals == 1);
        CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    }
    seen s;
    ResetEvent(event);
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, 0, WT_EXECUTEONLYONCE));
    CHECK(eventually([&] { return s.all() == 1; }));
    CHECK(s.time_outs == 1);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("Each unit of a semaphore calls back", "[windows_h][registered_wait]") {
    const owned units = CreateSemaphoreW(nullptr, 3, 100, nullptr);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, units, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return s.signals == 3; }));
    ReleaseSemaphore(units, 50, nullptr);
    CHECK(eventually([&] { return s.signals == 53; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    CHECK(WaitForSingleObject(units, 0) == WAIT_TIMEOUT);
}

TEST_CASE("A waitable timer calls back when it is due", "[windows_h][registered_wait]") {
    const owned timer = CreateWaitableTimerW(nullptr, FALSE, nullptr);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, timer, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    LARGE_INTEGER due;
    due.QuadPart = -100'000;
    CHECK(SetWaitableTimer(timer, &due, 10, nullptr, nullptr, FALSE));
    CHECK(eventually([&] { return s.signals >= 3; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("A thread that ends calls back", "[windows_h][registered_wait]") {
    const owned event = make_event();
    HANDLE self = nullptr;
    std::thread body([&] {
        DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE,
                        DUPLICATE_SAME_ACCESS);
        SetEvent(event);
        Sleep(20);
    });
    WaitForSingleObject(event, INFINITE);
    const owned thread = self;
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, thread, note, &s, INFINITE, WT_EXECUTEONLYONCE));
    body.join();
    CHECK(eventually([&] { return s.signals == 1; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("Pseudo handles mean the caller's process and thread", "[windows_h][registered_wait]") {
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, GetCurrentProcess(), note, &s, INFINITE, WT_EXECUTEONLYONCE));
    CHECK(UnregisterWait(wait));
    std::atomic<bool> registered = false;
    std::thread body([&] {
        registered =
            RegisterWaitForSingleObject(&wait, GetCurrentThread(), note, &s, INFINITE, WT_EXECUTEONLYONCE) != FALSE;
    });
    body.join();
    REQUIRE(registered);
    if (!test::on_wine()) CHECK(eventually([&] { return s.signals == 1; }));
    UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
}

// What Windows leaves undefined, or raises an exception for.
#if !defined(_WIN32)
TEST_CASE("A registered wait takes a mutex in its wait thread", "[windows_h][registered_wait]") {
    const owned mutex = CreateMutexW(nullptr, TRUE, nullptr);
    struct both {
        HANDLE mutex;
        std::atomic<int> released;
    } b{mutex, {-1}};
    const WAITORTIMERCALLBACK release = [](PVOID context, BOOLEAN) {
        auto& in = *static_cast<both*>(context);
        in.released = ReleaseMutex(in.mutex);
    };
    HANDLE wait = nullptr;
    CHECK(
        RegisterWaitForSingleObject(&wait, mutex, release, &b, INFINITE, WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE));
    Sleep(20);
    CHECK(b.released == -1);
    CHECK(ReleaseMutex(mutex));
    CHECK(eventually([&] { return b.released == TRUE; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
}

TEST_CASE("Registering a wait for what cannot be waited for is refused", "[windows_h][registered_wait]") {
    seen s;
    const auto marker = reinterpret_cast<HANDLE>(0x1234);
    HANDLE wait = marker;
    const owned event = make_event();
    const owned mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, nullptr);
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, EVENT_MODIFY_STATE, FALSE, 0));
    const owned blind = copy;
    REFUSES(RegisterWaitForSingleObject(&wait, nullptr, note, &s, INFINITE, 0), ERROR_INVALID_HANDLE);
    REFUSES(RegisterWaitForSingleObject(&wait, reinterpret_cast<HANDLE>(0x7FFC), note, &s, INFINITE, 0),
            ERROR_INVALID_HANDLE);
    REFUSES(RegisterWaitForSingleObject(&wait, mapping, note, &s, INFINITE, 0), ERROR_INVALID_HANDLE);
    REFUSES(RegisterWaitForSingleObject(&wait, blind, note, &s, INFINITE, 0), ERROR_ACCESS_DENIED);
    REFUSES(RegisterWaitForSingleObject(&wait, event, nullptr, &s, INFINITE, 0), ERROR_INVALID_PARAMETER);
    REFUSES(RegisterWaitForSingleObject(nullptr, event, note, &s, INFINITE, 0), ERROR_INVALID_PARAMETER);
    CHECK(wait == marker);
}
#endif

TEST_CASE("Every flag of a registered wait is taken", "[windows_h][registered_wait]") {
    const owned event = make_event();
    ULONG limited = WT_EXECUTEDEFAULT;
    WT_SET_MAX_THREADPOOL_THREADS(limited, 600);
    for (const ULONG flags :
         std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINIOTHREAD, WT_EXECUTEINWAITTHREAD,
                                      WT_EXECUTEONLYONCE, WT_EXECUTELONGFUNCTION, WT_EXECUTEINPERSISTENTTHREAD,
                                      WT_TRANSFER_IMPERSONATION, WT_EXECUTEINTIMERTHREAD, limited}) {
        seen s;
        HANDLE wait = nullptr;
        CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, flags));
        SetEvent(event);
        CHECK(eventually([&] { return s.signals == 1; }));
        CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    }
}

TEST_CASE("Blocked callbacks do not keep others back", "[windows_h][registered_wait]") {
    std::vector<std::unique_ptr<held>> blocked;
    for (int i = 0; i < 30; ++i) blocked.push_back(std::make_unique<held>());
    const owned event = make_event();
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    SetEvent(event);
    CHECK(eventually([&] { return s.signals == 1; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    for (const auto& each : blocked) each->open();
    for (const auto& each : blocked) CHECK(UnregisterWaitEx(each->wait, INVALID_HANDLE_VALUE));
}

TEST_CASE("A thousand registered waits lose nothing and end when they are told",
          "[windows_h][registered_wait][stress]") {
    const std::size_t count = test::on_wine() ? 200 : 1000;
    constexpr int rounds = 20;
    struct each {
        HANDLE event = nullptr;
        HANDLE wait = nullptr;
        std::atomic<int> calls{0};
        std::atomic<bool> unregistered{false};
        std::atomic<bool> called_late{false};
    };
    const WAITORTIMERCALLBACK count_call = [](PVOID context, BOOLEAN) {
        auto& e = *static_cast<each*>(context);
        if (e.unregistered) e.called_late = true;
        ++e.calls;
    };
    std::vector<each> all(count);
    for (each& e : all) {
        e.event = make_event();
        REQUIRE(RegisterWaitForSingleObject(&e.wait, e.event, count_call, &e, INFINITE, WT_EXECUTEDEFAULT));
    }
    // Each signal is waited for before the next one of the same event.
    constexpr std::size_t setters = 4;
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < setters; ++t) {
        threads.emplace_back([&, t] {
            for (int round = 1; round <= rounds; ++round) {
                for (std::size_t i = t; i < count; i += setters) SetEvent(all[i].event);
                for (std::size_t i = t; i < count; i += setters) {
                    if (!eventually([&] { return all[i].calls == round; })) ++lost;
                }
            }
        });
    }
    for (std::thread& each : threads) each.join();
    CHECK(lost == 0);
    // Signals and unregistrations at the same time.
    threads.clear();
    std::atomic<bool> over = false;
    for (std::size_t t = 0; t < setters; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = t; !over; i = (i + setters) % count) SetEvent(all[i].event);
        });
    }
    int refused = 0;
    for (each& e : all) {
        if (UnregisterWaitEx(e.wait, INVALID_HANDLE_VALUE) == FALSE) ++refused;
        e.unregistered = true;
    }
    over = true;
    for (std::thread& each : threads) each.join();
    CHECK(refused == 0);
    int late = 0;
    for (each& e : all) {
        late += e.called_late ? 1 : 0;
        CloseHandle(e.event);
    }
    CHECK(late == 0);
}
