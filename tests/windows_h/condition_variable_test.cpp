#include "in_threads.hpp"

using test::in_threads;
using test::rounds;
using test::section;

TEST_CASE("A condition that nobody signals times out with the lock held", "[windows_h][lock]") {
    section s;
    CONDITION_VARIABLE v = CONDITION_VARIABLE_INIT;
    EnterCriticalSection(&s);
    REFUSES(SleepConditionVariableCS(&v, &s, 20), ERROR_TIMEOUT);
    REFUSES(SleepConditionVariableCS(&v, &s, 0), ERROR_TIMEOUT);
    CHECK(s.RecursionCount == 1);
    LeaveCriticalSection(&s);
    SRWLOCK lock;
    InitializeSRWLock(&lock);
    InitializeConditionVariable(&v);
    AcquireSRWLockExclusive(&lock);
    REFUSES(SleepConditionVariableSRW(&v, &lock, 20, 0), ERROR_TIMEOUT);
    CHECK_FALSE(TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockExclusive(&lock);
    AcquireSRWLockShared(&lock);
    REFUSES(SleepConditionVariableSRW(&v, &lock, 20, CONDITION_VARIABLE_LOCKMODE_SHARED), ERROR_TIMEOUT);
    CHECK(TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockShared(&lock);
    if (!test::on_wine()) REFUSES(SleepConditionVariableSRW(&v, &lock, 0, 2), ERROR_INVALID_PARAMETER);
    ReleaseSRWLockShared(&lock);
    CHECK(TryAcquireSRWLockExclusive(&lock));
    // Signals without sleepers are lost.
    WakeConditionVariable(&v);
    WakeAllConditionVariable(&v);
    REFUSES(SleepConditionVariableSRW(&v, &lock, 1, 0), ERROR_TIMEOUT);
}

TEST_CASE("Waking a condition wakes one, waking all wakes all", "[windows_h][lock]") {
    section s;
    CONDITION_VARIABLE v = CONDITION_VARIABLE_INIT;
    int sleeping = 0;
    int tickets = 0;
    std::atomic<int> gone{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 5; ++i)
        all.emplace_back([&] {
            EnterCriticalSection(&s);
            ++sleeping;
            while (tickets == 0) SleepConditionVariableCS(&v, &s, INFINITE);
            --tickets;
            ++gone;
            LeaveCriticalSection(&s);
        });
    const auto give = [&](int count) {
        EnterCriticalSection(&s);
        tickets += count;
        LeaveCriticalSection(&s);
    };
    CHECK(test::eventually([&] {
        EnterCriticalSection(&s);
        const bool here = sleeping == 5;
        LeaveCriticalSection(&s);
        return here;
    }));
    give(1);
    WakeConditionVariable(&v);
    CHECK(test::eventually([&] { return gone == 1; }));
    give(4);
    WakeAllConditionVariable(&v);
    for (auto& each : all) each.join();
    CHECK(gone == 5);
}

TEST_CASE("No wake-up of a condition is lost", "[windows_h][lock][exclusion]") {
    // A queue of one place between two producers and two consumers: each hand-over needs its wake-up.
    SRWLOCK lock = SRWLOCK_INIT;
    CONDITION_VARIABLE filled = CONDITION_VARIABLE_INIT;
    CONDITION_VARIABLE emptied = CONDITION_VARIABLE_INIT;
    bool full = false;
    long long sent = 0;
    long long received = 0;
    const int items = rounds() / 10;
    in_threads(4, [&](int me) {
        for (int i = 0; i < items; ++i) {
            AcquireSRWLockExclusive(&lock);
            if (me < 2) {
                while (full) SleepConditionVariableSRW(&emptied, &lock, INFINITE, 0);
                full = true;
                ++sent;
            } else {
                while (!full) SleepConditionVariableSRW(&filled, &lock, INFINITE, 0);
                full = false;
                ++received;
            }
            ReleaseSRWLockExclusive(&lock);
            WakeConditionVariable(me < 2 ? &filled : &emptied);
        }
    });
    CHECK(sent == 2LL * items);
    CHECK(received == 2LL * items);
}

TEST_CASE("Time-outs and wake-ups of a condition may meet", "[windows_h][lock][exclusion]") {
    section s;
    CONDITION_VARIABLE v = CONDITION_VARIABLE_INIT;
    int units = 0;
    const int all = rounds() / 100;
    in_threads(4, [&](int me) {
        for (int i = 0; i < all; ++i) {
            EnterCriticalSection(&s);
            if (me == 0) {
                units += 3;
                WakeConditionVariable(&v);
                WakeConditionVariable(&v);
                WakeConditionVariable(&v);
            } else {
                while (units == 0) SleepConditionVariableCS(&v, &s, 1);
                --units;
            }
            LeaveCriticalSection(&s);
        }
    });
    CHECK(units == 0);
}
