#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>

using kobj::errc;
using kobj::inherit;
using test::error_of;
using test::usage_count;

namespace {
struct stage {
    std::atomic<int> ready;
    std::atomic<int> leave;
};
}  // namespace

ROLE(use_listed) {
    const test::shared<stage> shared(args.handle(0));
    auto gate = args.adopt<kobj::mutex>(1);
    ROLE_CHECK(gate.acquire().value() == kobj::wait_status::signaled);
    ROLE_CHECK(gate.release().has_value());
    shared->ready = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

TEST_CASE("A list names what the child inherits", "[inherit][list]") {
    const test::shared<stage> shared;
    const kobj::mutex listed = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex other = kobj::mutex::create({.inheritable = true}).value();
    const auto child = test::start_role("use_listed", {shared, listed},
                                        {.inherit = inherit::list, .handles = {shared.get(), listed.get()}});
    CHECK(usage_count(listed) == 2);
    CHECK(usage_count(other) == 1);
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    CHECK(usage_count(listed) == 2);
    CHECK(usage_count(other) == 1);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(listed) == 1);
}

TEST_CASE("A list may be empty", "[inherit][list]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const auto child = test::start_role("no_mutexes", {}, {.inherit = inherit::list});
    CHECK(usage_count(gate) == 1);
    CHECK(test::wait_for_exit(child) == 0);
}

ROLE(no_mutexes) {
    int mutexes = 0;
    for (const auto& each : test::table()) mutexes += each.type == kobj::object_type::mutex;
    return mutexes;
}

TEST_CASE("What is not inheritable cannot be in the list", "[inherit][list]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex kept = kobj::mutex::create().value();
    kobj::mutex closed = kobj::mutex::create({.inheritable = true}).value();
    const kobj::handle_value number = closed.get();
    REQUIRE(closed.close());
    const auto before = test::table();
    const auto start = [&](kobj::handle_value bad) {
        return error_of(kobj::process::start(test::role_command("no_mutexes"),
                                             {.inherit = inherit::list, .handles = {gate.get(), bad}}));
    };
    CHECK(start(kept.get()) == errc::invalid_parameter);
    CHECK(start(number) == errc::invalid_parameter);
    CHECK(start(kobj::handle_value()) == errc::invalid_parameter);
    CHECK(start(kobj::current_process()) == errc::invalid_parameter);
    CHECK(test::table() == before);
    CHECK(usage_count(gate) == 1);
    CHECK(usage_count(kept) == 1);
}

TEST_CASE("Handles to a process and a thread are inherited by list", "[inherit][list]") {
    const auto self = kobj::process::current().duplicate({.inheritable = true}).value();
    const auto thread = kobj::thread::current().duplicate({.inheritable = true}).value();
    CHECK(test::run_role("know_parent", {self, thread, kobj::process::current_id(), kobj::thread::current_id()},
                         {.inherit = inherit::list, .handles = {self.get(), thread.get()}}) == 0);
}

ROLE(know_parent) {
    const auto parent = args.adopt<kobj::process>(0);
    const auto thread = args.adopt<kobj::thread>(1);
    ROLE_CHECK(parent.id().value() == args.number(2));
    ROLE_CHECK(thread.id().value() == args.number(3));
    ROLE_CHECK(parent.exit_code().value() == kobj::still_active);
    ROLE_CHECK(thread.wait(std::chrono::seconds(0)).value() == kobj::wait_status::timed_out);
    return 0;
}
