#include "windows.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include <conio.h>
#include <tchar.h>
// Without it, this header takes the names of others away.
#define STRSAFE_NO_DEPRECATE
#include <strsafe.h>

// Texts as the C library of Windows has them.

namespace {

using namespace std::string_literals;

int print_list(char* to, size_t room, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = _vsnprintf(to, room, format, arguments);
    va_end(arguments);
    return length;
}

}  // namespace

TEST_CASE("Texts are compared without capitals", "[windows_h][crt]") {
    CHECK(_stricmp("aBc", "AbC") == 0);
    CHECK(_stricmp("a", "b") < 0);
    CHECK(_stricmp("_", "a") < 0);
    CHECK(_strnicmp("abX", "ABy", 2) == 0);
    CHECK(_strnicmp("abX", "ABy", 3) < 0);
    CHECK(_wcsicmp(L"aBc", L"AbC") == 0);
    CHECK(_wcsnicmp(L"abX", L"ABy", 2) == 0);
    CHECK(_memicmp("aB", "Ab", 2) == 0);
    CHECK(_tcsicmp(_T("x"), _T("X")) == 0);
    char narrow[] = "aBc1";
    CHECK(_strupr(narrow) == "ABC1"s);
    CHECK(_strlwr(narrow) == "abc1"s);
    wchar_t wide[] = L"aBc1";
    CHECK(_wcsupr(wide) == L"ABC1"s);
    CHECK(_wcslwr(wide) == L"abc1"s);
    char* const copy = _strdup("text");
    CHECK(copy == "text"s);
    std::free(copy);
    wchar_t* const wide_copy = _wcsdup(L"text");
    CHECK(wide_copy == L"text"s);
    std::free(wide_copy);
}

TEST_CASE("Copies know the room", "[windows_h][crt]") {
    char to[6];
    CHECK(strcpy_s(to, sizeof to, "hello") == 0);
    CHECK(to == "hello"s);
    CHECK(strcpy_s(to, "ab") == 0);
    CHECK(strcat_s(to, sizeof to, "cd") == 0);
    CHECK(strcat_s(to, "e") == 0);
    CHECK(to == "abcde"s);
    CHECK(strncpy_s(to, sizeof to, "abcdefgh", 3) == 0);
    CHECK(to == "abc"s);
    CHECK(strncpy_s(to, sizeof to, "abcdefgh", _TRUNCATE) == STRUNCATE);
    CHECK(to == "abcde"s);
    CHECK(strncpy_s(to, "xy", 5) == 0);
    CHECK(strncat_s(to, sizeof to, "123", 2) == 0);
    CHECK(to == "xy12"s);
    CHECK(strnlen_s(to, sizeof to) == 4);
    CHECK(strnlen_s(to, 2) == 2);
    CHECK(strnlen_s(nullptr, 2) == 0);
    wchar_t wide[6];
    CHECK(wcscpy_s(wide, 6, L"ab") == 0);
    CHECK(wcscpy_s(wide, L"abc") == 0);
    CHECK(wcscat_s(wide, 6, L"d") == 0);
    CHECK(wcscat_s(wide, L"e") == 0);
    CHECK(wide == L"abcde"s);
    CHECK(wcsncpy_s(wide, 6, L"xyz", 2) == 0);
    CHECK(wcsncpy_s(wide, 6, L"xyz", 1) == 0);
    CHECK(wcsncat_s(wide, 6, L"123", _TRUNCATE) == 0);
    CHECK(wide == L"x123"s);
    CHECK(wcsnlen_s(wide, 6) == 4);
    CHECK(memcpy_s(to, sizeof to, "abc", 4) == 0);
    CHECK(memmove_s(to + 1, sizeof to - 1, to, 3) == 0);
    CHECK(std::string(to, 4) == "aabc");
    CHECK(_countof(wide) == 6);
    char list[] = "a,b";
    char* state = nullptr;
    CHECK(strtok_s(list, ",", &state) == "a"s);
    CHECK(strtok_s(nullptr, ",", &state) == "b"s);
    CHECK(strtok_s(nullptr, ",", &state) == nullptr);
    wchar_t wide_list[] = L"a,b";
    wchar_t* wide_state = nullptr;
    CHECK(wcstok_s(wide_list, L",", &wide_state) == L"a"s);
}

TEST_CASE("A copy that does not fit is none", "[windows_h][crt]") {
    // There the handler for invalid parameters ends the program.
    if (test::on_windows) return;
    char to[4] = "abc";
    CHECK(strcpy_s(to, sizeof to, "long") == ERANGE);
    CHECK(to == ""s);
    CHECK(strcpy_s(to, sizeof to, nullptr) == EINVAL);
    CHECK(strcpy_s(nullptr, 1, "") == EINVAL);
    CHECK(strcpy_s(to, "ab") == 0);
    CHECK(strcat_s(to, sizeof to, "cd") == ERANGE);
    CHECK(to == ""s);
    CHECK(sprintf_s(to, sizeof to, "%d", 12345) == -1);
    CHECK(to == ""s);
    CHECK(memcpy_s(to, 2, "abc", 3) == ERANGE);
    CHECK(_itoa_s(12345, to, sizeof to, 10) == ERANGE);
}

TEST_CASE("Numbers and texts", "[windows_h][crt]") {
    char text[80];
    wchar_t wide[80];
    CHECK(_wtoi(L" -12x") == -12);
    CHECK(_wtol(L"77") == 77);
    CHECK(_wtoi64(L"123456789012") == 123456789012);
    CHECK(_wtof(L"1.5") == 1.5);
    CHECK(_atoi64("-123456789012") == -123456789012);
    CHECK(_strtoi64("ff", nullptr, 16) == 255);
    CHECK(_strtoui64("18446744073709551615", nullptr, 10) == ~0ULL);
    CHECK(_wcstoi64(L"-9", nullptr, 10) == -9);
    CHECK(_wcstoui64(L"9", nullptr, 10) == 9);
    CHECK(_itoa(-5, text, 10) == "-5"s);
    CHECK(_itoa(-1, text, 16) == "ffffffff"s);
    CHECK(_ltoa(7, text, 2) == "111"s);
    CHECK(_ultoa(4294967295U, text, 10) == "4294967295"s);
    CHECK(_i64toa(-1234567890123, text, 10) == "-1234567890123"s);
    CHECK(_ui64toa(~0ULL, text, 16) == "ffffffffffffffff"s);
    CHECK(_itow(12, wide, 10) == L"12"s);
    CHECK(_ltow(12, wide, 10) == L"12"s);
    CHECK(_ultow(12, wide, 8) == L"14"s);
    CHECK(_i64tow(12, wide, 36) == L"c"s);
    CHECK(_ui64tow(12, wide, 10) == L"12"s);
    CHECK(_itoa_s(-5, text, sizeof text, 10) == 0);
    CHECK(text == "-5"s);
    CHECK(_ultoa_s(5, text, sizeof text, 10) == 0);
    CHECK(_itow_s(6, wide, 80, 10) == 0);
    CHECK(wide == L"6"s);
    CHECK(_ultow_s(7, wide, 80, 10) == 0);
    CHECK(_ttoi(_T("3")) == 3);
}

TEST_CASE("Formats mean what they mean on Windows", "[windows_h][crt]") {
    char text[200];
    wchar_t wide[200];
    CHECK(sprintf_s(text, sizeof text, "%s|%S|%ls|%hs|%c|%C", "a", L"b", L"c", "d", 'e', L'f') == 11);
    CHECK(text == "a|b|c|d|e|f"s);
    CHECK(swprintf_s(wide, 200, L"%s|%S|%ls|%hs|%c", L"a", "b", L"c", "d", L'e') == 9);
    CHECK(wide == L"a|b|c|d|e"s);
    CHECK(sprintf_s(text, "%+d|% d|%5.2f|%g|%-6s|%06.1f", 5, 6, 3.14159, 0.5, "x", -2.5) == 29);
    CHECK(text == "+5| 6| 3.14|0.5|x     |-002.5"s);
    CHECK(sprintf_s(text, "%I64d|%I64x|%Iu|%lld|%o|%#x|%%", 1LL << 40, 255LL, size_t{7}, -1LL, 8U, 16U) > 0);
    CHECK(text == "1099511627776|ff|7|-1|10|0x10|%"s);
    const LONG minus = -3;
    const DWORD most = 0xFFFFFFFFU;
    CHECK(sprintf_s(text, "%ld|%lu|%hd|%*d|%.*s", minus, most, 70000, 4, 42, 2, "abc") > 0);
    CHECK(text == "-3|4294967295|4464|  42|ab"s);
    CHECK(swprintf_s(wide, L"%d %s", 1, L"two") == 5);
    CHECK(sprintf_s(text, "%p", reinterpret_cast<void*>(0x1234)) == 16);
    CHECK(text == "0000000000001234"s);
    CHECK(_swprintf(wide, L"%s", L"abc") == 3);
    CHECK(_stprintf_s(reinterpret_cast<TCHAR*>(wide), 10, _T("%d"), 12) == 2);
    CHECK(_stprintf(reinterpret_cast<TCHAR*>(wide), _T("%d"), 123) == 3);
}

TEST_CASE("Formatting with limits", "[windows_h][crt]") {
    char text[8] = "xxxxxxx";
    CHECK(_snprintf(text, 4, "%s", "ab") == 2);
    CHECK(text == "ab"s);
    CHECK(_snprintf(text, 4, "%s", "abcd") == 4);  // no null
    CHECK(std::string(text, 5) == "abcdx");
    CHECK(_snprintf(text, 4, "%s", "vwxyz") == -1);
    CHECK(std::string(text, 5) == "vwxyx");
    CHECK(print_list(text, 8, "%d", 12) == 2);
    wchar_t wide[8] = L"xxxxxxx";
    CHECK(_snwprintf(wide, 8, L"%d", 12) == 2);
    CHECK(_snprintf_s(text, sizeof text, _TRUNCATE, "%s", "abcdefghij") == -1);
    CHECK(text == "abcdefg"s);
    CHECK(_snprintf_s(text, 3, "%s", "abcdef") == -1);
    CHECK(text == "abc"s);
    CHECK(_snprintf_s(text, sizeof text, 5, "%s", "abc") == 3);
    CHECK(_snwprintf_s(wide, 8, _TRUNCATE, L"%s", L"abcdefghij") == -1);
    CHECK(wide == L"abcdefg"s);
    CHECK(_snwprintf_s(wide, _TRUNCATE, L"%s", L"abc") == 3);
    CHECK(_scprintf("%d-%s", 12, "abc") == 6);
    CHECK(_scwprintf(L"%d-%s", 12, L"abc") == 6);
    const auto lists = [&](const char* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(vsprintf_s(text, sizeof text, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vsnprintf_s(text, sizeof text, _TRUNCATE, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vscprintf(format, arguments) == 2);
        va_end(arguments);
    };
    lists("%d", 42);
    const auto wide_lists = [&](const wchar_t* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(vswprintf_s(wide, 8, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vsnwprintf(wide, 8, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vsnwprintf_s(wide, 8, _TRUNCATE, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vscwprintf(format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vswprintf(wide, format, arguments) == 2);
        va_end(arguments);
    };
    wide_lists(L"%d", 42);
}

TEST_CASE("Narrow and wide output to one stream", "[windows_h][crt]") {
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    CHECK(fwprintf_s(file, L"%s-%d ", L"wide", 1) == 7);
    CHECK(fprintf_s(file, "%s-%d ", "narrow", 2) == 9);
    CHECK(_ftprintf(file, _T("%s"), _T("either")) == 6);
    const auto lists = [file](const char* format, const wchar_t* wide, ...) {
        va_list arguments;
        va_start(arguments, wide);
        CHECK(vfprintf_s(file, format, arguments) == 2);
        va_end(arguments);
        va_start(arguments, wide);
        CHECK(vfwprintf_s(file, wide, arguments) == 2);
        va_end(arguments);
    };
    lists("%2d", L"%2d", 3);
    std::rewind(file);
    char text[100] = {};
    CHECK(std::fgets(text, sizeof text, file) != nullptr);
    // There such a file takes wide characters as they are.
    if (!test::on_windows) CHECK(text == "wide-1 narrow-2 either 3 3"s);
    std::fclose(file);
    // To standard output: as they are declared, without the words.
    CHECK(printf_s("%s", "") == 0);
    CHECK(wprintf_s(L"%s", L"") == 0);
    const auto none = [](const char* format, const wchar_t* wide, ...) {
        va_list arguments;
        va_start(arguments, wide);
        CHECK(vprintf_s(format, arguments) == 0);
        va_end(arguments);
        va_start(arguments, wide);
        CHECK(vwprintf_s(wide, arguments) == 0);
        va_end(arguments);
    };
    none("", L"");
    CHECK(sizeof(&_putws) == sizeof(void*));
    CHECK(sizeof(&_getch) + sizeof(&_getche) + sizeof(&_kbhit) == 3 * sizeof(void*));
}

TEST_CASE("Texts that never leave their buffers", "[windows_h][crt]") {
    char to[6];
    size_t length = 0;
    CHECK(StringCchCopyA(to, 6, "hello") == S_OK);
    CHECK(to == "hello"s);
    CHECK(StringCchCopyA(to, 6, "too long") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(to == "too l"s);
    CHECK(StringCchCopyA(to, 0, "") == STRSAFE_E_INVALID_PARAMETER);
    CHECK(StringCchCopyNA(to, 6, "abcdef", 2) == S_OK);
    CHECK(StringCchCatA(to, 6, "cd") == S_OK);
    CHECK(StringCchCatNA(to, 6, "efgh", 1) == S_OK);
    CHECK(to == "abcde"s);
    CHECK(StringCchCatA(to, 6, "f") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(to == "abcde"s);
    CHECK(StringCchPrintfA(to, 6, "%d", 12) == S_OK);
    CHECK(to == "12"s);
    CHECK(StringCchPrintfA(to, 6, "%s", "abcdefg") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(to == "abcde"s);
    CHECK(StringCchLengthA("abc", 10, &length) == S_OK);
    CHECK(length == 3);
    CHECK(StringCchLengthA("abc", 3, &length) == STRSAFE_E_INVALID_PARAMETER);
    wchar_t wide[6];
    CHECK(StringCbCopyW(wide, sizeof wide, L"hello") == S_OK);
    CHECK(StringCbCatW(wide, sizeof wide, L"!") == STRSAFE_E_INSUFFICIENT_BUFFER);
    CHECK(wide == L"hello"s);
    CHECK(StringCbPrintfW(wide, sizeof wide, L"%s", L"ab") == S_OK);
    CHECK(StringCbCopyNW(wide, sizeof wide, L"abcd", 2 * sizeof(wchar_t)) == S_OK);
    CHECK(StringCbCatNW(wide, sizeof wide, L"xyz", sizeof(wchar_t)) == S_OK);
    CHECK(wide == L"abx"s);
    CHECK(StringCbLengthW(wide, sizeof wide, &length) == S_OK);
    CHECK(length == 3 * sizeof(wchar_t));
    const auto lists = [&](const char* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(StringCchVPrintfA(to, 6, format, arguments) == S_OK);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(StringCbVPrintfA(to, 6, format, arguments) == S_OK);
        va_end(arguments);
    };
    lists("%d", 7);
    CHECK(to == "7"s);
}
