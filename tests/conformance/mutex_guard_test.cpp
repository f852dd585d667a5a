#include "support/catch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;

TEST_CASE("A guard holds the mutex to the end of its scope", "[guard]") {
    kobj::mutex gate = kobj::mutex::create().value();
    {
        const kobj::mutex_guard held = gate.acquire_guard().value();
        CHECK(static_cast<bool>(held));
        CHECK_FALSE(held.abandoned());
        CHECK(held.status() == wait_status::signaled);
        CHECK(probe(gate) == seen::owned);
    }
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(gate.release()) == errc::not_owner);
}

TEST_CASE("A guard is false after a time-out, and releases nothing", "[guard]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    bool held = true;
    wait_status how = wait_status::signaled;
    errc released = errc::success;
    std::thread([&] {
        kobj::mutex_guard guard = gate.acquire_guard(0s).value();
        held = static_cast<bool>(guard);
        how = guard.status();
        released = error_of(guard.release());
    }).join();
    CHECK_FALSE(held);
    CHECK(how == wait_status::timed_out);
    CHECK(released == errc::not_owner);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
}

TEST_CASE("A guard releases early, once", "[guard]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex_guard held = gate.acquire_guard(5s).value();
    REQUIRE(held.release());
    CHECK_FALSE(static_cast<bool>(held));
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(held.release()) == errc::not_owner);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A guard that could not release stays as it is", "[guard]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex_guard held = gate.acquire_guard().value();
    errc other = errc::success;
    std::thread([&] { other = error_of(held.release()); }).join();
    CHECK(other == errc::not_owner);
    CHECK(static_cast<bool>(held));
    CHECK(probe(gate) == seen::owned);
    REQUIRE(held.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A guard moves", "[guard]") {
    kobj::mutex first = kobj::mutex::create().value();
    kobj::mutex second = kobj::mutex::create().value();
    kobj::mutex_guard guard = first.acquire_guard().value();
    kobj::mutex_guard moved = std::move(guard);
    CHECK_FALSE(static_cast<bool>(guard));
    CHECK(static_cast<bool>(moved));
    CHECK(probe(first) == seen::owned);
    moved = second.acquire_guard().value();
    CHECK(probe(first) == seen::free);
    CHECK(probe(second) == seen::owned);
    moved = kobj::mutex_guard();
    CHECK(probe(second) == seen::free);
}

TEST_CASE("Guards nest", "[guard]") {
    kobj::mutex gate = kobj::mutex::create().value();
    {
        const auto outer = gate.acquire_guard().value();
        {
            const auto inner = gate.acquire_guard().value();
            CHECK(static_cast<bool>(inner));
        }
        CHECK(probe(gate) == seen::owned);
    }
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A guard on a bad handle is the error of the wait", "[guard]") {
    kobj::mutex none;
    CHECK(error_of(none.acquire_guard(0s)) == errc::invalid_handle);
    kobj::mutex blind = kobj::mutex::create({.access = kobj::access::mutex_modify_state}).value();
    CHECK(error_of(blind.acquire_guard(0s)) == errc::access_denied);
    CHECK(probe(kobj::duplicate(blind.get(), {.access = kobj::access::mutex_all}).value().get()) == seen::free);
}
