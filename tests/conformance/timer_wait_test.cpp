#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::timer;
using kobj::wait_outcome;
using kobj::wait_status;
using test::take;

TEST_CASE("A waiting thread feels that a timer is set anew", "[timer][wait]") {
    const bool manual = GENERATE(false, true);
    INFO("manual reset: " << manual);
    timer clock = timer::create({.manual_reset = manual}).value();
    SECTION("not set before") {
        auto waiting = test::wait_one(clock);
        test::until_waiting(clock);
        REQUIRE(clock.set(5ms));
        CHECK(waiting.status() == wait_status::signaled);
    }
    SECTION("set for later") {
        REQUIRE(clock.set(1h));
        auto waiting = test::wait_one(clock);
        test::until_waiting(clock);
        REQUIRE(clock.set(2h));
        CHECK_FALSE(waiting.done());
        REQUIRE(clock.cancel());
        CHECK_FALSE(waiting.done());
        REQUIRE(clock.set(std::chrono::system_clock::now() + 10ms));
        CHECK(waiting.status() == wait_status::signaled);
    }
    CHECK(take(clock) == manual);
}

TEST_CASE("A thread that waits for a cancelled timer waits on", "[timer][wait]") {
    timer clock = timer::create().value();
    REQUIRE(clock.set(1h));
    auto waiting = test::wait_one(clock, 60ms);
    test::until_waiting(clock);
    REQUIRE(clock.cancel());
    CHECK(waiting.status() == wait_status::timed_out);
}

TEST_CASE("A synchronization timer lets one thread go on, a manual-reset timer all", "[timer][wait]") {
    for (const bool manual : {false, true}) {
        INFO("manual reset: " << manual);
        timer clock = timer::create({.manual_reset = manual}).value();
        std::atomic<int> released{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i)
            threads.emplace_back(
                [&] { released += clock.wait(test::patience()).value() == wait_status::signaled ? 1 : 0; });
        test::until_waiting(clock, 3);
        bool right = true;
        for (int i = manual ? 3 : 1; i <= 3; ++i) {
            clock.set(1ms).value();
            right = right && test::eventually([&] { return released == i; });
        }
        for (auto& each : threads) each.join();
        CHECK(right);
        CHECK(take(clock) == manual);
    }
}

TEST_CASE("A periodic timer lets waiting threads go on one by one", "[timer][wait]") {
    timer clock = timer::create().value();
    std::atomic<int> released{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(
            [&] { released += clock.wait(test::patience()).value() == wait_status::signaled ? 1 : 0; });
    test::until_waiting(clock, 4);
    clock.set(5ms, 5ms).value();
    for (auto& each : threads) each.join();
    CHECK(released == 4);
}

TEST_CASE("Of two timers the one that is due first ends a wait for any", "[timer][wait][any]") {
    timer late = timer::create().value();
    timer early = timer::create().value();
    REQUIRE(late.set(1h));
    REQUIRE(early.set(10ms));
    CHECK(kobj::wait_any({late.get(), early.get()}).value() == wait_outcome{wait_status::signaled, 1});
    CHECK_FALSE(take(late));
    auto waiting = test::wait_any({early.get(), late.get()});
    test::until_waiting(late);
    REQUIRE(late.set(5ms));
    CHECK(waiting.get() == wait_outcome{wait_status::signaled, 1});
}

TEST_CASE("A wait for all timers ends when the last is due", "[timer][wait][all]") {
    timer first = timer::create().value();
    timer second = timer::create({.manual_reset = true}).value();
    REQUIRE(first.set(5ms));
    REQUIRE(second.set(30ms));
    CHECK(kobj::wait_all({first.get(), second.get()}).value() == wait_outcome{wait_status::signaled, 0});
    CHECK_FALSE(take(first));
    CHECK(take(second));
}

TEST_CASE("A timer can be due while nobody looks, and while somebody waits for another object", "[timer][wait]") {
    timer clock = timer::create().value();
    kobj::event bell = kobj::event::create().value();
    REQUIRE(clock.set(20ms));
    auto all = test::wait_all({clock.get(), bell.get()});
    test::until_waiting(clock);
    timer later = timer::create().value();
    REQUIRE(later.set(50ms));
    REQUIRE(later.wait(test::patience()).value() == wait_status::signaled);
    CHECK_FALSE(all.done());
    // Due, but not taken: the wait lacks the bell.
    CHECK(take(clock));
    REQUIRE(bell.set());
    REQUIRE(clock.set(1ms));
    CHECK(all.get() == wait_outcome{wait_status::signaled, 0});
    CHECK_FALSE(take(clock));
    CHECK_FALSE(take(bell));
}

TEST_CASE("A timer that is closed while a thread waits for it still becomes due", "[timer][wait]") {
    timer clock = timer::create().value();
    timer other = clock.duplicate().value();
    auto waiting = test::wait_one(clock);
    test::until_waiting(clock);
    REQUIRE(clock.close());
    REQUIRE(other.set(5ms));
    CHECK(waiting.status() == wait_status::signaled);
}
