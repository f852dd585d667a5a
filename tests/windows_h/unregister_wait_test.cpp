#include "registered_wait.hpp"

#include <memory>
#include <thread>
#include <vector>

using test::eventually;
using test::owned;
using namespace test::registered;

TEST_CASE("Unregistering an idle wait succeeds, and sets the event at once", "[windows_h][registered_wait]") {
    const owned event = make_event();
    const owned done = make_event(true);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(test::error_of([&] { CHECK(UnregisterWait(wait)); }) == test::untouched);
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(test::error_of([&] { CHECK(UnregisterWaitEx(wait, nullptr)); }) == test::untouched);
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(test::error_of([&] { CHECK(UnregisterWaitEx(wait, done)); }) == test::untouched);
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
}

TEST_CASE("Unregistering while a callback runs is pending", "[windows_h][registered_wait]") {
    held h;
    REFUSES(UnregisterWait(h.wait), ERROR_IO_PENDING);
    h.open();
    CHECK(h.is_over());
    held other;
    REFUSES(UnregisterWaitEx(other.wait, nullptr), ERROR_IO_PENDING);
    other.open();
    CHECK(other.is_over());
}

TEST_CASE("The completion event is set behind the last callback", "[windows_h][registered_wait]") {
    const owned done = make_event(true);
    held h;
    REFUSES(UnregisterWaitEx(h.wait, done), ERROR_IO_PENDING);
    CHECK(WaitForSingleObject(done, 30) == WAIT_TIMEOUT);
    h.open();
    CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
    CHECK(h.s.ended == 1);
}

TEST_CASE("INVALID_HANDLE_VALUE waits for the callbacks", "[windows_h][registered_wait]") {
    held h;
    std::atomic<bool> returned = false;
    std::atomic<BOOL> answer = FALSE;
    std::thread other([&] {
        answer = UnregisterWaitEx(h.wait, INVALID_HANDLE_VALUE);
        returned = true;
    });
    Sleep(30);
    CHECK_FALSE(returned);
    h.open();
    other.join();
    CHECK(answer);
    CHECK(h.s.ended == 1);
}

TEST_CASE("A callback unregisters its own wait", "[windows_h][registered_wait]") {
    const owned event = make_event();
    const owned done = make_event(true);
    for (const HANDLE completion : {HANDLE(nullptr), HANDLE(done)}) {
        for (const ULONG flags :
             std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD, WT_EXECUTEONLYONCE}) {
            seen s;
            s.completion = completion;
            CHECK(RegisterWaitForSingleObject(&s.wait, event, unregister_inside, &s, INFINITE, flags));
            SetEvent(event);
            CHECK(eventually([&] { return s.ended == 1; }));
            CHECK(s.answer == FALSE);
            CHECK(s.error == ERROR_IO_PENDING);
            if (completion != nullptr) CHECK(WaitForSingleObject(done, INFINITE) == WAIT_OBJECT_0);
            ResetEvent(done);
            Sleep(5);
        }
    }
}

// Windows does not return from that.
#if !defined(_WIN32)
TEST_CASE("A callback that waits for its own wait's callbacks does not wait for itself",
          "[windows_h][registered_wait]") {
    const owned event = make_event();
    for (const ULONG flags : std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD}) {
        seen s;
        s.completion = INVALID_HANDLE_VALUE;
        CHECK(RegisterWaitForSingleObject(&s.wait, event, unregister_inside, &s, INFINITE, flags));
        SetEvent(event);
        CHECK(eventually([&] { return s.ended == 1; }));
        CHECK(s.answer == TRUE);
    }
}

TEST_CASE("A wait handle is dead once it is unregistered", "[windows_h][registered_wait]") {
    const owned event = make_event();
    const owned done = make_event(true);
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    REFUSES(UnregisterWaitEx(wait, reinterpret_cast<HANDLE>(0x7FFC)), ERROR_INVALID_HANDLE);
    REFUSES(DeleteTimerQueueTimer(nullptr, wait, nullptr), ERROR_INVALID_HANDLE);
    SetEvent(event);
    CHECK(eventually([&] { return s.ended == 1; }));
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    REFUSES(UnregisterWait(wait), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWaitEx(event, done), ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(done, 0) == WAIT_TIMEOUT);
}

TEST_CASE("A registered wait goes on when its handle is closed", "[windows_h][registered_wait]") {
    HANDLE event = make_event();
    HANDLE copy = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    const owned other = copy;
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    CHECK(CloseHandle(event));
    for (int i = 1; i <= 3; ++i) {
        SetEvent(other);
        CHECK(eventually([&] { return s.signals == i; }));
    }
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}
#endif

TEST_CASE("Null is no wait handle, and a wait handle is no object's", "[windows_h][registered_wait]") {
    REFUSES(UnregisterWait(nullptr), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWaitEx(nullptr, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(UnregisterWaitEx(nullptr, INVALID_HANDLE_VALUE), ERROR_INVALID_HANDLE);
    const owned event = make_event();
    seen s;
    HANDLE wait = nullptr;
    CHECK(RegisterWaitForSingleObject(&wait, event, note, &s, INFINITE, WT_EXECUTEDEFAULT));
    REFUSES(CloseHandle(wait), ERROR_INVALID_HANDLE);
    CHECK(test::error_of([&] { CHECK(WaitForSingleObject(wait, 0) == WAIT_FAILED); }) == ERROR_INVALID_HANDLE);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}
