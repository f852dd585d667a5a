#include "posix/winmain/entry.hpp"

int WinMain(HINSTANCE instance, HINSTANCE, LPSTR, int show) {
    return wWinMain(instance, nullptr, kobj::winmain::behind_program(GetCommandLineW()), show);
}
