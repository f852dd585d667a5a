#include "in_threads.hpp"

using test::in_threads;

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
