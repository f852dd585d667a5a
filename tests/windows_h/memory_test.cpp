#include "windows.hpp"

#include <cstring>

namespace {

constexpr SIZE_T page = 4096;

MEMORY_BASIC_INFORMATION query(const void* address) {
    MEMORY_BASIC_INFORMATION info = {};
    CHECK(VirtualQuery(address, &info, sizeof info) == sizeof info);
    return info;
}

char* allocate(SIZE_T size, DWORD type, DWORD protection = PAGE_READWRITE) {
    return static_cast<char*>(VirtualAlloc(nullptr, size, type, protection));
}

}  // namespace

TEST_CASE("Reserved memory is committed page by page", "[windows_h][memory]") {
    char* const base = allocate(0x30000, MEM_RESERVE);
    REQUIRE(base != nullptr);
    CHECK(reinterpret_cast<ULONG_PTR>(base) % 0x10000 == 0);
    MEMORY_BASIC_INFORMATION info = query(base);
    CHECK(info.State == MEM_RESERVE);
    CHECK(info.RegionSize == 0x30000);
    CHECK(info.AllocationBase == base);
    CHECK(info.AllocationProtect == PAGE_READWRITE);
    CHECK(info.Type == MEM_PRIVATE);
    CHECK(VirtualAlloc(base + page, 1, MEM_COMMIT, PAGE_READWRITE) == base + page);
    base[page] = 1;
    base[2 * page - 1] = 2;
    info = query(base + page + 5);
    CHECK(info.BaseAddress == base + page);
    CHECK(info.RegionSize == page);
    CHECK(info.State == MEM_COMMIT);
    CHECK(info.Protect == PAGE_READWRITE);
    CHECK(query(base).RegionSize == page);
    CHECK(query(base + 2 * page).RegionSize == 0x30000 - 2 * page);
    // What is committed keeps its content when it is committed again.
    CHECK(VirtualAlloc(base, 4 * page, MEM_COMMIT, PAGE_READWRITE) == base);
    CHECK(base[page] == 1);
    CHECK(base[0] == 0);
    CHECK(VirtualFree(base + page, page, MEM_DECOMMIT));
    CHECK(query(base + page).State == MEM_RESERVE);
    CHECK(VirtualAlloc(base + page, page, MEM_COMMIT, PAGE_READWRITE) == base + page);
    CHECK(base[page] == 0);
    CHECK(base[2 * page - 1] == 0);
    CHECK(query(base).RegionSize == 4 * page);
    CHECK(VirtualFree(base, 0, MEM_DECOMMIT));
    CHECK(query(base).RegionSize == 0x30000);
    CHECK(VirtualFree(base, 0, MEM_RELEASE));
    CHECK(query(base).State == MEM_FREE);
}

TEST_CASE("Committed memory without an address", "[windows_h][memory]") {
    for (const DWORD type : {DWORD{MEM_COMMIT}, DWORD{MEM_COMMIT | MEM_RESERVE}, DWORD{MEM_COMMIT | MEM_TOP_DOWN}}) {
        char* const base = allocate(100, type);
        REQUIRE(base != nullptr);
        CHECK(base[page - 1] == 0);
        base[page - 1] = 7;
        CHECK(VirtualAlloc(base, page, MEM_RESET, PAGE_NOACCESS) == base);
        CHECK(VirtualFree(base, 0, MEM_RELEASE));
    }
}

TEST_CASE("Memory at an address of the caller's", "[windows_h][memory]") {
    char* const first = allocate(0x20000, MEM_RESERVE);
    REQUIRE(VirtualFree(first, 0, MEM_RELEASE));
    char* const again = static_cast<char*>(VirtualAlloc(first + 0x1234, page, MEM_RESERVE, PAGE_READWRITE));
    REQUIRE(again == first);
    CHECK(query(first).RegionSize == 3 * page);
    REFUSES(VirtualAlloc(first, page, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(first, 0, MEM_RELEASE));
    REFUSES(VirtualAlloc(first, page, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
}

TEST_CASE("Protection changes page by page", "[windows_h][memory]") {
    char* const base = allocate(4 * page, MEM_COMMIT | MEM_RESERVE);
    DWORD before = 0;
    CHECK(VirtualProtect(base + page, 10, PAGE_READONLY, &before));
    CHECK(before == PAGE_READWRITE);
    CHECK(query(base).RegionSize == page);
    CHECK(query(base + page).Protect == PAGE_READONLY);
    CHECK(VirtualProtect(base + page, page, PAGE_EXECUTE_READWRITE, &before));
    CHECK(before == PAGE_READONLY);
    base[page] = 3;
    CHECK(VirtualProtect(base, 4 * page, PAGE_NOACCESS, &before));
    CHECK(query(base).RegionSize == 4 * page);
    CHECK(VirtualProtect(base, 4 * page, PAGE_READWRITE, &before));
    CHECK(base[page] == 3);
    REFUSES(VirtualProtect(base, 10, 0x77, &before), ERROR_INVALID_PARAMETER);
    REFUSES(VirtualProtect(base, 10, PAGE_READONLY, nullptr), ERROR_NOACCESS);
    if (!test::on_wine()) REFUSES(VirtualProtect(base, 0x1000000, PAGE_READONLY, &before), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(base, 0, MEM_RELEASE));
    char* const reserved = allocate(page, MEM_RESERVE);
    REFUSES(VirtualProtect(reserved, 10, PAGE_READONLY, &before), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(reserved, 0, MEM_RELEASE));
}

TEST_CASE("Protection does not reach beyond what was reserved by one call", "[windows_h][memory]") {
    constexpr SIZE_T half = 0x10000;
    char* const room = allocate(2 * half, MEM_RESERVE);
    CHECK(VirtualFree(room, 0, MEM_RELEASE));
    auto* const first = static_cast<char*>(VirtualAlloc(room, half, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    auto* const second = static_cast<char*>(VirtualAlloc(room + half, half, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    REQUIRE(first == room);
    REQUIRE(second == room + half);
    DWORD before = 0;
    // Wine gives 87.
    REFUSES(VirtualProtect(first, 2 * half, PAGE_READONLY, &before),
            test::on_wine() ? ERROR_INVALID_PARAMETER : ERROR_INVALID_ADDRESS);
    CHECK(query(first).Protect == PAGE_READWRITE);
    CHECK(query(second).Protect == PAGE_READWRITE);
    first[0] = second[0] = 1;
    CHECK(VirtualFree(first, 0, MEM_RELEASE));
    CHECK(VirtualFree(second, 0, MEM_RELEASE));
}

TEST_CASE("What VirtualAlloc and VirtualFree refuse", "[windows_h][memory]") {
    REFUSES(allocate(0, MEM_COMMIT), ERROR_INVALID_PARAMETER);
    REFUSES(allocate(100, 0), ERROR_INVALID_PARAMETER);
    REFUSES(allocate(100, MEM_COMMIT, 0), ERROR_INVALID_PARAMETER);
    REFUSES(allocate(100, MEM_COMMIT, PAGE_WRITECOPY), ERROR_INVALID_PARAMETER);
    REFUSES(allocate(100, MEM_COMMIT | 0x10), ERROR_INVALID_PARAMETER);
    REFUSES(allocate(SIZE_T{1} << 46, MEM_COMMIT), ERROR_NOT_ENOUGH_MEMORY);
    REFUSES(allocate(SIZE_T{1} << 60, MEM_RESERVE), ERROR_INVALID_PARAMETER);
    char* const base = allocate(0x20000, MEM_RESERVE);
    REFUSES(VirtualAlloc(base, 0x30000, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    REFUSES(VirtualFree(base, 10, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    REFUSES(VirtualFree(base, 0, 0), ERROR_INVALID_PARAMETER);
    REFUSES(VirtualFree(base, 0, MEM_RELEASE | MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    REFUSES(VirtualFree(base, 0x1000000, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    REFUSES(VirtualFree(base + 0x10000, 0, MEM_DECOMMIT), ERROR_INVALID_ADDRESS);
    // Wine gives 87.
    if (!test::on_wine()) REFUSES(VirtualFree(base + page, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(base, 0, MEM_RELEASE));
    if (!test::on_wine()) REFUSES(VirtualFree(base, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    MEMORY_BASIC_INFORMATION info;
    CHECK(test::error_of([&] { CHECK(VirtualQuery(base, &info, 10) == 0); }) == ERROR_BAD_LENGTH);
}

TEST_CASE("Memory that VirtualAlloc did not make is described, too", "[windows_h][memory]") {
    int here = 0;
    const MEMORY_BASIC_INFORMATION stack = query(&here);
    CHECK(stack.State == MEM_COMMIT);
    CHECK(stack.Protect == PAGE_READWRITE);
    CHECK(stack.Type == MEM_PRIVATE);
    CHECK(query(nullptr).State == MEM_FREE);
    const MEMORY_BASIC_INFORMATION code = query(reinterpret_cast<const void*>(&query));
    CHECK(code.Protect == PAGE_EXECUTE_READ);
    CHECK(code.Type == MEM_IMAGE);
}

TEST_CASE("Heaps of the program's own", "[windows_h][memory]") {
    HANDLE heap = HeapCreate(0, 0, 0);
    REQUIRE(heap != nullptr);
    auto* block = static_cast<char*>(HeapAlloc(heap, HEAP_ZERO_MEMORY, 100));
    REQUIRE(block != nullptr);
    CHECK(HeapSize(heap, 0, block) == 100);
    CHECK(HeapValidate(heap, 0, nullptr));
    CHECK(HeapValidate(heap, 0, block));
    CHECK(HeapLock(heap));
    block = static_cast<char*>(HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 200));
    CHECK(block[199] == 0);
    CHECK(HeapUnlock(heap));
    CHECK(HeapAlloc(heap, 0, 10) != nullptr);
    CHECK(HeapFree(heap, 0, block));
    HeapCompact(heap, 0);
    CHECK(HeapDestroy(heap));
    if (!test::on_windows) {
        REFUSES(HeapDestroy(heap), ERROR_INVALID_HANDLE);
        REFUSES(HeapAlloc(heap, 0, 1), ERROR_INVALID_HANDLE);
    }
    REFUSES(HeapDestroy(GetProcessHeap()), ERROR_INVALID_HANDLE);
    heap = HeapCreate(0, 0, 0x10000);
    CHECK(HeapAlloc(heap, 0, 100'000) == nullptr);
    int count = 0;
    while (HeapAlloc(heap, 0, 1000) != nullptr) ++count;
    CHECK(count > 30);
    CHECK(count < 66);
    CHECK(HeapDestroy(heap));
}

TEST_CASE("Moveable memory has a handle and an address", "[windows_h][memory]") {
    HGLOBAL memory = GlobalAlloc(GHND, 100);
    REQUIRE(memory != nullptr);
    CHECK(GlobalSize(memory) == 100);
    CHECK(GlobalFlags(memory) == 0);
    char* block = static_cast<char*>(GlobalLock(memory));
    REQUIRE(block != nullptr);
    CHECK(static_cast<void*>(block) != memory);
    CHECK(block[99] == 0);
    CHECK((GlobalFlags(memory) & GMEM_LOCKCOUNT) == 1);
    CHECK(GlobalLock(memory) == block);
    CHECK(GlobalUnlock(memory));
    REFUSES(GlobalUnlock(memory), NO_ERROR);
    REFUSES(GlobalUnlock(memory), ERROR_NOT_LOCKED);
    CHECK(GlobalReAlloc(memory, 5000, GMEM_MOVEABLE | GMEM_ZEROINIT) == memory);
    CHECK(GlobalSize(memory) == 5000);
    CHECK(GlobalFree(memory) == nullptr);
    CHECK(GlobalFree(nullptr) == nullptr);
    memory = GlobalAlloc(GMEM_MOVEABLE, 0);
    CHECK(GlobalFlags(memory) == GMEM_DISCARDED);
    REFUSES(GlobalLock(memory), ERROR_DISCARDED);
    CHECK(GlobalFree(memory) == nullptr);
    memory = GlobalAlloc(GPTR, 10);
    CHECK(GlobalLock(memory) == memory);
    CHECK(GlobalUnlock(memory));
    CHECK(GlobalFree(memory) == nullptr);
}

TEST_CASE("Local memory", "[windows_h][memory]") {
    HLOCAL memory = LocalAlloc(LHND, 10);
    CHECK(LocalLock(memory) != nullptr);
    REFUSES(LocalUnlock(memory), NO_ERROR);
    REFUSES(LocalUnlock(memory), ERROR_NOT_LOCKED);
    CHECK(LocalSize(memory) == 10);
    CHECK(LocalFlags(memory) == 0);
    CHECK(LocalFree(memory) == nullptr);
    memory = LocalAlloc(LPTR, 10);
    memory = LocalReAlloc(memory, 20, LMEM_ZEROINIT | LMEM_MOVEABLE);
    REQUIRE(memory != nullptr);
    CHECK(static_cast<char*>(memory)[19] == 0);
    CHECK(LocalSize(memory) == 20);
    CHECK(LocalReAlloc(memory, 3, LMEM_ZEROINIT) == memory);
    REFUSES(LocalReAlloc(memory, 30'000, 0), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(LocalFree(memory) == nullptr);
    REFUSES(LocalReAlloc(nullptr, 10, 0), ERROR_INVALID_HANDLE);
}

TEST_CASE("Multiplied and divided with rounding", "[windows_h][memory]") {
    CHECK(MulDiv(7, 3, 2) == 11);
    CHECK(MulDiv(-7, 3, 2) == -11);
    CHECK(MulDiv(5, -1, 2) == -3);
    CHECK(MulDiv(1, 1, 0) == -1);
    CHECK(MulDiv(0x7FFFFFFF, 3, 2) == -1);
    CHECK(MulDiv(0x7FFFFFFF, 2, 2) == 0x7FFFFFFF);
}
