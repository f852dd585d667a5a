#include "process.hpp"

#include <cstring>
#include <cwchar>

using test::launch;
using test::role_line;

namespace {

// What a child wrote of itself.
std::wstring from_utf8(const std::string& text) {
    std::wstring made(text.size(), L'\0');
    made.resize(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                                             made.data(), static_cast<int>(made.size()))));
    return made;
}

std::string to_utf8(const std::wstring& text) {
    std::string made(text.size() * 4, '\0');
    made.resize(
        static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()),
                                                     made.data(), static_cast<int>(made.size()), nullptr, nullptr)));
    return made;
}

}  // namespace

ROLE(write_command_line) {
    ROLE_CHECK(GetCommandLineW() == GetCommandLineW());
    test::write_file(args.text(0), to_utf8(GetCommandLineW()));
    return static_cast<int>(args.size());
}

TEST_CASE("The command line reaches the child as it is", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("line");
    const std::wstring begin = role_line("write_command_line", test::wide(out));
    const auto reaches = [&](const std::wstring& rest, DWORD arguments) {
        const std::wstring line = begin + rest;
        CHECK(test::run({.command_line = line}) == arguments);
        CHECK(from_utf8(test::read_file(out)) == line);
    };
    reaches(L"", 1);
    reaches(L"  ", 1);
    reaches(L" one   two\tthree", 4);
    reaches(L" \"a b\" \"\" c\\\\\"d\" e\\\"f", 5);
    reaches(L" \\\\server\\share\\ \"trailing\\\\\"", 3);
    reaches(L" \u00E4\u20AC \u4F60\u597D", 3);
    reaches(L" a=b;c|d&e $HOME * ?", 5);
    reaches(L" \"open", 2);
}

TEST_CASE("A command line has up to 32,766 characters", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("line");
    std::wstring line = role_line("write_command_line", test::wide(out) + L" ");
    line.resize(32'766, L'x');
    CHECK(test::run({.command_line = line}) == 2);
    CHECK(from_utf8(test::read_file(out)) == line);
    // Three bytes each.
    std::fill(line.end() - 30'000, line.end(), L'\u20AC');
    CHECK(test::run({.command_line = line}) == 2);
    CHECK(from_utf8(test::read_file(out)) == line);
    // Wine cuts what is longer.
    if (test::on_wine()) return;
    test::child made;
    line += L'x';
    REFUSES(launch{.command_line = line}(made), ERROR_FILENAME_EXCED_RANGE);
    line.resize(100'000, L'x');
    REFUSES(launch{.command_line = line}(made), ERROR_FILENAME_EXCED_RANGE);
    CHECK(made.info.hProcess == nullptr);
}

TEST_CASE("An ANSI command line reaches the child", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("line");
    std::string line = to_utf8(role_line("write_command_line", test::wide(out))) + "  \"x  y\" ";
    const std::string copy = line;
    STARTUPINFOA info{};
    info.cb = sizeof info;
    test::child made;
    REQUIRE(CreateProcessA(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &info, &made.info));
    CHECK(made.end() == 2);
    CHECK(test::read_file(out) == copy);
}

ROLE(compare_command_lines) {
    const std::wstring line = GetCommandLineW();
    return from_utf8(GetCommandLineA()) == line ? 0 : 1;
}

TEST_CASE("Both forms of the command line agree", "[windows_h][process]") {
    CHECK(test::run({.command_line = role_line("compare_command_lines", L"a  \"b\"")}) == 0);
    CHECK(GetCommandLineA() == GetCommandLineA());
}

ROLE(pass_on) {
    // A program in between gives the child no command line of its own.
    test::child made;
    ROLE_CHECK(launch{.command_line = role_line("write_command_line", test::wide(args.text(0)))}(made));
    return static_cast<int>(made.end());
}

TEST_CASE("A grandchild has its own command line", "[windows_h][process]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("line");
    CHECK(test::run({.command_line = role_line("pass_on", test::wide(out) + L"  \"odd\"  ")}) == 1);
    CHECK(from_utf8(test::read_file(out)) == role_line("write_command_line", test::wide(out)));
}

ROLE(tell_startup) {
    STARTUPINFOW info;
    std::memset(&info, 0x55, sizeof info);
    GetStartupInfoW(&info);
    STARTUPINFOA narrow{};
    GetStartupInfoA(&narrow);
    ROLE_CHECK(info.cb == sizeof info);
    ROLE_CHECK(narrow.cb == sizeof narrow);
    ROLE_CHECK(info.dwFlags == narrow.dwFlags);
    // On Windows the form A is of another code page.
    ROLE_CHECK(test::on_windows || from_utf8(narrow.lpTitle) == info.lpTitle);
    ROLE_CHECK(from_utf8(narrow.lpDesktop) == info.lpDesktop);
    if (args.size() == 0) {
        ROLE_CHECK(info.dwFlags == 0);
        ROLE_CHECK(info.dwX == 0);
        ROLE_CHECK(info.cbReserved2 == 0);
        return std::wcscmp(info.lpTitle, test::own_image().c_str()) == 0 || test::on_windows ? 5 : 6;
    }
    ROLE_CHECK(info.dwX == 1);
    ROLE_CHECK(info.dwY == 2);
    ROLE_CHECK(info.dwXSize == 3);
    ROLE_CHECK(info.dwYSize == 4);
    ROLE_CHECK(info.dwXCountChars == 5);
    ROLE_CHECK(info.dwYCountChars == 6);
    ROLE_CHECK(info.dwFillAttribute == 7);
    ROLE_CHECK(info.dwFlags == (STARTF_USESHOWWINDOW | STARTF_USEPOSITION));
    ROLE_CHECK(info.wShowWindow == SW_SHOWMINIMIZED);
    ROLE_CHECK(std::wcscmp(info.lpTitle, L"A title \u20AC 1 2") == 0);
    ROLE_CHECK(std::wcscmp(info.lpDesktop, L"a desktop") == 0);
    return 7;
}

TEST_CASE("The start-up information reaches the child", "[windows_h][process]") {
    CHECK(test::run({.command_line = role_line("tell_startup")}) == 5);
    STARTUPINFOW info{};
    info.cb = sizeof info;
    info.dwX = 1;
    info.dwY = 2;
    info.dwXSize = 3;
    info.dwYSize = 4;
    info.dwXCountChars = 5;
    info.dwYCountChars = 6;
    info.dwFillAttribute = 7;
    info.dwFlags = STARTF_USESHOWWINDOW | STARTF_USEPOSITION;
    info.wShowWindow = SW_SHOWMINIMIZED;
    wchar_t title[] = L"A title \u20AC 1 2";
    wchar_t desktop[] = L"a desktop";
    info.lpTitle = title;
    info.lpDesktop = desktop;
    CHECK(test::run({.command_line = role_line("tell_startup", L"all"), .startup = &info}) == 7);
}
