#include "windows.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

// Runs `work(i)` in so many threads at once and waits for their ends.
template <class F>
void in_threads(int count, F work) {
    std::vector<std::thread> all;
    for (int i = 0; i < count; ++i) all.emplace_back([&work, i] { work(i); });
    for (auto& each : all) each.join();
}

// One look for each thread: did it see what it should?
template <class F>
bool each_in_own_thread(int count, F look) {
    std::atomic<int> good{0};
    in_threads(count, [&](int i) { good += look(i) ? 1 : 0; });
    return good == count;
}

int rounds() {
    return test::on_wine() ? 2'000 : 50'000;
}

struct section : CRITICAL_SECTION {
    section() { InitializeCriticalSection(this); }
    ~section() { DeleteCriticalSection(this); }
    section(const section&) = delete;
    section& operator=(const section&) = delete;
};

}  // namespace

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

TEST_CASE("A slim lock has many readers or one writer", "[windows_h][lock]") {
    SRWLOCK lock = SRWLOCK_INIT;
    AcquireSRWLockShared(&lock);
    CHECK(TryAcquireSRWLockShared(&lock));
    CHECK_FALSE(TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
    CHECK_FALSE(TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
    CHECK(TryAcquireSRWLockExclusive(&lock));
    CHECK_FALSE(TryAcquireSRWLockShared(&lock));
    CHECK_FALSE(TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockExclusive(&lock);
    InitializeSRWLock(&lock);
    CHECK(lock.Ptr == nullptr);
    CHECK(test::error_of([&] {
              AcquireSRWLockExclusive(&lock);
              ReleaseSRWLockExclusive(&lock);
          }) == test::untouched);
}

TEST_CASE("Readers see what writers wrote, and no writer beside them", "[windows_h][lock][exclusion]") {
    SRWLOCK lock = SRWLOCK_INIT;
    long long a = 0;
    long long b = 0;
    std::atomic<bool> torn{false};
    in_threads(6, [&](int me) {
        for (int i = 0; i < rounds(); ++i) {
            if (me < 2) {
                AcquireSRWLockExclusive(&lock);
                ++a;
                ++b;
                ReleaseSRWLockExclusive(&lock);
            } else {
                AcquireSRWLockShared(&lock);
                if (a != b) torn = true;
                ReleaseSRWLockShared(&lock);
            }
        }
    });
    CHECK_FALSE(torn);
    CHECK(a == 2LL * rounds());
    CHECK(TryAcquireSRWLockExclusive(&lock));
}

TEST_CASE("A writer gets its turn among readers without end", "[windows_h][lock]") {
    SRWLOCK lock = SRWLOCK_INIT;
    std::atomic<bool> written{false};
    in_threads(4, [&](int me) {
        if (me == 0) {
            Sleep(10);
            AcquireSRWLockExclusive(&lock);
            written = true;
            ReleaseSRWLockExclusive(&lock);
            return;
        }
        while (!written) {
            AcquireSRWLockShared(&lock);
            for (int i = 0; i < 100; ++i) YieldProcessor();
            ReleaseSRWLockShared(&lock);
        }
    });
    CHECK(written);
}

TEST_CASE("A slim lock may be freed by whoever comes out last", "[windows_h][lock][exclusion]") {
    struct shared {
        SRWLOCK gate = SRWLOCK_INIT;
        int users = 3;
    };
    const int times = test::on_wine() ? 20 : 300;
    for (int round = 0; round < times; ++round) {
        auto* const all = new shared;
        in_threads(3, [&](int) {
            AcquireSRWLockExclusive(&all->gate);
            const bool last = --all->users == 0;
            ReleaseSRWLockExclusive(&all->gate);
            if (last) delete all;
        });
    }
    SUCCEED();
}

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

namespace {
std::atomic<int> once_calls{0};
BOOL CALLBACK once_work(PINIT_ONCE, PVOID parameter, PVOID* context) {
    ++once_calls;
    Sleep(5);
    *context = parameter;
    return TRUE;
}
BOOL CALLBACK once_fails(PINIT_ONCE, PVOID, PVOID*) {
    ++once_calls;
    SetLastError(4321);
    return FALSE;
}
alignas(8) int once_data = 0;
}  // namespace

TEST_CASE("A function is executed once by many threads", "[windows_h][lock]") {
    for (int round = 0; round < 10; ++round) {
        INIT_ONCE once = INIT_ONCE_STATIC_INIT;
        once_calls = 0;
        CHECK(each_in_own_thread(6, [&](int) {
            PVOID context = nullptr;
            return InitOnceExecuteOnce(&once, once_work, &once_data, &context) != FALSE && context == &once_data;
        }));
        CHECK(once_calls == 1);
        CHECK(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr) != FALSE);
        CHECK(once_calls == 1);
    }
}

TEST_CASE("A function that fails is executed again", "[windows_h][lock]") {
    INIT_ONCE once;
    InitOnceInitialize(&once);
    once_calls = 0;
    REFUSES(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr), 4321U);
    REFUSES(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr), 4321U);
    CHECK(once_calls == 2);
    PVOID context = nullptr;
    CHECK(InitOnceExecuteOnce(&once, once_work, &once_data, &context) != FALSE);
    CHECK(context == &once_data);
}

TEST_CASE("One-time initialization in steps", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    BOOL pending = 77;
    PVOID context = nullptr;
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context), ERROR_GEN_FAILURE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC, &pending, &context),
            ERROR_INVALID_PARAMETER);
    CHECK(pending == 77);
    REFUSES(InitOnceComplete(&once, 0, nullptr), ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context), ERROR_GEN_FAILURE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, &once_data), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED | INIT_ONCE_ASYNC, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, 0, reinterpret_cast<PVOID>(1)), ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, nullptr) != FALSE);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, nullptr) != FALSE);
    CHECK(pending == TRUE);
    CHECK(InitOnceComplete(&once, 0, &once_data) != FALSE);
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context) != FALSE);
    CHECK(pending == FALSE);
    CHECK(context == &once_data);
    REFUSES(InitOnceComplete(&once, 0, &once_data), ERROR_GEN_FAILURE);
    CHECK(INIT_ONCE_CTX_RESERVED_BITS == 2);
    if (!test::on_wine()) REFUSES(InitOnceBeginInitialize(&once, 8, &pending, &context), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Several threads try, and the first to complete wins", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    BOOL pending = FALSE;
    PVOID context = nullptr;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    pending = FALSE;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    REFUSES(InitOnceBeginInitialize(&once, 0, &pending, &context), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, 0, nullptr), ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_ASYNC, &once_data) != FALSE);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_ASYNC, nullptr), ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context) != FALSE);
    CHECK(context == &once_data);
}

TEST_CASE("A failed attempt lets the next thread try", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    std::atomic<int> attempts{0};
    std::atomic<int> saw_done{0};
    in_threads(4, [&](int) {
        BOOL pending = FALSE;
        PVOID context = nullptr;
        if (!InitOnceBeginInitialize(&once, 0, &pending, &context)) return;
        if (pending) {
            const bool fails = ++attempts < 3;
            Sleep(2);
            InitOnceComplete(&once, fails ? INIT_ONCE_INIT_FAILED : 0, fails ? nullptr : &once_data);
        } else if (context == &once_data) {
            ++saw_done;
        }
    });
    CHECK(attempts == 3);
    CHECK(saw_done == 1);
}

TEST_CASE("All threads of a barrier go on together, one of them is told so", "[windows_h][lock]") {
    if (test::on_wine()) return;  // it has none
    SYNCHRONIZATION_BARRIER barrier;
    REFUSES(InitializeSynchronizationBarrier(&barrier, 0, -1), ERROR_INVALID_PARAMETER);
    REFUSES(InitializeSynchronizationBarrier(&barrier, 1, -2), ERROR_INVALID_PARAMETER);
    REQUIRE(InitializeSynchronizationBarrier(&barrier, 1, -1));
    CHECK(EnterSynchronizationBarrier(&barrier, 0) != FALSE);
    CHECK(EnterSynchronizationBarrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE) != FALSE);
    CHECK(DeleteSynchronizationBarrier(&barrier) != FALSE);
    for (const DWORD flags :
         {DWORD{0}, DWORD{SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY}, DWORD{SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY}}) {
        REQUIRE(InitializeSynchronizationBarrier(&barrier, 4, 100));
        std::atomic<int> arrived{0};
        std::atomic<int> told{0};
        std::atomic<bool> early{false};
        constexpr int phases = 200;
        in_threads(4, [&](int) {
            for (int phase = 1; phase <= phases; ++phase) {
                ++arrived;
                if (EnterSynchronizationBarrier(&barrier, flags)) ++told;
                if (arrived < 4 * phase) early = true;
            }
        });
        CHECK_FALSE(early);
        CHECK(told == phases);
        CHECK(DeleteSynchronizationBarrier(&barrier) != FALSE);
    }
}

TEST_CASE("A barrier may be deleted behind its last phase", "[windows_h][lock]") {
    if (test::on_wine()) return;  // it has none
    for (int round = 0; round < 100; ++round) {
        auto* const barrier = new SYNCHRONIZATION_BARRIER;
        REQUIRE(InitializeSynchronizationBarrier(barrier, 3, 0));
        in_threads(3, [&](int) {
            if (!EnterSynchronizationBarrier(barrier, 0)) return;
            DeleteSynchronizationBarrier(barrier);
            delete barrier;
        });
    }
    SUCCEED();
}

TEST_CASE("Waiting for a change at an address", "[windows_h][lock]") {
    LONG64 value = 1;
    LONG64 same = 1;
    LONG64 other = 2;
    for (const SIZE_T size : {SIZE_T{1}, SIZE_T{2}, SIZE_T{4}, SIZE_T{8}}) {
        REFUSES(WaitOnAddress(&value, &same, size, 5), ERROR_TIMEOUT);
        REFUSES(WaitOnAddress(&value, &same, size, 0), ERROR_TIMEOUT);
        CHECK(test::error_of([&] { CHECK(WaitOnAddress(&value, &other, size, INFINITE) != FALSE); }) ==
              test::untouched);
    }
    for (const SIZE_T size : {SIZE_T{0}, SIZE_T{3}, SIZE_T{16}})
        REFUSES(WaitOnAddress(&value, &same, size, 0), ERROR_INVALID_PARAMETER);
    // For nobody: nothing happens.
    WakeByAddressSingle(&value);
    WakeByAddressAll(&value);
    WakeByAddressAll(nullptr);
    REFUSES(WaitOnAddress(&value, &same, 8, 1), ERROR_TIMEOUT);
}

TEST_CASE("Threads at one address are woken one by one, or all", "[windows_h][lock]") {
    std::atomic<unsigned char> value{0};
    std::atomic<int> gone{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (;;) {
                unsigned char now = value;
                while (now == 0) {
                    WaitOnAddress(&value, &now, 1, INFINITE);
                    now = value;
                }
                if (value.compare_exchange_strong(now, static_cast<unsigned char>(now - 1))) break;
            }
            ++gone;
        });
    value = 1;
    WakeByAddressSingle(&value);
    CHECK(test::eventually([&] { return gone == 1; }));
    value = 3;
    WakeByAddressAll(&value);
    for (auto& each : all) each.join();
    CHECK(gone == 4);
    CHECK(value == 0);
}

TEST_CASE("No wake-up at an address is lost", "[windows_h][lock][exclusion]") {
    // A mutex of one byte, and its neighbours in the same eight bytes are others.
    alignas(8) std::atomic<unsigned char> gates[2] = {};
    long long counts[2] = {};
    const int times = rounds() / 10;
    in_threads(6, [&](int me) {
        auto& gate = gates[me % 2];
        for (int i = 0; i < times; ++i) {
            unsigned char now = 0;
            if (!gate.compare_exchange_strong(now, 1))
                while (gate.exchange(2) != 0) {
                    unsigned char taken = 2;
                    WaitOnAddress(&gate, &taken, 1, INFINITE);
                }
            ++counts[me % 2];
            if (gate.exchange(0) == 2) WakeByAddressSingle(&gate);
        }
    });
    CHECK(counts[0] == 3LL * times);
    CHECK(counts[1] == 3LL * times);
}
