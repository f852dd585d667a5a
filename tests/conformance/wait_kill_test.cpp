#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_outcome;
using kobj::wait_status;
using test::probe;
using test::seen;
using test::take;

namespace {
struct stage {
    std::atomic<int> ready;
};
}  // namespace

ROLE(wait_until_killed) {
    const test::shared<stage> shared(args.handle(1));
    std::vector<handle_value> list;
    for (std::size_t i = 2; i < args.size(); ++i) list.push_back(args.handle(i));
    shared->ready = 1;
    if (args.text(0) == "one") (void)kobj::wait(list[0]);
    if (args.text(0) == "any") (void)kobj::wait_any(list);
    if (args.text(0) == "all") (void)kobj::wait_all(list);
    if (args.text(0) == "signal") (void)kobj::signal_and_wait(list[1], list[0]);
    return 5;
}

TEST_CASE("A process that is killed while it waits takes nothing with it", "[wait][process]") {
    event bell = event::create({.inheritable = true}).value();
    semaphore units = semaphore::create(0, 5, {.inheritable = true}).value();
    kobj::mutex gate = kobj::mutex::create({.inheritable = true, .initially_owned = true}).value();
    kobj::timer clock = kobj::timer::create({.inheritable = true}).value();
    for (const char* mode : {"any", "all"}) {
        INFO(mode);
        const test::shared<stage> shared;
        auto child = test::start_role("wait_until_killed", {mode, shared, bell, units, gate, clock});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        test::until_waiting(bell);
        test::until_waiting(clock);
        // A thread that came later must get what the dead one can no longer take.
        auto other = test::wait_one(units);
        test::until_waiting(units, 2);
        test::kill_hard(child);
        REQUIRE(bell.set());
        REQUIRE(units.release(2));
        REQUIRE(clock.set(0s));
        CHECK(other.status() == wait_status::signaled);
        CHECK(take(bell));
        CHECK(take(units));
        CHECK_FALSE(take(units));
        CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
        CHECK(probe(gate) == seen::owned);
        for (const handle_value each : {bell.get(), units.get(), gate.get(), clock.get()})
            CHECK(test::usage_count(each) == 1);
    }
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A waiting process that is killed as the signal comes either had it or left it", "[wait][process][stress]") {
    event bell = event::create({.inheritable = true}).value();
    for (int round = 0; round < 10; ++round) {
        const test::shared<stage> shared;
        auto child = test::start_role("wait_until_killed", {"one", shared, bell});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        test::until_waiting(bell);
        test::kill_hard(child);
        REQUIRE(bell.set());
        CHECK(take(bell));
        CHECK_FALSE(take(bell));
    }
}

TEST_CASE("What a killed process signaled by signal-and-wait stays signaled", "[wait][signal_and_wait][process]") {
    event bell = event::create({.inheritable = true}).value();
    event answer = event::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    auto child = test::start_role("wait_until_killed", {"signal", shared, answer, bell});
    REQUIRE(bell.wait(test::patience()).value() == wait_status::signaled);
    test::kill_hard(child);
    REQUIRE(answer.set());
    CHECK(take(answer));
    CHECK_FALSE(take(bell));
}

TEST_CASE("Who waits for any is told that another process abandoned the mutex", "[wait][any][abandon][process]") {
    event bell = event::create({.inheritable = true}).value();
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    // The child owns the mutex, and waits for the bell.
    auto child = test::start_role("own_and_wait", {gate, bell, shared});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    event never = event::create().value();
    auto any = test::wait_any({never.get(), gate.get()}, test::patience(), [&] { gate.release().value(); });
    test::until_waiting(gate);
    test::kill_hard(child);
    CHECK(any.get() == wait_outcome{wait_status::abandoned, 1});
    CHECK(probe(gate) == seen::free);
    REQUIRE(bell.set());
    CHECK(take(bell));
}

ROLE(own_and_wait) {
    auto gate = args.adopt<kobj::mutex>(0);
    auto bell = args.adopt<event>(1);
    const test::shared<stage> shared(args.handle(2));
    gate.acquire().value();
    shared->ready = 1;
    (void)bell.wait();
    return 5;
}

TEST_CASE("The end of a process and of a thread ends a wait for all", "[wait][all][process]") {
    event bell = event::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    auto child = test::start_role("wait_until_killed", {"one", shared, bell});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    event ends = event::create().value();
    const auto worker = kobj::thread::start([&] { ends.wait(test::patience()).value(); }).value();
    auto both = test::wait_all({child.get(), worker.get(), child.primary_thread().get()});
    test::until_waiting(worker);
    REQUIRE(ends.set());
    REQUIRE(worker.wait(test::patience()).value() == wait_status::signaled);
    CHECK_FALSE(both.done());
    test::kill_hard(child, 7);
    CHECK(both.get() == wait_outcome{wait_status::signaled, 0});
}
