#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>

using namespace std::chrono_literals;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_outcome;
using kobj::wait_status;
using test::take;

// On Windows a pulse may miss a thread that waits; here it is exact.

TEST_CASE("A pulse of a manual-reset event releases exactly those that wait", "[pulse]") {
    event gate = event::create({.manual_reset = true}).value();
    for (int round = 0; round < 20; ++round) {
        std::deque<test::waiter> waiting;
        for (int i = 0; i < 4; ++i)
            waiting.emplace_back([&] { return kobj::wait_any({gate.get()}, test::patience()); });
        test::until_waiting(gate, 4);
        gate.pulse().value();
        CHECK_FALSE(take(gate));
        for (auto& each : waiting) CHECK(each.status() == wait_status::signaled);
    }
    CHECK(gate.wait(5ms).value() == wait_status::timed_out);
}

TEST_CASE("A pulse of an auto-reset event releases exactly one that waits", "[pulse]") {
    event bell = event::create().value();
    std::atomic<int> released{0};
    std::deque<test::waiter> waiting;
    for (int i = 0; i < 3; ++i)
        waiting.emplace_back([&] { return kobj::wait_any({bell.get()}, test::patience()); }, [&] { ++released; });
    test::until_waiting(bell, 3);
    for (int i = 1; i <= 3; ++i) {
        bell.pulse().value();
        CHECK_FALSE(take(bell));
        CHECK(test::eventually([&] { return released == i; }));
    }
    for (auto& each : waiting) CHECK(each.status() == wait_status::signaled);
    // Nobody waits: it is not kept.
    bell.pulse().value();
    CHECK_FALSE(take(bell));
}

TEST_CASE("A pulse ends a wait for any, and a wait for all only when nothing else is missing", "[pulse]") {
    event bell = event::create({.manual_reset = true}).value();
    event never = event::create().value();
    semaphore units = semaphore::create(0, 1).value();
    auto any = test::wait_any({never.get(), bell.get()});
    auto all = test::wait_all({units.get(), bell.get()});
    test::until_waiting(bell, 2);
    bell.pulse().value();
    CHECK(any.get() == wait_outcome{wait_status::signaled, 1});
    CHECK_FALSE(all.done());
    units.release().value();
    CHECK_FALSE(all.done());
    CHECK(take(units));
    units.release().value();
    bell.pulse().value();
    CHECK(all.get() == wait_outcome{wait_status::signaled, 0});
    CHECK_FALSE(take(units));
    CHECK_FALSE(take(bell));
}

TEST_CASE("A pulse of an auto-reset event passes over a wait for all that lacks another object", "[pulse]") {
    event bell = event::create().value();
    event missing = event::create().value();
    auto all = test::wait_all({bell.get(), missing.get()});
    test::until_waiting(bell, 1);
    auto one = test::wait_one(bell);
    test::until_waiting(bell, 2);
    bell.pulse().value();
    CHECK(one.status() == wait_status::signaled);
    CHECK_FALSE(all.done());
    missing.set().value();
    bell.set().value();
    CHECK(all.get() == wait_outcome{wait_status::signaled, 0});
}
