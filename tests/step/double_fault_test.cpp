#include "stepping.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/watchdog.hpp"

#include "posix/arena/arena.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

// Two deaths, one right behind the other; and who sleeps on whom.

using namespace std::chrono_literals;
using kobj::wait_status;
using clock_type = std::chrono::steady_clock;

namespace {

/// A child that holds what `take` takes, and does nothing.
std::unique_ptr<test::stepped_child> holder(const std::function<void()>& take) {
    auto child = std::make_unique<test::stepped_child>(
        take, [] {}, false);
    return child;
}

const kobj::posix::object_record& record_of(const kobj::mutex& gate) {
    const auto own = kobj::inspect::handle_table().value();
    for (const auto& each : own) {
        if (each.value == gate.get())
            return kobj::posix::the_arena().object(static_cast<kobj::posix::u32>(each.object));
    }
    throw std::runtime_error("there is no such handle");
}

/// A thread of this process that has queued and is asleep in the kernel.
bool sleeps(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/syscall");
    long call = -1;
    return static_cast<bool>(file >> call) && call == SYS_futex_waitv;
}

/// One who sleeps for the gate is woken by its owner's death, and killed behind so many instructions. Another one
/// sleeps behind it. How long that one sleeps on; nothing when the kernel has woken that one, and not the first.
struct two_deaths {
    test::world& w;
    std::function<void(test::stepped_child&)> die;

    std::optional<std::chrono::milliseconds> operator()() const {
        auto owner = holder([this] { w.gate.acquire().value(); });
        test::stepped_child woken([] {}, [this] { (void)w.gate.acquire(test::patience()).value(); }, false);
        REQUIRE(woken.fall_asleep());
        std::atomic<pid_t> behind = 0;
        w.waiter = std::thread([this, &behind] {
            behind = gettid();
            w.answer = w.gate.acquire(test::patience()).value();
            (void)w.gate.release();
        });
        test::until_waiting(w.gate.get(), 2);
        REQUIRE(test::eventually([&] { return sleeps(behind); }));
        owner->kill_now();
        (void)woken.wake_up();
        const bool chosen = sleeps(behind);
        if (chosen) die(woken);
        woken.kill_now();
        const auto begin = clock_type::now();
        REQUIRE(w.waiter_got_it());
        if (!chosen) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begin);
    }
    std::chrono::milliseconds until_it_is_so() const {
        for (int tries = 0; tries < 100; ++tries) {
            if (const auto slept = (*this)()) return *slept;
        }
        throw std::runtime_error("the first to sleep is never the one that is woken");
    }
};

}  // namespace

TEST_CASE("The one that is woken by a death is killed before it acts", "[step][double]") {
    test::amount much;
    test::world w;
    test::tidy(w);
    test::trail way;
    (void)two_deaths{w, [&](test::stepped_child& woken) { way = woken.walk(); }}.until_it_is_so();
    test::tidy(w);
    std::chrono::milliseconds longest{0};
    std::size_t killed = 0;
    for (const std::size_t place : much.of(way)) {
        test::watch("two deaths");
        const two_deaths both{w, [&](test::stepped_child& woken) { woken.lead(way, place); }};
        longest = std::max(longest, both.until_it_is_so());
        ++killed;
        test::tidy(w);
        REQUIRE(kobj::posix::check::to_text(test::look()) == "");
        // Told once, to the one that has got it.
        REQUIRE(test::probe(w.gate) == test::seen::free);
    }
    std::printf("step: woken by a death, and killed: %zu instructions, %zu kills; the next one slept %lld ms at most\n",
                way.instructions(), killed, static_cast<long long>(longest.count()));
}

// Both were found by the model (docs/model.md): the sleeper slept until its look once a second.

TEST_CASE("A death in the middle of a release wakes one who went to sleep meanwhile", "[step][double]") {
    test::world w;
    test::stepped_child owner([&] { w.gate.acquire().value(); }, [&] { (void)w.gate.release(); }, false);
    test::stepped_child sleeper([] {}, [&] { (void)w.gate.acquire(test::patience()).value(); }, false);
    const auto& record = record_of(w.gate);
    const auto& header = kobj::posix::the_arena().header();
    const auto is_held = [&] { return kobj::posix::state::value(record.state.get()) != 0; };
    REQUIRE(is_held());
    // It has queued, and let the lock go.
    REQUIRE(sleeper.step_until([&] { return record.queue_head.get() != 0 && header.session_lock.get() == 0; }));
    // The mutex is free, and the change not committed.
    REQUIRE(owner.step_until([&] { return !is_held(); }));
    REQUIRE(header.undo_count.get() != 0);
    REQUIRE(sleeper.fall_asleep());
    owner.kill_now();
    CHECK(sleeper.wake_up() != -ETIMEDOUT);
    sleeper.run();
    CHECK(is_held());
    sleeper.kill_now();
    CHECK(test::probe(w.gate) == test::seen::abandoned);
}

TEST_CASE("One who waits for all learns of an owner that came while the mutex was free", "[step][double]") {
    test::world w;
    // Its sleeps end after a second: on a machine that is busy it may have to be tried again.
    bool in_time = false;
    for (int tries = 0; tries < 10 && !in_time; ++tries) {
        w.automatic.reset().value();
        w.gate.acquire().value();
        test::stepped_child sleeper(
            [] {},
            [&] {
                (void)kobj::wait_all({w.gate.get(), w.automatic.get()}, test::patience()).value();
            },
            false);
        test::stepped_child owner([] {}, [&] { w.gate.acquire().value(); }, false);
        const auto begin = clock_type::now();
        REQUIRE(sleeper.fall_asleep());
        test::until_waiting(w.gate);
        w.gate.release().value();
        owner.run();
        w.automatic.set().value();
        in_time = clock_type::now() - begin < 900ms;
        if (!in_time) continue;
        CHECK(sleeper.wake_up() != -ETIMEDOUT);
        REQUIRE(sleeper.fall_asleep());
        owner.kill_now();
        CHECK(sleeper.wake_up() != -ETIMEDOUT);
        sleeper.run();
        sleeper.kill_now();
        CHECK(test::probe(w.gate) == test::seen::abandoned);
    }
    CHECK(in_time);
}
