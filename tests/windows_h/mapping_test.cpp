#include "windows.hpp"

#include <cstdint>
#include <initializer_list>

using test::owned;

namespace {

HANDLE memory(DWORD protection, DWORD size = 4096, const wchar_t* name = nullptr) {
    return CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, protection, 0, size, name);
}

bool maps(HANDLE mapping, DWORD access) {
    void* const view = MapViewOfFile(mapping, access, 0, 0, 0);
    return view != nullptr && UnmapViewOfFile(view);
}

}  // namespace

TEST_CASE("Protections of a file mapping", "[windows_h][mapping]") {
    for (const DWORD none :
         std::initializer_list<DWORD>{0, PAGE_NOACCESS, PAGE_EXECUTE, PAGE_READONLY | PAGE_READWRITE, 0x104, 0x10000})
        REFUSES(owned(memory(none)), ERROR_INVALID_PARAMETER);
    for (const DWORD good :
         std::initializer_list<DWORD>{PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ,
                                      PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY}) {
        INFO("protection " << good);
        const owned made = memory(good);
        REQUIRE(made != nullptr);
        const bool writes = good == PAGE_READWRITE || good == PAGE_EXECUTE_READWRITE;
        CHECK(maps(made, FILE_MAP_READ));
        CHECK(maps(made, FILE_MAP_COPY));
        CHECK(maps(made, FILE_MAP_WRITE) == writes);
        CHECK(maps(made, FILE_MAP_ALL_ACCESS) == writes);
    }
}

TEST_CASE("Attributes of a file mapping", "[windows_h][mapping]") {
    for (const DWORD good :
         std::initializer_list<DWORD>{SEC_COMMIT, SEC_RESERVE, SEC_COMMIT | SEC_NOCACHE, SEC_RESERVE | SEC_NOCACHE})
        CHECK(owned(memory(PAGE_READWRITE | good)) != nullptr);
    REFUSES(owned(memory(PAGE_READWRITE | SEC_COMMIT | SEC_RESERVE)), ERROR_INVALID_PARAMETER);
    REFUSES(owned(memory(PAGE_READWRITE | SEC_NOCACHE)), ERROR_INVALID_PARAMETER);
    REFUSES(owned(memory(PAGE_READWRITE | SEC_LARGE_PAGES)), ERROR_INVALID_PARAMETER);
    REFUSES(owned(memory(PAGE_READONLY | SEC_IMAGE)), ERROR_BAD_EXE_FORMAT);
    REFUSES(owned(memory(PAGE_READONLY | SEC_IMAGE, 0)), ERROR_INVALID_PARAMETER);
    REFUSES(owned(memory(PAGE_READWRITE, 0)), ERROR_INVALID_PARAMETER);
    // Nobody has the privilege to lock memory; Wine does not ask for it.
    if (!test::on_wine()) REFUSES(owned(memory(PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES)), 1314U);
}

TEST_CASE("The size of memory is rounded up to pages", "[windows_h][mapping]") {
    const owned made = memory(PAGE_READWRITE, 1);
    void* const view = MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 4096);
    REQUIRE(view != nullptr);
    static_cast<char*>(view)[4095] = 1;
    CHECK(UnmapViewOfFile(view));
    REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 0, 4097), ERROR_ACCESS_DENIED);
}

TEST_CASE("A mapping that exists keeps its size, and gives what the protection asks for", "[windows_h][mapping]") {
    const std::wstring name = test::wide(test::unique_name("again"));
    const owned first = memory(PAGE_READWRITE, 8192, name.c_str());
    SetLastError(test::untouched);
    const owned second = memory(PAGE_READONLY, 1 << 20, name.c_str());
    CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    REFUSES(MapViewOfFile(second, FILE_MAP_READ, 0, 0, 8193), ERROR_ACCESS_DENIED);
    CHECK(maps(second, FILE_MAP_READ));
    CHECK(maps(second, FILE_MAP_COPY));
    REFUSES(MapViewOfFile(second, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    CHECK(maps(first, FILE_MAP_WRITE));
    // Its size must be right all the same.
    REFUSES(memory(PAGE_READWRITE, 0, name.c_str()), ERROR_INVALID_PARAMETER);
}

TEST_CASE("The rights of a mapping's handle", "[windows_h][mapping]") {
    const std::wstring name = test::wide(test::unique_name("rights"));
    const owned made = memory(PAGE_READWRITE, 4096, name.c_str());
    const auto opened = [&](DWORD access) { return OpenFileMappingW(access, FALSE, name.c_str()); };
    const owned write = opened(FILE_MAP_WRITE);
    CHECK(maps(write, FILE_MAP_WRITE));
    CHECK(maps(write, FILE_MAP_ALL_ACCESS));
    REFUSES(MapViewOfFile(write, FILE_MAP_READ, 0, 0, 0), ERROR_ACCESS_DENIED);
    REFUSES(MapViewOfFile(write, FILE_MAP_COPY, 0, 0, 0), ERROR_ACCESS_DENIED);
    const owned read = opened(FILE_MAP_READ);
    CHECK(maps(read, FILE_MAP_READ));
    CHECK(maps(read, FILE_MAP_COPY));
    REFUSES(MapViewOfFile(read, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    const owned copy = opened(FILE_MAP_COPY);
    CHECK(maps(copy, FILE_MAP_COPY));
    REFUSES(MapViewOfFile(copy, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    const owned both = opened(FILE_MAP_READ | FILE_MAP_EXECUTE);
    CHECK(maps(both, FILE_MAP_READ));
    // The mapping is not made to be executed.
    REFUSES(MapViewOfFile(made, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0), ERROR_ACCESS_DENIED);
    REFUSES(WaitForSingleObject(made, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
    const HANDLE list[] = {made};
    REFUSES(WaitForMultipleObjects(1, list, FALSE, 0) != WAIT_FAILED, ERROR_ACCESS_DENIED);
}

TEST_CASE("A view at an address", "[windows_h][mapping]") {
    constexpr DWORD granularity = 0x10000;
    const owned made = memory(PAGE_READWRITE, 4 * granularity);
    auto* const first = static_cast<char*>(MapViewOfFileEx(made, FILE_MAP_WRITE, 0, 0, 0, nullptr));
    REQUIRE(first != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % granularity == 0);
    REFUSES(MapViewOfFileEx(made, FILE_MAP_WRITE, 0, 0, 0, first), ERROR_INVALID_ADDRESS);
    REFUSES(MapViewOfFileEx(made, FILE_MAP_WRITE, 0, 0, 0, first + 1), ERROR_MAPPED_ALIGNMENT);
    REFUSES(MapViewOfFileEx(made, FILE_MAP_WRITE, 0, 0, 0, first + 4096), ERROR_MAPPED_ALIGNMENT);
    first[granularity] = 5;
    CHECK(UnmapViewOfFile(first));
    auto* const second = static_cast<char*>(MapViewOfFileEx(made, FILE_MAP_READ, 0, granularity, granularity, first));
    REQUIRE(second == first);
    CHECK(*second == 5);
    CHECK(UnmapViewOfFile(second));
}

TEST_CASE("A view is unmapped by any address within it", "[windows_h][mapping]") {
    const owned made = memory(PAGE_READWRITE, 0x20000);
    auto* const view = static_cast<char*>(MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0));
    REQUIRE(view != nullptr);
    CHECK(UnmapViewOfFile(view + 0x10000));
    REFUSES(UnmapViewOfFile(view), ERROR_INVALID_ADDRESS);
    REFUSES(UnmapViewOfFile(nullptr), ERROR_INVALID_ADDRESS);
    int here = 0;
    REFUSES(UnmapViewOfFile(&here), ERROR_INVALID_ADDRESS);
}

TEST_CASE("A view outlives the handle", "[windows_h][mapping]") {
    HANDLE made = memory(PAGE_READWRITE);
    auto* const view = static_cast<int*>(MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0));
    REQUIRE(view != nullptr);
    CHECK(CloseHandle(made));
    *view = 3;
    CHECK(*view == 3);
    CHECK(UnmapViewOfFile(view));
}

TEST_CASE("Flushing a view", "[windows_h][mapping]") {
    const owned made = memory(PAGE_READWRITE, 0x20000);
    auto* const view = static_cast<char*>(MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0));
    REQUIRE(view != nullptr);
    CHECK(FlushViewOfFile(view, 0));
    CHECK(FlushViewOfFile(view, 0x20000));
    CHECK(FlushViewOfFile(view + 100, 10));
    CHECK(FlushViewOfFile(view + 0x10000, 0));
    // Not documented with their numbers.
    CHECK_FALSE(FlushViewOfFile(view, 0x20001));
    CHECK_FALSE(FlushViewOfFile(view + 0x10000, 0x20000));
    CHECK_FALSE(FlushViewOfFile(nullptr, 0));
    CHECK(UnmapViewOfFile(view));
    CHECK_FALSE(FlushViewOfFile(view, 0));
}

TEST_CASE("What cannot be mapped", "[windows_h][mapping]") {
    const owned made = memory(PAGE_READWRITE, 0x20000);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REFUSES(MapViewOfFile(event, FILE_MAP_READ, 0, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(MapViewOfFile(INVALID_HANDLE_VALUE, FILE_MAP_READ, 0, 0, 0), ERROR_INVALID_HANDLE);
    REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 1, 0), ERROR_MAPPED_ALIGNMENT);
    REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 0x1000, 0), ERROR_MAPPED_ALIGNMENT);
    REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 0x10000, 0x10001), ERROR_ACCESS_DENIED);
    if (!test::on_wine()) REFUSES(MapViewOfFile(made, FILE_MAP_READ, 0, 0x20000, 0), ERROR_ACCESS_DENIED);
    REFUSES(memory(PAGE_READWRITE, 4096, L"a\\b"), ERROR_PATH_NOT_FOUND);
    REFUSES(CreateFileMappingW(event, nullptr, PAGE_READWRITE, 0, 4096, nullptr), ERROR_INVALID_HANDLE);
}
