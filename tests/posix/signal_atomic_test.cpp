#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using kobj::event;
using kobj::semaphore;
using kobj::signal_and_wait;
using kobj::wait_status;
using test::take;

// Signal and wait are one step: who sees the signal finds the thread waiting. So a pulse never misses it, and a signal
// that is taken back at once has reached it.

namespace {

// `answer` reaches only those who wait at that moment.
template <class Wait, class Answer>
void check_never_missed(event& bell, event& reply, Wait&& wait_for_signal, Answer&& answer) {
    constexpr int rounds = 2000;
    bool missed = false;
    std::atomic<bool> over{false};
    // Not as many rounds on both sides: what is set and not yet reset answers more than one signal.
    std::thread other([&] {
        while (!over) {
            if (!wait_for_signal()) return;
            answer();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        if (signal_and_wait(bell.get(), reply.get(), 10s).value() == wait_status::signaled) continue;
        missed = true;
        break;
    }
    over = true;
    bell.set().value();
    other.join();
    CHECK_FALSE(missed);
}

}  // namespace

TEST_CASE("Who is released by signal-and-wait finds the other thread waiting", "[signal_and_wait][atomic]") {
    event bell = event::create().value();
    SECTION("a pulse of a manual-reset event reaches it") {
        event reply = event::create({.manual_reset = true}).value();
        check_never_missed(
            bell, reply, [&] { return bell.wait(test::patience()).value() == wait_status::signaled; },
            [&] { reply.pulse().value(); });
    }
    SECTION("a pulse of an auto-reset event reaches it") {
        event reply = event::create().value();
        check_never_missed(
            bell, reply, [&] { return bell.wait(test::patience()).value() == wait_status::signaled; },
            [&] { reply.pulse().value(); });
    }
    SECTION("a set and at once a reset reach it") {
        event reply = event::create({.manual_reset = true}).value();
        check_never_missed(
            bell, reply, [&] { return bell.wait(test::patience()).value() == wait_status::signaled; },
            [&] {
                reply.set().value();
                reply.reset().value();
            });
    }
    SECTION("also one that polls for the signal") {
        event reply = event::create({.manual_reset = true}).value();
        check_never_missed(
            bell, reply, [&] { return test::eventually([&] { return take(bell); }); }, [&] { reply.pulse().value(); });
    }
}

TEST_CASE("Signal-and-wait of a mutex and of a semaphore is one step as well", "[signal_and_wait][atomic]") {
    event reply = event::create({.manual_reset = true}).value();
    kobj::mutex gate = kobj::mutex::create().value();
    semaphore units = semaphore::create(0, 1).value();
    const bool by_mutex = GENERATE(true, false);
    INFO("by mutex: " << by_mutex);
    constexpr int rounds = 500;
    std::atomic<int> turn{0};
    std::atomic<bool> over{false};
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i) {
            if (!test::eventually([&] { return over || turn == 2 * i + 1; })) return;
            const auto how = by_mutex ? gate.acquire(test::patience()) : units.acquire(test::patience());
            if (over || how.value() == wait_status::timed_out) return;
            reply.pulse().value();
            if (by_mutex) gate.release().value();
            ++turn;
        }
    });
    int missed = 0;
    for (int i = 0; i < rounds && missed == 0; ++i) {
        if (by_mutex) gate.acquire().value();
        ++turn;
        const auto how =
            by_mutex ? signal_and_wait(gate.get(), reply.get(), 10s) : signal_and_wait(units.get(), reply.get(), 10s);
        missed += how.value() == wait_status::signaled ? 0 : 1;
        if (!test::eventually([&] { return turn == 2 * i + 2; })) ++missed;
    }
    over = true;
    (void)units.release();
    other.join();
    CHECK(missed == 0);
}
