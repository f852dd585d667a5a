#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <limits>
#include <thread>

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using kobj::wait_status;
using test::probe;
using test::seen;

namespace {

// How a wait of another thread on a mutex that this one owns ends, and how long it took.
struct waited {
    wait_status how;
    clock_type::duration took;
};

waited wait_elsewhere(const kobj::mutex& owned, kobj::timeout limit) {
    waited answer{};
    std::thread([&] {
        const auto start = clock_type::now();
        answer.how = kobj::wait(owned.get(), limit).value();
        answer.took = clock_type::now() - start;
    }).join();
    return answer;
}

}  // namespace

TEST_CASE("A wait is never shorter than asked", "[wait][timeout]") {
    const kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    // Wine counts in ticks of another clock than steady_clock, and so may Windows: allow for one tick.
    const auto tick = test::on_windows ? 16ms : 0ms;
    for (const auto length : {10ms, 25ms, 60ms}) {
        const waited once = wait_elsewhere(gate, length);
        CHECK(once.how == wait_status::timed_out);
        CHECK(once.took + tick >= length);
    }
    const waited fine = wait_elsewhere(gate, 1500us);
    CHECK(fine.how == wait_status::timed_out);
    CHECK(fine.took + tick >= 1500us);
    const waited fractional = wait_elsewhere(gate, std::chrono::duration<double>(0.0123));
    CHECK(fractional.took + tick >= 12300us);
    const waited until = wait_elsewhere(gate, clock_type::now() + 20ms);
    CHECK(until.how == wait_status::timed_out);
    CHECK(probe(gate) == seen::owned);
}

TEST_CASE("Zero, negative and past times poll", "[wait][timeout]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    const kobj::timeout polls[] = {0s,
                                   -1ns,
                                   -5h,
                                   std::chrono::nanoseconds::min(),
                                   std::chrono::hours::min(),
                                   std::chrono::duration<float>(-1.0F),
                                   clock_type::now() - 1s,
                                   clock_type::time_point::min(),
                                   std::chrono::system_clock::time_point()};
    for (const auto& each : polls) CHECK(wait_elsewhere(gate, each).how == wait_status::timed_out);
    REQUIRE(gate.release());
    for (const auto& each : polls) {
        CHECK(gate.acquire(each).value() == wait_status::signaled);
        REQUIRE(gate.release());
    }
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Any time will do when the object is signaled", "[wait][timeout]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const kobj::timeout limits[] = {kobj::infinite,
                                    1ns,
                                    1us,
                                    49h * 24 * 30,
                                    4294967294ms,
                                    4294967295ms,
                                    4294967296ms,
                                    std::chrono::nanoseconds::max(),
                                    std::chrono::milliseconds::max(),
                                    std::chrono::hours::max(),
                                    std::chrono::duration<double>(1e300),
                                    std::chrono::duration<float>(std::numeric_limits<float>::infinity()),
                                    clock_type::time_point::max(),
                                    std::chrono::system_clock::time_point::max()};
    for (const auto& each : limits) {
        CHECK(gate.acquire(each).value() == wait_status::signaled);
        REQUIRE(gate.release());
    }
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A huge time waits until the object is signaled", "[wait][timeout]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    for (const kobj::timeout limit :
         {kobj::timeout(std::chrono::nanoseconds::max()), kobj::timeout(std::chrono::hours::max()),
          kobj::timeout(4294967296ms), kobj::timeout(clock_type::time_point::max()), kobj::timeout(kobj::infinite)}) {
        wait_status how = wait_status::timed_out;
        std::thread waiter([&] {
            how = gate.acquire(limit).value();
            gate.release().value();
        });
        test::until_waiting(gate);
        gate.release().value();
        waiter.join();
        CHECK(how == wait_status::signaled);
        CHECK(gate.acquire(test::patience()).value() == wait_status::signaled);
    }
}

TEST_CASE("A wait that timed out leaves nothing behind", "[wait]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    const auto before = test::table();
    for (int i = 0; i < 20; ++i) CHECK(wait_elsewhere(gate, 1ms).how == wait_status::timed_out);
    CHECK(test::usage_count(gate) == 1);
    CHECK(test::table() == before);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}
