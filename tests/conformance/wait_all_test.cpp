#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_all;
using kobj::wait_outcome;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::take;

namespace {
constexpr wait_outcome timed_out{wait_status::timed_out, 0};
constexpr wait_outcome signaled{wait_status::signaled, 0};
}  // namespace

TEST_CASE("A wait for all takes all objects or none", "[wait][all]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(2, 2).value();
    kobj::mutex gate = kobj::mutex::create().value();
    const std::vector<handle_value> list{bell.get(), units.get(), gate.get()};
    CHECK(wait_all(list, 0s).value() == timed_out);
    CHECK(wait_all(list, 10ms).value() == timed_out);
    CHECK(probe(gate) == seen::free);
    REQUIRE(bell.set());
    CHECK(wait_all(list).value() == signaled);
    CHECK(probe(gate) == seen::owned);
    CHECK_FALSE(take(bell));
    CHECK(take(units));
    CHECK_FALSE(take(units));
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A thread that waits for all holds nothing until it can have everything", "[wait][all]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(1, 1).value();
    kobj::mutex gate = kobj::mutex::create().value();
    const std::vector<handle_value> list{units.get(), gate.get(), bell.get()};
    std::atomic<bool> owned{false};
    auto waiting = test::wait_all(list, test::patience(), [&] { owned = gate.release().has_value(); });
    test::until_waiting(bell);
    for (int i = 0; i < 50; ++i) {
        CHECK(take(units));
        CHECK(error_of(units.release()) == errc::success);
        CHECK(probe(gate) == seen::free);
    }
    CHECK_FALSE(waiting.done());
    REQUIRE(take(units));
    REQUIRE(bell.set());
    // Now the unit is missing, and the bell is anyone's.
    CHECK(take(bell));
    REQUIRE(bell.set());
    CHECK_FALSE(waiting.done());
    REQUIRE(units.release());
    CHECK(waiting.get() == signaled);
    CHECK(owned);
    CHECK_FALSE(take(bell));
    CHECK_FALSE(take(units));
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A wait for all needs all signals at one moment", "[wait][all]") {
    event first = event::create({.manual_reset = true}).value();
    event second = event::create({.manual_reset = true}).value();
    auto waiting = test::wait_all({first.get(), second.get()});
    test::until_waiting(first);
    for (int i = 0; i < 20; ++i) {
        first.set().value();
        first.reset().value();
        second.set().value();
        second.reset().value();
    }
    CHECK_FALSE(waiting.done());
    REQUIRE(first.set());
    REQUIRE(second.set());
    REQUIRE(first.reset());
    REQUIRE(second.reset());
    CHECK(waiting.get() == signaled);
}

TEST_CASE("A wait for all that times out has taken nothing", "[wait][all][stress]") {
    event first = event::create().value();
    event second = event::create().value();
    const int rounds = test::on_wine() ? 100 : 1000;
    int wrong = 0;
    for (int i = 0; i < rounds; ++i) {
        auto waiting = test::wait_all({first.get(), second.get()}, std::chrono::microseconds(i % 100 * 20));
        if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 100 * 20));
        first.set().value();
        second.set().value();
        const bool none = waiting.get() == timed_out;
        if (take(first) != none) ++wrong;
        if (take(second) != none) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("Waits for the same objects in opposite order neither deadlock nor starve", "[wait][all][stress]") {
    kobj::mutex first = kobj::mutex::create().value();
    kobj::mutex second = kobj::mutex::create().value();
    semaphore unit = semaphore::create(1, 1).value();
    const int rounds = test::on_wine() ? 300 : 5000;
    std::atomic<int> inside{0};
    std::atomic<int> together{0};
    std::atomic<int> done{0};
    const auto work = [&](std::vector<handle_value> list) {
        for (int i = 0; i < rounds; ++i) {
            if (wait_all(list, test::patience()).value() != signaled) return;
            together += inside++ == 0 ? 0 : 1;
            --inside;
            unit.release().value();
            second.release().value();
            first.release().value();
            ++done;
        }
    };
    std::thread forth([&] { work({first.get(), second.get(), unit.get()}); });
    std::thread back([&] { work({unit.get(), second.get(), first.get()}); });
    forth.join();
    back.join();
    CHECK(together == 0);
    CHECK(done == 2 * rounds);
    CHECK(probe(first) == seen::free);
    CHECK(probe(second) == seen::free);
    CHECK(take(unit));
}

TEST_CASE("Nobody sees a wait for all hold a part", "[wait][all][stress]") {
    semaphore left = semaphore::create(1, 2).value();
    semaphore right = semaphore::create(1, 2).value();
    event never = event::create().value();
    std::atomic<bool> over{false};
    std::atomic<int> missing{0};
    // They always lack one object, and so must never make a poll of the others fail.
    std::vector<std::thread> greedy;
    for (int i = 0; i < 2; ++i)
        greedy.emplace_back([&] {
            while (!over) (void)wait_all({left.get(), right.get(), never.get()}, 1ms);
        });
    const int rounds = test::on_wine() ? 300 : 5000;
    for (int i = 0; i < rounds; ++i) {
        if (!take(left)) ++missing;
        if (!take(right)) ++missing;
        (void)left.release();
        (void)right.release();
    }
    over = true;
    for (auto& each : greedy) each.join();
    CHECK(missing == 0);
}

TEST_CASE("A wait for all and waits for each share what there is", "[wait][all][stress]") {
    semaphore first = semaphore::create(0, 100000).value();
    semaphore second = semaphore::create(0, 100000).value();
    const int rounds = test::on_wine() ? 200 : 3000;
    std::atomic<int> both{0};
    std::atomic<int> one{0};
    std::thread pairs([&] {
        for (int i = 0; i < rounds; ++i)
            both += wait_all({first.get(), second.get()}, test::patience()).value() == signaled ? 1 : 0;
    });
    std::thread ones([&] {
        for (int i = 0; i < rounds; ++i)
            one += first.acquire(test::patience()).value() == wait_status::signaled ? 1 : 0;
    });
    for (int i = 0; i < rounds; ++i) {
        first.release().value();
        second.release().value();
        first.release().value();
    }
    pairs.join();
    ones.join();
    CHECK(both == rounds);
    CHECK(one == rounds);
    CHECK_FALSE(take(first));
    CHECK_FALSE(take(second));
}

TEST_CASE("A wait for all acquires a mutex that the thread owns once more", "[wait][all]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    event bell = event::create({.initially_signaled = true}).value();
    CHECK(wait_all({gate.get(), bell.get()}, 0s).value() == signaled);
    CHECK(wait_all({gate.get(), bell.get()}, 0s).value() == timed_out);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A wait for all tells that a mutex was abandoned", "[wait][all][abandon]") {
    event bell = event::create({.initially_signaled = true}).value();
    kobj::mutex first = kobj::mutex::create().value();
    kobj::mutex second = kobj::mutex::create().value();
    kobj::mutex third = kobj::mutex::create().value();
    std::thread([&] {
        second.acquire().value();
        third.acquire().value();
    }).join();
    const std::vector<handle_value> list{first.get(), bell.get(), second.get(), third.get()};
    const wait_outcome how = wait_all(list).value();
    CHECK(how.status == wait_status::abandoned);
    // Windows documents no index for a wait for all.
    if (!test::on_windows) CHECK(how.index == 2);
    for (auto* each : {&first, &second, &third}) {
        CHECK(probe(*each) == seen::owned);
        REQUIRE(each->release());
        CHECK(probe(*each) == seen::free);
    }
    CHECK_FALSE(take(bell));
}

TEST_CASE("A wait for all that lacks an object leaves an abandoned mutex abandoned", "[wait][all][abandon]") {
    event bell = event::create().value();
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread([&] { gate.acquire().value(); }).join();
    CHECK(wait_all({gate.get(), bell.get()}, 10ms).value() == timed_out);
    CHECK(probe(gate) == seen::abandoned);
}

TEST_CASE("A thread that waits for all is told of a mutex that is abandoned meanwhile", "[wait][all][abandon]") {
    event bell = event::create().value();
    event leave = event::create().value();
    event holds = event::create().value();
    kobj::mutex gate = kobj::mutex::create().value();
    std::thread owner([&] {
        gate.acquire().value();
        holds.set().value();
        leave.wait(test::patience()).value();
    });
    REQUIRE(holds.wait(test::patience()).value() == wait_status::signaled);
    auto waiting = test::wait_all({bell.get(), gate.get()}, test::patience(), [&] { gate.release().value(); });
    test::until_waiting(gate);
    REQUIRE(leave.set());
    owner.join();
    CHECK_FALSE(waiting.done());
    REQUIRE(bell.set());
    const wait_outcome how = waiting.get();
    CHECK(how.status == wait_status::abandoned);
    if (!test::on_windows) CHECK(how.index == 1);
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("A wait for all takes 64 objects", "[wait][all]") {
    std::vector<semaphore> all;
    std::vector<handle_value> list;
    for (std::size_t i = 0; i < kobj::max_wait_objects; ++i) {
        all.push_back(semaphore::create(0, 1).value());
        list.push_back(all.back().get());
    }
    auto waiting = test::wait_all(list);
    test::until_waiting(all[63]);
    for (std::size_t i = 1; i < all.size(); ++i) all[i].release().value();
    CHECK_FALSE(waiting.done());
    all[0].release().value();
    CHECK(waiting.get() == signaled);
    int left = 0;
    for (auto& each : all) left += take(each) ? 1 : 0;
    CHECK(left == 0);
}
