#include "in_threads.hpp"

using test::in_threads;
using test::rounds;

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
