#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::event;
using kobj::wait_status;
using test::error_of;
using test::take;
using test::usage_count;

TEST_CASE("An unnamed event is new, unsignaled, and has one handle", "[event]") {
    const auto before = test::table();
    {
        const event bell = event::create().value();
        CHECK_FALSE(bell.existed());
        CHECK(bell.get().value() % 4 == 0);
        CHECK(kobj::type_of(bell.get()).value() == kobj::object_type::event);
        CHECK(kobj::access_of(bell.get()).value() == kobj::access::event_all);
        CHECK(kobj::get_flags(bell.get()).value() == kobj::handle_flags{});
        CHECK(usage_count(bell) == 1);
        CHECK_FALSE(take(bell));
    }
    CHECK(test::table() == before);
}

TEST_CASE("An auto-reset event gives its signal to one wait", "[event]") {
    event bell = event::create().value();
    REQUIRE(bell.set());
    CHECK(bell.wait().value() == wait_status::signaled);
    CHECK(bell.wait(0s).value() == wait_status::timed_out);
    CHECK(bell.wait(5ms).value() == wait_status::timed_out);
}

TEST_CASE("An auto-reset event that is set twice has one signal", "[event]") {
    event bell = event::create().value();
    REQUIRE(bell.set());
    REQUIRE(bell.set());
    CHECK(take(bell));
    CHECK_FALSE(take(bell));
}

TEST_CASE("A manual-reset event stays signaled until it is reset", "[event]") {
    event gate = event::create({.manual_reset = true}).value();
    CHECK_FALSE(take(gate));
    REQUIRE(gate.set());
    for (int i = 0; i < 3; ++i) CHECK(gate.wait().value() == wait_status::signaled);
    REQUIRE(gate.set());
    REQUIRE(gate.reset());
    CHECK(gate.wait(0s).value() == wait_status::timed_out);
    REQUIRE(gate.reset());
    CHECK_FALSE(take(gate));
}

TEST_CASE("An event can be signaled from the start", "[event]") {
    event once = event::create({.initially_signaled = true}).value();
    CHECK(take(once));
    CHECK_FALSE(take(once));
    event open = event::create({.manual_reset = true, .initially_signaled = true}).value();
    CHECK(take(open));
    CHECK(take(open));
}

TEST_CASE("A reset takes the signal of an auto-reset event back", "[event]") {
    event bell = event::create({.initially_signaled = true}).value();
    REQUIRE(bell.reset());
    CHECK_FALSE(take(bell));
    REQUIRE(bell.set());
    CHECK(take(bell));
}

TEST_CASE("A pulse that nobody waits for leaves the event unsignaled", "[event]") {
    for (const bool manual : {false, true}) {
        INFO("manual reset: " << manual);
        event bell = event::create({.manual_reset = manual}).value();
        REQUIRE(bell.pulse());
        CHECK_FALSE(take(bell));
        REQUIRE(bell.set());
        REQUIRE(bell.pulse());
        CHECK_FALSE(take(bell));
    }
}

TEST_CASE("A manual-reset event lets every waiting thread go on", "[event]") {
    event gate = event::create({.manual_reset = true}).value();
    {
        std::deque<test::waiter> threads;
        for (int i = 0; i < 5; ++i)
            threads.emplace_back([&] { return kobj::wait_any({gate.get()}, test::patience()); });
        test::until_waiting(gate, 5);
        REQUIRE(gate.set());
        for (auto& each : threads) CHECK(each.status() == wait_status::signaled);
    }
    CHECK(take(gate));
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("A set and at once a reset releases every thread that was waiting", "[event]") {
    event gate = event::create({.manual_reset = true}).value();
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> released{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back(
                [&] { released += gate.wait(test::patience()).value() == wait_status::signaled ? 1 : 0; });
        test::until_waiting(gate, 4);
        gate.set().value();
        gate.reset().value();
        for (auto& each : threads) each.join();
        CHECK(released == 4);
        CHECK_FALSE(take(gate));
    }
}

TEST_CASE("An auto-reset event lets one waiting thread go on for each set", "[event]") {
    event bell = event::create().value();
    std::atomic<int> released{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { released += bell.wait(test::patience()).value() == wait_status::signaled ? 1 : 0; });
    test::until_waiting(bell, 4);
    bool one_each = true;
    for (int i = 1; i <= 4; ++i) {
        bell.set().value();
        one_each = one_each && test::eventually([&] { return released == i; });
    }
    for (auto& each : threads) each.join();
    CHECK(one_each);
    // Had one set released two, a later one would have found nobody.
    CHECK_FALSE(take(bell));
}

TEST_CASE("A signal that was given to a waiting thread cannot be taken by a newcomer", "[event]") {
    event bell = event::create().value();
    int stolen = 0;
    int received = 0;
    for (int round = 0; round < 30; ++round) {
        auto waiting = test::wait_one(bell);
        test::until_waiting(bell);
        bell.set().value();
        stolen += take(bell) ? 1 : 0;
        if (stolen != 0) bell.set().value();
        received += waiting.status() == wait_status::signaled ? 1 : 0;
    }
    CHECK(stolen == 0);
    CHECK(received == 30);
}

TEST_CASE("Two events make two threads take turns", "[event]") {
    event ping = event::create().value();
    event pong = event::create().value();
    const int rounds = test::on_wine() ? 500 : 5000;
    std::atomic<int> turn{0};
    std::atomic<int> wrong{0};
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i) {
            ping.wait(test::patience()).value();
            wrong += turn++ == 2 * i ? 0 : 1;
            pong.set().value();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        ping.set().value();
        pong.wait(test::patience()).value();
        wrong += turn++ == 2 * i + 1 ? 0 : 1;
    }
    other.join();
    CHECK(wrong == 0);
    CHECK_FALSE(take(ping));
    CHECK_FALSE(take(pong));
}

TEST_CASE("No signal of an auto-reset event is lost or given twice", "[event][stress]") {
    // Each taker answers, so that sets do not fall together.
    event bell = event::create().value();
    event answer = event::create().value();
    const int rounds = test::on_wine() ? 500 : 10000;
    std::atomic<int> taken{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> takers;
    for (int i = 0; i < 3; ++i)
        takers.emplace_back([&] {
            while (bell.wait(test::patience()).value() == wait_status::signaled && !over) {
                ++taken;
                answer.set().value();
            }
            bell.set().value();  // passes the end on
        });
    int answered = 0;
    for (int i = 0; i < rounds; ++i) {
        bell.set().value();
        answered += answer.wait(test::patience()).value() == wait_status::signaled ? 1 : 0;
    }
    over = true;
    bell.set().value();
    for (auto& each : takers) each.join();
    CHECK(answered == rounds);
    CHECK(taken == rounds);
}

TEST_CASE("Every handle to an event sets, resets and waits", "[event]") {
    event first = event::create({.manual_reset = true}).value();
    event second = first.duplicate().value();
    REQUIRE(first.set());
    CHECK(take(second));
    REQUIRE(second.reset());
    CHECK_FALSE(take(first));
    const kobj::handle_value low_bits(second.get().value() | 3U);
    REQUIRE(event::set(low_bits));
    CHECK(take(first));
    REQUIRE(first.close());
    CHECK(take(second));
    CHECK(usage_count(second) == 1);
}

TEST_CASE("A thread goes on waiting for an event whose handle is closed", "[event]") {
    event bell = event::create().value();
    event other = bell.duplicate().value();
    auto waiting = test::wait_one(bell);
    test::until_waiting(bell);
    REQUIRE(bell.close());
    REQUIRE(other.set());
    CHECK(waiting.status() == wait_status::signaled);
}
