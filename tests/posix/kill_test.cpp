#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>
#include <csignal>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;

namespace {

struct stage {
    std::atomic<int> ready;
};

void send(const kobj::process& child, int signal) {
    ::kill(static_cast<pid_t>(child.id().value()), signal);
}

}  // namespace

// Holds a mutex and a name, and stays.
ROLE(hold_until_killed) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    const auto named = kobj::mutex::create({.name = args.text(2), .initially_owned = true}).value();
    gate.acquire().value();
    gate.acquire().value();
    // The address sanitizer has a handler for some.
    for (const int number : {SIGTERM, SIGSEGV, SIGABRT, SIGINT}) std::signal(number, SIG_DFL);
    shared->ready = 1;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("kill -9 of the owner abandons its mutex, closes its handles and frees its names", "[kill]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    const std::string name = test::unique_name("killed");
    for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGINT}) {
        INFO("signal " << signal);
        shared->ready = 0;
        const auto child = test::start_role("hold_until_killed", {gate, shared, name});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        CHECK(usage_count(gate) == 2);
        CHECK(probe(gate) == seen::owned);
        kobj::mutex named = kobj::mutex::open(name).value();
        send(child, signal);
        CHECK(test::wait_for_exit(child) == 128U + static_cast<std::uint32_t>(signal));
        CHECK(usage_count(gate) == 1);
        CHECK(probe(gate) == seen::abandoned);
        CHECK(probe(gate) == seen::free);
        CHECK(usage_count(named) == 1);
        CHECK(probe(named) == seen::abandoned);
        REQUIRE(named.close());
        CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
        CHECK(test::damage() == "");
    }
}

TEST_CASE("A sleeping waiter is woken by kill -9 of the owner", "[kill]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    for (int round = 0; round < 10; ++round) {
        shared->ready = 0;
        const auto child = test::start_role("hold_until_killed", {gate, shared, test::unique_name("w")});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        std::atomic<int> abandoned{0};
        std::atomic<int> signaled{0};
        std::vector<std::thread> waiters;
        for (int i = 0; i < 3; ++i)
            waiters.emplace_back([&] {
                const wait_status how = gate.acquire(test::patience()).value();
                abandoned += how == wait_status::abandoned;
                signaled += how == wait_status::signaled;
                gate.release().value();
            });
        test::until_waiting(gate, 3);
        send(child, SIGKILL);
        for (auto& each : waiters) each.join();
        CHECK(abandoned == 1);
        CHECK(signaled == 2);
        CHECK(test::wait_for_exit(child) == 128U + SIGKILL);
        CHECK(usage_count(gate) == 1);
        CHECK(probe(gate) == seen::free);
        CHECK(test::damage() == "");
    }
}

ROLE(hold_many_until_killed) {
    // More than the kernel would walk of a robust list.
    const test::shared<stage> shared(args.handle(0));
    std::vector<kobj::mutex> gates;
    for (std::size_t i = 1; i < args.size(); ++i) gates.push_back(args.adopt<kobj::mutex>(i));
    std::vector<kobj::mutex> own;
    for (int i = 0; i < 3000; ++i) own.push_back(kobj::mutex::create({.initially_owned = true}).value());
    for (auto& each : gates) each.acquire().value();
    for (int i = 0; i < 3000; ++i) own.push_back(kobj::mutex::create({.initially_owned = true}).value());
    shared->ready = 1;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("kill -9 abandons every one of thousands of mutexes", "[kill]") {
    const test::shared<stage> shared;
    std::vector<kobj::mutex> gates;
    for (int i = 0; i < 10; ++i) gates.push_back(kobj::mutex::create({.inheritable = true}).value());
    const auto child = test::start_role(
        "hold_many_until_killed",
        {shared, gates[0], gates[1], gates[2], gates[3], gates[4], gates[5], gates[6], gates[7], gates[8], gates[9]});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    send(child, SIGKILL);
    CHECK(test::wait_for_exit(child) == 128U + SIGKILL);
    for (const auto& each : gates) {
        CHECK(probe(each) == seen::abandoned);
        CHECK(probe(each) == seen::free);
        CHECK(usage_count(each) == 1);
    }
    CHECK(test::damage() == "");
}

ROLE(wait_until_killed) {
    const auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    shared->ready = 1;
    kobj::wait(gate.get()).value();
    return 0;
}

TEST_CASE("kill -9 of a waiter does not hold up those behind it", "[kill]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true, .initially_owned = true}).value();
    const test::shared<stage> shared;
    const auto first = test::start_role("wait_until_killed", {gate, shared});
    test::until_waiting(gate, 1);
    wait_status how = wait_status::timed_out;
    std::thread second([&] {
        how = gate.acquire(test::patience()).value();
        gate.release().value();
    });
    test::until_waiting(gate, 2);
    send(first, SIGKILL);
    CHECK(test::wait_for_exit(first) == 128U + SIGKILL);
    gate.release().value();
    second.join();
    CHECK(how == wait_status::signaled);
    CHECK(usage_count(gate) == 1);
    CHECK(probe(gate) == seen::free);
    CHECK(test::damage() == "");
}

TEST_CASE("A process started suspended is killed", "[kill][suspended]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<stage> shared;
    const auto child =
        test::start_role("wait_until_killed", {gate, shared}, {.inherit = kobj::inherit::all, .suspended = true});
    CHECK(usage_count(gate) == 2);
    send(child, SIGKILL);
    CHECK(test::wait_for_exit(child) == 128U + SIGKILL);
    CHECK(usage_count(gate) == 1);
    CHECK(shared->ready == 0);
    CHECK(test::damage() == "");
}

// Does everything that changes the arena, until it is killed.
ROLE(churn) {
    const auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    const std::string name = args.text(2);
    shared->ready = 1;
    for (unsigned i = 0;; ++i) {
        const auto named = kobj::mutex::create({.name = name + std::to_string(i % 3)});
        const auto copy = gate.duplicate({.inheritable = i % 2 == 0});
        const auto memory = kobj::file_mapping::create(4096);
        if (kobj::wait(gate.get(), 1s)) (void)kobj::mutex::release(gate.get());
    }
}

TEST_CASE("kill -9 at any moment leaves counts, names and mutexes in order", "[kill][stress]") {
    const auto before = test::table();
    {
        kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
        const test::shared<stage> shared;
        const std::string name = test::unique_name("churn");
        std::mt19937 random(4711);
        for (int round = 0; round < 40; ++round) {
            INFO("round " << round);
            shared->ready = 0;
            const auto first = test::start_role("churn", {gate, shared, name});
            const auto second = test::start_role("churn", {gate, shared, name});
            REQUIRE(test::eventually([&] { return shared->ready == 1; }));
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
            send(first, SIGKILL);
            // While the other one goes on.
            CHECK(test::damage() == "");
            CHECK(test::wait_for_exit(first) == 128U + SIGKILL);
            send(second, SIGKILL);
            CHECK(test::damage() == "");
            CHECK(test::wait_for_exit(second) == 128U + SIGKILL);
            CHECK(test::damage() == "");
            REQUIRE(usage_count(gate) == 1);
            REQUIRE(gate.acquire(test::patience()).value() != wait_status::timed_out);
            REQUIRE(gate.release());
            REQUIRE(probe(gate) == seen::free);
            for (int i = 0; i < 3; ++i)
                REQUIRE(error_of(kobj::mutex::open(name + std::to_string(i))) == errc::file_not_found);
        }
    }
    CHECK(test::table() == before);
}
