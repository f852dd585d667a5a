#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::object_type;
using test::error_of;
namespace rights = kobj::access;
namespace inspect = kobj::inspect;

namespace {

const inspect::handle_info* find(const std::vector<inspect::handle_info>& all, kobj::handle_value value) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.value == value; });
    return found == all.end() ? nullptr : &*found;
}

const inspect::object_info* find(const inspect::snapshot& all, const std::string& name) {
    const auto found =
        std::find_if(all.objects.begin(), all.objects.end(), [&](const auto& each) { return each.name == name; });
    return found == all.objects.end() ? nullptr : &*found;
}

const inspect::process_info* find_process(const inspect::snapshot& all, std::uint32_t id) {
    const auto found =
        std::find_if(all.processes.begin(), all.processes.end(), [&](const auto& each) { return each.id == id; });
    return found == all.processes.end() ? nullptr : &*found;
}

struct stage {
    std::atomic<int> leave;
};

}  // namespace

TEST_CASE("The own handle table is listed with types, names, access, flags and counts", "[inspect]") {
    const std::string name = test::unique_name("listed");
    const auto gate = kobj::mutex::create({.name = "Local\\" + name, .inheritable = true}).value();
    const auto narrow = kobj::mutex::open(name, {.access = rights::synchronize}).value();
    const auto memory = kobj::file_mapping::create(4096).value();
    REQUIRE(kobj::set_protect_from_close(memory.get(), true));
    const auto self = kobj::process::current().duplicate().value();
    const auto thread = kobj::thread::current().duplicate().value();
    const auto all = inspect::handle_table().value();

    const auto* gate_info = find(all, gate.get());
    REQUIRE(gate_info != nullptr);
    CHECK(gate_info->type == object_type::mutex);
    CHECK(gate_info->name == name);
    CHECK(gate_info->access == rights::mutex_all);
    CHECK(gate_info->flags == kobj::handle_flags{.inheritable = true});
    CHECK(gate_info->usage_count == 2);

    const auto* narrow_info = find(all, narrow.get());
    REQUIRE(narrow_info != nullptr);
    CHECK(narrow_info->access == rights::synchronize);
    CHECK(narrow_info->name == name);
    CHECK(narrow_info->object == gate_info->object);

    const auto* memory_info = find(all, memory.get());
    REQUIRE(memory_info != nullptr);
    CHECK(memory_info->type == object_type::file_mapping);
    CHECK(memory_info->name.empty());
    CHECK(memory_info->flags == kobj::handle_flags{.protect_from_close = true});
    CHECK(memory_info->usage_count == 1);
    if (memory_info->object != 0) CHECK(memory_info->object != gate_info->object);

    const auto* self_info = find(all, self.get());
    REQUIRE(self_info != nullptr);
    CHECK(self_info->type == object_type::process);
    CHECK(self_info->access == rights::process_all);
    const auto* thread_info = find(all, thread.get());
    REQUIRE(thread_info != nullptr);
    CHECK(thread_info->type == object_type::thread);
    CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.value < b.value; }));
    CHECK(find(all, kobj::current_process()) == nullptr);
    REQUIRE(kobj::set_protect_from_close(memory.get(), false));
}

TEST_CASE("The own table is listed by the own id too", "[inspect]") {
    const auto gate = kobj::mutex::create().value();
    const auto all = inspect::handle_table(kobj::process::current_id()).value();
    CHECK(find(all, gate.get()) != nullptr);
}

TEST_CASE("A closed handle is not listed", "[inspect]") {
    auto gate = kobj::mutex::create().value();
    const auto number = gate.get();
    REQUIRE(gate.close());
    CHECK(find(inspect::handle_table().value(), number) == nullptr);
}

TEST_CASE("There is no table of a process that does not exist", "[inspect]") {
    CHECK(error_of(inspect::handle_table(0x7FFF'FFF0)) == errc::invalid_parameter);
    CHECK(error_of(inspect::handle_table(0)) == errc::invalid_parameter);
}

TEST_CASE("Listing the table changes nothing", "[inspect]") {
    const auto gate = kobj::mutex::create().value();
    const auto before = test::table();
    for (int i = 0; i < 10; ++i) CHECK(test::table() == before);
    CHECK(test::usage_count(gate) == 1);
    CHECK(test::probe(gate) == test::seen::free);
}

ROLE(hold_mutex) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<stage> shared(args.handle(1));
    gate.acquire().value();
    gate.acquire().value();
    shared->leave = 1;
    ROLE_CHECK(test::eventually([&] { return shared->leave == 2; }));
    gate.release().value();
    gate.release().value();
    return 0;
}

TEST_CASE("Other processes are looked at", "[inspect][process]") {
    const auto gate = kobj::mutex::create({.name = test::unique_name("seen"), .inheritable = true}).value();
    const test::shared<stage> shared;
    const auto child = test::start_role("hold_mutex", {gate, shared});
    REQUIRE(test::eventually([&] { return shared->leave == 1; }));
    const std::uint32_t id = child.id().value();
    std::thread waiter([&] { kobj::wait(gate.get(), 2s).value(); });
    test::until_waiting(gate);
    const auto own = inspect::handle_table().value();
    const auto theirs = inspect::handle_table(id).value();
    REQUIRE(find(own, gate.get()) != nullptr);
    const auto* seen = find(theirs, gate.get());
    REQUIRE(seen != nullptr);
    CHECK(seen->object == find(own, gate.get())->object);
    CHECK(seen->name == find(own, gate.get())->name);
    CHECK(seen->access == find(own, gate.get())->access);
    CHECK(seen->flags.inheritable == !test::on_wine());
    CHECK(seen->usage_count == 2);

    const auto all = inspect::take_snapshot().value();
    const auto* info = find(all, seen->name);
    REQUIRE(info != nullptr);
    CHECK(info->type == object_type::mutex);
    CHECK(info->usage_count == 2);
    CHECK_FALSE(info->signaled);
    CHECK_FALSE(info->abandoned);
    CHECK(info->recursion == 2);
    // Wine tells neither whose a mutex is, nor who waits.
    if (!test::on_wine()) {
        CHECK(info->owner_process_id == id);
        CHECK(info->owner_thread_id == child.primary_thread().id().value());
        REQUIRE(info->waiters.size() == 1);
        CHECK(info->waiters[0].process_id == kobj::process::current_id());
        CHECK(info->waiters[0].thread_id != kobj::thread::current_id());
    }

    const auto* process = find_process(all, id);
    REQUIRE(process != nullptr);
    CHECK(process->attached);
    REQUIRE(find_process(all, kobj::process::current_id()) != nullptr);
    // On Windows without those of other types than kobj's.
    if (!test::on_windows) {
        CHECK(info->object == find(own, gate.get())->object);
        CHECK(process->handle_count == theirs.size());
        CHECK(find_process(all, kobj::process::current_id())->handle_count == own.size());
    }
    waiter.join();
    shared->leave = 2;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(test::probe(gate) == test::seen::free);
}

ROLE(hold_one_want_other) {
    auto held = args.adopt<kobj::mutex>(0);
    auto wanted = args.adopt<kobj::mutex>(1);
    held.acquire().value();
    args.adopt<kobj::event>(2).set().value();
    (void)wanted.acquire().value();
    return 0;
}

TEST_CASE("Threads that wait, for what and for whom", "[inspect][process]") {
    if (test::on_windows) {
        // It tells of all of the logon session, and nothing of waits for several objects.
        const auto all = inspect::blocked_threads();
        CHECK((test::on_wine() ? !all && error_of(all) == errc::not_supported : all.has_value()));
        return;
    }
    auto ours = kobj::mutex::create({.inheritable = true}).value();
    auto theirs = kobj::mutex::create({.inheritable = true}).value();
    auto held = kobj::event::create({.inheritable = true}).value();
    auto go_on = kobj::event::create().value();
    // Each has what the other one wants. With an event beside it, this one's wait is not in vain.
    for (const bool or_event : {true, false}) {
        INFO("or an event " << or_event);
        std::atomic<std::uint32_t> id = 0;
        std::jthread thread([&] {
            ours.acquire().value();
            id = kobj::thread::current_id();
            held.wait().value();
            const kobj::handle_value either[] = {theirs.get(), go_on.get()};
            const auto how = kobj::wait_any(std::span(either).first(or_event ? 2 : 1)).value();
            if (how.index == 0) theirs.release().value();
            ours.release().value();
        });
        CHECK(test::eventually([&] { return id != 0; }));
        auto child = test::start_role("hold_one_want_other", {theirs, ours, held});
        test::until_waiting(ours);
        test::until_waiting(theirs);
        const auto all = inspect::blocked_threads().value();
        CHECK(all.size() == 2);
        for (const auto& blocked : all) {
            const bool is_ours = blocked.thread_id == id;
            CHECK(blocked.process_id == (is_ours ? kobj::process::current_id() : child.id().value()));
            CHECK(blocked.deadlocked == !or_event);
            CHECK(blocked.objects.size() == (is_ours && or_event ? 2U : 1U));
            CHECK_FALSE(blocked.all);
            CHECK(blocked.blocked_by.size() == 1);
            for (const auto& by : blocked.blocked_by) CHECK((by.thread_id == id) == !is_ours);
        }
        if (or_event) {
            go_on.set().value();
            CHECK(test::wait_for_exit(child) == 0);
        } else {
            test::kill_hard(child);
        }
    }
    CHECK(inspect::blocked_threads().value().empty());
}
