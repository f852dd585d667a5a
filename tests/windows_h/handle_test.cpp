#include "windows.hpp"

using test::owned;

TEST_CASE("Closing handles", "[windows_h]") {
    HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    CHECK(test::error_of([&] { CHECK(CloseHandle(event)); }) == test::untouched);
    if (!test::on_windows) REFUSES(CloseHandle(event), ERROR_INVALID_HANDLE);  // may be another thread's by now
    REFUSES(CloseHandle(nullptr), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(GetCurrentProcess()));
    CHECK(CloseHandle(GetCurrentThread()));
}

TEST_CASE("The two low bits of a handle are ignored", "[windows_h]") {
    const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    CHECK(SetEvent(reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(static_cast<HANDLE>(event)) | 3)));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
}

TEST_CASE("Handle information", "[windows_h]") {
    HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    DWORD flags = 77;
    constexpr DWORD all = HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE;
    CHECK(SetHandleInformation(event, HANDLE_FLAG_INHERIT, all));
    CHECK(GetHandleInformation(event, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(SetHandleInformation(event, all, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    CHECK(GetHandleInformation(event, &flags));
    CHECK(flags == HANDLE_FLAG_PROTECT_FROM_CLOSE);
    if (!test::on_wine()) REFUSES(CloseHandle(event), ERROR_INVALID_HANDLE);
    CHECK(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    CHECK(CloseHandle(event));
    // On Windows another thread of the program may have got the same value by now.
    if (test::on_windows) return;
    REFUSES(GetHandleInformation(event, &flags), ERROR_INVALID_HANDLE);
    REFUSES(SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0), ERROR_INVALID_HANDLE);
}

TEST_CASE("Duplicating handles", "[windows_h]") {
    HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    HANDLE self = GetCurrentProcess();
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(self, event, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
    CHECK(CompareObjectHandles(event, copy));
    DWORD flags = 0;
    CHECK(GetHandleInformation(copy, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(CloseHandle(copy));
    REQUIRE(DuplicateHandle(self, event, self, &copy, SYNCHRONIZE, FALSE, DUPLICATE_CLOSE_SOURCE));
    if (!test::on_windows && copy != event) REFUSES(SetEvent(event), ERROR_INVALID_HANDLE);
    REFUSES(SetEvent(copy), ERROR_ACCESS_DENIED);
    // Wine does not take it.
    if (test::on_wine())
        CHECK(CloseHandle(copy));
    else
        CHECK(DuplicateHandle(self, copy, nullptr, nullptr, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
    if (!test::on_windows) REFUSES(CloseHandle(copy), ERROR_INVALID_HANDLE);
    REFUSES(DuplicateHandle(self, nullptr, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_INVALID_HANDLE);
    REFUSES(DuplicateHandle(nullptr, self, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS), ERROR_INVALID_HANDLE);
    REQUIRE(DuplicateHandle(self, self, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(copy != self);
    CHECK(CompareObjectHandles(copy, self));
    CHECK(CloseHandle(copy));
}

TEST_CASE("Comparing handles", "[windows_h]") {
    const owned one = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    const owned two = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    CHECK(CompareObjectHandles(one, one));
    // ERROR_NOT_SAME_OBJECT, which not every <windows.h> has.
    REFUSES(CompareObjectHandles(one, two), 1656U);
    CHECK_FALSE(CompareObjectHandles(one, nullptr));
}

TEST_CASE("Counting the handles of a process", "[windows_h]") {
    DWORD before = 0;
    DWORD after = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &before));
    {
        const owned event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &after));
        if (!test::on_wine()) {
            CHECK(after == before + 1);
            REFUSES(GetProcessHandleCount(event, &after), ERROR_INVALID_HANDLE);
        }
    }
    if (!test::on_wine()) REFUSES(GetProcessHandleCount(nullptr, &after), ERROR_INVALID_HANDLE);
}
