#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <span>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::event;
using kobj::handle_value;
using kobj::semaphore;
using kobj::wait_all;
using kobj::wait_any;
using test::error_of;
using test::probe;
using test::seen;
using test::take;
namespace rights = kobj::access;

namespace {

// Four objects, all signaled, that a wait which fails must leave as they are.
struct signaled_objects {
    event bell = event::create({.initially_signaled = true}).value();
    semaphore units = semaphore::create(1, 1).value();
    kobj::mutex gate = kobj::mutex::create().value();
    event second = event::create({.initially_signaled = true}).value();

    [[nodiscard]] std::vector<handle_value> list() const { return {bell.get(), units.get(), gate.get(), second.get()}; }
    void check_unchanged() {
        CHECK(take(bell));
        CHECK(take(units));
        CHECK_FALSE(take(units));
        CHECK(take(second));
        CHECK(probe(gate) == seen::free);
        for (const handle_value each : list()) CHECK(test::usage_count(each) == 1);
    }
};

// The bad handle at each place of the list.
void check_refused(handle_value bad, errc code) {
    signaled_objects good;
    for (std::size_t i = 0; i <= good.list().size(); ++i) {
        INFO("at " << i);
        auto list = good.list();
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), bad);
        for (const kobj::timeout limit : {kobj::timeout(0s), kobj::timeout(5ms), kobj::timeout(kobj::infinite)}) {
            CHECK(error_of(wait_any(list, limit)) == code);
            CHECK(error_of(wait_all(list, limit)) == code);
        }
    }
    good.check_unchanged();
}

}  // namespace

TEST_CASE("A wait for no objects is an invalid parameter", "[wait][bad_input]") {
    CHECK(error_of(wait_any(std::span<const handle_value>())) == errc::invalid_parameter);
    CHECK(error_of(wait_all(std::span<const handle_value>(), 0s)) == errc::invalid_parameter);
    const std::vector<handle_value> none;
    CHECK(error_of(wait_any(none, 5ms)) == errc::invalid_parameter);
    CHECK(error_of(wait_all(none)) == errc::invalid_parameter);
}

TEST_CASE("A list at the null address is an invalid parameter", "[wait][bad_input]") {
    const handle_value* const nowhere = nullptr;
    for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{65}}) {
        CHECK(error_of(wait_any(std::span(nowhere, size), 0s)) == errc::invalid_parameter);
        CHECK(error_of(wait_all(std::span(nowhere, size), 0s)) == errc::invalid_parameter);
    }
}

TEST_CASE("A wait for more than 64 objects is an invalid parameter and changes nothing", "[wait][bad_input]") {
    std::vector<event> events;
    std::vector<handle_value> list;
    for (int i = 0; i < 65; ++i) {
        events.push_back(event::create({.initially_signaled = true}).value());
        list.push_back(events.back().get());
    }
    CHECK(error_of(wait_any(list)) == errc::invalid_parameter);
    CHECK(error_of(wait_all(list)) == errc::invalid_parameter);
    const std::vector<handle_value> many(100000, events[0].get());
    CHECK(error_of(wait_any(many, 0s)) == errc::invalid_parameter);
    CHECK(error_of(wait_all(many, 0s)) == errc::invalid_parameter);
    list.pop_back();
    CHECK(wait_all(list, 0s).value() == kobj::wait_outcome{kobj::wait_status::signaled, 0});
    CHECK(take(events[64]));
}

TEST_CASE("A handle that is not open is invalid at any place, and nothing has changed", "[wait][bad_input]") {
    check_refused(handle_value(), errc::invalid_handle);
    check_refused(handle_value(0x7FFF'FFFC), errc::invalid_handle);
    check_refused(handle_value(1), errc::invalid_handle);
    // One that was closed, while no new one can have taken its number.
    signaled_objects good;
    auto list = good.list();
    event closed = event::create().value();
    list.push_back(closed.get());
    REQUIRE(closed.close());
    CHECK(error_of(wait_any(list, 0s)) == errc::invalid_handle);
    CHECK(error_of(wait_all(list)) == errc::invalid_handle);
    good.check_unchanged();
}

TEST_CASE("A pseudo handle is invalid in a wait for several", "[wait][bad_input]") {
    check_refused(kobj::current_process(), errc::invalid_handle);
    check_refused(kobj::current_thread(), errc::invalid_handle);
    check_refused(handle_value(static_cast<std::uintptr_t>(-4)), errc::invalid_handle);
    CHECK(error_of(wait_any({kobj::current_thread()}, 0s)) == errc::invalid_handle);
}

TEST_CASE("A file mapping cannot be waited for", "[wait][bad_input]") {
    const auto memory = kobj::file_mapping::create(4096).value();
    check_refused(memory.get(), errc::invalid_handle);
}

TEST_CASE("A wait for several needs the right to synchronize on each", "[wait][bad_input][access]") {
    const event bell = event::create({.initially_signaled = true}).value();
    const semaphore units = semaphore::create(1, 1).value();
    const kobj::mutex gate = kobj::mutex::create().value();
    const kobj::timer clock = kobj::timer::create().value();
    check_refused(bell.duplicate({.access = rights::event_modify_state}).value().get(), errc::access_denied);
    check_refused(units.duplicate({.access = rights::semaphore_modify_state}).value().get(), errc::access_denied);
    check_refused(gate.duplicate({.access = rights::mutex_modify_state}).value().get(), errc::access_denied);
    check_refused(clock.duplicate({.access = rights::timer_modify_state}).value().get(), errc::access_denied);
    const auto asks = kobj::process::current().duplicate({.access = rights::process_query_information}).value();
    check_refused(asks.get(), errc::access_denied);
    const auto looks = kobj::thread::current().duplicate({.access = rights::thread_query_information}).value();
    check_refused(looks.get(), errc::access_denied);
    CHECK(take(bell));
    CHECK(take(units));
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("Of several bad handles the first decides", "[wait][bad_input]") {
    const event bell = event::create({.initially_signaled = true}).value();
    const event blind = bell.duplicate({.access = rights::event_modify_state}).value();
    CHECK(error_of(wait_any({bell.get(), blind.get(), handle_value()}, 0s)) == errc::access_denied);
    CHECK(error_of(wait_any({bell.get(), handle_value(), blind.get()}, 0s)) == errc::invalid_handle);
    CHECK(error_of(wait_all({blind.get(), handle_value()}, 0s)) == errc::access_denied);
    CHECK(take(bell));
}

TEST_CASE("The same object twice in a wait for all is an invalid parameter", "[wait][bad_input]") {
    signaled_objects good;
    {
        const event copy = good.bell.duplicate().value();
        const kobj::mutex same = good.gate.duplicate().value();
        const std::vector<handle_value> lists[] = {
            {good.bell.get(), good.bell.get()},
            {good.bell.get(), good.units.get(), good.bell.get()},
            {good.bell.get(), good.units.get(), copy.get()},
            {good.gate.get(), good.bell.get(), same.get()},
            {good.second.get(), handle_value(good.second.get().value() | 1U)},
        };
        for (const auto& each : lists) {
            // Wine does not look, and takes the object twice: it is not asked.
            if (test::on_wine()) continue;
            CHECK(error_of(wait_all(each, 0s)) == errc::invalid_parameter);
            CHECK(error_of(wait_all(each, 5ms)) == errc::invalid_parameter);
        }
    }
    good.check_unchanged();
}

TEST_CASE("Calls for one type refuse the others and change nothing", "[bad_input]") {
    event bell = event::create().value();
    semaphore units = semaphore::create(0, 1).value();
    kobj::timer clock = kobj::timer::create().value();
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    const auto memory = kobj::file_mapping::create(4096).value();
    const std::vector<handle_value> all{bell.get(),     units.get(),           clock.get(),
                                        gate.get(),     memory.get(),          kobj::current_process(),
                                        handle_value(), kobj::current_thread()};
    for (const handle_value each : all) {
        INFO("handle " << each.value());
        if (each != bell.get()) {
            CHECK(error_of(event::set(each)) == errc::invalid_handle);
            CHECK(error_of(event::reset(each)) == errc::invalid_handle);
            CHECK(error_of(event::pulse(each)) == errc::invalid_handle);
        }
        if (each != units.get()) CHECK(error_of(semaphore::release(each)) == errc::invalid_handle);
        if (each != clock.get()) {
            CHECK(error_of(kobj::timer::set(each, 0s)) == errc::invalid_handle);
            CHECK(error_of(kobj::timer::cancel(each)) == errc::invalid_handle);
        }
        if (each != gate.get()) CHECK(error_of(kobj::mutex::release(each)) == errc::invalid_handle);
    }
    CHECK_FALSE(take(bell));
    CHECK_FALSE(take(units));
    CHECK_FALSE(take(clock));
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
}

TEST_CASE("A change of state needs the right to modify", "[bad_input][access]") {
    event bell = event::create({.manual_reset = true}).value();
    event no_bell = bell.duplicate({.access = rights::synchronize | rights::event_query_state}).value();
    CHECK(error_of(no_bell.set()) == errc::access_denied);
    CHECK(error_of(no_bell.pulse()) == errc::access_denied);
    CHECK_FALSE(take(no_bell));
    REQUIRE(bell.set());
    CHECK(error_of(no_bell.reset()) == errc::access_denied);
    CHECK(take(no_bell));

    semaphore units = semaphore::create(0, 2).value();
    semaphore no_units = units.duplicate({.access = rights::synchronize}).value();
    CHECK(error_of(no_units.release()) == errc::access_denied);
    CHECK_FALSE(take(no_units));

    kobj::timer clock = kobj::timer::create().value();
    kobj::timer no_clock = clock.duplicate({.access = rights::synchronize}).value();
    CHECK(error_of(no_clock.set(0s)) == errc::access_denied);
    CHECK(error_of(no_clock.cancel()) == errc::access_denied);
    CHECK_FALSE(take(no_clock));
}
