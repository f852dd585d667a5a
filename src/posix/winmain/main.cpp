#include "posix/winmain/entry.hpp"

namespace kobj::winmain {
int argument_count;
char** arguments;
}  // namespace kobj::winmain

int main(int count, char** texts) {
    kobj::winmain::argument_count = count;
    kobj::winmain::arguments = texts;
    STARTUPINFOA start = {};
    GetStartupInfoA(&start);
    const int show = (start.dwFlags & STARTF_USESHOWWINDOW) != 0 ? start.wShowWindow : SW_SHOWDEFAULT;
    ExitProcess(static_cast<UINT>(
        WinMain(GetModuleHandleA(nullptr), nullptr, kobj::winmain::behind_program(GetCommandLineA()), show)));
}
