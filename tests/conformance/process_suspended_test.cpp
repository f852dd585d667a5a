#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::usage_count;

namespace {
struct stage {
    std::atomic<int> ran;
};
constexpr kobj::process_options suspended() {
    kobj::process_options options;
    options.inherit = kobj::inherit::all;
    options.suspended = true;
    return options;
}
}  // namespace

ROLE(write_down) {
    const test::shared<stage> shared(args.handle(0));
    ++shared->ran;
    return 5;
}

TEST_CASE("A process started suspended does not run, and runs once resumed", "[process][suspended]") {
    const test::shared<stage> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    auto child = test::start_role("write_down", {shared}, suspended());
    // The handles are there already.
    CHECK(usage_count(gate) == 2);
    CHECK(child.wait(300ms).value() == wait_status::timed_out);
    CHECK(shared->ran == 0);
    CHECK(child.exit_code().value() == kobj::still_active);
    CHECK(child.primary_thread().exit_code().value() == kobj::still_active);
    CHECK(child.resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 5);
    CHECK(shared->ran == 1);
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("The primary thread resumes a suspended process, once", "[process][suspended]") {
    const test::shared<stage> shared;
    auto child = test::start_role("write_down", {shared}, suspended());
    CHECK(child.primary_thread().resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 5);
    CHECK(shared->ran == 1);
}

TEST_CASE("A suspended process is terminated before it ever ran", "[process][suspended]") {
    const test::shared<stage> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const auto before = test::table();
    {
        auto child = test::start_role("write_down", {shared}, suspended());
        CHECK(usage_count(gate) == 2);
        REQUIRE(child.terminate(0xC000'0005));
        CHECK(test::wait_for_exit(child) == 0xC000'0005);
        CHECK(shared->ran == 0);
    }
    CHECK(usage_count(gate) == 1);
    CHECK(test::table() == before);
}

TEST_CASE("A handle is put into a suspended process before it runs", "[process][suspended][duplicate]") {
    const test::shared<stage> shared;
    kobj::mutex gate = kobj::mutex::create().value();
    auto child = test::start_role("write_down", {shared}, suspended());
    const kobj::handle_value theirs = kobj::duplicate_into(child.get(), gate.get()).value();
    CHECK(usage_count(gate) == 2);
    const kobj::handle back = kobj::duplicate_from(child.get(), theirs).value();
    CHECK(kobj::same_object(back.get(), gate.get()).value());
    CHECK(child.resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 5);
    CHECK(usage_count(gate) == 2);
}

TEST_CASE("Resuming needs its right", "[process][suspended]") {
    const test::shared<stage> shared;
    auto child = test::start_role("write_down", {shared}, suspended());
    auto narrow = child.primary_thread().duplicate({.access = kobj::access::synchronize}).value();
    CHECK(error_of(narrow.resume()) == errc::access_denied);
    CHECK(child.wait(50ms).value() == wait_status::timed_out);
    CHECK(shared->ran == 0);
    auto enough = child.primary_thread().duplicate({.access = kobj::access::thread_suspend_resume}).value();
    CHECK(enough.resume().value() == 1);
    CHECK(test::wait_for_exit(child) == 5);
}
