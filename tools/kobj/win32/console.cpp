#include "console.hpp"

#include "win32/windows.hpp"

namespace kobj::tool {

namespace {

HANDLE output() {
    return GetStdHandle(STD_OUTPUT_HANDLE);
}

}  // namespace

bool is_terminal() {
    static const bool is = [] {
        DWORD mode = 0;
        return GetConsoleMode(output(), &mode) != FALSE;
    }();
    return is;
}

bool console_has_colours() {
    static const bool has = [] {
        DWORD mode = 0;
        return GetConsoleMode(output(), &mode) != FALSE &&
               SetConsoleMode(output(), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != FALSE;
    }();
    return has;
}

std::size_t console_width() {
    CONSOLE_SCREEN_BUFFER_INFO now{};
    if (GetConsoleScreenBufferInfo(output(), &now) == FALSE) return 0;
    return static_cast<std::size_t>(now.srWindow.Right - now.srWindow.Left + 1);
}

}  // namespace kobj::tool
