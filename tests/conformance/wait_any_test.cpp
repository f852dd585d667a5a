#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <array>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::event;
using kobj::handle_value;
using kobj::wait_any;
using kobj::wait_outcome;
using kobj::wait_status;
using test::probe;
using test::seen;
using test::take;

namespace {

constexpr wait_outcome timed_out{wait_status::timed_out, 0};

wait_outcome signaled(std::size_t index) {
    return {wait_status::signaled, index};
}

}  // namespace

TEST_CASE("A wait for any takes the signaled object with the lowest index, and no other", "[wait][any]") {
    std::vector<event> events;
    std::vector<handle_value> list;
    for (int i = 0; i < 4; ++i) {
        events.push_back(event::create().value());
        list.push_back(events.back().get());
    }
    CHECK(wait_any(list, 0s).value() == timed_out);
    CHECK(wait_any(list, 5ms).value() == timed_out);
    for (const std::size_t i : {3U, 1U, 2U}) REQUIRE(events[i].set());
    CHECK(wait_any(list).value() == signaled(1));
    CHECK(wait_any(list, 0s).value() == signaled(2));
    CHECK(wait_any(list, test::patience()).value() == signaled(3));
    CHECK(wait_any(list, 0s).value() == timed_out);
}

TEST_CASE("A wait for any of one object is a wait for it", "[wait][any]") {
    kobj::mutex gate = kobj::mutex::create().value();
    CHECK(wait_any({gate.get()}).value() == signaled(0));
    CHECK(probe(gate) == seen::owned);
    CHECK(wait_any({gate.get()}).value() == signaled(0));
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A thread that waits for any gets the one that is signaled", "[wait][any]") {
    event first = event::create().value();
    kobj::semaphore second = kobj::semaphore::create(0, 5).value();
    kobj::timer third = kobj::timer::create().value();
    kobj::mutex fourth = kobj::mutex::create({.initially_owned = true}).value();
    const std::vector<handle_value> list{first.get(), second.get(), third.get(), fourth.get()};
    for (std::size_t i = 0; i < list.size(); ++i) {
        INFO("object " << i);
        auto waiting = test::wait_any(list, test::patience(), [&] { (void)kobj::mutex::release(fourth.get()); });
        test::until_waiting(list[i]);
        if (i == 0) first.set().value();
        if (i == 1) second.release(2).value();
        if (i == 2) third.set(0s).value();
        if (i == 3) fourth.release().value();
        CHECK(waiting.get() == signaled(i));
        CHECK_FALSE(take(first));
        CHECK(take(second) == (i == 1));
        CHECK_FALSE(take(third));
        CHECK(probe(fourth) == (i == 3 ? seen::free : seen::owned));
    }
}

TEST_CASE("A wait for any that timed out has changed nothing", "[wait][any]") {
    event bell = event::create().value();
    kobj::semaphore units = kobj::semaphore::create(0, 2).value();
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    auto waiting = test::wait_any({bell.get(), units.get(), gate.get()}, 30ms);
    CHECK(waiting.get() == timed_out);
    REQUIRE(bell.set());
    REQUIRE(units.release(2));
    REQUIRE(gate.release());
    CHECK(take(bell));
    CHECK(take(units));
    CHECK(take(units));
    CHECK(probe(gate) == seen::free);
    for (const auto value : {bell.get(), units.get(), gate.get()}) CHECK(test::usage_count(value) == 1);
}

TEST_CASE("A signal that comes as a wait for any times out is either taken or still there", "[wait][any][stress]") {
    event first = event::create().value();
    event second = event::create().value();
    const int rounds = test::on_wine() ? 100 : 1000;
    int lost = 0;
    for (int i = 0; i < rounds; ++i) {
        auto waiting = test::wait_any({first.get(), second.get()}, std::chrono::microseconds(i % 100 * 20));
        if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 100 * 20));
        second.set().value();
        const wait_outcome how = waiting.get();
        const bool there = take(second);
        lost += there == (how == timed_out) ? 0 : 1;
    }
    CHECK(lost == 0);
    CHECK_FALSE(take(first));
}

TEST_CASE("A wait for any that takes one object loses no signal that is meant for others", "[wait][any]") {
    event first = event::create().value();
    event second = event::create().value();
    for (int round = 0; round < 20; ++round) {
        auto either = test::wait_any({first.get(), second.get()});
        test::until_waiting(first);
        auto other = test::wait_one(second);
        test::until_waiting(second, 2);
        // One of the two waits takes what comes second: `other`, since `either` has its object already.
        first.set().value();
        second.set().value();
        CHECK(either.get() == signaled(0));
        CHECK(other.status() == wait_status::signaled);
        CHECK_FALSE(take(first));
        CHECK_FALSE(take(second));
    }
}

TEST_CASE("The same object may stand in a wait for any twice", "[wait][any]") {
    event bell = event::create().value();
    const event copy = bell.duplicate().value();
    event other = event::create().value();
    const std::vector<handle_value> list{other.get(), bell.get(), bell.get(), copy.get(), bell.get()};
    REQUIRE(bell.set());
    CHECK(wait_any(list, 0s).value() == signaled(1));
    CHECK(wait_any(list, 0s).value() == timed_out);
    auto waiting = test::wait_any(list);
    test::until_waiting(other);
    REQUIRE(bell.set());
    CHECK(waiting.get() == signaled(1));
    CHECK(wait_any(list, 5ms).value() == timed_out);
    kobj::semaphore units = kobj::semaphore::create(2, 2).value();
    CHECK(wait_any({units.get(), units.get()}).value() == signaled(0));
    CHECK(take(units));
    CHECK_FALSE(take(units));
}

TEST_CASE("A wait for any tells which mutex was abandoned", "[wait][any][abandon]") {
    event bell = event::create().value();
    kobj::mutex gate = kobj::mutex::create().value();
    SECTION("before the wait") {
        std::thread([&] { gate.acquire().value(); }).join();
        CHECK(wait_any({bell.get(), gate.get()}).value() == wait_outcome{wait_status::abandoned, 1});
        CHECK(probe(gate) == seen::owned);
        REQUIRE(gate.release());
        CHECK(probe(gate) == seen::free);
    }
    SECTION("during the wait") {
        REQUIRE(gate.acquire());
        wait_outcome how;
        std::thread owner;
        REQUIRE(gate.release());
        event leave = event::create().value();
        event holds = event::create().value();
        owner = std::thread([&] {
            gate.acquire().value();
            holds.set().value();
            leave.wait(test::patience()).value();
        });
        REQUIRE(holds.wait(test::patience()).value() == wait_status::signaled);
        auto waiting = test::wait_any({bell.get(), gate.get()}, test::patience(), [&] { gate.release().value(); });
        test::until_waiting(gate);
        REQUIRE(leave.set());
        owner.join();
        how = waiting.get();
        CHECK(how == wait_outcome{wait_status::abandoned, 1});
        CHECK(probe(gate) == seen::free);
    }
    SECTION("one that is not taken stays abandoned") {
        std::thread([&] { gate.acquire().value(); }).join();
        REQUIRE(bell.set());
        CHECK(wait_any({bell.get(), gate.get()}).value() == signaled(0));
        CHECK(probe(gate) == seen::abandoned);
    }
}

TEST_CASE("A wait for any takes each of 64 objects", "[wait][any]") {
    std::vector<event> events;
    std::vector<handle_value> list;
    for (std::size_t i = 0; i < kobj::max_wait_objects; ++i) {
        events.push_back(event::create().value());
        list.push_back(events.back().get());
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{31}, std::size_t{63}}) {
        auto waiting = test::wait_any(list);
        test::until_waiting(events[i]);
        REQUIRE(events[i].set());
        CHECK(waiting.get() == signaled(i));
    }
    for (auto& each : events) each.set().value();
    int in_order = 0;
    for (std::size_t i = 0; i < list.size(); ++i) in_order += wait_any(list, 0s).value() == signaled(i) ? 1 : 0;
    CHECK(in_order == 64);
    CHECK(wait_any(list, 0s).value() == timed_out);
}

TEST_CASE("A wait for any is never shorter than asked", "[wait][any][timeout]") {
    const event first = event::create().value();
    const event second = event::create().value();
    const auto tick = test::on_windows ? 16ms : 0ms;
    for (const auto length : {5ms, 30ms}) {
        const auto begin = std::chrono::steady_clock::now();
        CHECK(wait_any({first.get(), second.get()}, length).value() == timed_out);
        CHECK(std::chrono::steady_clock::now() - begin + tick >= length);
    }
}

TEST_CASE("Of two events that are set in order, a wait for any never takes the second first", "[wait][any][stress]") {
    const int rounds = test::on_wine() ? 500 : 20'000;
    event first = event::create().value();
    event second = event::create().value();
    event next = event::create().value();
    std::thread setter([&] {
        for (int i = 0; i < rounds; ++i) {
            (void)first.set();
            (void)second.set();
            (void)next.wait();
        }
    });
    int wrong = 0;
    for (int i = 0; i < rounds; ++i) {
        wait_outcome got = timed_out;
        while (got == timed_out) got = wait_any({first.get(), second.get()}, 0s).value();
        if (got != signaled(0)) ++wrong;
        // The second one comes, whichever was taken.
        while (wait_any({first.get(), second.get()}, 0s).value() == timed_out) {
        }
        (void)next.set();
    }
    setter.join();
    CHECK(wrong == 0);
}
