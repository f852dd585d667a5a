#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;

namespace {

std::vector<kobj::event> many_events(std::size_t count, kobj::wait_set& set) {
    std::vector<kobj::event> made;
    for (std::size_t i = 0; i < count; ++i) {
        made.push_back(kobj::event::create().value());
        REQUIRE(set.add(made.back().get(), i).has_value());
    }
    return made;
}

bool is_empty(kobj::wait_set& set) {
    return set.wait(0s).value().status == wait_status::timed_out;
}

// What wait() takes, for which a thread pool needs a moment on Windows.
std::uint64_t taken(kobj::wait_set& set) {
    const auto found = set.wait(test::patience()).value();
    CHECK(found.status == wait_status::signaled);
    return found.key;
}

}  // namespace

TEST_CASE("A wait set tells which of many objects is signaled, and takes it", "[wait_set]") {
    const std::size_t count = test::on_wine() ? 200 : 10'000;
    auto set = kobj::wait_set::create().value();
    auto events = many_events(count, set);
    CHECK(set.size() == count);
    CHECK(is_empty(set));
    for (const std::size_t i : {count - 1, std::size_t{0}, count / 2}) {
        CHECK(events[i].set().has_value());
        CHECK(taken(set) == i);
        CHECK(events[i].wait(0s).value() == wait_status::timed_out);
        CHECK(is_empty(set));
    }
}

TEST_CASE("A wait set wakes the thread that sleeps in it", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto events = many_events(100, set);
    std::atomic<int> got = -1;
    std::thread sleeper([&] { got = static_cast<int>(set.wait().value().key); });
    CHECK(events[57].set().has_value());
    sleeper.join();
    CHECK(got == 57);
}

TEST_CASE("Each signal goes to one of the threads of a wait set", "[wait_set]") {
    constexpr int signals = 400;
    auto set = kobj::wait_set::create().value();
    auto units = kobj::semaphore::create(0, signals).value();
    auto stop = kobj::event::create({.manual_reset = true}).value();
    REQUIRE(set.add(units.get(), 1).has_value());
    REQUIRE(set.add(stop.get(), 2).has_value());
    std::atomic<int> got = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            while (set.wait().value().key == 1) ++got;
        });
    for (int i = 0; i < signals; ++i) CHECK(units.release().has_value());
    CHECK(test::eventually([&] { return got == signals; }));
    CHECK(stop.set().has_value());
    for (auto& each : threads) each.join();
    CHECK(got == signals);
    CHECK(units.acquire(0s).value() == wait_status::timed_out);
}

TEST_CASE("The members of a wait set take turns", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    std::vector<kobj::event> events;
    for (std::uint64_t key = 10; key < 14; ++key) {
        events.push_back(kobj::event::create({.manual_reset = true, .initially_signaled = true}).value());
        REQUIRE(set.add(events.back().get(), key).has_value());
    }
    std::set<std::uint64_t> keys;
    CHECK(test::eventually([&] {
        keys.insert(taken(set));
        return keys.size() == 4;
    }));
    for (auto& each : events) CHECK(each.reset().has_value());
    CHECK(test::eventually([&] { return is_empty(set); }));
}

TEST_CASE("A wait set has timers, semaphores, threads and processes", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto timer = kobj::timer::create().value();
    auto units = kobj::semaphore::create(2, 2).value();
    REQUIRE(set.add(timer.get(), 1).has_value());
    REQUIRE(set.add(units.get(), 2).has_value());
    CHECK(taken(set) == 2);
    CHECK(taken(set) == 2);
    CHECK(is_empty(set));
    CHECK(timer.set(20ms).has_value());
    CHECK(taken(set) == 1);

    auto go = kobj::event::create().value();
    auto thread = kobj::thread::start([&] {
                      (void)go.wait();
                      return 0U;
                  }).value();
    REQUIRE(set.add(thread.get(), 3).has_value());
    CHECK(is_empty(set));
    CHECK(go.set().has_value());
    CHECK(taken(set) == 3);
    CHECK(taken(set) == 3);  // stays signaled
    CHECK(set.remove(3).has_value());

    kobj::process child = test::start_role("wait_to_be_killed");
    REQUIRE(set.add(child.get(), 4).has_value());
    CHECK(is_empty(set));
    test::kill_hard(child);
    CHECK(taken(set) == 4);
}

ROLE(wait_to_be_killed) {
    (void)kobj::event::create().value().wait();
    return 0;
}

TEST_CASE("A timer that is set anew is felt in a wait set", "[wait_set][timer]") {
    auto set = kobj::wait_set::create().value();
    auto timer = kobj::timer::create().value();
    REQUIRE(set.add(timer.get(), 1).has_value());
    CHECK(timer.set(1h).has_value());
    std::atomic<int> key = -1;
    std::thread sleeper([&] { key = static_cast<int>(set.wait().value().key); });
    std::this_thread::sleep_for(20ms);
    CHECK(timer.set(10ms).has_value());
    sleeper.join();
    CHECK(key == 1);
}

TEST_CASE("What is removed from a wait set is not seen any more", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto events = many_events(3, set);
    CHECK(set.remove(1).has_value());
    CHECK(error_of(set.remove(1)) == errc::file_not_found);
    CHECK(set.size() == 2);
    CHECK(events[1].set().has_value());
    CHECK(is_empty(set));
    CHECK(events[1].wait(0s).value() == wait_status::signaled);
    CHECK(set.add(events[1].get(), 1).has_value());
}

TEST_CASE("The signal of a removed member is still there", "[wait_set]") {
    auto event = kobj::event::create().value();
    {
        auto set = kobj::wait_set::create().value();
        REQUIRE(set.add(event.get(), 1).has_value());
        CHECK(event.set().has_value());
    }
    CHECK(event.wait(test::patience()).value() == wait_status::signaled);
}

TEST_CASE("A member of a wait set outlives its handle", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto event = kobj::event::create().value();
    REQUIRE(set.add(event.get(), 1).has_value());
    auto other = event.duplicate().value();
    CHECK(event.close().has_value());
    CHECK(other.set().has_value());
    CHECK(taken(set) == 1);
}

TEST_CASE("A wait set says what is wrong with a member", "[wait_set][error]") {
    auto set = kobj::wait_set::create().value();
    auto event = kobj::event::create().value();
    const auto mapping = kobj::file_mapping::create(4096).value();
    const auto blind = event.duplicate({.access = kobj::access::event_modify_state}).value();
    REQUIRE(set.add(event.get(), 1).has_value());
    const auto before = test::table();
    CHECK(error_of(set.add(event.get(), 1)) == errc::already_exists);
    CHECK(error_of(set.add(kobj::handle_value(), 2)) == errc::invalid_handle);
    CHECK(error_of(set.add(kobj::handle_value(0x7FFC), 2)) == errc::invalid_handle);
    CHECK(error_of(set.add(kobj::current_process(), 2)) == errc::invalid_handle);
    CHECK(error_of(set.add(mapping.get(), 2)) == errc::invalid_handle);
    CHECK(error_of(set.add(blind.get(), 2)) == errc::access_denied);
    CHECK(set.size() == 1);
    kobj::wait_set empty;
    CHECK_FALSE(empty);
    CHECK(error_of(empty.add(event.get(), 1)) == errc::invalid_handle);
    CHECK(error_of(empty.remove(1)) == errc::invalid_handle);
    CHECK(error_of(empty.wait(0s)) == errc::invalid_handle);
    CHECK(test::table() == before);
}

TEST_CASE("A paused member is not reported before it is resumed", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto stays = kobj::event::create({.manual_reset = true, .initially_signaled = true}).value();
    auto units = kobj::semaphore::create(2, 2).value();
    REQUIRE(set.add(stays.get(), 1).has_value());
    const auto taken_once = [&](kobj::timeout limit) {
        const auto outcome = set.wait_and_pause(limit).value();
        return outcome.status == wait_status::timed_out ? std::uint64_t{0} : outcome.key;
    };
    CHECK(taken_once(test::patience()) == 1);
    CHECK(taken_once(20ms) == 0);
    REQUIRE(set.add(units.get(), 2).has_value());
    CHECK(taken_once(test::patience()) == 2);
    CHECK(taken_once(20ms) == 0);
    CHECK(set.resume(1).has_value());
    CHECK(set.resume(1).has_value());
    CHECK(taken_once(test::patience()) == 1);
    CHECK(set.resume(2).has_value());
    CHECK(taken_once(test::patience()) == 2);
    CHECK(set.resume(2).has_value());
    CHECK(taken_once(20ms) == 0);
    CHECK(error_of(set.resume(3)) == errc::file_not_found);
    CHECK(error_of(kobj::wait_set().resume(1)) == errc::invalid_handle);
    CHECK(error_of(kobj::wait_set().wait_and_pause(0s)) == errc::invalid_handle);
}

TEST_CASE("A resumed member wakes a thread that waits", "[wait_set]") {
    auto set = kobj::wait_set::create().value();
    auto event = kobj::event::create().value();
    REQUIRE(set.add(event.get(), 1).has_value());
    CHECK(event.set().has_value());
    CHECK(set.wait_and_pause(test::patience()).value().key == 1);
    CHECK(event.set().has_value());
    std::atomic<int> key = 0;
    std::thread sleeper([&] { key = static_cast<int>(set.wait_and_pause().value().key); });
    std::this_thread::sleep_for(20ms);
    CHECK(key == 0);
    CHECK(set.resume(1).has_value());
    sleeper.join();
    CHECK(key == 1);
}
