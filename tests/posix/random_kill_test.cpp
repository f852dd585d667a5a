#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "support/watchdog.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <signal.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::handle_value;
using kobj::wait_status;

// Processes of several threads do a random mix of everything, and are killed at random and replaced.

namespace {

constexpr std::size_t slots = 8;
constexpr unsigned threads_each = 3;
constexpr std::size_t gates = 3;
constexpr int tokens = 6;

struct account {
    std::atomic<std::uint32_t> pids[slots];
    std::atomic<std::uint64_t> inside[gates];  // who is in the section of this mutex
    std::atomic<std::uint32_t> intrusions;     // a mutex that was not abandoned had somebody inside
    std::atomic<std::uint64_t> operations;
    std::atomic<std::uint64_t> refused;  // for want of memory
};

int kills_wanted() {
    const char* given = std::getenv("KOBJ_TEST_KILLS");
    return given != nullptr ? std::atoi(given) : 2000;
}

class mixer {
public:
    mixer(account& shared, std::vector<handle_value> objects, std::string stem, unsigned seed, std::size_t most_handles)
        : shared_(shared),
          objects_(std::move(objects)),
          stem_(std::move(stem)),
          random_(seed),
          me_(seed),
          most_handles_(most_handles) {}

    void step() {
        ++shared_.operations;
        switch (random_() % 12) {
            case 0:
                return keep(kobj::mutex::create({.name = name(), .inheritable = coin()}));
            case 1:
                return keep(kobj::event::create({.name = name(), .inheritable = coin(), .manual_reset = coin()}));
            case 2:
                return keep(kobj::semaphore::create(1, 3, {.name = coin() ? name() : std::string()}));
            case 3:
                return keep(kobj::timer::create({.manual_reset = coin()}));
            case 4:
                return keep(kobj::mutex::open(name()));
            case 5:
                return copy();
            case 6:
                return give_away();
            case 7:
                return several();
            case 8:
                return token();
            case 9:
                if (random_() % 16 == 0) child();
                return;
            default:
                return section(random_() % gates);
        }
    }

private:
    bool coin() { return random_() % 2 == 0; }
    std::string name() { return stem_ + std::to_string(random_() % 5); }
    struct owned {
        kobj::handle held;
        bool counted = false;  // leads to a mutex or the pool of the test, which are taken only where it is counted
    };
    struct choice {
        handle_value value;
        bool counted;
    };
    choice any() {
        if (!own_.empty() && coin()) {
            const owned& one = own_[random_() % own_.size()];
            return {one.held.get(), one.counted};
        }
        const std::size_t i = random_() % objects_.size();
        return {objects_[i], i <= gates};
    }
    void copy() {
        const choice what = any();
        keep(kobj::duplicate(what.value, {.inheritable = coin()}), what.counted);
    }

    template <class Object>
    void keep(kobj::result<Object> made, bool counted = false) {
        if (!made) {
            if (test::error_of(made) == kobj::errc::no_system_resources) ++shared_.refused;
            return;
        }
        kobj::handle held;
        if constexpr (std::is_same_v<Object, kobj::handle>)
            held = std::move(*made);
        else
            held = kobj::handle(made->detach());
        if (own_.size() < most_handles_)
            own_.push_back({std::move(held), counted});
        else
            own_[random_() % own_.size()] = {std::move(held), counted};
    }

    // Into another process, which never learns of it: it is closed when that one dies.
    void give_away() {
        const std::uint32_t pid = shared_.pids[random_() % slots];
        if (pid == 0) return;
        const auto other = kobj::process::open(pid);
        if (other) (void)kobj::duplicate_into(other->get(), any().value);
    }

    void several() {
        const choice second = any();
        if (second.counted) return;
        const std::array<handle_value, 2> set{objects_[gates + 1], second.value};
        if (coin())
            (void)kobj::wait_all(set, 2ms);
        else
            (void)kobj::wait_any(set, 2ms);
        (void)kobj::event::set(objects_[gates + 1]);
        // Whatever mutex it was.
        (void)kobj::mutex::release(set[1]);
    }

    void token() {
        const handle_value pool = objects_[gates];
        const auto got = kobj::wait(pool, 2ms);
        if (!got || *got != wait_status::signaled) return;
        std::this_thread::yield();
        if (!kobj::semaphore::release(pool, 1)) std::abort();  // more than there were
    }

    void child() {
        auto made = kobj::process::start(test::role_command("end_at_once"),
                                         {.inherit = coin() ? kobj::inherit::all : kobj::inherit::none});
        if (made) keep(std::move(made));
    }

    void section(std::size_t gate) {
        const auto got = kobj::wait(objects_[gate], 20ms);
        if (!got || *got == wait_status::timed_out) return;
        const std::uint64_t before = shared_.inside[gate].exchange(me_);
        if (before != 0 && *got != wait_status::abandoned) ++shared_.intrusions;
        if (random_() % 4 == 0) std::this_thread::yield();
        std::uint64_t mine = me_;
        if (!shared_.inside[gate].compare_exchange_strong(mine, 0)) ++shared_.intrusions;
        if (!kobj::mutex::release(objects_[gate])) ++shared_.intrusions;
    }

    account& shared_;
    std::vector<handle_value> objects_;
    std::string stem_;
    std::mt19937 random_;
    std::uint64_t me_;
    std::size_t most_handles_;
    std::vector<owned> own_;
};

}  // namespace

ROLE(end_at_once) {
    return 0;
}

// Mixes until it is killed.
ROLE(mix_everything) {
    const test::shared<account> shared(args.handle(0));
    std::vector<handle_value> objects;
    for (std::size_t i = 0; i < gates + 2; ++i) objects.push_back(args.handle(1 + i));
    const std::size_t slot = args.number(gates + 3);
    const auto seed = static_cast<unsigned>(args.number(gates + 4));
    const bool full = args.number(gates + 6) != 0;
    if (full) {
        // The arena cannot grow any more.
        const rlimit none{1, 1};
        ROLE_CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    }
    shared->pids[slot] = test::system_process_id();
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < threads_each; ++t)
        threads.emplace_back([&, t] {
            mixer mix(*shared, objects, args.text(gates + 5), seed * threads_each + t + 1, full ? 100 : 8);
            for (;;) mix.step();
        });
    for (auto& each : threads) each.join();
    return 0;
}

namespace {

void kill_at_random(int kills, bool full = false) {
    const unsigned seed = std::random_device()() % 100'000;
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::string stem = test::unique_name("mix");
    const test::shared<account> shared;
    std::vector<kobj::mutex> mutexes;
    for (std::size_t i = 0; i < gates; ++i)
        mutexes.push_back(
            kobj::mutex::create({.name = stem + "gate" + std::to_string(i), .inheritable = true}).value());
    auto pool = kobj::semaphore::create(tokens, tokens, {.inheritable = true}).value();
    const auto bell = kobj::event::create({.inheritable = true}).value();

    unsigned births = 0;
    const auto start = [&](std::size_t slot) {
        shared->pids[slot] = 0;
        return test::start_role("mix_everything", {shared, mutexes[0], mutexes[1], mutexes[2], pool, bell, slot,
                                                   seed + ++births, stem, full});
    };
    std::vector<kobj::process> running;
    for (std::size_t slot = 0; slot < slots; ++slot) running.push_back(start(slot));
    const auto send = [&](std::size_t slot, int signal) {
        ::kill(static_cast<pid_t>(running[slot].id().value()), signal);
    };
    int done = 0;
    // On a slow machine it takes longer until the arena is full.
    const auto is_full = [&] { return !full || shared->refused > 0 || done > 20 * kills; };
    while (done < kills || !is_full()) {
        test::watch("random kill " + std::to_string(done));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 10'000));
        // One or several at once.
        const std::size_t at_once = random() % 16 == 0 ? slots : 1 + random() % 2;
        std::set<std::size_t> victims;
        for (std::size_t i = 0; i < at_once; ++i) victims.insert(at_once == slots ? i : random() % slots);
        for (const std::size_t slot : victims) send(slot, SIGKILL);
        for (const std::size_t slot : victims) {
            REQUIRE(test::wait_for_exit(running[slot]) == 128U + SIGKILL);
            running[slot] = start(slot);
            ++done;
        }
        // Somebody stops, perhaps inside the lock, and goes on.
        if (random() % 8 == 0) {
            const std::size_t slot = random() % slots;
            send(slot, SIGSTOP);
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 3'000));
            send(slot, SIGCONT);
        }
        if (done % 50 < 2) REQUIRE(test::damage() == "");
        REQUIRE(shared->intrusions == 0);
    }
    test::watch("the end of the random kills");
    for (std::size_t slot = 0; slot < slots; ++slot) send(slot, SIGKILL);
    for (auto& each : running) CHECK(test::wait_for_exit(each) == 128U + SIGKILL);
    running.clear();
    // Also what they had started has ended. Other tests may be in the session: what counts is what is held.
    REQUIRE(test::eventually([&] {
        for (auto& each : mutexes) {
            if (test::usage_count(each) != 1) return false;
        }
        return test::usage_count(pool) == 1;
    }));

    if (full) CHECK(shared->refused > 0);
    WARN(done << " kills, " << shared->operations << " operations, seed " << seed);
    CHECK(test::damage() == "");
    for (auto& each : mutexes) {
        CHECK(test::usage_count(each) == 1);
        CHECK(each.acquire(0s).value() != wait_status::timed_out);
        CHECK(each.release());
        CHECK(test::probe(each) == test::seen::free);
    }
    CHECK(test::usage_count(pool) == 1);
    // No more units than there were; each thread that was killed may have taken one with it.
    int left = 0;
    while (left <= tokens && pool.acquire(0s).value() == wait_status::signaled) ++left;
    CHECK(left <= tokens);
    // The names are free again.
    for (int i = 0; i < 5; ++i) {
        const auto fresh = kobj::mutex::create({.name = stem + std::to_string(i)});
        REQUIRE(fresh);
        CHECK_FALSE(fresh->existed());
    }
    CHECK(test::damage() == "");
}

}  // namespace

// Several, so that each stays within the time that a test has.
TEST_CASE("Processes that do everything are killed at random while the arena is full", "[kill][random]") {
    kill_at_random(kills_wanted() / 8, true);
}
#define RANDOM_KILLS(part)                                                                            \
    TEST_CASE("Processes that do everything are killed at random, " part " of 8", "[kill][random]") { \
        kill_at_random(kills_wanted() / 8);                                                           \
    }
RANDOM_KILLS("1")
RANDOM_KILLS("2")
RANDOM_KILLS("3")
RANDOM_KILLS("4")
RANDOM_KILLS("5")
RANDOM_KILLS("6")
RANDOM_KILLS("7")
RANDOM_KILLS("8")
