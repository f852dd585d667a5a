#include "windows.hpp"

#include <thread>

using test::owned;

TEST_CASE("Creating sets the last error to 0 or ERROR_ALREADY_EXISTS", "[windows_h]") {
    const std::string name = test::unique_name("create");
    SetLastError(test::untouched);
    const owned first = CreateMutexA(nullptr, FALSE, name.c_str());
    CHECK(GetLastError() == ERROR_SUCCESS);
    REQUIRE(first != nullptr);
    const owned second = CreateMutexW(nullptr, TRUE, test::wide(name).c_str());
    CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    REQUIRE(second != nullptr);
    CHECK(CompareObjectHandles(first, second));
    // The initial owner counts for a new mutex only.
    REFUSES(ReleaseMutex(second), ERROR_NOT_OWNER);
    SetLastError(test::untouched);
    CHECK(CreateEventA(nullptr, FALSE, FALSE, name.c_str()) == nullptr);
    CHECK(GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(CreateSemaphoreA(nullptr, 0, 1, name.c_str()) == nullptr);
    CHECK(CreateWaitableTimerA(nullptr, FALSE, name.c_str()) == nullptr);
    CHECK(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 1, name.c_str()) == nullptr);
    CHECK(GetLastError() == ERROR_INVALID_HANDLE);
}

TEST_CASE("A null and an empty name make an unnamed object", "[windows_h]") {
    for (const char* name : {static_cast<const char*>(nullptr), ""}) {
        const owned a = CreateEventA(nullptr, TRUE, FALSE, name);
        const owned b = CreateEventA(nullptr, TRUE, FALSE, name);
        CHECK(GetLastError() == ERROR_SUCCESS);
        REQUIRE(a != nullptr);
        REQUIRE(b != nullptr);
        CHECK_FALSE(CompareObjectHandles(a, b));
    }
}

TEST_CASE("Names that are no names", "[windows_h]") {
    if (!test::on_wine())
        REFUSES(CreateMutexW(nullptr, FALSE, std::wstring(261, L'a').c_str()), ERROR_FILENAME_EXCED_RANGE);
    REFUSES(CreateMutexW(nullptr, FALSE, L"nowhere\\name"), ERROR_PATH_NOT_FOUND);
    REFUSES(OpenMutexW(SYNCHRONIZE, FALSE, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(OpenMutexW(SYNCHRONIZE, FALSE, L""), ERROR_INVALID_HANDLE);
    REFUSES(OpenMutexA(SYNCHRONIZE, FALSE, test::unique_name("none").c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenEventA(SYNCHRONIZE, FALSE, test::unique_name("none").c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenSemaphoreA(SYNCHRONIZE, FALSE, test::unique_name("none").c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenWaitableTimerA(SYNCHRONIZE, FALSE, test::unique_name("none").c_str()), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenFileMappingA(FILE_MAP_WRITE, FALSE, test::unique_name("none").c_str()), ERROR_FILE_NOT_FOUND);
}

TEST_CASE("Opening gives the access and the inheritance that are asked for", "[windows_h]") {
    const std::wstring name = test::wide(test::unique_name("open"));
    const owned made = CreateEventW(nullptr, TRUE, FALSE, name.c_str());
    const owned waits = OpenEventW(SYNCHRONIZE, FALSE, name.c_str());
    const owned sets = OpenEventW(EVENT_MODIFY_STATE, TRUE, name.c_str());
    REQUIRE(waits != nullptr);
    REQUIRE(sets != nullptr);
    REFUSES(SetEvent(waits), ERROR_ACCESS_DENIED);
    CHECK(SetEvent(sets));
    CHECK(test::error_of([&] { CHECK(WaitForSingleObject(sets, 0) == WAIT_FAILED); }) == ERROR_ACCESS_DENIED);
    CHECK(WaitForSingleObject(waits, 0) == WAIT_OBJECT_0);
    DWORD flags = 77;
    CHECK(GetHandleInformation(waits, &flags));
    CHECK(flags == 0);
    CHECK(GetHandleInformation(sets, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    const owned writes = OpenEventW(GENERIC_WRITE, FALSE, name.c_str());
    CHECK(SetEvent(writes));
    CHECK(WaitForSingleObject(writes, 0) == WAIT_FAILED);
    const owned executes = OpenEventW(GENERIC_EXECUTE, FALSE, name.c_str());
    REFUSES(SetEvent(executes), ERROR_ACCESS_DENIED);
    CHECK(WaitForSingleObject(executes, 0) == WAIT_OBJECT_0);
}

TEST_CASE("The Ex forms take flags and access", "[windows_h]") {
    const owned mutex = CreateMutexExW(nullptr, nullptr, CREATE_MUTEX_INITIAL_OWNER, MUTEX_ALL_ACCESS);
    CHECK(ReleaseMutex(mutex));
    REFUSES(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    const owned event =
        CreateEventExW(nullptr, nullptr, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET, SYNCHRONIZE);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    REFUSES(ResetEvent(event), ERROR_ACCESS_DENIED);
    const owned semaphore = CreateSemaphoreExA(nullptr, 1, 1, nullptr, 0, SYNCHRONIZE);
    CHECK(WaitForSingleObject(semaphore, 0) == WAIT_OBJECT_0);
    REFUSES(ReleaseSemaphore(semaphore, 1, nullptr), ERROR_ACCESS_DENIED);
    const owned timer = CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_MANUAL_RESET, SYNCHRONIZE);
    REFUSES(CancelWaitableTimer(timer), ERROR_ACCESS_DENIED);
    if (test::on_wine()) return;  // it takes any flags
    REFUSES(CreateMutexExW(nullptr, nullptr, 2, MUTEX_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    REFUSES(CreateEventExW(nullptr, nullptr, 4, EVENT_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    REFUSES(CreateSemaphoreExW(nullptr, 0, 1, nullptr, 1, SEMAPHORE_ALL_ACCESS), ERROR_INVALID_PARAMETER);
    REFUSES(CreateWaitableTimerExW(nullptr, nullptr, 8, TIMER_ALL_ACCESS), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Events", "[windows_h]") {
    const owned event = CreateEventW(nullptr, FALSE, TRUE, nullptr);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    CHECK(SetEvent(event));
    CHECK(ResetEvent(event));
    CHECK(WaitForSingleObject(event, 1) == WAIT_TIMEOUT);
    CHECK(PulseEvent(event));
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    const owned mutex = CreateMutexW(nullptr, FALSE, nullptr);
    REFUSES(SetEvent(mutex), ERROR_INVALID_HANDLE);
    REFUSES(ResetEvent(nullptr), ERROR_INVALID_HANDLE);
    REFUSES(PulseEvent(INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    REFUSES(ReleaseMutex(event), ERROR_INVALID_HANDLE);
    REFUSES(CancelWaitableTimer(event), ERROR_INVALID_HANDLE);
}

TEST_CASE("Semaphores", "[windows_h]") {
    const owned semaphore = CreateSemaphoreW(nullptr, 1, 3, nullptr);
    LONG before = -1;
    CHECK(ReleaseSemaphore(semaphore, 2, &before));
    CHECK(before == 1);
    before = -1;
    REFUSES(ReleaseSemaphore(semaphore, 1, &before), ERROR_TOO_MANY_POSTS);
    CHECK(before == -1);
    // Wine does not look.
    if (!test::on_wine()) REFUSES(ReleaseSemaphore(semaphore, 0, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(CreateSemaphoreW(nullptr, 2, 1, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(CreateSemaphoreW(nullptr, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(CreateSemaphoreW(nullptr, -1, 1, nullptr), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Waitable timers", "[windows_h]") {
    const owned timer = CreateWaitableTimerW(nullptr, TRUE, nullptr);
    CHECK(WaitForSingleObject(timer, 0) == WAIT_TIMEOUT);
    LARGE_INTEGER due;
    due.QuadPart = -10'000;
    CHECK(SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    due.QuadPart = -36'000'000'000;
    CHECK(SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE));
    CHECK(WaitForSingleObject(timer, 0) == WAIT_TIMEOUT);
    CHECK(CancelWaitableTimer(timer));
    due.QuadPart = 0;
    CHECK(SetWaitableTimerEx(timer, &due, 0, nullptr, nullptr, nullptr, 0));
    CHECK(WaitForSingleObject(timer, INFINITE) == WAIT_OBJECT_0);
    if (test::on_wine()) return;
    REFUSES(SetWaitableTimer(timer, &due, -1, nullptr, nullptr, FALSE), ERROR_INVALID_PARAMETER);
}

TEST_CASE("File mappings", "[windows_h]") {
    const std::string name = test::unique_name("mapping");
    SetLastError(test::untouched);
    const owned made = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, name.c_str());
    CHECK(GetLastError() == ERROR_SUCCESS);
    REQUIRE(made != nullptr);
    const owned found = OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name.c_str());
    REQUIRE(found != nullptr);
    auto* const one = static_cast<int*>(MapViewOfFile(made, FILE_MAP_ALL_ACCESS, 0, 0, 0));
    auto* const two = static_cast<int*>(MapViewOfFile(found, FILE_MAP_WRITE, 0, 0, 4096));
    REQUIRE(one != nullptr);
    REQUIRE(two != nullptr);
    *one = 12;
    CHECK(*two == 12);
    CHECK(UnmapViewOfFile(one));
    REFUSES(UnmapViewOfFile(one), ERROR_INVALID_ADDRESS);
    CHECK(UnmapViewOfFile(two));
    REFUSES(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 0, nullptr), ERROR_INVALID_PARAMETER);
    // No handle stands for no file, too.
    const owned without = CreateFileMappingA(nullptr, nullptr, PAGE_READWRITE, 0, 1, nullptr);
    CHECK(without != nullptr);
    REFUSES(CreateFileMappingA(made, nullptr, PAGE_READWRITE, 0, 1, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(MapViewOfFile(nullptr, FILE_MAP_WRITE, 0, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 1 << 20), ERROR_ACCESS_DENIED);
}

TEST_CASE("Views of a part, to read, and copies", "[windows_h]") {
    const owned made = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 0x20000, nullptr);
    REQUIRE(made != nullptr);
    auto* const all = static_cast<int*>(MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0));
    REQUIRE(all != nullptr);
    int* const middle = all + 0x10000 / sizeof(int);
    *middle = 1;
    auto* const part = static_cast<int*>(MapViewOfFile(made, FILE_MAP_READ, 0, 0x10000, 4096));
    auto* const copy = static_cast<int*>(MapViewOfFile(made, FILE_MAP_COPY, 0, 0x10000, 4096));
    REQUIRE(part != nullptr);
    REQUIRE(copy != nullptr);
    *copy = 2;
    CHECK(*part == 1);
    *middle = 3;
    CHECK(*part == 3);
    CHECK(*copy == 2);
    REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 0x1000, 0), ERROR_MAPPED_ALIGNMENT);
    CHECK(UnmapViewOfFile(part));
    CHECK(UnmapViewOfFile(copy));
    CHECK(UnmapViewOfFile(all));
    const owned read = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READONLY, 0, 4096, nullptr);
    REQUIRE(read != nullptr);
    REFUSES(MapViewOfFile(read, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
}
