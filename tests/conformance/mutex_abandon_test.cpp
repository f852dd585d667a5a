#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;

namespace {

struct stage {
    std::atomic<int> held;   // the child owns the mutex
    std::atomic<int> leave;  // the child may end
};

// The next to acquire is told, owns the mutex, and is the last to be told.
void check_told_once(kobj::mutex& gate) {
    CHECK(gate.acquire(test::patience()).value() == wait_status::abandoned);
    CHECK(probe(gate) == seen::owned);
    CHECK(gate.acquire(0s).value() == wait_status::signaled);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
    CHECK(error_of(gate.release()) == errc::not_owner);
    CHECK(gate.acquire(0s).value() == wait_status::signaled);
    REQUIRE(gate.release());
}

}  // namespace

ROLE(abandon_mutex) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    const std::string how = args.text(2);
    ROLE_CHECK(gate.acquire(test::patience()).value() == wait_status::signaled);
    if (args.size() > 3) ROLE_CHECK(gate.acquire().value() == wait_status::signaled);
    shared->held = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    (void)gate.detach();
    if (how == "exit") std::exit(3);
    if (how == "_Exit") std::_Exit(4);
    if (how == "abort") std::abort();
    if (how == "kobj exit") kobj::process::exit(5);
    if (how == "terminate") (void)kobj::process::current().terminate(6);
    if (how == "thread exit") kobj::thread::exit(7);
    if (how == "stay") ROLE_CHECK(test::eventually([] { return false; }));
    return 8;
}

TEST_CASE("A thread that ends without release abandons its mutex", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    SECTION("a thread of the standard library") {
        std::thread([&] { gate.acquire().value(); }).join();
        check_told_once(gate);
    }
    SECTION("a thread of kobj") {
        const auto other = kobj::thread::start([&] { gate.acquire().value(); }).value();
        REQUIRE(other.wait(test::patience()).value() == wait_status::signaled);
        check_told_once(gate);
    }
    SECTION("a thread of kobj that calls exit") {
        const auto other = kobj::thread::start([&] {
                               gate.acquire().value();
                               kobj::thread::exit(9);
                           }).value();
        REQUIRE(other.wait(test::patience()).value() == wait_status::signaled);
        CHECK(other.exit_code().value() == 9);
        check_told_once(gate);
    }
    SECTION("a thread that held it three times") {
        std::thread([&] {
            for (int i = 0; i < 3; ++i) gate.acquire().value();
        }).join();
        check_told_once(gate);
    }
    SECTION("a thread that closed its own handle to it") {
        std::thread([&] {
            kobj::mutex own = gate.duplicate().value();
            own.acquire().value();
        }).join();
        check_told_once(gate);
    }
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("A released mutex is not abandoned by the end of the thread", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] {
        gate.acquire().value();
        gate.acquire().value();
        gate.release().value();
        gate.release().value();
    }).join();
    CHECK(gate.acquire(0s).value() == wait_status::signaled);
    REQUIRE(gate.release());
}

TEST_CASE("Who polls an abandoned mutex is told as well", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] { gate.acquire().value(); }).join();
    CHECK(probe(gate) == seen::abandoned);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A guard tells of the abandonment", "[mutex][abandon][guard]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] { gate.acquire().value(); }).join();
    {
        const auto held = gate.acquire_guard(5s).value();
        CHECK(static_cast<bool>(held));
        CHECK(held.abandoned());
        CHECK(held.status() == wait_status::abandoned);
    }
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A mutex is abandoned again by the next owner that ends", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] { gate.acquire().value(); }).join();
    wait_status second = wait_status::timed_out;
    std::thread([&] { second = gate.acquire(0s).value(); }).join();
    CHECK(second == wait_status::abandoned);
    check_told_once(gate);
}

TEST_CASE("A thread abandons every mutex that it holds", "[mutex][abandon]") {
    std::vector<kobj::mutex> gates;
    for (int i = 0; i < 100; ++i) gates.push_back(kobj::mutex::create().value());
    std::thread([&] {
        for (auto& each : gates) each.acquire().value();
    }).join();
    int abandoned = 0;
    int free = 0;
    for (auto& each : gates) abandoned += probe(each) == seen::abandoned;
    for (auto& each : gates) free += probe(each) == seen::free;
    CHECK(abandoned == 100);
    CHECK(free == 100);
}

TEST_CASE("A waiter that sleeps is woken by the end of the owner's thread", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::atomic<int> stage{0};
    std::thread owner([&] {
        gate.acquire().value();
        stage = 1;
        test::eventually([&] { return stage == 2; });
    });
    REQUIRE(test::eventually([&] { return stage == 1; }));
    wait_status how = wait_status::timed_out;
    errc released = errc::invalid_state;
    std::thread waiter([&] {
        how = gate.acquire(test::patience()).value();
        released = error_of(gate.release());
    });
    test::until_waiting(gate);
    stage = 2;
    owner.join();
    waiter.join();
    CHECK(how == wait_status::abandoned);
    CHECK(released == errc::success);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Of several sleepers exactly one is told of the abandonment", "[mutex][abandon]") {
    kobj::mutex gate = kobj::mutex::create().value();
    std::atomic<int> stage{0};
    std::thread owner([&] {
        gate.acquire().value();
        stage = 1;
        test::eventually([&] { return stage == 2; });
    });
    REQUIRE(test::eventually([&] { return stage == 1; }));
    std::atomic<int> abandoned{0};
    std::atomic<int> signaled{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 4; ++i)
        waiters.emplace_back([&] {
            const wait_status how = gate.acquire(test::patience()).value();
            if (how == wait_status::abandoned) ++abandoned;
            if (how == wait_status::signaled) ++signaled;
            gate.release().value();
        });
    test::until_waiting(gate, 4);
    stage = 2;
    owner.join();
    for (auto& each : waiters) each.join();
    CHECK(abandoned == 1);
    CHECK(signaled == 3);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A process that ends without release abandons its mutex, however it ends", "[mutex][abandon][process]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    struct ending {
        const char* how;
        std::uint32_t code;
    };
    constexpr std::uint32_t abort_code = test::on_windows ? 3 : 128 + 6;
    for (const ending each : {ending{"return", 8}, ending{"exit", 3}, ending{"_Exit", 4}, ending{"abort", abort_code},
                              ending{"kobj exit", 5}, ending{"terminate", 6}}) {
        INFO(each.how);
        shared->held = 0;
        shared->leave = 0;
        const auto child = test::start_role("abandon_mutex", {gate, shared, each.how});
        REQUIRE(test::eventually([&] { return shared->held == 1; }));
        CHECK(probe(gate) == seen::owned);
        CHECK(usage_count(gate) == 2);
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == each.code);
        CHECK(usage_count(gate) == 1);
        check_told_once(gate);
        CHECK(usage_count(gate) == 1);
    }
}

TEST_CASE("A sleeping waiter is woken by the end of the owner's process, however it ends",
          "[mutex][abandon][process]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    for (const char* how : {"return", "exit", "_Exit", "abort", "kobj exit", "terminate"}) {
        INFO(how);
        shared->held = 0;
        shared->leave = 0;
        const auto child = test::start_role("abandon_mutex", {gate, shared, how});
        REQUIRE(test::eventually([&] { return shared->held == 1; }));
        wait_status woken = wait_status::timed_out;
        errc released = errc::invalid_state;
        std::thread waiter([&] {
            woken = gate.acquire(test::patience()).value();
            released = error_of(gate.release());
        });
        test::until_waiting(gate);
        shared->leave = 1;
        waiter.join();
        CHECK(woken == wait_status::abandoned);
        CHECK(released == errc::success);
        (void)test::wait_for_exit(child);
        CHECK(probe(gate) == seen::free);
        CHECK(usage_count(gate) == 1);
    }
}

TEST_CASE("A primary thread that ends before its process abandons its mutex", "[mutex][abandon][process]") {
    // The child's watchdog is a second thread, so the process goes on.
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    auto child = test::start_role("abandon_mutex", {gate, shared, "thread exit"});
    REQUIRE(test::eventually([&] { return shared->held == 1; }));
    shared->leave = 1;
    REQUIRE(child.primary_thread().wait(test::patience()).value() == wait_status::signaled);
    CHECK(child.primary_thread().exit_code().value() == 7);
    CHECK(child.exit_code().value() == kobj::still_active);
    check_told_once(gate);
    CHECK(usage_count(gate) == 2);
    test::kill_hard(child);
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("A sleeping waiter is woken when the owner's process is terminated", "[mutex][abandon][process]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    auto child = test::start_role("abandon_mutex", {gate, shared, "stay", "twice"});
    shared->leave = 1;
    REQUIRE(test::eventually([&] { return shared->held == 1; }));
    wait_status how = wait_status::timed_out;
    errc released = errc::invalid_state;
    std::thread waiter([&] {
        how = gate.acquire(test::patience()).value();
        released = error_of(gate.release());
    });
    test::until_waiting(gate);
    REQUIRE(child.terminate(77));
    waiter.join();
    CHECK(how == wait_status::abandoned);
    CHECK(released == errc::success);
    CHECK(test::wait_for_exit(child) == 77);
    CHECK(usage_count(gate) == 1);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A waiter in another process is told when the owner's process ends", "[mutex][abandon][process]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> first;
    const test::shared<stage> second;
    auto owner = test::start_role("abandon_mutex", {gate, first, "stay"});
    first->leave = 1;
    REQUIRE(test::eventually([&] { return first->held == 1; }));
    const auto waiter = test::start_role("wait_abandoned", {gate, second});
    REQUIRE(test::eventually([&] { return second->held == 1; }));
    test::until_waiting(gate);
    test::kill_hard(owner);
    CHECK(test::wait_for_exit(waiter) == static_cast<std::uint32_t>(wait_status::abandoned));
    CHECK(probe(gate) == seen::free);
    CHECK(usage_count(gate) == 1);
}

ROLE(wait_abandoned) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    shared->held = 1;
    const wait_status how = gate.acquire(test::patience()).value();
    gate.release().value();
    return static_cast<int>(how);
}
