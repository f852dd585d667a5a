#include "windows.hpp"

#include <cstring>
#include <cwchar>

TEST_CASE("UTF-8 to wide characters and back", "[windows_h]") {
    const char text[] = "a\xC3\xA4\xE2\x82\xAC";
    WCHAR wide[8] = {};
    CHECK(MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0) == 4);
    REQUIRE(MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, 8) == 4);
    CHECK(std::wcscmp(wide, L"a\u00E4\u20AC") == 0);
    CHECK(MultiByteToWideChar(CP_UTF8, 0, text, 3, wide, 8) == 2);
    REFUSES(MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, 3), ERROR_INSUFFICIENT_BUFFER);
    REFUSES(MultiByteToWideChar(CP_UTF8, 0, text, 0, wide, 8), ERROR_INVALID_PARAMETER);
    REFUSES(MultiByteToWideChar(CP_UTF8, 0, nullptr, 1, wide, 8), ERROR_INVALID_PARAMETER);
    REFUSES(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xFF", 1, wide, 8), ERROR_NO_UNICODE_TRANSLATION);
    CHECK(MultiByteToWideChar(CP_UTF8, 0, "\xFF", 1, wide, 8) == 1);
    CHECK(wide[0] == 0xFFFD);
    REFUSES(MultiByteToWideChar(12345, 0, text, -1, wide, 8), ERROR_INVALID_PARAMETER);

    char bytes[16] = {};
    CHECK(WideCharToMultiByte(CP_UTF8, 0, L"a\u00E4\u20AC", -1, nullptr, 0, nullptr, nullptr) == 7);
    REQUIRE(WideCharToMultiByte(CP_UTF8, 0, L"a\u00E4\u20AC", -1, bytes, 16, nullptr, nullptr) == 7);
    CHECK(std::strcmp(bytes, text) == 0);
    REFUSES(WideCharToMultiByte(CP_UTF8, 0, L"abc", 3, bytes, 2, nullptr, nullptr), ERROR_INSUFFICIENT_BUFFER);
    const WCHAR alone[] = {0xD800};
    REFUSES(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, alone, 1, bytes, 16, nullptr, nullptr),
            ERROR_NO_UNICODE_TRANSLATION);
    CHECK(WideCharToMultiByte(CP_UTF8, 0, alone, 1, bytes, 16, nullptr, nullptr) == 3);
    CHECK(WideCharToMultiByte(CP_ACP, 0, L"abc", -1, bytes, 16, nullptr, nullptr) == 4);
}

TEST_CASE("The texts of errors", "[windows_h]") {
    constexpr DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    char text[300] = {};
    const DWORD length = FormatMessageA(flags, nullptr, ERROR_ACCESS_DENIED, 0, text, 300, nullptr);
    REQUIRE(length > 2);
    CHECK(length == std::strlen(text));
    CHECK(std::string(text).substr(length - 2) == "\r\n");
    WCHAR* made = nullptr;
    const DWORD wide = FormatMessageW(flags | FORMAT_MESSAGE_ALLOCATE_BUFFER, nullptr, ERROR_ACCESS_DENIED, 0,
                                      reinterpret_cast<LPWSTR>(&made), 0, nullptr);
    REQUIRE(made != nullptr);
    CHECK(wide == std::wcslen(made));
    CHECK(LocalFree(made) == nullptr);
    REFUSES(FormatMessageA(flags, nullptr, 0x3FFFFFF, 0, text, 300, nullptr), ERROR_MR_MID_NOT_FOUND);
    REFUSES(FormatMessageA(flags, nullptr, ERROR_ACCESS_DENIED, 0, text, 3, nullptr), ERROR_INSUFFICIENT_BUFFER);
}

TEST_CASE("Memory of the heap", "[windows_h]") {
    HANDLE heap = GetProcessHeap();
    auto* block = static_cast<unsigned char*>(HeapAlloc(heap, HEAP_ZERO_MEMORY, 10));
    REQUIRE(block != nullptr);
    CHECK(block[9] == 0);
    CHECK(HeapSize(heap, 0, block) == 10);
    FillMemory(block, 10, 7);
    block = static_cast<unsigned char*>(HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 1000));
    REQUIRE(block != nullptr);
    CHECK(block[9] == 7);
    CHECK(block[10] == 0);
    CHECK(block[999] == 0);
    SecureZeroMemory(block, 10);
    CHECK(block[9] == 0);
    CHECK(HeapFree(heap, 0, block));
    auto* const local = static_cast<char*>(LocalAlloc(LPTR, 5));
    REQUIRE(local != nullptr);
    CHECK(local[4] == 0);
    CHECK(LocalFree(local) == nullptr);
    CHECK(LocalFree(nullptr) == nullptr);
}

TEST_CASE("Strings", "[windows_h]") {
    char to[8] = {};
    CHECK(lstrlenA(nullptr) == 0);
    CHECK(lstrlenW(L"abc") == 3);
    CHECK(lstrcpyA(to, "ab") == to);
    CHECK(lstrcatA(to, "cd") == to);
    CHECK(std::strcmp(to, "abcd") == 0);
    CHECK(lstrcpynA(to, "xyz", 3) == to);
    CHECK(std::strcmp(to, "xy") == 0);
}

TEST_CASE("Interlocked functions", "[windows_h]") {
    LONG value = 5;
    CHECK(InterlockedIncrement(&value) == 6);
    CHECK(InterlockedDecrement(&value) == 5);
    CHECK(InterlockedExchange(&value, 8) == 5);
    CHECK(InterlockedExchangeAdd(&value, 2) == 8);
    CHECK(InterlockedCompareExchange(&value, 1, 9) == 10);
    CHECK(InterlockedCompareExchange(&value, 1, 10) == 10);
    CHECK(value == 1);
    CHECK(InterlockedOr(&value, 6) == 1);
    CHECK(InterlockedAnd(&value, 3) == 7);
    CHECK(InterlockedXor(&value, 1) == 3);
    CHECK(value == 2);
    LONG64 large = 1;
    CHECK(InterlockedIncrement64(&large) == 2);
    CHECK(InterlockedCompareExchange64(&large, LONG64{1} << 40, 2) == 2);
    CHECK(large == LONG64{1} << 40);
    PVOID pointer = nullptr;
    CHECK(InterlockedCompareExchangePointer(&pointer, &value, nullptr) == nullptr);
    CHECK(InterlockedExchangePointer(&pointer, nullptr) == &value);
}
