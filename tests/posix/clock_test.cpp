#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <thread>

using namespace std::chrono_literals;
using kobj::event;
using kobj::timer;
using kobj::wait_status;
using std::chrono::nanoseconds;
using std::chrono::system_clock;
using test::take;

// What kobj does when somebody sets the wall clock. This program has a wall clock of its own, in place of the C
// library's, so that the machine's need not be set: it serves whoever asks in this process.

namespace {

std::atomic<std::int64_t> ahead{0};  // seconds

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const long status = syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && clock == CLOCK_REALTIME) now->tv_sec += ahead.load();
    return static_cast<int>(status);
}

namespace {

// Sets the wall clock of this program, and back at the end.
struct wall_clock {
    wall_clock() = default;
    wall_clock(const wall_clock&) = delete;
    wall_clock& operator=(const wall_clock&) = delete;
    ~wall_clock() { ahead = 0; }
    static void set(std::chrono::seconds by) { ahead += by.count(); }
};

}  // namespace

TEST_CASE("An absolute timer follows the wall clock forwards", "[timer][clock]") {
    const bool manual = GENERATE(false, true);
    wall_clock clock;
    timer absolute = timer::create({.manual_reset = manual}).value();
    REQUIRE(absolute.set(system_clock::now() + 1h));
    auto waiting = test::wait_one(absolute);
    test::until_waiting(absolute);
    SECTION("a thread that sleeps notices") {
        clock.set(2h);
        CHECK(waiting.status() == wait_status::signaled);
        CHECK(take(absolute) == manual);
    }
    SECTION("not before its time") {
        clock.set(30min);
        CHECK_FALSE(take(absolute));
        CHECK_FALSE(waiting.done());
        clock.set(31min);
        CHECK(waiting.status() == wait_status::signaled);
    }
}

TEST_CASE("Who looks at a timer sees at once that the wall clock was set", "[timer][clock]") {
    wall_clock clock;
    timer absolute = timer::create().value();
    REQUIRE(absolute.set(system_clock::now() + 1h));
    CHECK_FALSE(take(absolute));
    clock.set(2h);
    CHECK(take(absolute));
    CHECK_FALSE(take(absolute));
}

TEST_CASE("An absolute timer follows the wall clock backwards", "[timer][clock]") {
    wall_clock clock;
    timer absolute = timer::create({.manual_reset = true}).value();
    timer relative = timer::create().value();
    REQUIRE(absolute.set(system_clock::now() + 50ms));
    clock.set(-1h);
    REQUIRE(relative.set(100ms));
    CHECK(relative.wait().value() == wait_status::signaled);
    CHECK_FALSE(take(absolute));
    auto waiting = test::wait_one(absolute);
    test::until_waiting(absolute);
    CHECK_FALSE(waiting.done());
    clock.set(1h);
    CHECK(waiting.status() == wait_status::signaled);
    // What has been seen to be due stays so.
    clock.set(-1h);
    CHECK(take(absolute));
}

TEST_CASE("A relative timer and a time-out do not feel that the wall clock is set", "[timer][clock]") {
    wall_clock clock;
    timer relative = timer::create().value();
    event never = event::create().value();
    SECTION("forwards") {
        REQUIRE(relative.set(1h));
        auto waiting = test::wait_one(relative);
        auto limited = test::wait_one(never, 1h);
        test::until_waiting(relative);
        test::until_waiting(never);
        clock.set(3h);
        // Longer than the look of sleepers, once a second.
        CHECK(event::create().value().wait(1200ms).value() == wait_status::timed_out);
        CHECK_FALSE(take(relative));
        CHECK_FALSE(waiting.done());
        CHECK_FALSE(limited.done());
        REQUIRE(relative.set(0ms));
        REQUIRE(never.set());
        CHECK(limited.status() == wait_status::signaled);
    }
    SECTION("backwards") {
        REQUIRE(relative.set(100ms));
        auto waiting = test::wait_one(relative);
        auto limited = test::wait_one(never, 100ms);
        clock.set(-3h);
        CHECK(waiting.status() == wait_status::signaled);
        CHECK(limited.status() == wait_status::timed_out);
    }
}

TEST_CASE("A periodic timer with an absolute start keeps its rhythm when the wall clock is set back",
          "[timer][clock]") {
    wall_clock clock;
    timer periodic = timer::create().value();
    REQUIRE(periodic.set(system_clock::now() + 10ms, 20ms));
    CHECK(periodic.wait().value() == wait_status::signaled);
    clock.set(-1h);
    for (int i = 0; i < 3; ++i) CHECK(periodic.wait().value() == wait_status::signaled);
}

// Sets the clock of the machine, by two seconds for as long as a thread needs to notice: only on request, as root.
TEST_CASE("An absolute timer follows the clock of the machine", "[timer][clock][machine]") {
    if (std::getenv("KOBJ_TEST_SET_CLOCK") == nullptr) return;
    const auto set_by = [](int seconds) {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += seconds;
        return clock_settime(CLOCK_REALTIME, &now) == 0;
    };
    timer absolute = timer::create().value();
    timer relative = timer::create().value();
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(absolute.set(system_clock::now() + 4s));
    REQUIRE(relative.set(4s));
    auto waiting = test::wait_one(absolute);
    test::until_waiting(absolute);
    REQUIRE(set_by(2));
    const bool back_later = waiting.status() == wait_status::signaled;
    const auto took = std::chrono::steady_clock::now() - begin;
    REQUIRE(set_by(-2));
    CHECK(back_later);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    WARN("an absolute timer of 4 s, the clock set 2 s ahead: " << milliseconds << " ms");
    CHECK(took < 4s);
    CHECK_FALSE(take(relative));
    CHECK(relative.wait().value() == wait_status::signaled);
    CHECK(std::chrono::steady_clock::now() - begin >= 4s);
}
