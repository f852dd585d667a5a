#include "windows.hpp"

#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <vector>

namespace {

std::string get(const char* name) {
    char text[300] = {};
    const DWORD length = GetEnvironmentVariableA(name, text, 300);
    CHECK(length == std::strlen(text));
    return text;
}

std::wstring expand(const wchar_t* from) {
    wchar_t text[100] = {};
    const DWORD length = ExpandEnvironmentStringsW(from, text, 100);
    CHECK(length == std::wcslen(text) + 1);
    return text;
}

}  // namespace

TEST_CASE("A variable of the environment and buffers of all sizes", "[windows_h][environment]") {
    CHECK(SetEnvironmentVariableA("kobj_full", "abc"));
    char text[8] = "xxxxxxx";
    const auto read = [&](DWORD room) { return GetEnvironmentVariableA("kobj_full", text, room); };
    CHECK(test::error_of([&] { CHECK(read(4) == 3); }) == test::untouched);
    CHECK(std::strcmp(text, "abc") == 0);
    CHECK(test::error_of([&] { CHECK(read(3) == 4); }) == test::untouched);
    CHECK(read(0) == 4);
    CHECK(GetEnvironmentVariableA("kobj_full", nullptr, 0) == 4);
    WCHAR wide[8] = {};
    CHECK(GetEnvironmentVariableW(L"kobj_full", wide, 8) == 3);
    CHECK(std::wcscmp(wide, L"abc") == 0);
    CHECK(GetEnvironmentVariableW(L"kobj_full", wide, 3) == 4);
    CHECK(GetEnvironmentVariableW(L"kobj_full", nullptr, 0) == 4);
    CHECK(GetEnvironmentVariable(TEXT("kobj_full"), nullptr, 0) == 4);
    CHECK(SetEnvironmentVariableW(L"kobj_full", nullptr));
}

TEST_CASE("An empty variable is there", "[windows_h][environment]") {
    CHECK(SetEnvironmentVariableW(L"kobj_empty", L""));
    char text[4] = "xxx";
    CHECK(test::error_of([&] { CHECK(GetEnvironmentVariableA("kobj_empty", text, 4) == 0); }) == test::untouched);
    CHECK(text[0] == 0);
    CHECK(GetEnvironmentVariableA("kobj_empty", text, 0) == 1);
    CHECK(SetEnvironmentVariableA("kobj_empty", nullptr));
    REFUSES(GetEnvironmentVariableA("kobj_empty", text, 4), ERROR_ENVVAR_NOT_FOUND);
}

TEST_CASE("Variables that are not there, and names that are none", "[windows_h][environment]") {
    char text[4] = {};
    WCHAR wide[4] = {};
    REFUSES(GetEnvironmentVariableA("kobj_none", text, 4), ERROR_ENVVAR_NOT_FOUND);
    REFUSES(GetEnvironmentVariableW(L"kobj_none", nullptr, 0), ERROR_ENVVAR_NOT_FOUND);
    REFUSES(GetEnvironmentVariableA("", text, 4), ERROR_ENVVAR_NOT_FOUND);
    REFUSES(GetEnvironmentVariableW(nullptr, wide, 4), ERROR_ENVVAR_NOT_FOUND);
    REFUSES(GetEnvironmentVariableA("PATH=", text, 4), ERROR_ENVVAR_NOT_FOUND);
    REFUSES(SetEnvironmentVariableA("", "x"), ERROR_INVALID_PARAMETER);
    REFUSES(SetEnvironmentVariableW(L"", nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(SetEnvironmentVariableA("a=b", "x"), ERROR_INVALID_PARAMETER);
    REFUSES(SetEnvironmentVariableA("b=", "x"), ERROR_INVALID_PARAMETER);
    REFUSES(SetEnvironmentVariableA(nullptr, "x"), ERROR_ENVVAR_NOT_FOUND);
    // Windows has names that begin with the mark, for the current directories of drives.
    if (!test::on_windows) REFUSES(SetEnvironmentVariableA("=C:", "x"), ERROR_INVALID_PARAMETER);
    CHECK(test::error_of([&] { CHECK(SetEnvironmentVariableA("kobj_none", nullptr)); }) == test::untouched);
}

TEST_CASE("The case of a variable's name is of no matter", "[windows_h][environment]") {
    CHECK(SetEnvironmentVariableA("Kobj_Case", "1"));
    CHECK(get("KOBJ_CASE") == "1");
    CHECK(SetEnvironmentVariableA("kobj_CASE", "2"));
    CHECK(get("Kobj_Case") == "2");
    CHECK(SetEnvironmentVariableA("KOBJ_case", nullptr));
    REFUSES(GetEnvironmentVariableA("Kobj_Case", nullptr, 0), ERROR_ENVVAR_NOT_FOUND);
}

#if !defined(_WIN32)
TEST_CASE("Variables that differ in case only are all found, and set", "[windows_h][environment]") {
    REQUIRE(setenv("kobj_two", "small", 1) == 0);
    REQUIRE(setenv("KOBJ_TWO", "large", 1) == 0);
    CHECK(get("kobj_two") == "small");
    CHECK(get("KOBJ_TWO") == "large");
    CHECK(SetEnvironmentVariableA("KOBJ_TWO", "new"));
    CHECK(std::string(getenv("kobj_two")) == "small");
    CHECK(std::string(getenv("KOBJ_TWO")) == "new");
    CHECK(SetEnvironmentVariableA("kobj_two", nullptr));
    CHECK(getenv("kobj_two") == nullptr);
    // Now the other is the only one.
    CHECK(get("kobj_two") == "new");
    CHECK(SetEnvironmentVariableA("kobj_two", nullptr));
    CHECK(getenv("KOBJ_TWO") == nullptr);
}

TEST_CASE("A text that is not Unicode", "[windows_h][environment]") {
    REQUIRE(setenv("kobj_raw", "a\xFF", 1) == 0);
    WCHAR wide[4] = {};
    CHECK(GetEnvironmentVariableW(L"kobj_raw", wide, 4) == 2);
    CHECK(wide[1] == 0xFFFD);
    CHECK(get("kobj_raw") == "a\xFF");
    const WCHAR alone[] = {0xD800, 0};
    REFUSES(SetEnvironmentVariableW(L"kobj_raw", alone), ERROR_NO_UNICODE_TRANSLATION);
    REFUSES(SetEnvironmentVariableW(alone, L"x"), ERROR_NO_UNICODE_TRANSLATION);
    REFUSES(GetEnvironmentVariableW(alone, wide, 4), ERROR_ENVVAR_NOT_FOUND);
    CHECK(get("kobj_raw") == "a\xFF");
    unsetenv("kobj_raw");
}
#endif

TEST_CASE("All variables in one block", "[windows_h][environment]") {
    CHECK(SetEnvironmentVariableW(L"kobj_block", L"\u00E4 = x"));
    LPWCH block = GetEnvironmentStringsW();
    REQUIRE(block != nullptr);
    int found = 0;
    for (const WCHAR* entry = block; *entry != 0; entry += std::wcslen(entry) + 1)
        if (std::wcscmp(entry, L"kobj_block=\u00E4 = x") == 0) ++found;
    CHECK(found == 1);
    CHECK(FreeEnvironmentStringsW(block));
    // Without UNICODE that is the form with A.
    char* const narrow = GetEnvironmentStrings();
    REQUIRE(narrow != nullptr);
    found = 0;
    for (const char* entry = narrow; *entry != 0; entry += std::strlen(entry) + 1)
        if (std::strncmp(entry, "kobj_block=", 11) == 0) ++found;
    CHECK(found == 1);
    CHECK(FreeEnvironmentStringsA(narrow));
    CHECK(SetEnvironmentVariableW(L"kobj_block", nullptr));
}

TEST_CASE("Expanding variables in a text", "[windows_h][environment]") {
    CHECK(SetEnvironmentVariableA("kobj_v", "value"));
    CHECK(SetEnvironmentVariableA("kobj_e", ""));
    CHECK(expand(L"a%kobj_v%b") == L"avalueb");
    CHECK(expand(L"%KOBJ_V%%kobj_v%") == L"valuevalue");
    CHECK(expand(L"%kobj_v%%kobj_none%%%%kobj_v") == L"value%kobj_none%%%%kobj_v");
    CHECK(expand(L"50% of %kobj_v% is %") == L"50% of %kobj_v% is %");
    CHECK(expand(L"%kobj_none%kobj_v%") == L"%kobj_none%kobj_v%");
    CHECK(expand(L"%%kobj_v%%") == L"%%kobj_v%%");
    CHECK(expand(L"<%kobj_e%>") == L"<>");
    CHECK(expand(L"") == L"");
    char text[9] = "xxxxxxxx";
    const auto read = [&](DWORD room) { return ExpandEnvironmentStringsA("a%kobj_v%b", text, room); };
    CHECK(test::error_of([&] { CHECK(read(8) == 8); }) == test::untouched);
    CHECK(std::strcmp(text, "avalueb") == 0);
    CHECK(test::error_of([&] { CHECK(read(7) == 8); }) == ERROR_INSUFFICIENT_BUFFER);
    CHECK(ExpandEnvironmentStringsA("a%kobj_v%b", nullptr, 0) == 8);
    CHECK(ExpandEnvironmentStringsW(L"a%kobj_v%b", nullptr, 0) == 8);
    CHECK(SetEnvironmentVariableA("kobj_v", nullptr));
    CHECK(SetEnvironmentVariableA("kobj_e", nullptr));
}

TEST_CASE("The current directory", "[windows_h][environment]") {
    char before[1000] = {};
    const DWORD length = GetCurrentDirectoryA(1000, before);
    REQUIRE(length == std::strlen(before));
    CHECK(GetCurrentDirectoryA(0, nullptr) == length + 1);
    CHECK(test::error_of([&] { CHECK(GetCurrentDirectoryA(length, before) == length + 1); }) == test::untouched);
    std::vector<WCHAR> wide(length + 1);
    CHECK(GetCurrentDirectoryW(length + 1, wide.data()) == length);
    CHECK(GetCurrentDirectoryW(1, wide.data()) == length + 1);
    CHECK(std::string(wide.begin(), wide.end() - 1) == before);
    {
        const test::scratch_directory scratch;
        std::filesystem::create_directory(scratch.path() / "inner");
        test::write_file(scratch.file("file"), "");
        CHECK(test::error_of([&] { CHECK(SetCurrentDirectoryA(scratch.file("inner").c_str())); }) == test::untouched);
        char now[1000] = {};
        CHECK(GetCurrentDirectoryA(1000, now) > 0);
        CHECK(std::filesystem::equivalent(now, scratch.path() / "inner"));
        CHECK(SetCurrentDirectoryW(L".."));
        CHECK(std::filesystem::equivalent(std::filesystem::current_path(), scratch.path()));
        REFUSES(SetCurrentDirectoryA("none"), ERROR_FILE_NOT_FOUND);
        REFUSES(SetCurrentDirectoryA("none/none"), ERROR_PATH_NOT_FOUND);
        REFUSES(SetCurrentDirectoryA("file"), ERROR_DIRECTORY);
        REFUSES(SetCurrentDirectoryA("file/none"), ERROR_PATH_NOT_FOUND);
        REFUSES(SetCurrentDirectoryA(""), ERROR_INVALID_NAME);
        REFUSES(SetCurrentDirectoryW(nullptr), ERROR_INVALID_NAME);
        REFUSES(SetCurrentDirectoryA(std::string(300, 'a').c_str()), ERROR_FILENAME_EXCED_RANGE);
        CHECK(std::filesystem::equivalent(std::filesystem::current_path(), scratch.path()));
        CHECK(SetCurrentDirectoryA(before));
    }
}
