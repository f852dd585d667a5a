#include "in_threads.hpp"

using test::in_threads;
using test::rounds;
using test::section;

TEST_CASE("The locks have the sizes of Windows", "[windows_h][lock]") {
    CHECK(sizeof(CRITICAL_SECTION) == 40);
    CHECK(sizeof(SRWLOCK) == sizeof(void*));
    CHECK(sizeof(CONDITION_VARIABLE) == sizeof(void*));
    CHECK(sizeof(INIT_ONCE) == sizeof(void*));
    CHECK(sizeof(SYNCHRONIZATION_BARRIER) == 32);
}

TEST_CASE("A critical section is owned by one thread, as often as it likes", "[windows_h][lock]") {
    CRITICAL_SECTION s;
    InitializeCriticalSection(&s);
    CHECK(s.LockCount == -1);
    CHECK(s.RecursionCount == 0);
    CHECK(s.OwningThread == nullptr);
    EnterCriticalSection(&s);
    CHECK(HandleToULong(s.OwningThread) == GetCurrentThreadId());
    CHECK(TryEnterCriticalSection(&s) != FALSE);
    CHECK(s.RecursionCount == 2);
    CHECK(s.LockCount != -1);
    const auto other_gets_it = [&] {
        bool got = false;
        std::thread([&] {
            got = TryEnterCriticalSection(&s) != FALSE;
            if (got) LeaveCriticalSection(&s);
        }).join();
        return got;
    };
    CHECK_FALSE(other_gets_it());
    LeaveCriticalSection(&s);
    CHECK_FALSE(other_gets_it());
    LeaveCriticalSection(&s);
    CHECK(s.LockCount == -1);
    CHECK(s.OwningThread == nullptr);
    CHECK(other_gets_it());
    DeleteCriticalSection(&s);
}

TEST_CASE("Critical sections leave the last error alone", "[windows_h][lock]") {
    CRITICAL_SECTION s;
    CHECK(test::error_of([&] {
              CHECK(InitializeCriticalSectionAndSpinCount(&s, 400) != FALSE);
              EnterCriticalSection(&s);
              LeaveCriticalSection(&s);
              CHECK(TryEnterCriticalSection(&s) != FALSE);
              LeaveCriticalSection(&s);
          }) == test::untouched);
    CHECK(SetCriticalSectionSpinCount(&s, 100) == 400);
    CHECK(SetCriticalSectionSpinCount(&s, 0) == 100);
    DeleteCriticalSection(&s);
    CHECK(InitializeCriticalSectionEx(&s, 4000, CRITICAL_SECTION_NO_DEBUG_INFO) != FALSE);
    CHECK(SetCriticalSectionSpinCount(&s, 0) == 4000);
    DeleteCriticalSection(&s);
    // Wine takes any flags.
    if (!test::on_wine()) REFUSES(InitializeCriticalSectionEx(&s, 0, 1), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Threads lose no increment under a critical section", "[windows_h][lock][exclusion]") {
    for (const DWORD spins : {0U, 4000U}) {
        CRITICAL_SECTION s;
        InitializeCriticalSectionAndSpinCount(&s, spins);
        long long count = 0;
        in_threads(4, [&](int) {
            for (int i = 0; i < rounds(); ++i) {
                EnterCriticalSection(&s);
                EnterCriticalSection(&s);
                ++count;
                LeaveCriticalSection(&s);
                LeaveCriticalSection(&s);
            }
        });
        CHECK(count == 4LL * rounds());
        CHECK(s.LockCount == -1);
        DeleteCriticalSection(&s);
    }
}

TEST_CASE("Sleepers at a critical section are woken one by one", "[windows_h][lock][exclusion]") {
    for (int round = 0; round < 20; ++round) {
        section s;
        std::atomic<int> inside{0};
        EnterCriticalSection(&s);
        std::vector<std::thread> all;
        for (int i = 0; i < 6; ++i)
            all.emplace_back([&] {
                EnterCriticalSection(&s);
                if (++inside != 1) std::abort();
                Sleep(0);
                --inside;
                LeaveCriticalSection(&s);
            });
        // All complement bits of the number of sleepers: on Wine the count goes up instead.
        if (!test::on_windows)
            CHECK(test::eventually([&] { return __atomic_load_n(&s.LockCount, __ATOMIC_RELAXED) == -2 - 6 * 4; }));
        LeaveCriticalSection(&s);
        for (auto& each : all) each.join();
        CHECK(s.LockCount == -1);
    }
}

TEST_CASE("A critical section may be freed by whoever comes out last", "[windows_h][lock][exclusion]") {
    struct shared {
        section gate;
        int users = 2;
    };
    const int times = test::on_wine() ? 20 : 300;
    for (int round = 0; round < times; ++round) {
        auto* const both = new shared;
        in_threads(2, [&](int) {
            EnterCriticalSection(&both->gate);
            const bool last = --both->users == 0;
            LeaveCriticalSection(&both->gate);
            if (last) delete both;
        });
    }
    SUCCEED();
}
