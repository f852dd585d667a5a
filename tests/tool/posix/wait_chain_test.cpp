#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/waiter.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <csignal>
#include <string>

#include <unistd.h>

// kobj why, deadlocks, doctor: why somebody does not go on.

using nlohmann::json;
using test::kobj_tool;

// Holds the first mutex, and then wants the second.
ROLE(wants_two) {
    auto first = args.adopt<kobj::mutex>(0);
    auto second = args.adopt<kobj::mutex>(1);
    auto holds = args.adopt<kobj::semaphore>(2);
    auto go = args.adopt<kobj::event>(3);
    first.acquire().value();
    holds.release().value();
    go.wait().value();
    // Abandoned once the other one has been killed.
    (void)second.acquire().value();
    return 0;
}

// Waits for a mutex or an event.
ROLE(wants_either) {
    const kobj::handle_value either[] = {args.handle(0), args.handle(1)};
    (void)kobj::wait_any(either).value();
    return 0;
}

ROLE(stays_with_mutex) {
    auto gate = args.adopt<kobj::mutex>(0);
    gate.acquire().value();
    args.adopt<kobj::event>(1).set().value();
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("Two that wait for each other are a circle, until one of them dies", "[tool][process]") {
    const auto a = kobj::mutex::create({.name = test::unique_name("a"), .inheritable = true}).value();
    const auto b = kobj::mutex::create({.inheritable = true}).value();
    auto holds = kobj::semaphore::create(0, 2, {.inheritable = true}).value();
    auto go = kobj::event::create({.inheritable = true, .manual_reset = true}).value();
    auto other = kobj::event::create({.inheritable = true}).value();
    auto one = test::start_role("wants_two", {a, b, holds, go});
    auto two = test::start_role("wants_two", {b, a, holds, go});
    holds.acquire().value();
    holds.acquire().value();
    CHECK(kobj_tool("deadlocks").code == 0);
    go.set().value();
    test::until_waiting(a, 1);
    test::until_waiting(b, 1);
    // Who waits for one of them or something else can go on, and who waits for one of them only can not.
    auto third = test::start_role("wants_either", {a, other});
    auto fourth = test::start_role("wants_either", {a, b});
    test::until_waiting(a, 3);

    const auto answer = kobj_tool("deadlocks --json");
    CHECK(answer.code == 1);
    const json found = answer.json();
    CHECK(found["stuck_threads"] == 3);
    REQUIRE(found["circles"].size() == 1);
    REQUIRE(found["circles"][0].size() == 2);
    for (const json& edge : found["circles"][0]) {
        const bool is_one = edge["process"] == one.id().value();
        CHECK((is_one || edge["process"] == two.id().value()));
        CHECK(edge["waits_for"]["owner"]["process"] == (is_one ? two : one).id().value());
    }
    CHECK(kobj_tool("deadlocks").has("circle 1:"));

    const std::string id = std::to_string(one.id().value());
    const json why = kobj_tool("why " + id + " --json").json()["threads"][0];
    CHECK(why["deadlocked"].get<bool>());
    const json blocker = why["waits_for"][0]["blocked_by"][0];
    CHECK(blocker["process"] == two.id().value());
    CHECK(blocker["waits_for"][0]["blocked_by"][0]["end"] == "circle");
    CHECK(kobj_tool("why " + id).has("A CIRCLE"));
    const json free = kobj_tool("why " + std::to_string(third.id().value()) + " --json").json()["threads"][0];
    CHECK_FALSE(free["deadlocked"].get<bool>());

    test::kill_hard(two);
    CHECK(test::eventually([] { return kobj_tool("deadlocks").code == 0; }));
    CHECK(test::wait_for_exit(one) == 0);
    other.set().value();
    CHECK(test::wait_for_exit(third) == 0);
    CHECK(test::wait_for_exit(fourth) == 0);
}

TEST_CASE("A chain of waits ends at a process that is stopped, or runs", "[tool][process]") {
    const auto gate = kobj::mutex::create({.name = test::unique_name("gate"), .inheritable = true}).value();
    auto held = kobj::event::create({.inheritable = true}).value();
    auto owner = test::start_role("stays_with_mutex", {gate, held});
    held.wait().value();
    auto other = kobj::event::create({.inheritable = true}).value();
    auto waiter = test::start_role("wants_either", {gate, other});
    test::until_waiting(gate, 1);
    const std::string id = std::to_string(waiter.id().value());
    const auto end = [&] {
        return kobj_tool("why " + id + " --json").json()["threads"][0]["waits_for"][0]["blocked_by"][0]["end"];
    };
    CHECK(end() == "runs");
    ::kill(static_cast<pid_t>(owner.id().value()), SIGSTOP);
    CHECK(test::eventually([&] { return end() == "stopped"; }));
    CHECK(kobj_tool("why " + id).has("is stopped, by a signal or a debugger"));
    ::kill(static_cast<pid_t>(owner.id().value()), SIGCONT);
    test::kill_hard(owner);
    CHECK(test::wait_for_exit(waiter) == 0);
}

// Owns the first, and waits for all of both.
ROLE(wants_own_and_event) {
    auto own = args.adopt<kobj::mutex>(0);
    own.acquire().value();
    const kobj::handle_value both[] = {args.handle(0), args.handle(1)};
    (void)kobj::wait_all(both, std::chrono::hours(1)).value();
    return 0;
}

TEST_CASE("Its own mutex keeps no thread waiting, and a time limit is told", "[tool][process]") {
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    auto bell = kobj::event::create({.inheritable = true}).value();
    const auto child = test::start_role("wants_own_and_event", {gate, bell});
    test::until_waiting(bell, 1);
    CHECK(kobj_tool("deadlocks").code == 0);
    const std::string id = std::to_string(child.id().value());
    const json why = kobj_tool("why " + id + " --json").json()["threads"][0];
    CHECK_FALSE(why["deadlocked"].get<bool>());
    CHECK(why["all"].get<bool>());
    CHECK(why["remaining_ms"] > 3'000'000);
    CHECK_FALSE(why["alertable"].get<bool>());
    CHECK(why["waits_for"][0]["blocked_by"].empty());
    CHECK(kobj_tool("why " + id).has("60 min more at most"));
    bell.set().value();
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("The doctor says why two processes do not see each other", "[tool][process]") {
    auto held = kobj::event::create({.inheritable = true}).value();
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    auto here = test::start_role("stays_with_mutex", {gate, held});
    held.wait().value();
    const test::own_session session;
    auto there = test::start_role("stays_alone", {}, session.options());
    REQUIRE(test::eventually([&] { return session.has_living_process(); }));
    const std::string self = std::to_string(getpid());
    const auto same = kobj_tool("doctor " + self + ' ' + std::to_string(here.id().value()));
    CHECK(same.code == 0);
    INFO(same.text);
    CHECK(same.has("are in one session"));
    const auto apart = kobj_tool("doctor " + self + ' ' + std::to_string(there.id().value()));
    CHECK(apart.code == 1);
    CHECK(apart.has("KOBJ_SESSION is not the same"));
    REQUIRE(unlink(session.path().c_str()) == 0);
    const auto removed = kobj_tool("doctor " + std::to_string(there.id().value()));
    CHECK(removed.code == 1);
    CHECK(removed.has("removed while it was in use"));
    const auto plain = kobj_tool("doctor --json");
    CHECK(plain.code == 0);
    CHECK(plain.json()["ok"].get<bool>());
    test::kill_hard(here);
    test::kill_hard(there);
}

ROLE(stays_alone) {
    (void)args;
    const auto mutex = kobj::mutex::create().value();
    test::eventually([] { return false; });
    return 0;
}

// Its session is removed by nobody: it was the only process there.
TEST_CASE("A session that all have left by being killed is cleaned away, one with a process is not", "[tool][kill]") {
    const test::own_session session;
    auto child = test::start_role("stays_alone", {}, session.options());
    REQUIRE(test::eventually([&] { return session.has_living_process(); }));
    const std::string name = session.path().substr(session.path().rfind('.') + 1);
    const auto kept = kobj_tool("clean --session " + name + " --json");
    CHECK(kept.code == 0);
    CHECK(kept.json()["removed"].empty());
    CHECK(session.exists());
    test::kill_hard(child);
    CHECK(kobj_tool("clean --dry-run --session " + name).has("to be removed"));
    CHECK(session.exists());
    CHECK(kobj_tool("clean --session " + name).has("removed " + session.path()));
    CHECK_FALSE(session.exists());
    CHECK(kobj_tool("clean --session " + name).code == 2);
}

// Starts a program that does not use kobj, and stays.
ROLE(starts_plain) {
    const auto mutex = kobj::mutex::create({.inheritable = true}).value();
    const auto child =
        kobj::process::start({test::plain_program(), "stay", args.text(0)}, {.inherit = kobj::inherit::all}).value();
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("A session whose handles a program without kobj has inherited is not cleaned away", "[tool][kill]") {
    const test::own_session session;
    const test::scratch_directory scratch;
    auto child = test::start_role("starts_plain", {scratch.file("there")}, session.options());
    const std::string name = session.path().substr(session.path().rfind('.') + 1);
    pid_t plain = 0;
    const auto is_started = [&] {
        const auto seen = kobj_tool("ps --json --session " + name);
        if (seen.code != 0) return false;
        const json all = seen.json();
        for (const json& process : all["processes"]) {
            if (process["state"] == "has not called kobj" && process["program"] == "kobj_plain")
                plain = process["process"];
        }
        return plain != 0;
    };
    REQUIRE(test::eventually(is_started));
    test::kill_hard(child);
    CHECK(kobj_tool("clean --session " + name).has("one process lives there"));
    CHECK(session.exists());
    ::kill(plain, SIGKILL);
    CHECK(test::eventually([&] { return kobj_tool("clean --session " + name).has("removed"); }));
}
