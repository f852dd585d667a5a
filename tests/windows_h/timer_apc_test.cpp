#include "support/role.hpp"
#include "windows.hpp"

#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

using test::owned;

namespace {

struct fired {
    int number;
    long long due;  ///< as a FILETIME
};
thread_local std::vector<fired> seen;

void CALLBACK note(LPVOID number, DWORD low, DWORD high) {
    seen.push_back({static_cast<int>(reinterpret_cast<std::intptr_t>(number)),
                    static_cast<long long>(static_cast<unsigned long long>(high) << 32U | low)});
}
void CALLBACK note_queued(ULONG_PTR number) {
    seen.push_back({static_cast<int>(number), 0});
}

LPVOID argument(int number) {
    return reinterpret_cast<LPVOID>(static_cast<std::intptr_t>(number));
}

std::vector<int> taken() {
    std::vector<int> all;
    for (const fired& each : std::exchange(seen, {})) all.push_back(each.number);
    return all;
}
using numbers = std::vector<int>;

LARGE_INTEGER in_milliseconds(int length) {
    LARGE_INTEGER due;
    due.QuadPart = length * -10'000LL;
    return due;
}

long long now() {
    FILETIME time;
    GetSystemTimePreciseAsFileTime(&time);
    return static_cast<long long>(static_cast<unsigned long long>(time.dwHighDateTime) << 32U | time.dwLowDateTime);
}

bool set(HANDLE timer, int length, int number, LONG period = 0) {
    const LARGE_INTEGER due = in_milliseconds(length);
    return SetWaitableTimer(timer, &due, period, note, argument(number), FALSE) != FALSE;
}

owned new_timer(bool manual = false) {
    return CreateWaitableTimerW(nullptr, manual ? TRUE : FALSE, nullptr);
}

}  // namespace

TEST_CASE("A timer's routine runs in an alertable wait of the thread that set it", "[windows_h][apc][timer]") {
    const owned timer = new_timer(true);
    const long long before = now();
    REQUIRE(set(timer, 20, 1));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    REQUIRE(seen.size() == 1);
    if (!test::on_wine()) {
        // The time at which it was due, not the one at which it ran.
        CHECK(seen[0].due >= before + 200'000);
        CHECK(seen[0].due <= now());
    }
    CHECK(taken() == numbers{1});
    // The timer itself is signaled, too.
    CHECK(WaitForSingleObject(timer, 0) == WAIT_OBJECT_0);
    CHECK(SleepEx(30, TRUE) == 0);
    CHECK(taken().empty());
}

TEST_CASE("The routine is told when the timer was due, however late it runs", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    LARGE_INTEGER due;
    due.QuadPart = now() + 200'000;
    REQUIRE(SetWaitableTimer(timer, &due, 0, note, argument(1), FALSE));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
    REQUIRE(seen.size() == 1);
    // The clocks are compared twice.
    if (!test::on_windows) CHECK(std::llabs(seen[0].due - due.QuadPart) < 10'000);
    seen.clear();
}

TEST_CASE("Other waits do not run a timer's routine", "[windows_h][apc][timer]") {
    const owned timer = new_timer(true);
    REQUIRE(set(timer, 1, 1));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    Sleep(10);
    CHECK(taken().empty());
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
}

TEST_CASE("A timer that is due already runs its routine at once", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    REQUIRE(set(timer, 0, 1));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
    LARGE_INTEGER past;
    past.QuadPart = 1;
    REQUIRE(SetWaitableTimer(timer, &past, 0, note, argument(2), FALSE));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{2});
}

TEST_CASE("Who waits for his own timer gets its signal, and its routine later", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    REQUIRE(set(timer, 20, 1));
    CHECK(WaitForSingleObjectEx(timer, INFINITE, TRUE) == WAIT_OBJECT_0);
    CHECK(taken().empty());
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
}

TEST_CASE("A routine ends waits of every kind", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const owned other = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const HANDLE both[] = {event, other};
    REQUIRE(set(timer, 5, 1));
    CHECK(WaitForSingleObjectEx(event, INFINITE, TRUE) == WAIT_IO_COMPLETION);
    REQUIRE(set(timer, 5, 2));
    CHECK(WaitForMultipleObjectsEx(2, both, FALSE, INFINITE, TRUE) == WAIT_IO_COMPLETION);
    REQUIRE(set(timer, 5, 3));
    CHECK(WaitForMultipleObjectsEx(2, both, TRUE, INFINITE, TRUE) == WAIT_IO_COMPLETION);
    REQUIRE(set(timer, 5, 4));
    CHECK(SignalObjectAndWait(other, event, INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1, 2, 3, 4});
    CHECK(WaitForSingleObject(other, 0) == WAIT_OBJECT_0);
}

TEST_CASE("To set a timer again takes a routine back that has not run", "[windows_h][apc][timer]") {
    const owned timer = new_timer(true);
    REQUIRE(set(timer, 1, 1));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    REQUIRE(set(timer, 5, 2));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{2});
    // Without one.
    REQUIRE(set(timer, 1, 3));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    const LARGE_INTEGER due = in_milliseconds(1);
    REQUIRE(SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE));
    CHECK(SleepEx(30, TRUE) == 0);
    CHECK(taken().empty());
    CHECK(WaitForSingleObject(timer, 0) == WAIT_OBJECT_0);
}

TEST_CASE("To cancel a timer takes its routine back and leaves its state", "[windows_h][apc][timer]") {
    const owned timer = new_timer(true);
    REQUIRE(set(timer, 20, 1));
    REQUIRE(CancelWaitableTimer(timer));
    CHECK(SleepEx(50, TRUE) == 0);
    CHECK(WaitForSingleObject(timer, 0) == WAIT_TIMEOUT);
    REQUIRE(set(timer, 1, 2));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    // By another thread, and another handle.
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), timer, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    const owned other = copy;
    std::thread([&] { CancelWaitableTimer(other); }).join();
    CHECK(SleepEx(30, TRUE) == 0);
    CHECK(taken().empty());
    CHECK(WaitForSingleObject(timer, 0) == WAIT_OBJECT_0);
}

TEST_CASE("Another thread that sets the timer takes it over", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    REQUIRE(set(timer, 20, 1));
    numbers theirs;
    std::thread([&] {
        set(timer, 20, 2);
        SleepEx(INFINITE, TRUE);
        theirs = taken();
    }).join();
    CHECK(theirs == numbers{2});
    CHECK(SleepEx(50, TRUE) == 0);
    CHECK(taken().empty());
}

ROLE(windows_h_takes_timer_back) {
    const HANDLE timer = args.handle(0).native();
    if (args.number(1) != 0) {
        ROLE_CHECK(CancelWaitableTimer(timer));
        return 0;
    }
    ROLE_CHECK(set(timer, 1, 1));
    ROLE_CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    return taken() == numbers{1} ? 0 : 1;
}

TEST_CASE("Another process takes a timer back, too", "[windows_h][apc][timer]") {
    SECURITY_ATTRIBUTES inheritable = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const owned timer = CreateWaitableTimerW(&inheritable, TRUE, nullptr);
    const int by_cancel = GENERATE(0, 1);
    REQUIRE(set(timer, 1, 1));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    CHECK(test::run_role("windows_h_takes_timer_back", {kobj::handle_value::from_native(timer), by_cancel}) == 0);
    CHECK(SleepEx(20, TRUE) == 0);
    CHECK(taken().empty());
}

TEST_CASE("A periodic timer runs its routine in each period", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    REQUIRE(set(timer, 5, 1, 5));
    // Wine's comes once.
    const int times = test::on_wine() ? 1 : 5;
    for (int i = 0; i < times; ++i) CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken().size() >= static_cast<std::size_t>(times));
    // What came due several times meanwhile is one call.
    Sleep(50);
    if (!test::on_wine()) {
        CHECK(SleepEx(0, TRUE) == WAIT_IO_COMPLETION);
        CHECK(taken().size() <= 2);
    }
    REQUIRE(CancelWaitableTimer(timer));
    CHECK(SleepEx(20, TRUE) == 0);
    CHECK(taken().empty());
}

TEST_CASE("Routines and queued calls run in the order of their times", "[windows_h][apc][timer]") {
    const owned first = new_timer();
    const owned second = new_timer();
    REQUIRE(set(first, 60, 3));
    REQUIRE(set(second, 30, 2));
    REQUIRE(QueueUserAPC(note_queued, GetCurrentThread(), 1) != 0);
    const HANDLE both[] = {first, second};
    CHECK(WaitForMultipleObjects(2, both, TRUE, INFINITE) == WAIT_OBJECT_0);
    REQUIRE(QueueUserAPC(note_queued, GetCurrentThread(), 4) != 0);
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1, 2, 3, 4});
}

TEST_CASE("A timer whose last handle is closed runs nothing", "[windows_h][apc][timer]") {
    const HANDLE timer = CreateWaitableTimerW(nullptr, FALSE, nullptr);
    REQUIRE(set(timer, 10, 1));
    REQUIRE(CloseHandle(timer));
    CHECK(SleepEx(40, TRUE) == 0);
    CHECK(taken().empty());
    // With another handle it goes on.
    const HANDLE again = CreateWaitableTimerW(nullptr, FALSE, nullptr);
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), again, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    const owned kept = copy;
    REQUIRE(set(again, 10, 2));
    REQUIRE(CloseHandle(again));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{2});
}

TEST_CASE("With its thread a timer with a routine ends, and keeps its state", "[windows_h][apc][timer]") {
    const owned timer = new_timer(true);
    const owned due_before = new_timer(true);
    std::thread([&] {
        set(timer, 50, 1);
        set(due_before, 0, 2);
        WaitForSingleObject(due_before, INFINITE);
    }).join();
    CHECK(WaitForSingleObject(due_before, 0) == WAIT_OBJECT_0);
    // Wine lets it run on, against Microsoft's documentation.
    if (!test::on_wine()) CHECK(WaitForSingleObject(timer, 120) == WAIT_TIMEOUT);
    // One without a routine outlives its thread.
    std::thread([&] {
        const LARGE_INTEGER due = in_milliseconds(10);
        SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE);
    }).join();
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
}

TEST_CASE("SetWaitableTimerEx takes a routine, too; errors change nothing", "[windows_h][apc][timer]") {
    const owned timer = new_timer();
    const LARGE_INTEGER due = in_milliseconds(1);
    CHECK(SetWaitableTimerEx(timer, &due, 0, note, argument(1), nullptr, 5));
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{1});
    REQUIRE(set(timer, 30, 2));
    if (!test::on_wine())
        REFUSES(SetWaitableTimerEx(timer, &due, -1, note, nullptr, nullptr, 0), ERROR_INVALID_PARAMETER);
    REFUSES(SetWaitableTimer(nullptr, &due, 0, note, nullptr, FALSE), ERROR_INVALID_HANDLE);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REFUSES(SetWaitableTimer(event, &due, 0, note, nullptr, FALSE), ERROR_INVALID_HANDLE);
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), timer, GetCurrentProcess(), &copy, SYNCHRONIZE, FALSE, 0));
    const owned weak = copy;
    REFUSES(SetWaitableTimer(weak, &due, 0, note, nullptr, FALSE), ERROR_ACCESS_DENIED);
    CHECK(SleepEx(INFINITE, TRUE) == WAIT_IO_COMPLETION);
    CHECK(taken() == numbers{2});
}
