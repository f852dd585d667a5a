#include "console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace kobj::tool {

bool is_terminal() {
    static const bool is = isatty(STDOUT_FILENO) != 0;
    return is;
}

bool console_has_colours() {
    return false;
}

std::size_t console_width() {
    winsize now{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 ? now.ws_col : 0;
}

}  // namespace kobj::tool
