#include "windows.hpp"

#include <atomic>
#include <thread>
#include <vector>

TEST_CASE("Each thread has its own value at an index", "[windows_h][tls]") {
    const DWORD index = TlsAlloc();
    REQUIRE(index != TLS_OUT_OF_INDEXES);
    int here = 0;
    int there = 0;
    CHECK(test::error_of([&] { CHECK(TlsGetValue(index) == nullptr); }) == ERROR_SUCCESS);
    CHECK(test::error_of([&] { CHECK(TlsSetValue(index, &here)); }) == test::untouched);
    CHECK(test::error_of([&] { CHECK(TlsGetValue(index) == &here); }) == ERROR_SUCCESS);
    PVOID fresh = &here;
    PVOID set = nullptr;
    std::thread([&] {
        fresh = TlsGetValue(index);
        TlsSetValue(index, &there);
        set = TlsGetValue(index);
    }).join();
    CHECK(fresh == nullptr);
    CHECK(set == &there);
    CHECK(TlsGetValue(index) == &here);
    CHECK(TlsFree(index));
    REFUSES(TlsFree(index), ERROR_INVALID_PARAMETER);
}

TEST_CASE("An index that was freed is empty in every thread", "[windows_h][tls]") {
    const DWORD index = TlsAlloc();
    int value = 0;
    TlsSetValue(index, &value);
    std::atomic<int> step{0};
    PVOID after = &value;
    std::thread other([&] {
        TlsSetValue(index, &value);
        step = 1;
        while (step != 2) std::this_thread::yield();
        after = TlsGetValue(index);
    });
    while (step != 1) std::this_thread::yield();
    CHECK(TlsFree(index));
    CHECK(TlsAlloc() == index);
    CHECK(TlsGetValue(index) == nullptr);
    step = 2;
    other.join();
    CHECK(after == nullptr);
    CHECK(TlsFree(index));
}

TEST_CASE("There are at least 1,000 indexes, and then no more", "[windows_h][tls]") {
    std::vector<DWORD> all;
    for (;;) {
        SetLastError(test::untouched);
        const DWORD index = TlsAlloc();
        if (index == TLS_OUT_OF_INDEXES) break;
        all.push_back(index);
    }
    CHECK(GetLastError() == ERROR_NO_MORE_ITEMS);
    CHECK(all.size() >= 1000);
    int value = 0;
    bool good = true;
    for (const DWORD each : all) good = good && TlsSetValue(each, &value) && TlsGetValue(each) == &value;
    for (const DWORD each : all) good = good && TlsFree(each);
    CHECK(good);
    REFUSES(TlsGetValue(5000), ERROR_INVALID_PARAMETER);
    REFUSES(TlsSetValue(5000, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(TlsFree(TLS_OUT_OF_INDEXES), ERROR_INVALID_PARAMETER);
    CHECK(TLS_MINIMUM_AVAILABLE == 64);
}

namespace {
std::atomic<int> disposed{0};
std::atomic<PVOID> last_disposed{nullptr};
void WINAPI dispose(PVOID value) {
    ++disposed;
    last_disposed = value;
}
}  // namespace

TEST_CASE("A value of an FLS index is disposed of at the end of its thread", "[windows_h][tls]") {
    disposed = 0;
    const DWORD index = FlsAlloc(dispose);
    REQUIRE(index != FLS_OUT_OF_INDEXES);
    int here = 0;
    int there = 0;
    CHECK(test::error_of([&] { CHECK(FlsGetValue(index) == nullptr); }) == ERROR_SUCCESS);
    CHECK(FlsSetValue(index, &here));
    CHECK(FlsGetValue(index) == &here);
    std::thread([&] { FlsSetValue(index, &there); }).join();
    CHECK(disposed == 1);
    CHECK(last_disposed == &there);
    std::thread([&] {
        FlsSetValue(index, &there);
        FlsSetValue(index, nullptr);
    }).join();
    CHECK(disposed == 1);
    CHECK(FlsFree(index));
    CHECK(disposed == 2);
    CHECK(last_disposed == &here);
    REFUSES(FlsFree(index), ERROR_INVALID_PARAMETER);
    CHECK(FlsGetValue(index) == nullptr);
}

TEST_CASE("FLS indexes that are none", "[windows_h][tls]") {
    REFUSES(FlsGetValue(0), ERROR_INVALID_PARAMETER);
    REFUSES(FlsSetValue(0, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(FlsFree(0), ERROR_INVALID_PARAMETER);
    REFUSES(FlsGetValue(5000), ERROR_INVALID_PARAMETER);
    REFUSES(FlsSetValue(FLS_OUT_OF_INDEXES, nullptr), ERROR_INVALID_PARAMETER);
    const DWORD without = FlsAlloc(nullptr);
    CHECK(FlsSetValue(without, &disposed));
    CHECK(FlsFree(without));
}
