#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;
using test::error_of;
using test::usage_count;

namespace {
struct stage {
    std::atomic<int> ready;
    std::atomic<int> at_exit;
};
test::shared<stage>* exit_stage = nullptr;
}  // namespace

ROLE(run_for_ever) {
    test::shared<stage> shared(args.handle(0));
    exit_stage = &shared;
    std::atexit([] { (*exit_stage)->at_exit = 1; });
    shared->ready = 1;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("Terminate ends a process with the code, without a word to it", "[process][terminate]") {
    const test::shared<stage> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    for (const std::uint32_t code : {0U, 1U, 300U, 0xC000'0005U, 0xFFFF'FFFFU}) {
        INFO(code);
        shared->ready = 0;
        auto child = test::start_role("run_for_ever", {shared});
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        CHECK(usage_count(gate) == 2);
        CHECK(child.exit_code().value() == kobj::still_active);
        REQUIRE(child.terminate(code));
        CHECK(test::wait_for_exit(child) == code);
        CHECK(child.wait(0s).value() == wait_status::signaled);
        CHECK(child.primary_thread().wait(test::patience()).value() == wait_status::signaled);
        CHECK(child.primary_thread().exit_code().value() == code);
        CHECK(usage_count(gate) == 1);
        CHECK(shared->at_exit == 0);
    }
}

TEST_CASE("A process that has ended cannot be terminated, and keeps its code", "[process][terminate]") {
    const test::shared<stage> shared;
    auto child = test::start_role("run_for_ever", {shared});
    test::kill_hard(child, 11);
    CHECK(error_of(child.terminate(12)) == errc::access_denied);
    CHECK(child.exit_code().value() == 11);
    auto ended = test::start_role("exit_with_handles");
    CHECK(test::wait_for_exit(ended) == 0);
    CHECK(error_of(ended.terminate(13)) == errc::access_denied);
    CHECK(ended.exit_code().value() == 0);
}

TEST_CASE("Terminate needs its right", "[process][terminate]") {
    const test::shared<stage> shared;
    auto child = test::start_role("run_for_ever", {shared});
    auto narrow = child.duplicate({.access = kobj::access::synchronize}).value();
    CHECK(error_of(narrow.terminate(1)) == errc::access_denied);
    CHECK(child.wait(0s).value() == wait_status::timed_out);
    auto enough = child.duplicate({.access = kobj::access::process_terminate}).value();
    REQUIRE(enough.terminate(2));
    CHECK(test::wait_for_exit(child) == 2);
}

TEST_CASE("A process that was opened by its id is terminated", "[process][terminate]") {
    const test::shared<stage> shared;
    auto child = test::start_role("run_for_ever", {shared});
    auto opened = kobj::process::open(child.id().value()).value();
    REQUIRE(opened.terminate(21));
    CHECK(test::wait_for_exit(child) == 21);
}
