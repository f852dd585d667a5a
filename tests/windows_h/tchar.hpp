// The names of <tchar.h>: included by a test of each kind of characters, which defines KOBJ_KIND.
#include "windows.hpp"

#include <cstdio>
#include <cstdlib>

#include <tchar.h>

namespace {

using text = std::basic_string<TCHAR>;

int list_to(int (*print)(TCHAR*, size_t, const TCHAR*, va_list), TCHAR* to, size_t room, const TCHAR* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = print(to, room, format, arguments);
    va_end(arguments);
    return length;
}

}  // namespace

TEST_CASE("Copies and comparisons by <tchar.h>, " KOBJ_KIND, "[windows_h][crt][tchar]") {
    TCHAR to[10];
    CHECK(_tcscpy_s(to, 10, _T("abc")) == 0);
    CHECK(_tcscat_s(to, 10, _T("de")) == 0);
    CHECK(_tcsncat_s(to, 10, _T("fgh"), 1) == 0);
    CHECK(to == text(_T("abcdef")));
    CHECK(_tcsncpy_s(to, 10, _T("abcdef"), 3) == 0);
    CHECK(_tcsupr(to) == text(_T("ABC")));
    CHECK(_tcslwr(to) == text(_T("abc")));
    CHECK(_tcsnicmp(to, _T("ABX"), 2) == 0);
    TCHAR* const copy = _tcsdup(to);
    CHECK(copy == text(_T("abc")));
    std::free(copy);
    TCHAR list[] = _T("a b");
    TCHAR* state = nullptr;
    CHECK(_tcstok_s(list, _T(" "), &state) == text(_T("a")));
}

TEST_CASE("Numbers by <tchar.h>, " KOBJ_KIND, "[windows_h][crt][tchar]") {
    TCHAR to[40];
    CHECK(_tstoi(_T("-1")) == -1);
    CHECK(_tstol(_T("-1")) == -1);
    CHECK(_tstoi64(_T("-1")) == -1);
    CHECK(_tstof(_T("0.5")) == 0.5);
    CHECK(_ttol(_T("2")) == 2);
    CHECK(_ttoi64(_T("3")) == 3);
#ifdef _ttof  // mingw has not got it
    CHECK(_ttof(_T("1.5")) == 1.5);
#endif
    CHECK(_tcstoi64(_T("-f"), nullptr, 16) == -15);
    CHECK(_tcstoui64(_T("f"), nullptr, 16) == 15);
    CHECK(_itot(-1, to, 10) == text(_T("-1")));
    CHECK(_ltot(2, to, 10) == text(_T("2")));
    CHECK(_ultot(3, to, 10) == text(_T("3")));
    CHECK(_i64tot(4, to, 10) == text(_T("4")));
    CHECK(_ui64tot(5, to, 10) == text(_T("5")));
    CHECK(_itot_s(6, to, 40, 10) == 0);
    CHECK(_ultot_s(7, to, 40, 10) == 0);
    CHECK(to == text(_T("7")));
}

TEST_CASE("Formats by <tchar.h>, " KOBJ_KIND, "[windows_h][crt][tchar]") {
    TCHAR to[40];
    CHECK(_sntprintf(to, 40, _T("%s"), _T("abc")) == 3);
    CHECK(_sntprintf_s(to, 40, _TRUNCATE, _T("%s-%d"), _T("abc"), 4) == 5);
    CHECK(to == text(_T("abc-4")));
    CHECK(_sctprintf(_T("%s"), _T("abcd")) == 4);
    CHECK(list_to(_vsntprintf, to, 40, _T("%d"), 12) == 2);
    CHECK(list_to(_vstprintf_s, to, 40, _T("%d"), 12) == 2);
    const auto lists = [&](const TCHAR* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(_vsntprintf_s(to, 40, _TRUNCATE, format, arguments) == 3);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vsctprintf(format, arguments) == 3);
        va_end(arguments);
        va_start(arguments, format);
        CHECK(_vstprintf(to, format, arguments) == 3);
        va_end(arguments);
        CHECK(to == text(_T("123")));
    };
    lists(_T("%d"), 123);
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    CHECK(_ftprintf_s(file, _T("%s"), _T("ab")) == 2);
    const auto to_file = [file](const TCHAR* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(_vftprintf(file, format, arguments) == 1);
        va_end(arguments);
    };
    to_file(_T("%d"), 1);
    std::fclose(file);
    CHECK(_tprintf(_T("%s"), _T("")) == 0);
    CHECK(_tprintf_s(_T("%s"), _T("")) == 0);
    const auto none = [](const TCHAR* format, ...) {
        va_list arguments;
        va_start(arguments, format);
        CHECK(_vtprintf(format, arguments) == 0);
        va_end(arguments);
    };
    none(_T(""));
    CHECK(sizeof(&_putts) == sizeof(void*));
}
