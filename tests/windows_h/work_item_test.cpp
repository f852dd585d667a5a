#include "windows.hpp"

#include "support/eventually.hpp"

#include <atomic>
#include <initializer_list>
#include <vector>

using test::eventually;
using test::owned;

namespace {

struct seen {
    std::atomic<int> calls{0};
    std::atomic<int> ended{0};
    std::atomic<DWORD> thread{0};
    HANDLE gate = nullptr;
};

DWORD WINAPI note(LPVOID context) {
    auto& s = *static_cast<seen*>(context);
    s.thread = GetCurrentThreadId();
    ++s.calls;
    if (s.gate != nullptr) WaitForSingleObject(s.gate, INFINITE);
    ++s.ended;
    return 7;
}

}  // namespace

TEST_CASE("A work item runs in another thread", "[windows_h][work_item]") {
    seen s;
    ULONG limited = WT_EXECUTEDEFAULT;
    WT_SET_MAX_THREADPOOL_THREADS(limited, 600);
    int count = 0;
    for (const ULONG flags :
         std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTEINIOTHREAD, WT_EXECUTEINPERSISTENTTHREAD,
                                      WT_EXECUTELONGFUNCTION, WT_TRANSFER_IMPERSONATION, limited}) {
        CHECK(test::error_of([&] { CHECK(QueueUserWorkItem(note, &s, flags)); }) == test::untouched);
        ++count;
        CHECK(eventually([&] { return s.ended == count; }));
        CHECK(s.thread != GetCurrentThreadId());
    }
}

TEST_CASE("Work items that wait for each other get threads enough", "[windows_h][work_item]") {
    for (const ULONG flags : std::initializer_list<ULONG>{WT_EXECUTEDEFAULT, WT_EXECUTELONGFUNCTION}) {
        const int count = 40;
        const owned gate = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        seen s;
        s.gate = gate;
        for (int i = 0; i < count; ++i) CHECK(QueueUserWorkItem(note, &s, flags));
        CHECK(eventually([&] { return s.calls == count; }));
        CHECK(s.ended == 0);
        SetEvent(gate);
        CHECK(eventually([&] { return s.ended == count; }));
    }
}

TEST_CASE("Many work items each run once", "[windows_h][work_item][stress]") {
    const int count = test::on_wine() ? 2000 : 50'000;
    seen s;
    for (int i = 0; i < count; ++i) REQUIRE(QueueUserWorkItem(note, &s, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return s.ended == count; }));
    Sleep(20);
    CHECK(s.calls == count);
}

TEST_CASE("A work item queues another", "[windows_h][work_item]") {
    struct chain {
        std::atomic<int> left{100};
        std::atomic<bool> failed{false};
    } c;
    struct step {
        static DWORD WINAPI run(LPVOID context) {
            auto& in = *static_cast<chain*>(context);
            if (--in.left > 0 && QueueUserWorkItem(run, context, WT_EXECUTEDEFAULT) == FALSE) in.failed = true;
            return 0;
        }
    };
    CHECK(QueueUserWorkItem(step::run, &c, WT_EXECUTEDEFAULT));
    CHECK(eventually([&] { return c.left == 0; }));
    CHECK_FALSE(c.failed);
}

#if !defined(_WIN32)
TEST_CASE("A work item without a function is refused", "[windows_h][work_item]") {
    REFUSES(QueueUserWorkItem(nullptr, nullptr, WT_EXECUTEDEFAULT), ERROR_INVALID_PARAMETER);
}
#endif
