#include "windows.hpp"

#include <cstring>
#include <cwchar>
#include <vector>

#include <shellapi.h>

namespace {

// Backslashes are bad to read here: / stands for one, and ' for a quote.
std::vector<std::wstring> split(std::string text) {
    for (char& c : text) c = c == '/' ? '\\' : c == '\'' ? '"' : c;
    int count = -1;
    LPWSTR* const pointers = CommandLineToArgvW(test::wide(text).c_str(), &count);
    REQUIRE(pointers != nullptr);
    CHECK(pointers[count] == nullptr);
    std::vector<std::wstring> arguments(pointers, pointers + count);
    CHECK(LocalFree(pointers) == nullptr);
    return arguments;
}

using texts = std::vector<std::wstring>;

}  // namespace

TEST_CASE("The path of the program and buffers of all sizes", "[windows_h][module]") {
    char path[1000] = {};
    DWORD length = 0;
    CHECK(test::error_of([&] { length = GetModuleFileNameA(nullptr, path, 1000); }) == ERROR_SUCCESS);
    REQUIRE(length == std::strlen(path));
    CHECK(std::filesystem::equivalent(path, kobj::process::executable_path()));
    char cut[1000];
    std::memset(cut, 'x', sizeof cut);
    CHECK(test::error_of([&] { CHECK(GetModuleFileNameA(nullptr, cut, 5) == 5); }) == ERROR_INSUFFICIENT_BUFFER);
    // Wine leaves the null out.
    if (!test::on_wine()) CHECK(std::string(cut) == std::string(path, 4));
    CHECK(cut[5] == 'x');
    // There is no room for the null.
    CHECK(test::error_of([&] { CHECK(GetModuleFileNameA(nullptr, cut, length) == length); }) ==
          ERROR_INSUFFICIENT_BUFFER);
    if (!test::on_wine()) CHECK(std::string(cut) == std::string(path, length - 1));
    CHECK(test::error_of([&] { CHECK(GetModuleFileNameA(nullptr, cut, length + 1) == length); }) == ERROR_SUCCESS);
    REFUSES(GetModuleFileNameA(nullptr, cut, 0), ERROR_INSUFFICIENT_BUFFER);
    std::vector<WCHAR> wide(length + 1);
    CHECK(GetModuleFileNameW(GetModuleHandleW(nullptr), wide.data(), length + 1) == length);
    CHECK(std::wstring(wide.data()) == test::wide(path));
    CHECK(test::error_of([&] { CHECK(GetModuleFileNameW(nullptr, wide.data(), 3) == 3); }) ==
          ERROR_INSUFFICIENT_BUFFER);
    REFUSES(GetModuleFileNameA(reinterpret_cast<HMODULE>(0x12340000), path, 1000), ERROR_MOD_NOT_FOUND);
}

TEST_CASE("The handle of the program", "[windows_h][module]") {
    const HMODULE program = GetModuleHandleA(nullptr);
    CHECK(program != nullptr);
    CHECK(GetModuleHandleW(nullptr) == program);
    const std::string name = std::filesystem::path(kobj::process::executable_path()).filename().string();
    CHECK(test::error_of([&] { CHECK(GetModuleHandleA(name.c_str()) == program); }) == test::untouched);
    REFUSES(GetModuleHandleA("none.dll"), ERROR_MOD_NOT_FOUND);
    REFUSES(GetModuleHandleW(L""), ERROR_MOD_NOT_FOUND);
}

TEST_CASE("A command line in its arguments", "[windows_h][module]") {
    CHECK(split("prog 'a b' c") == texts{L"prog", L"a b", L"c"});
    CHECK(split("'pro g'x 'a b' c") == texts{L"pro g", L"x", L"a b", L"c"});
    CHECK(split("prog a//b d'e f'g h") == texts{L"prog", L"a\\\\b", L"de fg", L"h"});
    CHECK(split("prog a///'b c d") == texts{L"prog", L"a\\\"b", L"c", L"d"});
    CHECK(split("prog a////'b c' d e") == texts{L"prog", L"a\\\\b c", L"d", L"e"});
    CHECK(split("prog '' a") == texts{L"prog", L"", L"a"});
    CHECK(split("prog a\tb  c ") == texts{L"prog", L"a", L"b", L"c"});
    CHECK(split("prog 'a") == texts{L"prog", L"a"});
    CHECK(split("prog /") == texts{L"prog", L"\\"});
    CHECK(split("prog '/'") == texts{L"prog", L"\""});
    CHECK(split("pr'og x'y z") == texts{L"pr\"og", L"xy z"});
    CHECK(split("prog /p/q/ r") == texts{L"prog", L"\\p\\q\\", L"r"});
    CHECK(split("c:/p/ '/'") == texts{L"c:\\p\\", L"\""});
}

TEST_CASE("Quotes in a row end the quotes with the one that they are", "[windows_h][module]") {
    CHECK(split("p 'a''b c' d") == texts{L"p", L"a\"b", L"c d"});
    CHECK(split("p 'a'''b c' d") == texts{L"p", L"a\"b c", L"d"});
    CHECK(split("p 'a''''b c' d") == texts{L"p", L"a\"b", L"c d"});
    CHECK(split("p 'a'''''b c' d e") == texts{L"p", L"a\"\"b", L"c d e"});
    CHECK(split("p ''a b'' c") == texts{L"p", L"a", L"b", L"c"});
    CHECK(split("p '''a b''' c") == texts{L"p", L"\"a", L"b\"", L"c"});
    CHECK(split("p ''''a b'''' c") == texts{L"p", L"\"a b\"", L"c"});
    CHECK(split("p a'''b c d") == texts{L"p", L"a\"b", L"c", L"d"});
    CHECK(split("p 'a/''b c") == texts{L"p", L"a\"b", L"c"});
    CHECK(split("p 'a//''b c' d") == texts{L"p", L"a\\\"b", L"c d"});
    CHECK(split("p '''''' q") == texts{L"p", L"\"\"", L"q"});
}

TEST_CASE("An empty command line is the path of the program", "[windows_h][module]") {
    WCHAR path[1000] = {};
    REQUIRE(GetModuleFileNameW(nullptr, path, 1000) != 0);
    CHECK(split("") == texts{path});
    CHECK(split(" ") == texts{L""});
    CHECK(split(" a b") == texts{L"", L"a", L"b"});
    CHECK(split("a ") == texts{L"a"});
    CHECK(split("''") == texts{L""});
    CHECK(split("'a") == texts{L"a"});
    REFUSES(CommandLineToArgvW(L"a", nullptr), ERROR_INVALID_PARAMETER);
    int count = 0;
    CHECK(test::error_of([&] { LocalFree(CommandLineToArgvW(L"a b", &count)); }) == test::untouched);
    CHECK(count == 2);
}
