#include "process.hpp"

// KOBJ_DEADLOCK=error, which Windows knows nothing of: there such a wait never ends.

using test::error_of;
using test::owned;

namespace {

DWORD CALLBACK waits_for(LPVOID mutex) {
    return WaitForSingleObject(mutex, INFINITE);
}

void CALLBACK do_nothing(ULONG_PTR) {}

// Gives a thread something to run.
DWORD CALLBACK alerts(LPVOID thread) {
    return QueueUserAPC(do_nothing, thread, 0);
}

}  // namespace

ROLE(refused_waits) {
    const owned gate(CreateMutexW(nullptr, TRUE, nullptr));
    HANDLE self = nullptr;
    ROLE_CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE,
                               DUPLICATE_SAME_ACCESS));
    const owned real(self);
    const auto refuses = [](auto wait) {
        DWORD answer = WAIT_OBJECT_0;
        return error_of([&] { answer = wait(); }) == ERROR_POSSIBLE_DEADLOCK && answer == WAIT_FAILED;
    };
    ROLE_CHECK(refuses([] { return WaitForSingleObject(GetCurrentThread(), INFINITE); }));
    ROLE_CHECK(WaitForSingleObject(GetCurrentThread(), 10) == WAIT_TIMEOUT);
    const HANDLE both[] = {real, gate};
    ROLE_CHECK(refuses([&] { return WaitForMultipleObjects(2, both, TRUE, INFINITE); }));
    // Its own mutex can be had.
    ROLE_CHECK(WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0 + 1 && ReleaseMutex(gate));
    // This wait another thread can end.
    const owned helper(CreateThread(nullptr, 0, alerts, real, 0, nullptr));
    ROLE_CHECK(WaitForSingleObjectEx(real, INFINITE, TRUE) == WAIT_IO_COMPLETION);
    ROLE_CHECK(WaitForSingleObject(helper, INFINITE) == WAIT_OBJECT_0);
    // A signal that goes with a refused wait is not given.
    const owned event(CreateEventW(nullptr, FALSE, FALSE, nullptr));
    ROLE_CHECK(refuses([&] { return SignalObjectAndWait(event, real, INFINITE, FALSE); }));
    ROLE_CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    // Who lets go first is not refused.
    const owned other(CreateThread(nullptr, 0, waits_for, gate, 0, nullptr));
    ROLE_CHECK(ReleaseMutex(gate) && WaitForSingleObject(other, INFINITE) == WAIT_OBJECT_0);
    return 0;
}

TEST_CASE("A wait that would never end is refused on request", "[windows_h][deadlock]") {
    if (test::on_windows) return;
    test::set_environment("KOBJ_DEADLOCK", "error");
    const DWORD code = test::run({.command_line = test::role_line("refused_waits")});
    test::unset_environment("KOBJ_DEADLOCK");
    CHECK(code == 0);
}
