#include "thread_code.hpp"

#include "support/eventually.hpp"

#include <process.h>

#include <atomic>
#include <cerrno>

using test::argument;
using test::code_of;
using test::owned;

namespace {
unsigned __stdcall crt_body(void* code) {
    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(code));
}
}  // namespace

TEST_CASE("_beginthreadex makes a thread whose handle the caller closes", "[windows_h][thread]") {
    unsigned id = 0;
    SECURITY_ATTRIBUTES attributes = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    const uintptr_t made = _beginthreadex(&attributes, 0, crt_body, argument(0xFEDCBA98U), CREATE_SUSPENDED, &id);
    REQUIRE(made != 0);
    const owned thread = reinterpret_cast<HANDLE>(made);
    CHECK(GetThreadId(thread) == id);
    DWORD flags = 0;
    CHECK(GetHandleInformation(thread, &flags));
    CHECK(flags == HANDLE_FLAG_INHERIT);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(thread) == 0xFEDCBA98U);
    const auto ends = [](void* code) -> unsigned { _endthreadex(crt_body(code)); };
    const owned other = reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, ends, argument(5), 0, nullptr));
    CHECK(WaitForSingleObject(other, INFINITE) == WAIT_OBJECT_0);
    CHECK(code_of(other) == 5);
}

TEST_CASE("_beginthread makes a thread that closes its handle", "[windows_h][thread]") {
    struct facts {
        HANDLE go;
        HANDLE thread;
        bool by_end;
        std::atomic<DWORD> code{0xBAD};
    };
    for (const bool by_end : {false, true}) {
        const owned go = CreateEventW(nullptr, FALSE, FALSE, nullptr);
        facts shared{go, nullptr, by_end};
        const auto body = [](void* p) {
            auto& f = *static_cast<facts*>(p);
            WaitForSingleObject(f.go, INFINITE);
            if (f.by_end) _endthread();
        };
        const uintptr_t made = _beginthread(body, 0, &shared);
        REQUIRE(made != static_cast<uintptr_t>(-1));
        const HANDLE thread = reinterpret_cast<HANDLE>(made);
        HANDLE copy = nullptr;
        REQUIRE(
            DuplicateHandle(GetCurrentProcess(), thread, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
        const owned kept = copy;
        CHECK(code_of(thread) == STILL_ACTIVE);
        CHECK(SetEvent(go));
        CHECK(WaitForSingleObject(kept, INFINITE) == WAIT_OBJECT_0);
        CHECK(code_of(kept) == 0);
        DWORD flags = 0;
        REFUSES(GetHandleInformation(thread, &flags), ERROR_INVALID_HANDLE);
    }
}

TEST_CASE("Without a function the C library's ways are errors", "[windows_h][thread]") {
    if (test::on_windows && !test::on_wine()) return;  // ends the program by default
    errno = 0;
    CHECK(_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr) == 0);
    CHECK(errno == EINVAL);
    errno = 0;
    CHECK(_beginthread(nullptr, 0, nullptr) == static_cast<uintptr_t>(-1));
    CHECK(errno == EINVAL);
}
