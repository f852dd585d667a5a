#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <string>

// The program of the README: a parent and a child, one unnamed mutex, shared memory, usage counts 1, 2, 1, 0.

ROLE(story) {
    auto gate = kobj::mutex::adopt(kobj::handle_value::parse(args.text(0)).value()).value();
    auto view = kobj::file_mapping::adopt(kobj::handle_value::parse(args.text(1)).value()).value().map<int>().value();
    auto held = gate.acquire_guard(std::chrono::seconds(5)).value();
    if (!held) return 2;
    if (held.abandoned()) *view = 0;
    ++*view;
    return 0;
}

TEST_CASE("A child inherits an unnamed mutex and counts in shared memory under it", "[story]") {
    const auto before = test::table();
    {
        auto gate = kobj::mutex::create({.inheritable = true}).value();
        auto ledger = kobj::file_mapping::create(4096, {.inheritable = true}).value();
        const auto view = ledger.map<int>().value();
        CHECK(test::usage_count(gate) == 1);
        CHECK(test::usage_count(ledger) == 1);
        for (int round = 1; round <= 3; ++round) {
            auto child = test::start_role("story", {gate.get().to_string(), ledger.get().to_string()});
            CHECK(child.wait().value() == kobj::wait_status::signaled);
            CHECK(child.exit_code().value() == 0);
            CHECK(*view == round);
            CHECK(test::usage_count(gate) == 1);
            CHECK(test::usage_count(ledger) == 1);
        }
    }
    CHECK(test::table() == before);
}

namespace {
struct steps {
    std::atomic<int> done;
    std::atomic<int> next;
};
}  // namespace

ROLE(story_in_steps) {
    const test::shared<steps> shared(args.handle(0));
    {
        auto gate = args.adopt<kobj::mutex>(1);
        ROLE_CHECK(test::usage_count(gate) == 2);
        shared->done = 1;
        ROLE_CHECK(test::eventually([&] { return shared->next == 1; }));
        ROLE_CHECK(test::usage_count(gate) == 1);
    }
    shared->done = 2;
    ROLE_CHECK(test::eventually([&] { return shared->next == 2; }));
    return 0;
}

TEST_CASE("The usage count goes 1, 2, 1, 0", "[story][count]") {
    const test::shared<steps> shared;
    auto gate = kobj::mutex::create({.inheritable = true}).value();
    CHECK(test::usage_count(gate) == 1);
    const auto child = test::start_role("story_in_steps", {shared, gate});
    CHECK(test::usage_count(gate) == 2);
    REQUIRE(test::eventually([&] { return shared->done == 1; }));
    const auto number = gate.get();
    CHECK(kobj::same_object(kobj::duplicate_from(child.get(), number).value().get(), number).value());
    REQUIRE(gate.close());
    shared->next = 1;
    REQUIRE(test::eventually([&] { return shared->done == 2; }));
    CHECK(test::error_of(kobj::duplicate_from(child.get(), number)) == kobj::errc::invalid_handle);
    shared->next = 2;
    CHECK(test::wait_for_exit(child) == 0);
}
