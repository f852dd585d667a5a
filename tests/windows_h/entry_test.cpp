#include "windows.hpp"

#include <cstring>

namespace {

// The exit code of a program of tests/windows_h/entry, which lies beside this one. It checks what it is given.
DWORD run(const std::string& name, int show = -1) {
    const auto program = std::filesystem::path(kobj::process::executable_path()).parent_path() /
                         ("kobj_entry_" + name + test::program_suffix());
    std::wstring text = L"\"" + program.wstring() + L"\"  first \"a b\"  \u00E4 ";
    STARTUPINFOW start = {};
    start.cb = sizeof start;
    if (show >= 0) {
        start.dwFlags = STARTF_USESHOWWINDOW;
        start.wShowWindow = static_cast<WORD>(show);
    }
    PROCESS_INFORMATION made = {};
    INFO(name);
    REQUIRE(CreateProcessW(nullptr, text.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &start, &made));
    const test::owned process = made.hProcess;
    const test::owned thread = made.hThread;
    CHECK(WaitForSingleObject(process, INFINITE) == WAIT_OBJECT_0);
    DWORD code = 0;
    CHECK(GetExitCodeProcess(process, &code));
    return code;
}

constexpr DWORD good = 0x7654321;

}  // namespace

TEST_CASE("wmain gets arguments and environment, and its result is the exit code", "[windows_h][entry]") {
    REQUIRE(SetEnvironmentVariableA("kobj_entry", "1"));
    CHECK(run("wmain_c") == good);
    CHECK(run("wmain_cpp") == good);
    CHECK(run("wmain_environment_c") == good);
    CHECK(run("wmain_environment_cpp") == good);
    CHECK(run("tmain_c") == good);
    CHECK(run("tmain_wide_cpp") == good);
    CHECK(SetEnvironmentVariableA("kobj_entry", nullptr));
}

#if !defined(_WIN32)
TEST_CASE("wmain without parameters", "[windows_h][entry]") {
    CHECK(run("wmain_nothing_cpp") == good);
}
#endif

TEST_CASE("WinMain and wWinMain get the command line, the program and how to show the window", "[windows_h][entry]") {
    for (const char* name : {"WinMain_c", "WinMain_cpp", "wWinMain_c", "wWinMain_cpp", "tWinMain_c"}) {
        CHECK(run(name) == good);
        CHECK(run(name, SW_SHOWMINIMIZED) == good);
    }
}
