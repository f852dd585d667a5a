#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::signal_and_wait;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::take;
namespace rights = kobj::access;

TEST_CASE("Signal-and-wait sets an event and waits", "[signal_and_wait]") {
    event bell = event::create().value();
    event answer = event::create({.initially_signaled = true}).value();
    CHECK(signal_and_wait(bell.get(), answer.get()).value() == wait_status::signaled);
    CHECK(take(bell));
    CHECK_FALSE(take(answer));
    CHECK(signal_and_wait(bell.get(), answer.get(), 5ms).value() == wait_status::timed_out);
    CHECK(take(bell));
    CHECK(signal_and_wait(bell.get(), answer.get(), 0s).value() == wait_status::timed_out);
    CHECK(take(bell));
}

TEST_CASE("Signal-and-wait releases one unit of a semaphore", "[signal_and_wait]") {
    semaphore units = semaphore::create(0, 2).value();
    event answer = event::create({.initially_signaled = true}).value();
    CHECK(signal_and_wait(units.get(), answer.get()).value() == wait_status::signaled);
    CHECK(take(units));
    CHECK_FALSE(take(units));
}

TEST_CASE("Signal-and-wait releases a mutex once", "[signal_and_wait]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    event answer = event::create({.manual_reset = true, .initially_signaled = true}).value();
    REQUIRE(gate.acquire());
    CHECK(signal_and_wait(gate.get(), answer.get()).value() == wait_status::signaled);
    CHECK(probe(gate) == seen::owned);
    CHECK(signal_and_wait(gate.get(), answer.get()).value() == wait_status::signaled);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Signal-and-wait can wait for the object that it signals", "[signal_and_wait]") {
    event bell = event::create().value();
    CHECK(signal_and_wait(bell.get(), bell.get()).value() == wait_status::signaled);
    CHECK_FALSE(take(bell));
    semaphore units = semaphore::create(0, 1).value();
    CHECK(signal_and_wait(units.get(), units.get()).value() == wait_status::signaled);
    CHECK_FALSE(take(units));
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    CHECK(signal_and_wait(gate.get(), gate.get()).value() == wait_status::signaled);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Signal-and-wait tells of an abandoned mutex", "[signal_and_wait][abandon]") {
    event bell = event::create().value();
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] { gate.acquire().value(); }).join();
    CHECK(signal_and_wait(bell.get(), gate.get()).value() == wait_status::abandoned);
    CHECK(take(bell));
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
}

TEST_CASE("Two threads take turns by signal-and-wait", "[signal_and_wait][stress]") {
    event ping = event::create().value();
    event pong = event::create().value();
    const int rounds = test::on_wine() ? 500 : 5000;
    std::atomic<int> turn{0};
    std::atomic<int> wrong{0};
    std::thread other([&] {
        ping.wait(test::patience()).value();
        for (int i = 0; i < rounds; ++i) {
            wrong += turn++ == 2 * i ? 0 : 1;
            if (signal_and_wait(pong.get(), ping.get(), test::patience()).value() != wait_status::signaled) ++wrong;
        }
    });
    for (int i = 0; i < rounds; ++i) {
        if (signal_and_wait(ping.get(), pong.get(), test::patience()).value() != wait_status::signaled) ++wrong;
        wrong += turn++ == 2 * i + 1 ? 0 : 1;
    }
    ping.set().value();
    other.join();
    CHECK(wrong == 0);
}

TEST_CASE("Signal-and-wait lets the thread go on that waits for the signal", "[signal_and_wait]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    event answer = event::create().value();
    auto waiting = test::wait_one(gate, test::patience(), [&] {
        answer.set().value();
        gate.release().value();
    });
    test::until_waiting(gate);
    CHECK(signal_and_wait(gate.get(), answer.get(), test::patience()).value() == wait_status::signaled);
    CHECK(waiting.status() == wait_status::signaled);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Signal-and-wait that cannot signal takes nothing", "[signal_and_wait]") {
    event answer = event::create({.initially_signaled = true}).value();
    SECTION("a mutex that the thread does not own") {
        kobj::mutex gate = kobj::mutex::create().value();
        CHECK(error_of(signal_and_wait(gate.get(), answer.get())) == errc::not_owner);
        CHECK(error_of(signal_and_wait(gate.get(), answer.get(), 0s)) == errc::not_owner);
        CHECK(probe(gate) == seen::free);
    }
    SECTION("a semaphore that is full") {
        semaphore units = semaphore::create(1, 1).value();
        CHECK(error_of(signal_and_wait(units.get(), answer.get())) == errc::too_many_posts);
        CHECK(take(units));
        CHECK_FALSE(take(units));
    }
    SECTION("other types") {
        const kobj::timer clock = kobj::timer::create().value();
        const auto memory = kobj::file_mapping::create(4096).value();
        const auto own_process = kobj::process::current().duplicate().value();
        const auto own_thread = kobj::thread::current().duplicate().value();
        for (const handle_value each : {clock.get(), memory.get(), own_process.get(), own_thread.get(),
                                        kobj::current_process(), kobj::current_thread()})
            CHECK(error_of(signal_and_wait(each, answer.get())) == errc::invalid_handle);
        CHECK_FALSE(take(clock));
    }
    SECTION("no handle") {
        CHECK(error_of(signal_and_wait(handle_value(), answer.get())) == errc::invalid_handle);
        event closed = event::create().value();
        const handle_value number = closed.get();
        REQUIRE(closed.close());
        CHECK(error_of(signal_and_wait(number, answer.get())) == errc::invalid_handle);
    }
    SECTION("without the right to modify") {
        event bell = event::create().value();
        const event blind = bell.duplicate({.access = rights::synchronize}).value();
        CHECK(error_of(signal_and_wait(blind.get(), answer.get())) == errc::access_denied);
        CHECK_FALSE(take(bell));
        semaphore units = semaphore::create(0, 1).value();
        const semaphore locked = units.duplicate({.access = rights::synchronize}).value();
        CHECK(error_of(signal_and_wait(locked.get(), answer.get())) == errc::access_denied);
        CHECK_FALSE(take(units));
    }
    CHECK(take(answer));
    CHECK_FALSE(take(answer));
}

TEST_CASE("Signal-and-wait that cannot wait signals nothing", "[signal_and_wait]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(0, 1).value();
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    event answer = event::create({.initially_signaled = true}).value();
    const auto memory = kobj::file_mapping::create(4096).value();
    const event blind = answer.duplicate({.access = rights::event_modify_state}).value();
    event closed = event::create().value();
    const handle_value number = closed.get();
    REQUIRE(closed.close());
    for (const handle_value each : {bell.get(), units.get(), gate.get()}) {
        CHECK(error_of(signal_and_wait(each, handle_value())) == errc::invalid_handle);
        CHECK(error_of(signal_and_wait(each, number)) == errc::invalid_handle);
        CHECK(error_of(signal_and_wait(each, memory.get())) == errc::invalid_handle);
        CHECK(error_of(signal_and_wait(each, blind.get())) == errc::access_denied);
    }
    CHECK_FALSE(take(bell));
    CHECK_FALSE(take(units));
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
    CHECK(take(answer));
}

TEST_CASE("Signal-and-wait is never shorter than asked, and signals once", "[signal_and_wait][timeout]") {
    semaphore units = semaphore::create(0, 10).value();
    const event answer = event::create().value();
    const auto tick = test::on_windows ? 16ms : 0ms;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(signal_and_wait(units.get(), answer.get(), 40ms).value() == wait_status::timed_out);
    CHECK(std::chrono::steady_clock::now() - begin + tick >= 40ms);
    CHECK(take(units));
    CHECK_FALSE(take(units));
}
