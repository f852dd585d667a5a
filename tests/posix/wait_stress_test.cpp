#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

// Many processes and threads wait for any and all at once. What is put in must come out again, and nobody may stay
// asleep although its wait could end.

using namespace std::chrono_literals;
using kobj::wait_status;

namespace {

constexpr std::size_t objects = 8;
constexpr int units_each = 3;
constexpr int processes = 4;

std::chrono::milliseconds duration() {
    const char* seconds = std::getenv("KOBJ_TEST_SECONDS");
    return seconds != nullptr ? std::chrono::milliseconds(std::atoi(seconds) * 1000) : 1500ms;
}

std::vector<kobj::handle_value> handles_of(const test::role_args& args, std::size_t from) {
    std::vector<kobj::handle_value> all;
    for (std::size_t i = 0; i < objects; ++i) all.push_back(args.handle(from + i));
    return all;
}

struct tally {
    std::atomic<std::uint64_t> rounds;
    std::atomic<std::uint32_t> stop;
    std::array<std::atomic<int>, objects> inside;  ///< who holds a unit just now
};

// Takes units of random sets in random order, by wait-all and wait-any, and gives them back.
void take_and_give(const std::vector<kobj::handle_value>& all, tally& shared, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::size_t> order(objects);
    for (std::size_t i = 0; i < objects; ++i) order[i] = i;
    while (shared.stop == 0) {
        std::shuffle(order.begin(), order.end(), random);
        const std::size_t count = 1 + random() % objects;
        std::vector<kobj::handle_value> set;
        for (std::size_t i = 0; i < count; ++i) set.push_back(all[order[i]]);
        std::vector<std::size_t> taken;
        if (random() % 3 != 0) {
            const kobj::timeout limit = random() % 4 == 0 ? kobj::timeout(100us) : kobj::timeout(kobj::infinite);
            if (kobj::wait_all(set, limit).value().status == wait_status::signaled)
                taken.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
        } else {
            const auto got = kobj::wait_any(set).value();
            taken.push_back(order[got.index]);
        }
        for (const std::size_t i : taken) {
            if (++shared.inside[i] > units_each) std::abort();
        }
        for (const std::size_t i : taken) {
            --shared.inside[i];
            (void)kobj::semaphore::release(all[i]).value();
        }
        ++shared.rounds;
    }
}

}  // namespace

ROLE(take_and_give) {
    const test::shared<tally> shared(args.handle(0));
    const auto all = handles_of(args, 1);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 3; ++t)
        threads.emplace_back([&, t] { take_and_give(all, *shared, static_cast<unsigned>(args.number(9)) * 10 + t); });
    for (auto& each : threads) each.join();
    return 0;
}

ROLE(wait_for_all_for_ever) {
    (void)kobj::wait_all(handles_of(args, 1));
    return 0;
}

TEST_CASE("Waits for any and all over several processes lose no unit", "[wait][stress]") {
    std::vector<kobj::semaphore> semaphores;
    for (std::size_t i = 0; i < objects; ++i)
        semaphores.push_back(kobj::semaphore::create(units_each, units_each, {.inheritable = true}).value());
    auto& s = semaphores;
    const test::shared<tally> shared;
    std::vector<kobj::process> children;
    for (unsigned p = 0; p < processes; ++p)
        children.push_back(test::start_role(
            "take_and_give", {shared, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], std::random_device()() % 1000}));
    // Others wait for all and are killed: they take nothing with them.
    auto hopeless = kobj::semaphore::create(0, 1, {.inheritable = true}).value();
    const auto end = std::chrono::steady_clock::now() + duration();
    int kills = 0;
    while (std::chrono::steady_clock::now() < end) {
        kobj::process victim =
            test::start_role("wait_for_all_for_ever", {shared, s[0], s[1], s[2], s[3], s[4], s[5], s[6], hopeless});
        test::until_waiting(hopeless.get());
        test::kill_hard(victim);
        ++kills;
        CHECK(test::damage() == "");
    }
    shared->stop = 1;
    for (const auto& each : children) CHECK(test::wait_for_exit(each) == 0);
    CHECK(test::damage() == "");
    INFO("rounds: " << shared->rounds << ", kills: " << kills);
    CHECK(shared->rounds > 100);
    for (auto& each : semaphores) {
        for (int i = 0; i < units_each; ++i) CHECK(each.acquire(0s).value() == wait_status::signaled);
        CHECK(each.acquire(0s).value() == wait_status::timed_out);
    }
    CHECK(test::usage_count(semaphores[0]) == 1);
}

TEST_CASE("What is released behind a waiter's death is not given to the dead", "[semaphore][kill]") {
    auto units = kobj::semaphore::create(0, 1, {.inheritable = true}).value();
    for (int i = 0; i < 10; ++i) {
        // Nobody watches a forked child, so it stands in the queue when it is dead.
        const pid_t child = fork();
        if (child == 0) {
            (void)units.acquire();
            _exit(0);
        }
        REQUIRE(test::eventually([&] {
            const auto all = kobj::inspect::take_snapshot().value();
            for (const auto& each : all.objects)
                if (each.type == kobj::object_type::semaphore && each.waiters.size() == 1) return true;
            return false;
        }));
        kill(child, SIGKILL);
        siginfo_t ended{};
        REQUIRE(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
        CHECK(test::damage() == "");
        CHECK(units.release().value() == 0);
        CHECK(units.acquire(0s).value() == wait_status::signaled);
        REQUIRE(waitpid(child, nullptr, 0) == child);
    }
}

struct crowd {
    std::atomic<std::uint32_t> awake;
};

ROLE(wait_in_a_crowd) {
    const test::shared<crowd> shared(args.handle(0));
    const auto gate = args.handle(1);
    std::vector<std::thread> threads;
    for (std::uint64_t i = args.number(2); i > 0; --i)
        threads.emplace_back([&] {
            if (kobj::wait(gate).value() == wait_status::signaled) ++shared->awake;
        });
    for (auto& each : threads) each.join();
    return 0;
}

TEST_CASE("One set releases ten thousand threads in several processes", "[event][stress]") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t each_process = 100;
#else
    constexpr std::size_t each_process = 2500;
#endif
    auto gate = kobj::event::create({.inheritable = true, .manual_reset = true}).value();
    const test::shared<crowd> shared;
    std::vector<kobj::process> children;
    for (int p = 0; p < processes; ++p)
        children.push_back(test::start_role("wait_in_a_crowd", {shared, gate, each_process}));
    REQUIRE(test::eventually([&] {
        const auto all = kobj::inspect::take_snapshot().value();
        for (const auto& each : all.objects)
            if (each.type == kobj::object_type::event && each.reference_count == processes * each_process) return true;
        return false;
    }));
    CHECK(shared->awake == 0);
    CHECK(gate.set().has_value());
    CHECK(gate.reset().has_value());
    for (const auto& each : children) CHECK(test::wait_for_exit(each) == 0);
    CHECK(shared->awake == processes * each_process);
}
