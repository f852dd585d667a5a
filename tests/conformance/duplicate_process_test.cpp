#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::handle_flags;
using kobj::handle_value;
using kobj::wait_status;
using test::error_of;
using test::probe;
using test::seen;
using test::usage_count;
namespace rights = kobj::access;

namespace {

struct mailbox {
    std::atomic<int> step;               // what the parent wants next
    std::atomic<int> done;               // what the child has done
    std::atomic<std::uintptr_t> handle;  // a number in the child's table
    std::atomic<std::uint32_t> access;
    std::atomic<int> inheritable;
    std::atomic<int> status;
};

void order(const test::shared<mailbox>& box, int step) {
    box->step = step;
    if (!test::eventually([&] { return box->done == step; })) throw std::runtime_error("the child does not answer");
}

std::uint32_t finish(const test::shared<mailbox>& box, const kobj::process& child) {
    box->step = 6;
    return test::wait_for_exit(child);
}

}  // namespace

// Does as told: 1 makes a mutex and owns it, 2 looks at the handle, 3 acquires by it, 4 releases by it, 5 closes it,
// 6 ends.
ROLE(mailbox) {
    const test::shared<mailbox> box(args.handle(0));
    for (int step = 1;; box->done = step) {
        ROLE_CHECK(test::eventually([&] { return box->step != box->done; }));
        step = box->step;
        const handle_value number(box->handle);
        if (step == 1) {
            box->handle = kobj::mutex::create({.initially_owned = true}).value().detach().value();
        } else if (step == 2) {
            box->access = kobj::access_of(number).value();
            box->inheritable = kobj::get_flags(number).value().inheritable ? 1 : 0;
        } else if (step == 3) {
            box->status = static_cast<int>(kobj::wait(number, 0s).value());
        } else if (step == 4) {
            kobj::mutex::release(number).value();
        } else if (step == 5) {
            kobj::close(number).value();
        } else {
            return 0;
        }
    }
}

TEST_CASE("A handle is duplicated into another process", "[duplicate][process]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    kobj::mutex gate = kobj::mutex::create().value();
    const handle_value theirs = kobj::duplicate_into(child.get(), gate.get()).value();
    CHECK(usage_count(gate) == 2);
    box->handle = theirs.value();
    order(box, 2);
    CHECK(box->access == rights::mutex_all);
    CHECK(box->inheritable == 0);
    order(box, 3);
    CHECK(box->status == static_cast<int>(wait_status::signaled));
    CHECK(probe(gate) == seen::owned);
    order(box, 4);
    CHECK(probe(gate) == seen::free);
    order(box, 5);
    CHECK(usage_count(gate) == 1);
    CHECK(finish(box, child) == 0);
}

TEST_CASE("A handle is duplicated into another process with other access, inheritable", "[duplicate][process]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    kobj::mutex gate = kobj::mutex::create().value();
    box->handle = kobj::duplicate_into(child.get(), gate.get(), {.access = rights::synchronize, .inheritable = true})
                      .value()
                      .value();
    order(box, 2);
    CHECK(box->access == rights::synchronize);
    CHECK(box->inheritable == 1);
    CHECK(usage_count(gate) == 2);
    CHECK(finish(box, child) == 0);
    CHECK(usage_count(gate) == 1);
}

TEST_CASE("A handle moves into another process when the source is closed", "[duplicate][process]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    kobj::mutex gate = kobj::mutex::create().value();
    kobj::mutex copy = gate.duplicate().value();
    const handle_value number = copy.detach();
    box->handle = kobj::duplicate_into(child.get(), number, {.close_source = true}).value().value();
    CHECK_FALSE(test::is_open(number));
    CHECK(usage_count(gate) == 2);
    order(box, 5);
    CHECK(usage_count(gate) == 1);
    CHECK(finish(box, child) == 0);
}

TEST_CASE("A handle is duplicated out of another process", "[duplicate][process]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    order(box, 1);
    const handle_value theirs(box->handle);
    SECTION("as it is") {
        const kobj::handle mine = kobj::duplicate_from(child.get(), theirs).value();
        CHECK(kobj::type_of(mine.get()).value() == kobj::object_type::mutex);
        CHECK(kobj::access_of(mine.get()).value() == rights::mutex_all);
        CHECK(usage_count(mine.get()) == 2);
        CHECK(probe(mine.get()) == seen::owned);
        CHECK(error_of(kobj::mutex::release(mine.get())) == errc::not_owner);
        order(box, 4);
        CHECK(probe(mine.get()) == seen::free);
        order(box, 5);
        CHECK(usage_count(mine.get()) == 1);
    }
    SECTION("closing it there") {
        const kobj::handle mine =
            kobj::duplicate_from(child.get(), theirs, {.inheritable = true, .close_source = true}).value();
        CHECK(usage_count(mine.get()) == 1);
        CHECK(kobj::get_flags(mine.get()).value() == handle_flags{.inheritable = true});
        CHECK(error_of(kobj::duplicate_from(child.get(), theirs)) == errc::invalid_handle);
        CHECK(probe(mine.get()) == seen::owned);
    }
    SECTION("with other access") {
        const kobj::handle mine = kobj::duplicate_from(child.get(), theirs, {.access = rights::synchronize}).value();
        CHECK(kobj::access_of(mine.get()).value() == rights::synchronize);
        CHECK(probe(mine.get()) == seen::owned);
    }
    CHECK(finish(box, child) == 0);
}

TEST_CASE("A handle is duplicated from one other process into another", "[duplicate][process]") {
    const test::shared<mailbox> first_box;
    const test::shared<mailbox> second_box;
    const auto first = test::start_role("mailbox", {first_box});
    const auto second = test::start_role("mailbox", {second_box});
    order(first_box, 1);
    order(first_box, 4);
    const handle_value theirs(first_box->handle);
    second_box->handle = kobj::duplicate(first.get(), theirs, second.get()).value().value();
    order(second_box, 3);
    CHECK(second_box->status == static_cast<int>(wait_status::signaled));
    const kobj::handle mine = kobj::duplicate_from(first.get(), theirs).value();
    CHECK(usage_count(mine.get()) == 3);
    CHECK(probe(mine.get()) == seen::owned);
    CHECK(finish(first_box, first) == 0);
    CHECK(usage_count(mine.get()) == 2);
    CHECK(finish(second_box, second) == 0);
    CHECK(usage_count(mine.get()) == 1);
    CHECK(probe(mine.get()) == seen::abandoned);
}

TEST_CASE("A pseudo handle is duplicated into another process as a real one", "[duplicate][process][pseudo]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    const handle_value theirs = kobj::duplicate_into(child.get(), kobj::current_process()).value();
    const kobj::handle back = kobj::duplicate_from(child.get(), theirs).value();
    CHECK(kobj::same_object(back.get(), kobj::current_process()).value());
    const handle_value thread = kobj::duplicate_into(child.get(), kobj::current_thread()).value();
    const kobj::handle thread_back = kobj::duplicate_from(child.get(), thread).value();
    CHECK(kobj::same_object(thread_back.get(), kobj::current_thread()).value());
    CHECK(finish(box, child) == 0);
}

TEST_CASE("A handle that the other process does not have is invalid", "[duplicate][process]") {
    const test::shared<mailbox> box;
    const auto child = test::start_role("mailbox", {box});
    const kobj::mutex gate = kobj::mutex::create().value();
    const auto before = test::table();
    CHECK(error_of(kobj::duplicate_from(child.get(), handle_value(0x00F0'0004))) == errc::invalid_handle);
    CHECK(error_of(kobj::duplicate_from(child.get(), handle_value())) == errc::invalid_handle);
    CHECK(error_of(kobj::duplicate_into(child.get(), handle_value(0x00F0'0004))) == errc::invalid_handle);
    CHECK(test::table() == before);
    CHECK(finish(box, child) == 0);
}

TEST_CASE("Nothing is duplicated into a process that has ended", "[duplicate][process]") {
    const test::shared<mailbox> box;
    auto child = test::start_role("mailbox", {box});
    test::kill_hard(child);
    const kobj::mutex gate = kobj::mutex::create().value();
    const auto before = test::table();
    CHECK_FALSE(kobj::duplicate_into(child.get(), gate.get()).has_value());
    CHECK_FALSE(kobj::duplicate_from(child.get(), gate.get()).has_value());
    CHECK(usage_count(gate) == 1);
    CHECK(test::table() == before);
}
