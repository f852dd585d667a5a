#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include <kobj/kobj.hpp>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

// KOBJ_DEADLOCK=error: a wait that would complete a deadlock is refused, in the processes that were started so.

using namespace std::chrono_literals;
using kobj::errc;
using kobj::handle_value;
using kobj::wait_status;
using test::error_of;

namespace {

constexpr std::uint32_t got_it = 10;
constexpr std::uint32_t refused = 11;
constexpr std::uint32_t abandoned = 12;
constexpr std::uint32_t timed_out = 13;

// The first is asked for: it is what the process is told to.
kobj::process start_so(const char* role, std::initializer_list<test::role_arg> arguments,
                       const char* wanted = "error") {
    std::vector<std::string> variables;
    for (char** v = environ; *v != nullptr; ++v) variables.emplace_back(*v);
    variables.push_back(std::string("KOBJ_DEADLOCK=") + wanted);
    return test::start_role(role, arguments, {.inherit = kobj::inherit::all, .environment = variables});
}

std::uint32_t end_of(const kobj::result<wait_status>& how) {
    if (!how) {
        ROLE_CHECK(error_of(how) == errc::possible_deadlock);
        return refused;
    }
    return *how == wait_status::signaled ? got_it : *how == wait_status::abandoned ? abandoned : timed_out;
}

kobj::mutex make_mutex() {
    return kobj::mutex::create({.inheritable = true}).value();
}
kobj::event make_event(bool manual = false) {
    return kobj::event::create({.inheritable = true, .manual_reset = manual}).value();
}

}  // namespace

// Takes the first mutex, says so, and wants the second once it is told to. Gives up what it has when it is refused.
ROLE(takes_in_turn) {
    auto first = args.adopt<kobj::mutex>(0);
    auto second = args.adopt<kobj::mutex>(1);
    auto holds = args.adopt<kobj::semaphore>(2);
    auto go = args.adopt<kobj::event>(3);
    // Also when it holds it more than once.
    first.acquire().value();
    first.acquire().value();
    holds.release().value();
    go.wait().value();
    const std::uint32_t end = end_of(second.acquire());
    // Nothing was changed: it still owns the first one.
    ROLE_CHECK(first.release());
    ROLE_CHECK(first.release());
    if (end != refused) ROLE_CHECK(second.release());
    return static_cast<int>(end);
}

TEST_CASE("The one that would complete a circle of processes is refused", "[deadlock][process]") {
    const unsigned many = GENERATE(2U, 3U, 5U);
    INFO(many);
    std::vector<kobj::mutex> gates;
    for (unsigned i = 0; i < many; ++i) gates.push_back(make_mutex());
    auto holds = kobj::semaphore::create(0, 10, {.inheritable = true}).value();
    // All at the same moment.
    auto go = make_event(true);
    std::vector<kobj::process> children;
    for (unsigned i = 0; i < many; ++i)
        children.push_back(start_so("takes_in_turn", {gates[i], gates[(i + 1) % many], holds, go}));
    for (unsigned i = 0; i < many; ++i) holds.acquire().value();
    go.set().value();
    unsigned refusals = 0;
    for (const kobj::process& each : children) {
        const std::uint32_t end = test::wait_for_exit(each);
        CHECK((end == got_it || end == refused));
        refusals += end == refused ? 1 : 0;
    }
    // Once one has been refused and let go, the others go on.
    CHECK(refusals == 1);
    CHECK(test::damage() == "");
}

TEST_CASE("Without being asked for, nothing is refused", "[deadlock][process]") {
    const auto a = make_mutex();
    const auto b = make_mutex();
    auto holds = kobj::semaphore::create(0, 2, {.inheritable = true}).value();
    auto go = make_event(true);
    auto one = start_so("takes_in_turn", {a, b, holds, go}, "warn");
    auto two = start_so("takes_in_turn", {b, a, holds, go}, "");
    holds.acquire().value();
    holds.acquire().value();
    go.set().value();
    test::until_waiting(a);
    test::until_waiting(b);
    test::kill_hard(one);
    // The owner of what it wants was killed.
    CHECK(test::wait_for_exit(two) == abandoned);
}

// Owns the first mutex and waits for the second object, as it is told: for good, with a limit, or for one of it and an
// event.
ROLE(owns_and_waits) {
    auto own = args.adopt<kobj::mutex>(0);
    const handle_value other = args.handle(1);
    auto event = args.adopt<kobj::event>(2);
    own.acquire().value();
    args.adopt<kobj::event>(3).set().value();
    const std::string& how = args.text(4);
    if (how == "limit") {
        (void)kobj::wait(other, 1h).value();
    } else if (how == "any") {
        (void)kobj::wait_any({other, event.get()}).value();
    } else if (how == "all") {
        (void)kobj::wait_all({other, event.get()}).value();
    } else {
        (void)kobj::wait(other).value();
    }
    return 0;
}

// Owns the first mutex; once it is told so, it waits for the second object, in the way that is asked for.
ROLE(completes) {
    auto own = args.adopt<kobj::mutex>(0);
    const handle_value other = args.handle(1);
    auto event = args.adopt<kobj::event>(2);
    auto go = args.adopt<kobj::event>(3);
    const std::string& how = args.text(4);
    own.acquire().value();
    event.set().value();
    go.wait().value();
    const auto status = [](const kobj::result<kobj::wait_outcome>& end) -> kobj::result<wait_status> {
        if (!end) return end.error();
        return end->status;
    };
    if (how == "limit") return static_cast<int>(end_of(kobj::wait(other, 50ms)));
    if (how == "poll") return static_cast<int>(end_of(kobj::wait(other, 0s)));
    if (how == "all") return static_cast<int>(end_of(status(kobj::wait_all({own.get(), other}))));
    if (how == "any") return static_cast<int>(end_of(status(kobj::wait_any({other, event.get()}, 100ms))));
    if (how == "any of stuck ones") return static_cast<int>(end_of(status(kobj::wait_any({other, other}))));
    if (how == "release") {
        // What it waits for will be free once it has given up its own.
        const auto end = kobj::signal_and_wait(own.get(), other);
        return static_cast<int>(end_of(end));
    }
    if (how == "signal") {
        auto bell = kobj::event::create().value();
        const std::uint32_t end = end_of(kobj::signal_and_wait(bell.get(), other));
        // After an error nothing was signaled.
        ROLE_CHECK(kobj::wait(bell.get(), 0s).value() == wait_status::timed_out);
        return static_cast<int>(end);
    }
    return static_cast<int>(end_of(kobj::wait(other)));
}

namespace {

// One owns `a` and waits for `b` in the way `first`; the other owns `b` and wants `a` in the way `second`.
std::uint32_t end_of_second(const char* first, const char* second, bool kill_first = false) {
    const auto a = make_mutex();
    const auto b = make_mutex();
    auto event = make_event();
    auto owns = make_event();
    auto go = make_event();
    auto completing = start_so("completes", {b, a, owns, go, second});
    owns.wait().value();
    auto waiting = start_so("owns_and_waits", {a, b, event, owns, first});
    owns.wait().value();
    test::until_waiting(b);
    if (kill_first) test::kill_hard(waiting);
    go.set().value();
    if (std::string(first) == "limit" || std::string(first) == "any") {
        // It is not refused, but waits: then the first one goes on by another way, as it could.
        test::until_waiting(a);
        if (std::string(first) == "any")
            event.set().value();
        else
            test::kill_hard(waiting);
    }
    const std::uint32_t end = test::wait_for_exit(completing);
    event.set().value();
    if (!kill_first) test::wait_for_exit(waiting);
    CHECK(test::damage() == "");
    return end;
}

}  // namespace

TEST_CASE("What can still end is not refused", "[deadlock][process]") {
    // A time limit, of either side, ends a wait.
    CHECK(end_of_second("limit", "for good") == abandoned);
    CHECK(end_of_second("for good", "limit") == timed_out);
    CHECK(end_of_second("for good", "poll") == timed_out);
    // One of several is enough.
    CHECK(end_of_second("any", "for good") == abandoned);
    CHECK(end_of_second("for good", "any") == timed_out);
    // A dead owner keeps nobody waiting.
    CHECK(end_of_second("for good", "for good", true) == abandoned);
    // What is given up in the same step is free.
    CHECK(end_of_second("for good", "release") == abandoned);
}

TEST_CASE("What can never end is refused, also in a wait for several", "[deadlock][process]") {
    CHECK(end_of_second("for good", "for good") == refused);
    CHECK(end_of_second("all", "for good") == refused);
    CHECK(end_of_second("for good", "all") == refused);
    CHECK(end_of_second("for good", "any of stuck ones") == refused);
    CHECK(end_of_second("for good", "signal") == refused);
}

// Waits for its own end, and for a thread that waits for it.
ROLE(waits_for_itself) {
    ROLE_CHECK(error_of(kobj::wait(kobj::current_thread())) == errc::possible_deadlock);
    ROLE_CHECK(kobj::wait(kobj::current_thread(), 10ms).value() == wait_status::timed_out);
    auto gate = kobj::mutex::create({.initially_owned = true}).value();
    auto other = kobj::thread::start([&] { (void)gate.acquire().value(); }).value();
    test::until_waiting(gate);
    ROLE_CHECK(error_of(kobj::wait(other.get())) == errc::possible_deadlock);
    // Its own mutex is in nobody's way, and what anybody can signal neither.
    auto bell = kobj::event::create().value();
    ROLE_CHECK(kobj::wait_all({gate.get(), bell.get()}, 0s).value().status == wait_status::timed_out);
    std::thread rings([&] {
        test::until_waiting(bell);
        bell.set().value();
    });
    ROLE_CHECK(kobj::wait_all({gate.get(), bell.get()}).value().status == wait_status::signaled);
    rings.join();
    ROLE_CHECK(gate.release());
    ROLE_CHECK(gate.release());
    ROLE_CHECK(kobj::wait(other.get()).value() == wait_status::signaled);
    return 0;
}

TEST_CASE("A thread that waits for itself is refused", "[deadlock][process]") {
    CHECK(test::wait_for_exit(start_so("waits_for_itself", {})) == 0);
}

// Waits for a child that waits for what it owns itself. The child is a forked one, with no other thread that could end
// it.
ROLE(waits_for_child) {
    auto gate = kobj::mutex::create({.inheritable = true, .initially_owned = true}).value();
    const pid_t id = fork();
    if (id == 0) _exit(kobj::wait(gate.get()).has_value() ? 0 : 1);
    test::until_waiting(gate);
    const auto child = kobj::process::open(static_cast<std::uint32_t>(id)).value();
    ROLE_CHECK(error_of(kobj::wait(child.get())) == errc::possible_deadlock);
    ROLE_CHECK(gate.release());
    ROLE_CHECK(kobj::wait(child.get()).value() == wait_status::signaled);
    return 0;
}

TEST_CASE("A process that waits for its child, which waits for it, is refused", "[deadlock][process]") {
    CHECK(test::wait_for_exit(start_so("waits_for_child", {})) == 0);
}
