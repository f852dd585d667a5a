#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <string>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::unique_name;
using test::usage_count;

namespace {
struct stage {
    std::atomic<int> ready;
    std::atomic<int> leave;
};
}  // namespace

ROLE(hold_name) {
    // Nothing is inherited but the stage: the name alone leads to the mutex.
    const test::shared<stage> shared(args.handle(1));
    const kobj::mutex gate = kobj::mutex::create({.name = args.text(0)}).value();
    shared->ready = gate.existed() ? 2 : 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

TEST_CASE("Create tells whether the object existed", "[named]") {
    const std::string name = unique_name("existed");
    const kobj::mutex first = kobj::mutex::create({.name = name}).value();
    CHECK_FALSE(first.existed());
    CHECK(usage_count(first) == 1);
    const kobj::mutex second = kobj::mutex::create({.name = name}).value();
    CHECK(second.existed());
    CHECK(first.get() != second.get());
    CHECK(kobj::same_object(first.get(), second.get()).value());
    CHECK(usage_count(first) == 2);
    const kobj::mutex third = kobj::mutex::open(name).value();
    CHECK(usage_count(second) == 3);
    CHECK_FALSE(first.existed());
}

TEST_CASE("Initially owned means nothing for a mutex that exists", "[named]") {
    const std::string name = unique_name("owned");
    kobj::mutex first = kobj::mutex::create({.name = name}).value();
    kobj::mutex second = kobj::mutex::create({.name = name, .initially_owned = true}).value();
    CHECK(second.existed());
    CHECK(probe(first) == seen::free);
    CHECK(error_of(second.release()) == errc::not_owner);
}

TEST_CASE("A name that is in use leads to the same state", "[named]") {
    const std::string name = unique_name("state");
    kobj::mutex first = kobj::mutex::create({.name = name, .initially_owned = true}).value();
    kobj::mutex second = kobj::mutex::open(name).value();
    CHECK(probe(second) == seen::owned);
    REQUIRE(second.release());
    CHECK(probe(first) == seen::free);
}

TEST_CASE("Opening a name that does not exist is file not found", "[named]") {
    const auto before = test::table();
    const std::string name = unique_name("nobody");
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
    CHECK(error_of(kobj::mutex::open("Local\\" + name)) == errc::file_not_found);
    CHECK(error_of(kobj::mutex::open("Global\\" + name)) == errc::file_not_found);
    CHECK(error_of(kobj::file_mapping::open(name)) == errc::file_not_found);
    CHECK(test::table() == before);
}

TEST_CASE("A name belongs to one type", "[named]") {
    const std::string name = unique_name("type");
    SECTION("a mutex has it") {
        const kobj::mutex gate = kobj::mutex::create({.name = name}).value();
        const auto before = test::table();
        CHECK(error_of(kobj::file_mapping::create(4096, {.name = name})) == errc::invalid_handle);
        CHECK(error_of(kobj::file_mapping::open(name)) == errc::invalid_handle);
        CHECK(test::table() == before);
        CHECK(usage_count(gate) == 1);
        CHECK(probe(gate) == seen::free);
    }
    SECTION("a file mapping has it") {
        const kobj::file_mapping memory = kobj::file_mapping::create(4096, {.name = name}).value();
        const auto before = test::table();
        CHECK(error_of(kobj::mutex::create({.name = name, .initially_owned = true})) == errc::invalid_handle);
        CHECK(error_of(kobj::mutex::open(name)) == errc::invalid_handle);
        CHECK(test::table() == before);
        CHECK(usage_count(memory) == 1);
    }
}

TEST_CASE("A name is free after the last close", "[named]") {
    const std::string name = unique_name("free");
    kobj::mutex first = kobj::mutex::create({.name = name, .initially_owned = true}).value();
    kobj::mutex second = kobj::mutex::open(name).value();
    REQUIRE(first.close());
    CHECK(usage_count(second) == 1);
    CHECK(kobj::mutex::open(name).has_value());
    REQUIRE(second.close());
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
    const kobj::mutex next = kobj::mutex::create({.name = name}).value();
    CHECK_FALSE(next.existed());
    CHECK(probe(next) == seen::free);
    CHECK(usage_count(next) == 1);
}

TEST_CASE("A free name serves another type", "[named]") {
    const std::string name = unique_name("reused");
    { const kobj::mutex gate = kobj::mutex::create({.name = name}).value(); }
    {
        const auto memory = kobj::file_mapping::create(4096, {.name = name}).value();
        CHECK_FALSE(memory.existed());
    }
    CHECK_FALSE(kobj::mutex::create({.name = name}).value().existed());
}

TEST_CASE("A name leads from one process to the object of another", "[named][process]") {
    const std::string name = unique_name("other");
    const test::shared<stage> shared;
    auto child = test::start_role("hold_name", {name, shared});
    REQUIRE(test::eventually([&] { return shared->ready != 0; }));
    CHECK(shared->ready == 1);
    kobj::mutex gate = kobj::mutex::open(name).value();
    CHECK(usage_count(gate) == 2);
    const kobj::mutex again = kobj::mutex::create({.name = name}).value();
    CHECK(again.existed());
    CHECK(usage_count(gate) == 3);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(gate) == 2);
    CHECK(gate.acquire(0s).value() == wait_status::signaled);
    REQUIRE(gate.release());
}

TEST_CASE("A name is free once its only holder has ended", "[named][process]") {
    const std::string name = unique_name("holder");
    const test::shared<stage> shared;
    auto child = test::start_role("hold_name", {name, shared});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    CHECK(kobj::mutex::open(name).has_value());
    SECTION("by a return from main") {
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == 0);
    }
    SECTION("terminated") {
        test::kill_hard(child, 9);
    }
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
    const kobj::mutex next = kobj::mutex::create({.name = name}).value();
    CHECK_FALSE(next.existed());
    CHECK(usage_count(next) == 1);
}

TEST_CASE("A name stays while any process holds the object, in either order of ending", "[named][process]") {
    const std::string name = unique_name("either");
    const test::shared<stage> shared;
    kobj::mutex gate = kobj::mutex::create({.name = name}).value();
    auto child = test::start_role("hold_name", {name, shared});
    REQUIRE(test::eventually([&] { return shared->ready != 0; }));
    CHECK(shared->ready == 2);
    CHECK(usage_count(gate) == 2);
    SECTION("the child ends first") {
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == 0);
        CHECK(usage_count(gate) == 1);
        CHECK(kobj::mutex::open(name).has_value());
        REQUIRE(gate.close());
    }
    SECTION("the parent closes first") {
        REQUIRE(gate.close());
        CHECK(usage_count(kobj::mutex::open(name).value()) == 2);
        test::kill_hard(child);
    }
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
}

TEST_CASE("An unnamed object is reached by nobody else", "[named]") {
    const kobj::mutex first = kobj::mutex::create().value();
    const kobj::mutex second = kobj::mutex::create().value();
    CHECK_FALSE(kobj::same_object(first.get(), second.get()).value());
    CHECK(error_of(kobj::mutex::open("")) == errc::invalid_handle);
    CHECK(usage_count(first) == 1);
}
