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
using test::usage_count;

TEST_CASE("An unnamed mutex is new, free, and has one handle", "[mutex]") {
    const auto before = test::table();
    {
        const kobj::mutex gate = kobj::mutex::create().value();
        CHECK_FALSE(gate.existed());
        CHECK(static_cast<bool>(gate));
        CHECK(gate.get().value() % 4 == 0);
        CHECK(kobj::type_of(gate.get()).value() == kobj::object_type::mutex);
        CHECK(kobj::access_of(gate.get()).value() == kobj::access::mutex_all);
        CHECK(kobj::get_flags(gate.get()).value() == kobj::handle_flags{});
        CHECK(usage_count(gate) == 1);
        CHECK(probe(gate) == seen::free);
        CHECK(test::table().size() == before.size() + 1);
    }
    CHECK(test::table() == before);
}

TEST_CASE("A null name and an empty name make unnamed mutexes", "[mutex]") {
    const kobj::mutex first = kobj::mutex::create({.name = std::string_view()}).value();
    const kobj::mutex second = kobj::mutex::create({.name = ""}).value();
    CHECK_FALSE(first.existed());
    CHECK_FALSE(second.existed());
    CHECK_FALSE(kobj::same_object(first.get(), second.get()).value());
    CHECK(usage_count(first) == 1);
    CHECK(usage_count(second) == 1);
}

TEST_CASE("A mutex that is initially owned is held by the calling thread", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(gate.release()) == errc::not_owner);
}

TEST_CASE("A mutex is signaled when nobody owns it", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    CHECK(gate.acquire().value() == wait_status::signaled);
    CHECK(probe(gate) == seen::owned);
    CHECK(usage_count(gate) == 1);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("The owner acquires again and must release as often", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    CHECK(gate.acquire().value() == wait_status::signaled);
    CHECK(gate.acquire(0ms).value() == wait_status::signaled);
    for (int left = 2; left >= 0; --left) {
        CHECK(probe(gate) == seen::owned);
        REQUIRE(gate.release());
    }
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(gate.release()) == errc::not_owner);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A mutex is held a thousand times by its owner", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    int acquired = 0;
    for (int i = 0; i < 1000; ++i) acquired += gate.acquire(0s).value() == wait_status::signaled;
    CHECK(acquired == 1000);
    for (int i = 0; i < 999; ++i) gate.release().value();
    CHECK(probe(gate) == seen::owned);
    gate.release().value();
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Only the owner may release", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create().value();
    CHECK(error_of(gate.release()) == errc::not_owner);
    CHECK(probe(gate) == seen::free);

    REQUIRE(gate.acquire());
    errc other = errc::success;
    std::thread([&] { other = error_of(gate.release()); }).join();
    CHECK(other == errc::not_owner);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Any handle to a mutex acquires and releases it", "[mutex]") {
    kobj::mutex first = kobj::mutex::create().value();
    kobj::mutex second = first.duplicate().value();
    REQUIRE(first.acquire());
    CHECK(second.acquire(0s).value() == wait_status::signaled);
    REQUIRE(first.release());
    CHECK(probe(second) == seen::owned);
    REQUIRE(second.release());
    CHECK(probe(first) == seen::free);
    CHECK(probe(second) == seen::free);
}

TEST_CASE("Threads take a mutex in turn", "[mutex]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    wait_status how = wait_status::timed_out;
    errc released = errc::invalid_state;
    std::thread other([&] {
        how = gate.acquire().value();
        released = error_of(gate.release());
    });
    test::until_waiting(gate);
    gate.release().value();
    other.join();
    CHECK(how == wait_status::signaled);
    CHECK(released == errc::success);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Mutexes are held independently of each other", "[mutex]") {
    kobj::mutex first = kobj::mutex::create({.initially_owned = true}).value();
    kobj::mutex second = kobj::mutex::create({.initially_owned = true}).value();
    REQUIRE(first.release());
    CHECK(probe(first) == seen::free);
    CHECK(probe(second) == seen::owned);
    REQUIRE(second.release());
    CHECK(probe(second) == seen::free);
}

TEST_CASE("A mutex object moves with its handle", "[mutex]") {
    kobj::mutex first = kobj::mutex::create().value();
    const kobj::handle_value number = first.get();
    kobj::mutex second = std::move(first);
    CHECK_FALSE(static_cast<bool>(first));
    CHECK(second.get() == number);
    kobj::mutex third = kobj::mutex::create().value();
    const kobj::handle_value dropped = third.get();
    third = std::move(second);
    CHECK(third.get() == number);
    CHECK_FALSE(test::is_open(dropped));
    CHECK(test::is_open(number));
    CHECK(error_of(first.release()) == errc::invalid_handle);
    CHECK(error_of(first.acquire(0s)) == errc::invalid_handle);
}
