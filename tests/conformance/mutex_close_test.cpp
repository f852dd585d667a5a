#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;

TEST_CASE("Closing the handle on which a thread waits leaves the wait undisturbed", "[mutex][close]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    kobj::mutex used = gate.duplicate().value();
    const kobj::handle_value number = used.get();
    wait_status how = wait_status::timed_out;
    errc released = errc::invalid_state;
    std::thread waiter([&] {
        how = kobj::wait(number, test::patience()).value();
        released = error_of(gate.release());
    });
    test::until_waiting(gate);
    REQUIRE(used.close());
    CHECK_FALSE(test::is_open(number));
    CHECK(usage_count(gate) == 1);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    waiter.join();
    CHECK(how == wait_status::signaled);
    CHECK(released == errc::success);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A wait outlives the last handle to its mutex and times out", "[mutex][close]") {
    const auto before = test::table();
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    const kobj::handle_value number = gate.get();
    wait_status how = wait_status::signaled;
    std::thread waiter([&] { how = kobj::wait(number, 300ms).value(); });
    test::until_waiting(gate);
    REQUIRE(gate.close());
    waiter.join();
    CHECK(how == wait_status::timed_out);
    CHECK(test::table() == before);
}

TEST_CASE("A wait on a mutex without handles is satisfied by the end of the owner", "[mutex][close]") {
    std::atomic<kobj::handle_value> number{};
    std::atomic<bool> leave{false};
    std::thread owner([&] {
        kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
        number = gate.get();
        test::eventually([&] { return leave.load(); });
    });
    REQUIRE(test::eventually([&] { return static_cast<bool>(number.load()); }));
    wait_status how = wait_status::timed_out;
    std::thread waiter([&] { how = kobj::wait(number, test::patience()).value(); });
    {
        kobj::mutex look = kobj::mutex::adopt(number).value();
        test::until_waiting(look);
        (void)look.detach();
    }
    leave = true;
    owner.join();
    waiter.join();
    CHECK(how == wait_status::abandoned);
}

TEST_CASE("A mutex closed while it is owned does no harm to those made after it", "[mutex][close]") {
    const auto before = test::table();
    for (int round = 0; round < 3; ++round) {
        kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
        gate.acquire().value();
        REQUIRE(gate.close());
    }
    std::vector<kobj::mutex> next;
    int free = 0;
    int refused = 0;
    for (int i = 0; i < 300; ++i) next.push_back(kobj::mutex::create().value());
    for (auto& each : next) {
        free += probe(each) == seen::free;
        refused += error_of(each.release()) == errc::not_owner;
    }
    CHECK(free == 300);
    CHECK(refused == 300);
    next.clear();
    CHECK(test::table() == before);
}

TEST_CASE("A thread ends well that owned a mutex without handles", "[mutex][close]") {
    std::vector<kobj::mutex> next;
    std::atomic<int> stage{0};
    std::thread owner([&] {
        {
            const kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
            const kobj::mutex other = kobj::mutex::create({.initially_owned = true}).value();
        }
        stage = 1;
        test::eventually([&] { return stage == 2; });
    });
    REQUIRE(test::eventually([&] { return stage == 1; }));
    for (int i = 0; i < 300; ++i) next.push_back(kobj::mutex::create().value());
    stage = 2;
    owner.join();
    int free = 0;
    for (auto& each : next) free += probe(each) == seen::free;
    CHECK(free == 300);
}

TEST_CASE("A mutex that is released after another handle was closed is still the same", "[mutex][close]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    kobj::mutex second = gate.duplicate().value();
    REQUIRE(gate.close());
    CHECK(usage_count(second) == 1);
    CHECK(probe(second) == seen::owned);
    REQUIRE(second.release());
    CHECK(probe(second) == seen::free);
}
