#include "support/catch.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <pthread.h>

using namespace std::chrono_literals;
using kobj::wait_status;

// Signals that a program handles while it waits: no wait ends by them, and none gets longer or shorter.

namespace {

constexpr int used = SIGUSR1;
std::atomic<int> handled;

void count(int) {
    ++handled;
}

class handling {
public:
    explicit handling(int flags) {
        handled = 0;
        struct sigaction action {};
        action.sa_handler = count;
        action.sa_flags = flags;
        sigaction(used, &action, &before_);
    }
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;
    ~handling() { sigaction(used, &before_, nullptr); }

private:
    struct sigaction before_ {};
};

// Runs `wait` in a thread that gets signals all the time, every 200 microseconds and so also between any two steps of a
// wait.
template <class Wait>
auto under_fire(Wait wait, const std::function<void()>& meanwhile = {}) {
    std::atomic<bool> over{false};
    std::optional<decltype(wait())> outcome;
    std::thread target([&] {
        outcome.emplace(wait());
        over = true;
        // It must not be gone while it is signaled.
        while (over) std::this_thread::sleep_for(1ms);
    });
    std::thread disturber([&] {
        while (!over) {
            pthread_kill(target.native_handle(), used);
            std::this_thread::sleep_for(200us);
        }
    });
    if (meanwhile) meanwhile();
    disturber.join();
    over = false;
    target.join();
    return *std::move(outcome);
}

template <class Wait>
void takes_its_time(Wait wait) {
    constexpr auto limit = 300ms;
    const auto begin = std::chrono::steady_clock::now();
    under_fire([&] {
        wait(limit);
        return 0;
    });
    CHECK(std::chrono::steady_clock::now() - begin >= limit);
}

}  // namespace

TEST_CASE("A signal that is handled ends no wait", "[signal]") {
    const int flags = GENERATE(0, SA_RESTART);
    CAPTURE(flags);
    const handling handler(flags);
    const kobj::mutex held = kobj::mutex::create({.initially_owned = true}).value();
    kobj::event gate = kobj::event::create().value();
    kobj::event never = kobj::event::create().value();
    const kobj::handle_value two[] = {held.get(), never.get()};
    kobj::wait_set set = kobj::wait_set::create().value();
    set.add(never.get(), 1).value();
    std::optional<wait_status> how;

    takes_its_time([&](auto limit) { how = kobj::wait(held.get(), limit).value(); });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = kobj::wait(never.get(), limit).value(); });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = kobj::wait_any(two, limit).value().status; });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = kobj::wait_all(two, limit).value().status; });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = kobj::signal_and_wait(gate.get(), never.get(), limit).value(); });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = set.wait(limit).value().status; });
    CHECK(how == wait_status::timed_out);
    takes_its_time([&](auto limit) { how = kobj::wait(kobj::current_process(), limit).value(); });
    CHECK(how == wait_status::timed_out);
    CHECK(handled > 100);
}

TEST_CASE("A wait that signals interrupt ends by what it waits for", "[signal]") {
    const int flags = GENERATE(0, SA_RESTART);
    CAPTURE(flags);
    const handling handler(flags);
    kobj::event gate = kobj::event::create().value();
    kobj::semaphore units = kobj::semaphore::create(0, 10).value();
    for (int i = 0; i < 20; ++i) {
        const auto one = under_fire([&] { return gate.wait(test::patience()).value(); },
                                    [&] {
                                        test::until_waiting(gate);
                                        (void)gate.set();
                                    });
        CHECK(one == wait_status::signaled);
        const kobj::handle_value both[] = {gate.get(), units.get()};
        const auto any = under_fire([&] { return kobj::wait_any(both, test::patience()).value(); },
                                    [&] {
                                        test::until_waiting(units);
                                        (void)units.release();
                                    });
        CHECK(any.status == wait_status::signaled);
        CHECK(any.index == 1);
    }
    CHECK(handled > 0);
}

TEST_CASE("Programs are started and waited for while signals come", "[signal][process]") {
    const handling handler(0);
    for (int i = 0; i < 5; ++i) {
        const auto code = under_fire([&] {
            const auto child = kobj::process::start({"/bin/sh", "-c", "exit 7"}).value();
            if (child.wait(test::patience()).value() != wait_status::signaled) return 1U;
            return child.exit_code().value();
        });
        CHECK(code == 7);
    }
    CHECK(handled > 0);
}

TEST_CASE("Who asks for an exit code while signals come gets the right one", "[signal][process]") {
    const handling handler(0);
    for (int i = 0; i < 100; ++i) {
        const auto child = kobj::process::start({test::plain_program(), "exit", "77"}).value();
        const auto code = under_fire([&] {
            for (;;) {
                if (const auto now = child.exit_code().value(); now != kobj::still_active) return now;
            }
        });
        CHECK(code == 77);
    }
}

TEST_CASE("Objects and file mappings are made while signals come", "[signal]") {
    const handling handler(0);
    const auto good = under_fire([&] {
        bool all = true;
        for (int i = 0; i < 300; ++i) {
            const auto memory = kobj::file_mapping::create(1 << 20);
            all = all && memory && memory->map<char>() && kobj::event::create({.name = "signal"});
        }
        return all;
    });
    CHECK(good);
    CHECK(handled > 0);
}
