#include "support/catch.hpp"

#include <kobj/timeout.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

using namespace std::chrono_literals;
using kobj::timeout;

namespace {
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
using float_seconds = std::chrono::duration<float>;
using double_days = std::chrono::duration<double, std::ratio<86400>>;
using picoseconds = std::chrono::duration<std::int64_t, std::pico>;
}  // namespace

TEST_CASE("Infinite is infinite, and nothing else is", "[timeout]") {
    CHECK(timeout(kobj::infinite).is_infinite());
    CHECK_FALSE(timeout(0s).is_infinite());
    CHECK_FALSE(timeout(std::chrono::nanoseconds::max()).is_infinite());
    CHECK_FALSE(timeout(std::chrono::nanoseconds::min()).is_infinite());
    CHECK_FALSE(timeout(-1ns).is_infinite());
    CHECK_FALSE(timeout(std::chrono::hours::max()).is_infinite());
    CHECK_FALSE(timeout(4294967295ms).is_infinite());
}

TEST_CASE("A duration is counted in nanoseconds, rounded up", "[timeout]") {
    CHECK(timeout(10ms).nanoseconds() == 10'000'000);
    CHECK(timeout(1ns).nanoseconds() == 1);
    CHECK(timeout(picoseconds(1)).nanoseconds() == 1);
    CHECK(timeout(picoseconds(1000)).nanoseconds() == 1);
    CHECK(timeout(picoseconds(1001)).nanoseconds() == 2);
    CHECK(timeout(float_seconds(0.25F)).nanoseconds() == 250'000'000);
    CHECK(timeout(std::chrono::duration<double, std::nano>(1.25)).nanoseconds() == 2);
    CHECK(timeout(double_days(1.0)).nanoseconds() == 86'400'000'000'000);
}

TEST_CASE("Zero, negative and not-a-number poll", "[timeout]") {
    CHECK(timeout(0s).nanoseconds() == 0);
    CHECK(timeout(-1ns).nanoseconds() == 0);
    CHECK(timeout(-5h).nanoseconds() == 0);
    CHECK(timeout(std::chrono::nanoseconds::min()).nanoseconds() == 0);
    CHECK(timeout(std::chrono::hours::min()).nanoseconds() == 0);
    CHECK(timeout(picoseconds(-1)).nanoseconds() == 0);
    CHECK(timeout(float_seconds(-0.5F)).nanoseconds() == 0);
    CHECK(timeout(float_seconds(std::numeric_limits<float>::quiet_NaN())).nanoseconds() == 0);
    CHECK(timeout(float_seconds(-std::numeric_limits<float>::infinity())).nanoseconds() == 0);
}

TEST_CASE("What is too large is the largest finite wait", "[timeout]") {
    CHECK(timeout(std::chrono::nanoseconds::max()).nanoseconds() == largest);
    CHECK(timeout(std::chrono::seconds::max()).nanoseconds() == largest);
    CHECK(timeout(std::chrono::hours::max()).nanoseconds() == largest);
    CHECK(timeout(double_days(1e300)).nanoseconds() == largest);
    CHECK(timeout(float_seconds(std::numeric_limits<float>::infinity())).nanoseconds() == largest);
    CHECK(timeout(std::chrono::duration<std::uint64_t>(std::numeric_limits<std::uint64_t>::max())).nanoseconds() ==
          largest);
    CHECK(timeout(std::chrono::hours(24) * 365).nanoseconds() == 31'536'000'000'000'000);
}

TEST_CASE("A time point is the time left to it", "[timeout]") {
    using steady = std::chrono::steady_clock;
    using system = std::chrono::system_clock;
    const timeout hour(steady::now() + 1h);
    CHECK(hour.nanoseconds() <= 3'600'000'000'000);
    CHECK(hour.nanoseconds() > 3'000'000'000'000);
    const timeout coarse(std::chrono::time_point_cast<std::chrono::hours>(system::now() + 3h));
    CHECK(coarse.nanoseconds() > 3'600'000'000'000);
    CHECK(coarse.nanoseconds() <= 3 * 3'600'000'000'000);
    CHECK(timeout(steady::now() - 1s).nanoseconds() == 0);
    CHECK(timeout(steady::time_point::min()).nanoseconds() == 0);
    CHECK(timeout(system::time_point::min()).nanoseconds() == 0);
    CHECK(timeout(system::time_point()).nanoseconds() == 0);
}

TEST_CASE("The last time point there is computes, and is finite", "[timeout]") {
    using steady = std::chrono::steady_clock;
    using system = std::chrono::system_clock;
    CHECK(timeout(steady::time_point::max()).nanoseconds() > 8'000'000'000'000'000'000);
    CHECK_FALSE(timeout(steady::time_point::max()).is_infinite());
    CHECK(timeout(system::time_point::max()).nanoseconds() > 7'000'000'000'000'000'000);
    const std::chrono::time_point<system, std::chrono::hours> far(std::chrono::hours::max());
    CHECK(timeout(far).nanoseconds() == largest);
    // Less than 9e18 ns from now, and yet beyond the clock's own nanoseconds.
    const std::chrono::time_point<system, std::chrono::hours> edge(std::chrono::hours(2'700'000));
    CHECK(timeout(edge).nanoseconds() > 7'000'000'000'000'000'000);
    const std::chrono::time_point<system, std::chrono::hours> past(std::chrono::hours::min());
    CHECK(timeout(past).nanoseconds() == 0);
}
