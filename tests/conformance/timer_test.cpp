#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <limits>
#include <thread>

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using kobj::due_time;
using kobj::errc;
using kobj::timer;
using kobj::wait_status;
using test::error_of;
using test::take;
using test::usage_count;

namespace {
// Windows counts in ticks of another clock than steady_clock.
constexpr auto tick = test::on_windows ? 16ms : 0ms;
}  // namespace

TEST_CASE("An unnamed timer is new, not set, and has one handle", "[timer]") {
    const auto before = test::table();
    {
        timer clock = timer::create().value();
        CHECK_FALSE(clock.existed());
        CHECK(kobj::type_of(clock.get()).value() == kobj::object_type::timer);
        CHECK(kobj::access_of(clock.get()).value() == kobj::access::timer_all);
        CHECK(usage_count(clock) == 1);
        CHECK_FALSE(take(clock));
        CHECK(clock.wait(5ms).value() == wait_status::timed_out);
    }
    CHECK(test::table() == before);
}

TEST_CASE("A timer is never due too early", "[timer]") {
    timer clock = timer::create().value();
    for (const auto length : {1ms, 10ms, 40ms}) {
        const auto begin = clock_type::now();
        REQUIRE(clock.set(length));
        CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
        CHECK(clock_type::now() - begin + tick >= length);
    }
    const auto begin = clock_type::now();
    REQUIRE(clock.set(2500us));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(clock_type::now() - begin + tick >= 2500us);
}

TEST_CASE("A timer can be due at a wall-clock time", "[timer]") {
    timer clock = timer::create().value();
    const auto when = std::chrono::system_clock::now() + 40ms;
    REQUIRE(clock.set(when));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(std::chrono::system_clock::now() + tick >= when);
    REQUIRE(clock.set(std::chrono::system_clock::now() + 24h));
    CHECK_FALSE(take(clock));
}

TEST_CASE("A timer that is due in the past is signaled at once", "[timer]") {
    timer clock = timer::create().value();
    const due_time past[] = {0s,
                             -1s,
                             std::chrono::nanoseconds::min(),
                             std::chrono::system_clock::now() - 1s,
                             std::chrono::system_clock::time_point(),
                             std::chrono::system_clock::time_point::min(),
                             due_time::from_ticks(0),
                             due_time::from_ticks(1)};
    for (const due_time& each : past) {
        INFO(each.ticks());
        REQUIRE(clock.set(each));
        CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
        CHECK_FALSE(take(clock));
    }
}

TEST_CASE("A synchronization timer gives its signal to one wait", "[timer]") {
    timer clock = timer::create().value();
    REQUIRE(clock.set(1ms));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK_FALSE(take(clock));
    CHECK(clock.wait(20ms).value() == wait_status::timed_out);
}

TEST_CASE("A manual-reset timer stays signaled until it is set again", "[timer]") {
    timer clock = timer::create({.manual_reset = true}).value();
    REQUIRE(clock.set(1ms));
    for (int i = 0; i < 3; ++i) CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    REQUIRE(clock.set(1h));
    CHECK_FALSE(take(clock));
    REQUIRE(clock.set(0s));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(take(clock));
}

TEST_CASE("Setting a timer takes its signal back and arms it anew", "[timer]") {
    timer clock = timer::create().value();
    timer watched = timer::create({.manual_reset = true}).value();
    REQUIRE(clock.set(0s));
    REQUIRE(watched.set(1ms));
    REQUIRE(watched.wait(test::patience()).value() == wait_status::signaled);
    REQUIRE(clock.set(1h));
    // Wine leaves a synchronization timer signaled; Microsoft says that setting makes it nonsignaled.
    if (test::on_wine())
        (void)take(clock);
    else
        CHECK_FALSE(take(clock));
    REQUIRE(clock.set(1ms));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
}

TEST_CASE("A cancelled timer does not become due", "[timer]") {
    timer clock = timer::create().value();
    // On a loaded machine the timer may be due before it is cancelled: another round, then.
    wait_status how = wait_status::signaled;
    const bool in_time = test::eventually([&] {
        const auto begin = clock_type::now();
        clock.set(50ms).value();
        clock.cancel().value();
        const bool quick = clock_type::now() - begin + tick < 50ms;
        how = clock.wait(100ms).value();
        return quick;
    });
    CHECK(in_time);
    CHECK(how == wait_status::timed_out);
}

TEST_CASE("Cancelling does not change whether a timer is signaled", "[timer]") {
    for (const bool manual : {false, true}) {
        INFO("manual reset: " << manual);
        timer clock = timer::create({.manual_reset = manual}).value();
        REQUIRE(clock.cancel());
        CHECK_FALSE(take(clock));
        REQUIRE(clock.set(0s));
        timer later = timer::create().value();
        REQUIRE(later.set(20ms));
        REQUIRE(later.wait(test::patience()).value() == wait_status::signaled);
        REQUIRE(clock.cancel());
        REQUIRE(clock.cancel());
        CHECK(take(clock));
        CHECK(take(clock) == manual);
        REQUIRE(clock.set(1h));
        REQUIRE(clock.cancel());
        CHECK_FALSE(take(clock));
    }
}

TEST_CASE("A periodic timer is due again and again", "[timer]") {
    timer clock = timer::create().value();
    const auto begin = clock_type::now();
    REQUIRE(clock.set(5ms, 10ms));
    for (int i = 0; i < 5; ++i) {
        CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
        CHECK(clock_type::now() - begin + tick >= 5ms + i * 10ms);
    }
    REQUIRE(clock.cancel());
    (void)take(clock);
    CHECK(clock.wait(30ms).value() == wait_status::timed_out);
}

TEST_CASE("A periodic timer that nobody waited for has one signal", "[timer]") {
    timer clock = timer::create().value();
    timer later = timer::create().value();
    REQUIRE(clock.set(1ms, 2ms));
    REQUIRE(later.set(60ms));
    REQUIRE(later.wait(test::patience()).value() == wait_status::signaled);
    REQUIRE(clock.cancel());
    CHECK(take(clock));
    CHECK_FALSE(take(clock));
}

TEST_CASE("A periodic timer that is taken late keeps its rhythm", "[timer]") {
    // Due at 60, 120, 180 ms. Who takes the first signal at 90 gets the next one 30 later, and not 60. A loaded machine
    // may miss that, so that there is more than one round; one that counted from the wait on would never get there.
    timer clock = timer::create().value();
    const bool kept = test::eventually([&] {
        const auto begin = clock_type::now();
        clock.set(60ms, 60ms).value();
        std::this_thread::sleep_until(begin + 90ms);
        const auto taken = clock_type::now();
        if (clock.wait(0s).value() != wait_status::signaled) return false;
        if (clock.wait(test::patience()).value() != wait_status::signaled) return false;
        return clock_type::now() - taken < 50ms;
    });
    CHECK(kept);
}

TEST_CASE("A manual-reset timer with a period stays signaled", "[timer]") {
    timer clock = timer::create({.manual_reset = true}).value();
    REQUIRE(clock.set(1ms, 1ms));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    for (int i = 0; i < 20; ++i) CHECK(take(clock));
    REQUIRE(clock.cancel());
    CHECK(take(clock));
}

TEST_CASE("A period is rounded up to milliseconds", "[timer]") {
    timer clock = timer::create().value();
    REQUIRE(clock.set(0s, 1ns));
    const auto begin = clock_type::now();
    for (int i = 0; i < 11; ++i) CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(clock_type::now() - begin + tick >= 9ms);
}

TEST_CASE("Times that cannot be counted are an invalid parameter and change nothing", "[timer]") {
    timer clock = timer::create({.manual_reset = true}).value();
    REQUIRE(clock.set(0s));
    REQUIRE(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(error_of(clock.set(1ms, -1ns)) == errc::invalid_parameter);
    CHECK(error_of(clock.set(1ms, -1ms)) == errc::invalid_parameter);
    CHECK(error_of(clock.set(1ms, std::chrono::nanoseconds::min())) == errc::invalid_parameter);
    CHECK(error_of(clock.set(1ms, 2147483648ms)) == errc::invalid_parameter);
    CHECK(error_of(clock.set(1ms, 2147483647ms + 1ns)) == errc::invalid_parameter);
    CHECK(error_of(clock.set(1ms, std::chrono::nanoseconds::max())) == errc::invalid_parameter);
    CHECK(error_of(clock.set(std::chrono::hours::max())) == errc::invalid_parameter);
    CHECK(error_of(clock.set(std::chrono::duration<double>(1e300))) == errc::invalid_parameter);
    CHECK(error_of(clock.set(std::chrono::duration<float>(std::numeric_limits<float>::infinity()))) ==
          errc::invalid_parameter);
    using far = std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>;
    CHECK(error_of(clock.set(far::max())) == errc::invalid_parameter);
    CHECK(take(clock));
}

TEST_CASE("The longest times are far away", "[timer]") {
    timer clock = timer::create().value();
    const due_time far[] = {due_time::from_ticks(std::numeric_limits<std::int64_t>::max()),
                            due_time::from_ticks(-std::numeric_limits<std::int64_t>::max()),
                            std::chrono::nanoseconds::max(), std::chrono::system_clock::time_point::max()};
    for (const due_time& each : far) {
        INFO(each.ticks());
        REQUIRE(clock.set(each, 2147483647ms));
        CHECK(clock.wait(5ms).value() == wait_status::timed_out);
    }
}
