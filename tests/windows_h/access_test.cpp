#include "windows.hpp"

using test::owned;

// ERROR_PRIVILEGE_NOT_HELD
constexpr DWORD no_privilege = 1314;

TEST_CASE("What may be asked for when an object is opened", "[windows_h][access]") {
    const std::wstring name = test::wide(test::unique_name("asked"));
    const owned made = CreateEventW(nullptr, TRUE, FALSE, name.c_str());
    const auto opened = [&](DWORD access) { return OpenEventW(access, FALSE, name.c_str()); };
    const owned most = opened(MAXIMUM_ALLOWED);
    CHECK(SetEvent(most));
    CHECK(WaitForSingleObject(most, 0) == WAIT_OBJECT_0);
    const owned all = opened(GENERIC_ALL);
    CHECK(ResetEvent(all));
    CHECK(WaitForSingleObject(all, 0) == WAIT_TIMEOUT);
    const owned reads = opened(GENERIC_READ);
    REFUSES(SetEvent(reads), ERROR_ACCESS_DENIED);
    REFUSES(WaitForSingleObject(reads, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
    const owned two = opened(GENERIC_EXECUTE | EVENT_MODIFY_STATE);
    CHECK(SetEvent(two));
    CHECK(WaitForSingleObject(two, 0) == WAIT_OBJECT_0);
    // Wine grants whatever is asked for.
    if (test::on_wine()) return;
    REFUSES(opened(0), ERROR_ACCESS_DENIED);
    REFUSES(opened(0x001FFFFF), ERROR_ACCESS_DENIED);
    REFUSES(opened(ACCESS_SYSTEM_SECURITY), no_privilege);
    const std::wstring mutex_name = test::wide(test::unique_name("mutex"));
    const owned mutex = CreateMutexW(nullptr, FALSE, mutex_name.c_str());
    REFUSES(OpenMutexW(EVENT_ALL_ACCESS, FALSE, mutex_name.c_str()), ERROR_ACCESS_DENIED);
    // The name is looked for first.
    const std::wstring none = test::wide(test::unique_name("none"));
    REFUSES(OpenEventW(0, FALSE, none.c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenEventW(0x001FFFFF, FALSE, none.c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenEventW(0, FALSE, mutex_name.c_str()), ERROR_INVALID_HANDLE);
}

TEST_CASE("A narrow handle stays narrow for whoever duplicates it with the same access", "[windows_h][access]") {
    const owned narrow = CreateEventExW(nullptr, nullptr, CREATE_EVENT_MANUAL_RESET, SYNCHRONIZE);
    const HANDLE self = GetCurrentProcess();
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(self, narrow, self, &copy, EVENT_ALL_ACCESS, FALSE, DUPLICATE_SAME_ACCESS));
    const owned same = copy;
    REFUSES(SetEvent(same), ERROR_ACCESS_DENIED);
    // The access is checked anew otherwise, and the user has all of it.
    REQUIRE(DuplicateHandle(self, narrow, self, &copy, EVENT_ALL_ACCESS, FALSE, 0));
    const owned wide = copy;
    CHECK(SetEvent(wide));
    REQUIRE(DuplicateHandle(self, wide, self, &copy, 0, FALSE, 0));
    const owned none = copy;
    REFUSES(SetEvent(none), ERROR_ACCESS_DENIED);
    REFUSES(WaitForSingleObject(none, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
    REQUIRE(DuplicateHandle(self, wide, self, &copy, MAXIMUM_ALLOWED, FALSE, 0));
    const owned most = copy;
    CHECK(ResetEvent(most));
    REQUIRE(DuplicateHandle(self, wide, self, &copy, GENERIC_EXECUTE, FALSE, 0));
    const owned executes = copy;
    CHECK(WaitForSingleObject(executes, 0) == WAIT_TIMEOUT);
    REFUSES(SetEvent(executes), ERROR_ACCESS_DENIED);
}

TEST_CASE("Duplicating asks for a process and the right to duplicate", "[windows_h][access]") {
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const HANDLE self = GetCurrentProcess();
    HANDLE queries = nullptr;
    REQUIRE(DuplicateHandle(self, self, self, &queries, PROCESS_QUERY_INFORMATION, FALSE, 0));
    const owned weak = queries;
    HANDLE copy = event;
    REFUSES(DuplicateHandle(weak, event, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_ACCESS_DENIED);
    REFUSES(DuplicateHandle(self, event, weak, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_ACCESS_DENIED);
    REFUSES(DuplicateHandle(self, event, event, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_INVALID_HANDLE);
    REFUSES(DuplicateHandle(event, event, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_INVALID_HANDLE);
    CHECK(copy == nullptr);
    // Backward compatibility: nobody learns of the copy.
    CHECK(DuplicateHandle(self, event, self, nullptr, 0, FALSE, DUPLICATE_SAME_ACCESS));
}

TEST_CASE("Closing the source happens whatever becomes of the copy", "[windows_h][access]") {
    const HANDLE self = GetCurrentProcess();
    HANDLE source = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    HANDLE copy = nullptr;
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (test::on_wine()) {
        CHECK(CloseHandle(source));  // it refuses before it closes
        return;
    }
    REFUSES(DuplicateHandle(self, source, event, &copy, 0, FALSE, DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS),
            ERROR_INVALID_HANDLE);
    if (!test::on_windows) REFUSES(CloseHandle(source), ERROR_INVALID_HANDLE);
}

TEST_CASE("The rights of the calls for each type", "[windows_h][access]") {
    const owned mutex = CreateMutexExW(nullptr, nullptr, 0, READ_CONTROL);
    REFUSES(WaitForSingleObject(mutex, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
    const owned semaphore = CreateSemaphoreExW(nullptr, 0, 1, nullptr, 0, SYNCHRONIZE);
    REFUSES(ReleaseSemaphore(semaphore, 1, nullptr), ERROR_ACCESS_DENIED);
    CHECK(WaitForSingleObject(semaphore, 0) == WAIT_TIMEOUT);
    const owned timer = CreateWaitableTimerExW(nullptr, nullptr, 0, SYNCHRONIZE);
    LARGE_INTEGER due;
    due.QuadPart = 0;
    REFUSES(SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE), ERROR_ACCESS_DENIED);
    REFUSES(CancelWaitableTimer(timer), ERROR_ACCESS_DENIED);
    const owned event = CreateEventExW(nullptr, nullptr, 0, SYNCHRONIZE);
    REFUSES(SetEvent(event), ERROR_ACCESS_DENIED);
    REFUSES(ResetEvent(event), ERROR_ACCESS_DENIED);
    REFUSES(PulseEvent(event), ERROR_ACCESS_DENIED);
    REFUSES(SignalObjectAndWait(event, semaphore, 0, FALSE) != WAIT_FAILED, ERROR_ACCESS_DENIED);
}
