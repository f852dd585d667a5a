#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/state.hpp"
#include "windows.hpp"

#include <string>
#include <vector>

using test::owned;

namespace {
// The program of c/leaving.c, which lies beside this one. It has no thread of the harness.
std::uint32_t run_leaving(std::vector<std::string> arguments) {
    std::string path = test::plain_program();
    path.replace(path.rfind("kobj_plain"), 10, "kobj_windows_h_leaving");
    arguments.insert(arguments.begin(), path);
    return test::wait_for_exit(kobj::process::start(arguments).value());
}
}  // namespace

TEST_CASE("The process ends with its last thread, and with that one's code", "[windows_h][thread]") {
    for (int i = 0; i < 10; ++i) CHECK(run_leaving({"others"}) == 0xABCD1234U);
}

TEST_CASE("ExitThread of the only thread ends the process with its code", "[windows_h][thread]") {
    CHECK(run_leaving({}) == 0x12345678);
}

ROLE(windows_h_sleeps_alertably) {
    const HANDLE objects[] = {args.handle(0).native(), args.handle(1).native()};
    // Whoever asks whether it is taken has it for a moment.
    ROLE_CHECK(WaitForSingleObject(args.handle(2).native(), INFINITE) == WAIT_OBJECT_0);
    // Waits for ever: the mutex has an owner.
    WaitForMultipleObjectsEx(2, objects, TRUE, INFINITE, TRUE);
    return 1;
}

TEST_CASE("A process that is killed in an alertable wait leaves nothing behind", "[windows_h][apc][kill]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned event = CreateEventW(&inheritable, FALSE, FALSE, nullptr);
    const owned held = CreateMutexW(&inheritable, TRUE, nullptr);
    const owned theirs = CreateMutexW(&inheritable, FALSE, nullptr);
    const auto value = [](HANDLE handle) { return kobj::handle_value::from_native(handle); };
    auto child = test::start_role("windows_h_sleeps_alertably", {value(event), value(held), value(theirs)});
    CHECK(test::eventually([&] {
        if (WaitForSingleObject(theirs, 0) == WAIT_TIMEOUT) return true;
        ReleaseMutex(theirs);
        return false;
    }));
    test::until_waiting(value(event));
    test::kill_hard(child);
    CHECK(WaitForSingleObject(theirs, INFINITE) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(theirs));
    // Nobody takes what the dead one waited for.
    CHECK(ReleaseMutex(held));
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(held, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(held));
    if (!test::on_wine()) CHECK(kobj::inspect::usage_count(value(event)).value() == 1);
}

namespace {
void CALLBACK never_called(LPVOID, DWORD, DWORD) {}
}  // namespace

ROLE(windows_h_sets_timer_and_sleeps) {
    LARGE_INTEGER due;
    due.QuadPart = -20'000'000;
    ROLE_CHECK(SetWaitableTimer(args.handle(0).native(), &due, 0, never_called, nullptr, FALSE));
    ROLE_CHECK(SetEvent(args.handle(1).native()));
    if (args.number(2) != 0) return 0;
    Sleep(INFINITE);
    return 1;
}

TEST_CASE("A timer with a routine ends with the process that has set it", "[windows_h][apc][timer][kill]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned timer = CreateWaitableTimerW(&inheritable, TRUE, nullptr);
    const owned ready = CreateEventW(&inheritable, FALSE, FALSE, nullptr);
    const auto value = [](HANDLE handle) { return kobj::handle_value::from_native(handle); };
    const int by_itself = GENERATE(0, 1);
    auto child = test::start_role("windows_h_sets_timer_and_sleeps", {value(timer), value(ready), by_itself});
    CHECK(WaitForSingleObject(ready, INFINITE) == WAIT_OBJECT_0);
    if (by_itself != 0)
        CHECK(test::wait_for_exit(child) == 0);
    else
        test::kill_hard(child);
    // Wine lets it run on.
    if (!test::on_wine()) CHECK(WaitForSingleObject(timer, 2'500) == WAIT_TIMEOUT);
}
