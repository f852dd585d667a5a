#include "support/catch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using kobj::errc;
using test::error_of;
using test::probe;
using test::seen;

namespace {
void abandon(kobj::mutex& gate) {
    std::thread([&] { gate.acquire().value(); }).join();
}
}  // namespace

TEST_CASE("A lockable serves the locks of the standard library", "[lockable]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex other = kobj::mutex::create().value();
    int repairs = 0;
    kobj::lockable lock(gate, [&] { ++repairs; });
    kobj::lockable second(other, [&] { ++repairs; });
    {
        const std::lock_guard hold(lock);
        CHECK(probe(gate) == seen::owned);
    }
    CHECK(probe(gate) == seen::free);
    {
        std::unique_lock hold(lock, std::defer_lock);
        CHECK(hold.try_lock());
        hold.unlock();
        CHECK(probe(gate) == seen::free);
        CHECK(hold.try_lock_for(10ms));
        hold.unlock();
        CHECK(hold.try_lock_until(std::chrono::steady_clock::now() + 10ms));
        CHECK(probe(gate) == seen::owned);
    }
    {
        const std::scoped_lock both(lock, second);
        CHECK(probe(gate) == seen::owned);
        CHECK(probe(other) == seen::owned);
    }
    CHECK(probe(gate) == seen::free);
    CHECK(probe(other) == seen::free);
    CHECK(repairs == 0);
}

TEST_CASE("A lockable that cannot be had says so", "[lockable]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    bool polled = true;
    bool waited = true;
    bool until = true;
    std::thread([&] {
        kobj::lockable lock(gate, [] {});
        polled = lock.try_lock();
        waited = lock.try_lock_for(5ms);
        until = lock.try_lock_until(std::chrono::system_clock::now() + 5ms);
    }).join();
    CHECK_FALSE(polled);
    CHECK_FALSE(waited);
    CHECK_FALSE(until);
    CHECK(probe(gate) == seen::owned);
}

TEST_CASE("The callable runs under the lock when the former owner died", "[lockable]") {
    kobj::mutex gate = kobj::mutex::create().value();
    int repairs = 0;
    seen during = seen::free;
    kobj::lockable lock(gate, [&] {
        ++repairs;
        during = probe(gate);
    });
    SECTION("lock") {
        abandon(gate);
        lock.lock();
    }
    SECTION("try_lock") {
        abandon(gate);
        CHECK(lock.try_lock());
    }
    SECTION("try_lock_for") {
        abandon(gate);
        CHECK(lock.try_lock_for(1s));
    }
    CHECK(repairs == 1);
    CHECK(during == seen::owned);
    CHECK(probe(gate) == seen::owned);
    lock.unlock();
    CHECK(probe(gate) == seen::free);
    lock.lock();
    lock.unlock();
    CHECK(repairs == 1);
}

TEST_CASE("A callable that throws gives the mutex back, and the exception goes on", "[lockable]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::lockable lock(gate, [] { throw std::runtime_error("cannot repair"); });
    abandon(gate);
    CHECK_THROWS_WITH(lock.lock(), "cannot repair");
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(gate.release()) == errc::not_owner);
    abandon(gate);
    CHECK_THROWS_AS([&] { const std::unique_lock hold(lock); }(), std::runtime_error);
    CHECK(probe(gate) == seen::free);
    lock.lock();
    CHECK(probe(gate) == seen::owned);
    lock.unlock();
}

TEST_CASE("A lockable throws the mutex's error", "[lockable]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::lockable lock(gate, [] {});
    try {
        lock.unlock();
        FAIL("nothing was thrown");
    } catch (const kobj::error& thrown) {
        CHECK(thrown.code() == errc::not_owner);
    }
    kobj::mutex none;
    kobj::lockable nothing(none, [] {});
    CHECK_THROWS_AS(nothing.lock(), kobj::error);
    CHECK_THROWS_AS(nothing.try_lock(), kobj::error);
}
