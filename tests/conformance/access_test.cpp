#include "support/catch.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"
#include "support/watchdog.hpp"

#include <kobj/kobj.hpp>

#include <chrono>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::unique_name;
namespace rights = kobj::access;

TEST_CASE("A handle grants the access that was asked for", "[access]") {
    const std::string name = unique_name("asked");
    const kobj::mutex all = kobj::mutex::create({.name = name}).value();
    CHECK(kobj::access_of(all.get()).value() == rights::mutex_all);
    const kobj::mutex waits = kobj::mutex::open(name, {.access = rights::synchronize}).value();
    CHECK(kobj::access_of(waits.get()).value() == rights::synchronize);
    const kobj::mutex changes = kobj::mutex::open(name, {.access = rights::mutex_modify_state}).value();
    CHECK(kobj::access_of(changes.get()).value() == rights::mutex_modify_state);
    const kobj::mutex made = kobj::mutex::create({.name = name, .access = rights::synchronize}).value();
    CHECK(made.existed());
    CHECK(kobj::access_of(made.get()).value() == rights::synchronize);
}

TEST_CASE("Generic and maximum access become the rights of the type", "[access]") {
    const std::string name = unique_name("generic");
    const kobj::mutex all = kobj::mutex::create({.name = name, .access = rights::generic_all}).value();
    CHECK(kobj::access_of(all.get()).value() == rights::mutex_all);
    CHECK(kobj::access_of(kobj::mutex::open(name).value().get()).value() == rights::mutex_all);
    const kobj::mutex most = kobj::mutex::open(name, {.access = rights::maximum_allowed}).value();
    CHECK(kobj::access_of(most.get()).value() == rights::mutex_all);
    const kobj::mutex runs = kobj::mutex::open(name, {.access = rights::generic_execute}).value();
    CHECK((kobj::access_of(runs.get()).value() & rights::synchronize) != 0);
}

TEST_CASE("Rights that do not exist are denied", "[access]") {
    const auto before = test::table();
    constexpr kobj::access_mask none_such = 0x0C00'0000;
    const std::string name = unique_name("rights");
    const kobj::mutex gate = kobj::mutex::create({.name = name}).value();
    CHECK(error_of(kobj::mutex::create({.access = none_such})) == errc::access_denied);
    CHECK(error_of(kobj::mutex::open(name, {.access = none_such})) == errc::access_denied);
    CHECK(error_of(kobj::file_mapping::create(4096, {.access = none_such})) == errc::access_denied);
    CHECK(error_of(kobj::duplicate(gate.get(), {.access = none_such})) == errc::access_denied);
    CHECK(error_of(kobj::thread::start([] {}, {.access = none_such})) == errc::access_denied);
    CHECK(error_of(kobj::mutex::open(name, {.access = rights::system_security})) == errc::privilege_not_held);
    CHECK(error_of(kobj::duplicate(gate.get(), {.access = rights::system_security})) == errc::privilege_not_held);
    CHECK(test::usage_count(gate) == 1);
    CHECK(test::table().size() == before.size() + 1);
}

TEST_CASE("A wait needs the right to synchronize", "[access]") {
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex blind = gate.duplicate({.access = rights::mutex_modify_state}).value();
    CHECK(error_of(blind.acquire(0s)) == errc::access_denied);
    CHECK(error_of(blind.acquire()) == errc::access_denied);
    CHECK(probe(gate) == seen::free);
    REQUIRE(gate.acquire());
    CHECK(error_of(blind.acquire(0s)) == errc::access_denied);
    CHECK(probe(gate) == seen::owned);
    REQUIRE(gate.release());
}

TEST_CASE("A release needs no right beyond those that any handle has", "[access]") {
    kobj::mutex gate = kobj::mutex::create({.initially_owned = true}).value();
    SECTION("a handle to wait with") {
        kobj::mutex waits = gate.duplicate({.access = rights::synchronize}).value();
        CHECK(waits.acquire(0s).value() == wait_status::signaled);
        REQUIRE(waits.release());
        CHECK(probe(gate) == seen::owned);
        REQUIRE(waits.release());
    }
    SECTION("a handle that cannot even wait") {
        kobj::mutex reads = gate.duplicate({.access = rights::read_control}).value();
        CHECK(error_of(reads.acquire(0s)) == errc::access_denied);
        REQUIRE(reads.release());
        CHECK(error_of(reads.release()) == errc::not_owner);
    }
    CHECK(probe(gate) == seen::free);
}

TEST_CASE("To signal an event, a semaphore or a timer needs the right to modify its state", "[access]") {
    auto bell = kobj::event::create({.manual_reset = true}).value();
    auto blind_bell = bell.duplicate({.access = rights::synchronize}).value();
    CHECK(error_of(blind_bell.set()) == errc::access_denied);
    CHECK(error_of(blind_bell.pulse()) == errc::access_denied);
    CHECK(bell.wait(0s).value() == kobj::wait_status::timed_out);
    CHECK(bell.set().has_value());
    CHECK(error_of(blind_bell.reset()) == errc::access_denied);
    CHECK(blind_bell.wait(0s).value() == kobj::wait_status::signaled);

    auto units = kobj::semaphore::create(0, 2).value();
    auto blind_units = units.duplicate({.access = rights::synchronize}).value();
    CHECK(error_of(blind_units.release()) == errc::access_denied);
    CHECK(units.release().value() == 0);

    auto clock = kobj::timer::create().value();
    auto blind_clock = clock.duplicate({.access = rights::synchronize}).value();
    CHECK(error_of(blind_clock.set(0s)) == errc::access_denied);
    CHECK(error_of(blind_clock.cancel()) == errc::access_denied);
    CHECK(clock.wait(0s).value() == kobj::wait_status::timed_out);
    const auto setter = clock.duplicate({.access = rights::timer_modify_state}).value();
    CHECK(kobj::timer::set(setter.get(), kobj::due_time(0s)).has_value());
    CHECK(clock.wait(test::patience()).value() == kobj::wait_status::signaled);
}

TEST_CASE("A process handle does what its rights allow", "[access][process]") {
    const auto before = test::table();
    {
        auto waits = kobj::process::current().duplicate({.access = rights::synchronize}).value();
        CHECK(waits.wait(0s).value() == wait_status::timed_out);
        CHECK(error_of(waits.exit_code()) == errc::access_denied);
        CHECK(error_of(waits.id()) == errc::access_denied);
        CHECK(error_of(waits.terminate(1)) == errc::access_denied);

        auto asks = kobj::process::current().duplicate({.access = rights::process_query_limited_information}).value();
        CHECK(asks.exit_code().value() == kobj::still_active);
        CHECK(asks.id().value() == kobj::process::current_id());
        CHECK(error_of(asks.wait(0s)) == errc::access_denied);
        CHECK(error_of(asks.terminate(1)) == errc::access_denied);

        auto full = kobj::process::current().duplicate({.access = rights::process_query_information}).value();
        CHECK(full.exit_code().value() == kobj::still_active);
        CHECK(full.id().value() == kobj::process::current_id());
    }
    CHECK(test::table() == before);
}

TEST_CASE("A thread handle does what its rights allow", "[access][thread]") {
    auto waits = kobj::thread::current().duplicate({.access = rights::synchronize}).value();
    CHECK(waits.wait(0s).value() == wait_status::timed_out);
    CHECK(error_of(waits.exit_code()) == errc::access_denied);
    CHECK(error_of(waits.id()) == errc::access_denied);
    CHECK(error_of(waits.resume()) == errc::access_denied);

    auto asks = kobj::thread::current().duplicate({.access = rights::thread_query_limited_information}).value();
    CHECK(asks.exit_code().value() == kobj::still_active);
    CHECK(asks.id().value() == kobj::thread::current_id());
    CHECK(error_of(asks.wait(0s)) == errc::access_denied);
}

TEST_CASE("Duplicating with a process handle needs the right to duplicate", "[access][duplicate]") {
    const kobj::mutex gate = kobj::mutex::create().value();
    const auto waits = kobj::process::current().duplicate({.access = rights::synchronize}).value();
    const auto before = test::table();
    CHECK(error_of(kobj::duplicate_into(waits.get(), gate.get())) == errc::access_denied);
    CHECK(error_of(kobj::duplicate_from(waits.get(), gate.get())) == errc::access_denied);
    CHECK(test::table() == before);
    const auto copies = kobj::process::current().duplicate({.access = rights::process_dup_handle}).value();
    const auto copy = kobj::duplicate_from(copies.get(), gate.get()).value();
    CHECK(kobj::same_object(copy.get(), gate.get()).value());
}

TEST_CASE("A mapping handle maps what its rights allow", "[access][file_mapping]") {
    const kobj::file_mapping memory = kobj::file_mapping::create(4096).value();
    CHECK(kobj::access_of(memory.get()).value() == rights::section_all);
    const auto reads = memory.duplicate({.access = rights::section_map_read}).value();
    CHECK(error_of(reads.map<int>()) == errc::access_denied);
    CHECK(error_of(reads.size()) == errc::access_denied);
    const auto asks = memory.duplicate({.access = rights::section_query}).value();
    CHECK(asks.size().value() >= 4096);
    CHECK(error_of(asks.map<int>()) == errc::access_denied);
    const auto writes = memory.duplicate({.access = rights::section_map_write}).value();
    CHECK(writes.map<int>().has_value());
    CHECK(error_of(writes.map<const int>()) == errc::access_denied);
}
