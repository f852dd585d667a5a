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
#include <cstdint>
#include <vector>

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

constexpr std::size_t most = 64;

// What the child found at each of these numbers, before it made any handle of its own.
struct found {
    std::atomic<std::uint32_t> open;
    std::atomic<std::uint32_t> type;
    std::atomic<std::uint32_t> access;
    std::atomic<std::uint32_t> flags;
    std::atomic<std::uint32_t> same;  // leads to the object of the first number
};

struct report {
    std::atomic<std::uintptr_t> ask[most];
    found answer[most];
    std::atomic<int> asked;
    std::atomic<int> ready;
    std::atomic<int> leave;
    std::atomic<std::uintptr_t> made;
};

void ask(const test::shared<report>& shared, const std::vector<handle_value>& numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) shared->ask[i] = numbers[i].value();
    shared->asked = static_cast<int>(numbers.size());
}

}  // namespace

ROLE(report_handles) {
    const test::shared<report> shared(args.handle(0));
    const handle_value first(shared->ask[0]);
    for (int i = 0; i < shared->asked; ++i) {
        const handle_value number(shared->ask[i]);
        found& answer = shared->answer[i];
        const auto flags = kobj::get_flags(number);
        answer.open = flags.has_value() ? 1 : 0;
        if (!flags) continue;
        answer.type = static_cast<std::uint32_t>(kobj::type_of(number).value());
        answer.access = kobj::access_of(number).value();
        answer.flags = (flags->inheritable ? 1U : 0U) + (flags->protect_from_close ? 2U : 0U);
        answer.same = kobj::same_object(first, number).value_or(false) ? 1 : 0;
    }
    shared->ready = 1;
    if (args.size() > 1) ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

TEST_CASE("An inherited handle has the same value, access and flags in the child", "[inherit]") {
    const test::shared<report> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex narrow = gate.duplicate({.access = rights::synchronize, .inheritable = true}).value();
    const kobj::mutex guarded = gate.duplicate({.inheritable = true}).value();
    REQUIRE(kobj::set_protect_from_close(guarded.get(), true));
    const auto memory = kobj::file_mapping::create(8192, {.inheritable = true}).value();
    const auto self = kobj::process::current().duplicate({.inheritable = true}).value();
    const auto thread = kobj::thread::current().duplicate({.inheritable = true}).value();
    ask(shared, {gate.get(), narrow.get(), guarded.get(), memory.get(), self.get(), thread.get()});
    CHECK(test::run_role("report_handles", {shared}) == 0);
    REQUIRE(shared->ready == 1);
    const kobj::access_mask expected[] = {rights::mutex_all,   rights::synchronize, rights::mutex_all,
                                          rights::section_all, rights::process_all, rights::thread_all};
    const kobj::object_type types[] = {kobj::object_type::mutex,   kobj::object_type::mutex,
                                       kobj::object_type::mutex,   kobj::object_type::file_mapping,
                                       kobj::object_type::process, kobj::object_type::thread};
    for (int i = 0; i < 6; ++i) {
        INFO("handle " << i);
        CHECK(shared->answer[i].open == 1);
        CHECK(shared->answer[i].access == expected[i]);
        CHECK(shared->answer[i].type == static_cast<std::uint32_t>(types[i]));
        CHECK(shared->answer[i].flags == (i == 2 ? 3U : 1U));
        CHECK(shared->answer[i].same == (i < 3 ? 1U : 0U));
    }
    CHECK(usage_count(gate) == 3);
    REQUIRE(kobj::set_protect_from_close(guarded.get(), false));
}

TEST_CASE("Usage counts rise with the start of the child and fall with its end", "[inherit][count]") {
    const test::shared<report> shared;
    const auto before = test::table();
    {
        const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
        CHECK(usage_count(gate) == 1);
        const auto child = test::start_role("report_handles", {shared, "stay"});
        CHECK(usage_count(gate) == 2);
        REQUIRE(test::eventually([&] { return shared->ready == 1; }));
        CHECK(usage_count(gate) == 2);
        const auto second = test::start_role("report_handles", {shared, "stay"});
        CHECK(usage_count(gate) == 3);
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == 0);
        CHECK(test::wait_for_exit(second) == 0);
        CHECK(usage_count(gate) == 1);
    }
    CHECK(test::table() == before);
}

TEST_CASE("Handles that are not inheritable are holes in the child", "[inherit]") {
    const test::shared<report> shared;
    std::vector<kobj::mutex> gates;
    std::vector<handle_value> numbers;
    for (int i = 0; i < 20; ++i) {
        gates.push_back(kobj::mutex::create({.inheritable = i % 2 == 0}).value());
        numbers.push_back(gates.back().get());
    }
    kobj::mutex closed = kobj::mutex::create({.inheritable = true}).value();
    numbers.push_back(closed.get());
    REQUIRE(closed.close());
    ask(shared, numbers);
    const auto child = test::start_role("report_handles", {shared, "stay"});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    // On Windows a program's own start-up may have put something else into a hole.
    for (int i = 0; i < 20; ++i) {
        INFO("handle " << i);
        const bool is_gate = shared->answer[i].open == 1 &&
                             shared->answer[i].type == static_cast<std::uint32_t>(kobj::object_type::mutex);
        CHECK(is_gate == (i % 2 == 0));
        CHECK(usage_count(gates[static_cast<std::size_t>(i)]) == (i % 2 == 0 ? 2U : 1U));
    }
    if (!test::on_windows) CHECK(shared->answer[20].open == 0);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("Whether a handle is inherited is decided by its flag at the start of the child", "[inherit]") {
    const test::shared<report> shared;
    const kobj::mutex was = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex is = kobj::mutex::create().value();
    REQUIRE(kobj::set_inheritable(was.get(), false));
    REQUIRE(kobj::set_inheritable(is.get(), true));
    const auto child = test::start_role("report_handles", {shared, "stay"});
    CHECK(usage_count(was) == 1);
    CHECK(usage_count(is) == 2);
    REQUIRE(kobj::set_inheritable(is.get(), false));
    CHECK(usage_count(is) == 2);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(is) == 1);
}

TEST_CASE("A process started with inheritance off has an empty table", "[inherit]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::file_mapping memory = kobj::file_mapping::create(4096, {.inheritable = true}).value();
    auto child =
        kobj::process::start(test::role_command("count_known_handles"), {.inherit = kobj::inherit::none}).value();
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(gate) == 1);
    CHECK(usage_count(memory) == 1);
    CHECK(test::run_role("count_known_handles") == 2);
    CHECK(usage_count(gate) == 1);
}

// How many mutexes and mappings its table has.
ROLE(count_known_handles) {
    int known = 0;
    for (const auto& each : test::table())
        known += each.type == kobj::object_type::mutex || each.type == kobj::object_type::file_mapping;
    return known;
}

TEST_CASE("What the parent opens or closes later does not change the child's table", "[inherit]") {
    const test::shared<report> shared;
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const handle_value number = gate.get();
    auto child = test::start_role("report_handles", {shared, "stay"});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    const kobj::mutex witness = gate.duplicate().value();
    CHECK(usage_count(witness) == 3);
    REQUIRE(gate.close());
    CHECK(usage_count(witness) == 2);
    const kobj::handle theirs = kobj::duplicate_from(child.get(), number).value();
    CHECK(kobj::same_object(theirs.get(), witness.get()).value());
    const kobj::mutex later = kobj::mutex::create({.inheritable = true}).value();
    CHECK(usage_count(later) == 1);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(witness) == 2);
}

ROLE(make_handles) {
    const test::shared<report> shared(args.handle(0));
    kobj::close(args.handle(1)).value();
    shared->made = kobj::mutex::create({.inheritable = true}).value().detach().value();
    shared->ready = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 1; }));
    return 0;
}

TEST_CASE("What the child opens or closes does not change the parent's table", "[inherit]") {
    const test::shared<report> shared;
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const auto before = test::table();
    const auto child = test::start_role("make_handles", {shared, gate});
    REQUIRE(test::eventually([&] { return shared->ready == 1; }));
    CHECK(test::is_open(gate.get()));
    CHECK(usage_count(gate) == 1);
    CHECK(probe(gate) == seen::free);
    shared->leave = 1;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(test::table().size() == before.size() + 2);  // the child's process and thread
}

ROLE(exit_with_handles) {
    return 0;
}

TEST_CASE("Returning from main closes the handles of a process", "[inherit][process]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex other = gate.duplicate({.inheritable = true}).value();
    const auto child = test::start_role("exit_with_handles");
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(usage_count(gate) == 2);
}

TEST_CASE("An object lives until both processes have closed it or ended, in either order", "[inherit][count]") {
    const test::shared<report> shared;
    const std::string name = test::unique_name("both");
    kobj::mutex gate = kobj::mutex::create({.name = name, .inheritable = true}).value();
    auto child = test::start_role("report_handles", {shared, "stay"});
    CHECK(usage_count(gate) == 2);
    SECTION("the parent closes, the child returns") {
        REQUIRE(gate.close());
        CHECK(kobj::mutex::open(name).has_value());
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == 0);
    }
    SECTION("the parent closes, the child is terminated") {
        REQUIRE(gate.close());
        CHECK(kobj::mutex::open(name).has_value());
        test::kill_hard(child);
    }
    SECTION("the child returns, the parent closes") {
        shared->leave = 1;
        CHECK(test::wait_for_exit(child) == 0);
        CHECK(usage_count(gate) == 1);
        REQUIRE(gate.close());
    }
    SECTION("the child is terminated, the parent closes") {
        test::kill_hard(child);
        CHECK(usage_count(gate) == 1);
        REQUIRE(gate.close());
    }
    CHECK(error_of(kobj::mutex::open(name)) == errc::file_not_found);
}

// Starts report_handles in turn, with everything that is inheritable here.
ROLE(start_grandchild) {
    const test::shared<report> shared(args.handle(0));
    kobj::set_inheritable(args.handle(1), false).value();
    shared->made = kobj::mutex::create({.inheritable = true}).value().detach().value();
    shared->ask[2] = shared->made.load();
    return static_cast<int>(test::run_role("report_handles", {shared}));
}

TEST_CASE("A grandchild inherits what is inheritable in the child", "[inherit]") {
    const test::shared<report> shared;
    const kobj::mutex kept = kobj::mutex::create({.inheritable = true}).value();
    const kobj::mutex dropped = kobj::mutex::create({.inheritable = true}).value();
    ask(shared, {kept.get(), dropped.get(), handle_value()});
    CHECK(test::run_role("start_grandchild", {shared, dropped}) == 0);
    REQUIRE(shared->ready == 1);
    CHECK(shared->answer[0].open == 1);
    CHECK(shared->answer[0].type == static_cast<std::uint32_t>(kobj::object_type::mutex));
    const bool still_there =
        shared->answer[1].open == 1 && shared->answer[1].type == static_cast<std::uint32_t>(kobj::object_type::mutex);
    CHECK_FALSE(still_there);
    CHECK(shared->answer[2].open == 1);
    CHECK(shared->answer[2].type == static_cast<std::uint32_t>(kobj::object_type::mutex));
    CHECK(shared->answer[2].same == 0);
    CHECK(usage_count(kept) == 1);
    CHECK(usage_count(dropped) == 1);
}
