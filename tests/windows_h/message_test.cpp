#include "windows.hpp"

#include <cstdarg>
#include <cstring>
#include <cwchar>

namespace {

constexpr DWORD array = FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY;

std::string expand(const char* message, DWORD_PTR* arguments, DWORD flags = 0) {
    char text[200] = {};
    const DWORD length = FormatMessageA(array | flags, message, 0, 0, text, 200, reinterpret_cast<va_list*>(arguments));
    if (length != std::strlen(text)) return "not the length";
    return text;
}

std::wstring expand_list(const wchar_t* message, ...) {
    wchar_t text[200] = {};
    va_list arguments;
    va_start(arguments, message);
    FormatMessageW(FORMAT_MESSAGE_FROM_STRING, message, 0, 0, text, 200, &arguments);
    va_end(arguments);
    return text;
}

std::string print(const char* format, ...) {
    char text[1100] = {};
    va_list arguments;
    va_start(arguments, format);
    const int length = wvsprintfA(text, format, arguments);
    va_end(arguments);
    return length == static_cast<int>(std::strlen(text)) ? text : "not the length";
}

}  // namespace

TEST_CASE("A message takes what the caller inserts", "[windows_h][message]") {
    const std::string one = "one";
    const std::string three = "three";
    DWORD_PTR values[] = {reinterpret_cast<DWORD_PTR>(one.c_str()), 42, reinterpret_cast<DWORD_PTR>(three.c_str())};
    CHECK(expand("x %1 %2!u! y", values) == "x one 42 y");
    CHECK(expand("%3!10s!|%3!-10s!|%3!.2s!|%2!04x!|%2!c!", values) == "     three|three     |th|002a|*");
    CHECK(expand("%2!I64d! %2!hd! %2!p!", values) == "42 42 000000000000002A");
    const std::string bill = "Bill";
    const std::string bob = "Bob";
    DWORD_PTR stars[] = {4,
                         2,
                         reinterpret_cast<DWORD_PTR>(bill.c_str()),
                         reinterpret_cast<DWORD_PTR>(bob.c_str()),
                         6,
                         reinterpret_cast<DWORD_PTR>(bill.c_str())};
    CHECK(expand("%1!*.*s! %4 %5!*s!", stars) == "  Bi Bob   Bill");
    CHECK(expand_list(L"%2!d! %1 %1", L"text", 7) == L"7 text text");
}

TEST_CASE("Characters behind a percent sign", "[windows_h][message]") {
    DWORD_PTR values[] = {0};
    CHECK(expand("a%%b%nc%.g%!h% i", values) == "a%b\r\nc.g!h i");
    CHECK(expand("a%rb%tc", values) == "a\rb\tc");
    CHECK(expand("abc%0def", values) == "abc");
    CHECK(expand("x %1 %% %n %0 z", values, FORMAT_MESSAGE_IGNORE_INSERTS) == "x %1 %% \r\n ");
}

TEST_CASE("Lines of a message", "[windows_h][message]") {
    DWORD_PTR values[] = {0};
    CHECK(expand("a\nb\r\nc", values) == "a\r\nb\r\nc");
    CHECK(expand("a\nb\r\nc%ne f", values, FORMAT_MESSAGE_MAX_WIDTH_MASK) == "a b c\r\ne f");
    CHECK(expand("the quick brown fox jumps about%nit", values, 10) ==
          "the quick\r\nbrown fox\r\njumps\r\nabout\r\nit");
}

TEST_CASE("Messages that cannot be had", "[windows_h][message]") {
    char text[20];
    const auto from = [&](const char* message, DWORD room) {
        return FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY, message, 0, 0, text, room,
                              nullptr);
    };
    REFUSES(from("%1", 20), ERROR_INVALID_PARAMETER);
    REFUSES(from("a%", 20), ERROR_INVALID_PARAMETER);
    // Wine does not look.
    if (!test::on_wine()) REFUSES(from(nullptr, 20), ERROR_INVALID_PARAMETER);
    REFUSES(from("abcdef", 6), ERROR_INSUFFICIENT_BUFFER);
    CHECK(from("abcdef", 7) == 6);
    REFUSES(from("", 20), 235U);  // ERROR_NO_WORK_DONE, which not every <windows.h> has
    REFUSES(FormatMessageA(0, nullptr, 5, 0, text, 20, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE, nullptr, 5, 0, text, 20, nullptr),
            ERROR_RESOURCE_DATA_NOT_FOUND);
    // It stands in the text, so it must be given.
    REFUSES(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr, ERROR_BAD_EXE_FORMAT, 0, text, 20, nullptr),
            ERROR_INVALID_PARAMETER);
}

TEST_CASE("The system's messages end in a full stop and a line break", "[windows_h][message]") {
    for (const DWORD number :
         {DWORD{ERROR_SUCCESS}, DWORD{ERROR_FILE_NOT_FOUND}, DWORD{ERROR_ACCESS_DENIED}, DWORD{ERROR_INVALID_HANDLE},
          DWORD{ERROR_BROKEN_PIPE}, DWORD{ERROR_ALREADY_EXISTS}, DWORD{ERROR_ENVVAR_NOT_FOUND}, DWORD{ERROR_NOT_OWNER},
          DWORD{ERROR_IO_PENDING}, DWORD{ERROR_TIMEOUT}, DWORD{ERROR_PRIVILEGE_NOT_HELD}}) {
        char text[200] = {};
        const DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, number,
                                            0, text, 200, nullptr);
        INFO(number);
        REQUIRE(length > 3);
        CHECK(std::string(text).substr(length - 3) == ".\r\n");
    }
    char win32[200] = {};
    char result[200] = {};
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr, ERROR_ACCESS_DENIED, 0, win32, 200, nullptr) > 0);
    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, nullptr,
                         static_cast<DWORD>(HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)), 0, result, 200, nullptr) > 0);
    CHECK(std::strcmp(win32, result) == 0);
}

TEST_CASE("Results of COM's kind", "[windows_h][message]") {
    CHECK(SUCCEEDED(S_OK));
    CHECK(SUCCEEDED(S_FALSE));
    CHECK(FAILED(E_FAIL));
    CHECK(FAILED(E_INVALIDARG));
    CHECK(HRESULT_FROM_WIN32(ERROR_SUCCESS) == S_OK);
    CHECK(HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED) == E_ACCESSDENIED);
    CHECK(HRESULT_CODE(E_ACCESSDENIED) == ERROR_ACCESS_DENIED);
    CHECK(HRESULT_FACILITY(E_ACCESSDENIED) == FACILITY_WIN32);
    CHECK(MAKE_HRESULT(SEVERITY_ERROR, FACILITY_WIN32, ERROR_INVALID_HANDLE) == E_HANDLE);
}

TEST_CASE("wsprintf", "[windows_h][message]") {
    char text[100] = {};
    CHECK(wsprintfA(text, "%d|%5d|%-5d|%05d|%x|%#X|%lu", -5, 42, 42, 42, 255, 255, 7) == 30);
    CHECK(std::string(text) == "-5|   42|42   |00042|ff|0XFF|7");
    CHECK(print("%s|%.2s|%c|%5s|%-4s|", "abc", "abc", 'x', "ab", "z") == "abc|ab|x|   ab|z   |");
    CHECK(print("%p|%I64d|%i|%hu|%%|%q", reinterpret_cast<void*>(0x1234), 1LL << 40, 3, 7) ==
          "0000000000001234|1099511627776|3|7|%|q");
    CHECK(print("%S|%ls|%hs", L"wide", L"long", "narrow") == "wide|long|narrow");
    wchar_t wide[100] = {};
    CHECK(wsprintfW(wide, L"%s %S %d %c", L"wide", "narrow", -1, L'c') == 16);
    CHECK(std::wstring(wide) == L"wide narrow -1 c");
    const auto list = [&](const wchar_t* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        const int length = wvsprintfW(wide, format, arguments);
        va_end(arguments);
        return length;
    };
    CHECK(list(L"%08X", 0xABCU) == 8);
    CHECK(std::wstring(wide) == L"00000ABC");
    // Wine gives up.
    if (!test::on_wine()) CHECK(print("%s", std::string(2000, 'a').c_str()).size() == 1023);
}

TEST_CASE("Comparing texts", "[windows_h][message]") {
    CHECK(lstrcmpA("a", "B") < 0);
    CHECK(lstrcmpA("a", "A") < 0);
    CHECK(lstrcmpA("A", "a") > 0);
    CHECK(lstrcmpW(L"abc", L"abc") == 0);
    CHECK(lstrcmpW(L"abc", L"abcd") < 0);
    CHECK(lstrcmpA("1", "a") < 0);
    CHECK(lstrcmpA("_", "a") < 0);
    CHECK(lstrcmpiA("aBc", "AbC") == 0);
    CHECK(lstrcmpiW(L"aBc", L"AbD") < 0);
    CHECK(lstrcmpA(nullptr, "a") < 0);
}
