// A program with wWinMain: it has no argc and argv, but a command line, which CommandLineToArgvW splits, and is told
// how to show its first window. Its return value is the exit code, all 32 bits of it.

#include "win32.hpp"

#include <shellapi.h>

#include <cwchar>

namespace {

// ASCII; a console of Windows has its own mind about the rest.
std::string Narrow(const wchar_t* text) {
    std::string narrow;
    for (; *text != 0; ++text) narrow += *text < 0x80 ? static_cast<char>(*text) : '?';
    return narrow;
}

}  // namespace

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR commandLine, int show) {
    // The program again, as it starts itself below: it tells what it was told.
    if (std::wcscmp(commandLine, L"tell how to show") == 0) return 0x12340000 + show;

    std::printf("The instance is the program: %s; there is no previous one: %s.\n",
                instance == GetModuleHandleW(nullptr) ? "yes" : "no", previous == nullptr ? "yes" : "no");
    std::printf("The command line is: %s\n", Narrow(commandLine).c_str());

    // With the program's name the splitting begins right.
    int count = 0;
    LPWSTR* const arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    if (arguments == nullptr) Fail("CommandLineToArgvW");
    for (int i = 1; i < count; ++i) std::printf("Argument %d: %s\n", i, Narrow(arguments[i]).c_str());
    LocalFree(arguments);

    STARTUPINFOW start = {};
    start.dwFlags = STARTF_USESHOWWINDOW;
    start.wShowWindow = SW_SHOWMAXIMIZED;
    std::printf("Started with SW_SHOWMAXIMIZED (3): exit code 0x%x.\n",
                static_cast<unsigned>(StartSelf(L"tell how to show", FALSE, 0, start).ExitCode()));
    std::printf("Started without: exit code 0x%x.\n",
                static_cast<unsigned>(StartSelf(L"tell how to show", FALSE).ExitCode()));
    return 0;
}
