#include "windows.hpp"

#include <atomic>
#include <thread>

using test::owned;

TEST_CASE("Waiting for one object", "[windows_h]") {
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    CHECK(test::error_of([&] { CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT); }) == test::untouched);
    CHECK(test::error_of([&] { CHECK(WaitForSingleObjectEx(event, 20, FALSE) == WAIT_TIMEOUT); }) == test::untouched);
    std::thread setter([&] { SetEvent(event); });
    CHECK(WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0);
    setter.join();
    CHECK(test::error_of([&] { CHECK(WaitForSingleObject(nullptr, 0) == WAIT_FAILED); }) == ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(GetCurrentProcess(), 0) == WAIT_TIMEOUT);
}

TEST_CASE("Waiting for several objects", "[windows_h]") {
    const owned a = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned b = CreateEventW(nullptr, TRUE, TRUE, nullptr);
    const HANDLE both[] = {a, b};
    CHECK(WaitForMultipleObjects(2, both, FALSE, 0) == WAIT_OBJECT_0 + 1);
    CHECK(WaitForMultipleObjectsEx(2, both, TRUE, 0, FALSE) == WAIT_TIMEOUT);
    CHECK(SetEvent(a));
    CHECK(WaitForMultipleObjects(2, both, TRUE, INFINITE) == WAIT_OBJECT_0);
    CHECK(test::error_of([&] { CHECK(WaitForMultipleObjects(0, both, FALSE, 0) == WAIT_FAILED); }) ==
          ERROR_INVALID_PARAMETER);
    CHECK(test::error_of([&] { CHECK(WaitForMultipleObjects(65, both, FALSE, 0) == WAIT_FAILED); }) ==
          ERROR_INVALID_PARAMETER);
    const HANDLE bad[] = {a, nullptr};
    CHECK(test::error_of([&] { CHECK(WaitForMultipleObjects(2, bad, FALSE, 0) == WAIT_FAILED); }) ==
          ERROR_INVALID_HANDLE);
}

TEST_CASE("An abandoned mutex is told with its place", "[windows_h]") {
    const owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const auto abandon = [&] { std::thread([&] { WaitForSingleObject(mutex, INFINITE); }).join(); };
    abandon();
    CHECK(WaitForSingleObject(mutex, INFINITE) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    abandon();
    const HANDLE both[] = {event, mutex};
    CHECK(WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_ABANDONED_0 + 1);
    CHECK(ReleaseMutex(mutex));
}

TEST_CASE("Signal and wait", "[windows_h]") {
    const owned a = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned b = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    CHECK(SignalObjectAndWait(a, b, 0, FALSE) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(a, 0) == WAIT_OBJECT_0);
    CHECK(SignalObjectAndWait(b, a, INFINITE, FALSE) == WAIT_OBJECT_0);
    CHECK(test::error_of([&] { CHECK(SignalObjectAndWait(nullptr, a, 0, FALSE) == WAIT_FAILED); }) ==
          ERROR_INVALID_HANDLE);
    const owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
    CHECK(test::error_of([&] { CHECK(SignalObjectAndWait(mutex, a, 0, FALSE) == WAIT_FAILED); }) == ERROR_NOT_OWNER);
}

TEST_CASE("The last error belongs to the thread", "[windows_h]") {
    std::atomic<int> step{0};
    std::thread other([&] {
        while (step != 1) {
        }
        SetLastError(2);
        step = 2;
    });
    SetLastError(1);
    step = 1;
    while (step != 2) {
    }
    const DWORD left = GetLastError();
    other.join();
    CHECK(left == 1);
}

TEST_CASE("Ids and pseudo handles", "[windows_h]") {
    CHECK(GetCurrentProcessId() == test::system_process_id());
    CHECK(GetCurrentThreadId() == test::system_thread_id());
    CHECK(GetCurrentProcess() == INVALID_HANDLE_VALUE);
    CHECK(GetCurrentThread() != GetCurrentProcess());
    SwitchToThread();
}

TEST_CASE("A timer cannot be set without a time, or with a period below zero", "[windows_h]") {
    const test::owned timer = CreateWaitableTimerW(nullptr, TRUE, nullptr);
    LARGE_INTEGER due;
    due.QuadPart = -1;
    REFUSES(SetWaitableTimer(timer, nullptr, 0, nullptr, nullptr, FALSE), ERROR_NOACCESS);
    if (!test::on_wine()) REFUSES(SetWaitableTimer(timer, &due, -1, nullptr, nullptr, FALSE), ERROR_INVALID_PARAMETER);
    CHECK(test::error_of([&] { SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE); }) == test::untouched);
    // To wake the machine is another matter; the timer is set.
    if (!test::on_wine())
        CHECK(test::error_of([&] { SetWaitableTimer(timer, &due, 0, nullptr, nullptr, TRUE); }) == ERROR_NOT_SUPPORTED);
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
}
