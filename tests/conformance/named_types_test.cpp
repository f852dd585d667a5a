#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <string>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::event;
using kobj::semaphore;
using kobj::timer;
using kobj::wait_status;
using test::error_of;
using test::take;
using test::unique_name;
using test::usage_count;

namespace {

struct stage {
    std::atomic<int> ready;
};

kobj::result<event> make(event*, const std::string& name, kobj::access_mask access = kobj::access::event_all) {
    return event::create({.name = name, .access = access});
}
kobj::result<semaphore> make(semaphore*, const std::string& name,
                             kobj::access_mask access = kobj::access::semaphore_all) {
    return semaphore::create(0, 3, {.name = name, .access = access});
}
kobj::result<timer> make(timer*, const std::string& name, kobj::access_mask access = kobj::access::timer_all) {
    return timer::create({.name = name, .access = access});
}

template <class Object>
void check_names() {
    Object* const kind = nullptr;
    const auto before = test::table();
    const std::string name = unique_name("kind");
    CHECK(error_of(Object::open(name)) == errc::file_not_found);
    CHECK(error_of(Object::open("")) == errc::invalid_handle);
    CHECK(error_of(Object::open(std::string_view())) == errc::invalid_parameter);
    CHECK(error_of(make(kind, std::string("a\0b", 3))) == errc::invalid_name);
    CHECK(error_of(make(kind, "a\\b")) == errc::path_not_found);
    CHECK(error_of(make(kind, name, 0x0C00'0000)) == errc::access_denied);
    CHECK(error_of(Object::open(name)) == errc::file_not_found);
    {
        const Object first = make(kind, name).value();
        CHECK_FALSE(first.existed());
        const Object second = make(kind, "Local\\" + name, kobj::access::synchronize).value();
        CHECK(second.existed());
        CHECK(kobj::same_object(first.get(), second.get()).value());
        CHECK(kobj::access_of(second.get()).value() == kobj::access::synchronize);
        const Object third = Object::open(name, {.inheritable = true, .access = kobj::access::synchronize}).value();
        CHECK(third.existed());
        CHECK(kobj::get_flags(third.get()).value().inheritable);
        CHECK(error_of(Object::open(name, {.access = 0x0C00'0000})) == errc::access_denied);
        CHECK(usage_count(first) == 3);
        // The name belongs to this type alone.
        const bool is_event = Object::type == kobj::object_type::event;
        const bool is_semaphore = Object::type == kobj::object_type::semaphore;
        const bool is_timer = Object::type == kobj::object_type::timer;
        CHECK((error_of(event::open(name)) == errc::invalid_handle) == !is_event);
        CHECK((error_of(event::create({.name = name})) == errc::invalid_handle) == !is_event);
        CHECK((error_of(semaphore::open(name)) == errc::invalid_handle) == !is_semaphore);
        CHECK((error_of(semaphore::create(1, 1, {.name = name})) == errc::invalid_handle) == !is_semaphore);
        CHECK((error_of(timer::open(name)) == errc::invalid_handle) == !is_timer);
        CHECK((error_of(timer::create({.name = name})) == errc::invalid_handle) == !is_timer);
        CHECK(error_of(kobj::mutex::create({.name = name})) == errc::invalid_handle);
        CHECK(error_of(kobj::mutex::open(name)) == errc::invalid_handle);
        CHECK(error_of(kobj::file_mapping::open(name)) == errc::invalid_handle);
        CHECK(usage_count(first) == 3);
        // Adopting by another type leaves the handle with the caller.
        CHECK(error_of(kobj::mutex::adopt(first.get())) == errc::invalid_handle);
        CHECK(usage_count(first) == 3);
    }
    CHECK(error_of(Object::open(name)) == errc::file_not_found);
    CHECK(test::table() == before);
}

}  // namespace

TEST_CASE("Events have names", "[named][event]") {
    check_names<event>();
}

TEST_CASE("Semaphores have names", "[named][semaphore]") {
    check_names<semaphore>();
}

TEST_CASE("Timers have names", "[named][timer]") {
    check_names<timer>();
}

TEST_CASE("An event that exists keeps its kind and its state", "[named][event]") {
    const std::string name = unique_name("event");
    event first = event::create({.name = name, .manual_reset = true}).value();
    event second = event::create({.name = name, .manual_reset = false, .initially_signaled = true}).value();
    CHECK(second.existed());
    CHECK_FALSE(take(first));
    REQUIRE(second.set());
    CHECK(take(first));
    CHECK(take(second));
    const event third = event::create({.name = name}).value();
    CHECK(take(third));

    const std::string other = unique_name("auto");
    event once = event::create({.name = other, .initially_signaled = true}).value();
    const event again = event::create({.name = other, .manual_reset = true}).value();
    CHECK(take(again));
    CHECK_FALSE(take(once));
}

TEST_CASE("A semaphore that exists keeps its counts", "[named][semaphore]") {
    const std::string name = unique_name("semaphore");
    semaphore first = semaphore::create(1, 2, {.name = name}).value();
    semaphore second = semaphore::create(50, 100, {.name = name}).value();
    CHECK(second.existed());
    CHECK(error_of(second.release(2)) == errc::too_many_posts);
    CHECK(second.release().value() == 1);
    CHECK(take(first));
    CHECK(take(first));
    CHECK_FALSE(take(second));
}

TEST_CASE("A timer that exists stays set", "[named][timer]") {
    const std::string name = unique_name("timer");
    timer first = timer::create({.name = name, .manual_reset = true}).value();
    REQUIRE(first.set(20ms));
    timer second = timer::create({.name = name}).value();
    CHECK(second.existed());
    CHECK(second.wait(test::patience()).value() == wait_status::signaled);
    CHECK(take(second));
    CHECK(take(first));
}

// Opens the three by name, and answers through them.
ROLE(answer_by_name) {
    auto bell = event::open(args.text(0) + "event").value();
    auto units = semaphore::open(args.text(0) + "semaphore").value();
    auto clock = timer::open(args.text(0) + "timer").value();
    ROLE_CHECK(bell.wait(test::patience()).value() == wait_status::signaled);
    ROLE_CHECK(units.release(2).value() == 0);
    ROLE_CHECK(clock.set(10ms).has_value());
    return 0;
}

TEST_CASE("Processes meet by the names of events, semaphores and timers", "[named][process]") {
    const std::string stem = unique_name("meet_");
    event bell = event::create({.name = stem + "event"}).value();
    semaphore units = semaphore::create(0, 2, {.name = stem + "semaphore"}).value();
    timer clock = timer::create({.name = stem + "timer"}).value();
    const auto child = test::start_role("answer_by_name", {stem}, {});
    REQUIRE(bell.set());
    CHECK(units.acquire(test::patience()).value() == wait_status::signaled);
    CHECK(units.acquire(test::patience()).value() == wait_status::signaled);
    CHECK(test::wait_for_exit(child) == 0);
    // Who set the timer has ended; it becomes due all the same.
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK_FALSE(take(units));
    CHECK_FALSE(take(bell));
    for (const auto each : {bell.get(), units.get(), clock.get()}) CHECK(usage_count(each) == 1);
}

ROLE(set_inherited) {
    auto bell = args.adopt<event>(0);
    auto units = args.adopt<semaphore>(1);
    auto clock = args.adopt<timer>(2);
    ROLE_CHECK(units.acquire(0s).value() == wait_status::signaled);
    ROLE_CHECK(bell.set().has_value());
    ROLE_CHECK(clock.set(0s).has_value());
    return 0;
}

TEST_CASE("A child signals events, semaphores and timers that it inherited", "[inherit][process]") {
    event bell = event::create({.inheritable = true, .manual_reset = true}).value();
    semaphore units = semaphore::create(2, 2, {.inheritable = true}).value();
    timer clock = timer::create({.inheritable = true}).value();
    auto waiting = test::wait_one(bell);
    CHECK(test::run_role("set_inherited", {bell, units, clock}) == 0);
    CHECK(waiting.status() == wait_status::signaled);
    CHECK(take(bell));
    CHECK(clock.wait(test::patience()).value() == wait_status::signaled);
    CHECK(take(units));
    CHECK_FALSE(take(units));
    for (const auto each : {bell.get(), units.get(), clock.get()}) CHECK(usage_count(each) == 1);
}
