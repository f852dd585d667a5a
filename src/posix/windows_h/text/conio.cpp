#include <conio.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace {

// The terminal gives each key at once and does not show it, for the life of this object. Not where there is none.
class single_keys {
public:
    single_keys() noexcept : there_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!there_) return;
        termios raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    single_keys(const single_keys&) = delete;
    single_keys& operator=(const single_keys&) = delete;
    ~single_keys() {
        if (there_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }

private:
    termios before_{};
    bool there_;
};

}  // namespace

// Past the buffer of standard input, like the console's functions on Windows.
int _getch() {
    std::fflush(stdout);
    const single_keys mode;
    unsigned char key = 0;
    if (::read(STDIN_FILENO, &key, 1) != 1) return EOF;
    return key == '\n' ? '\r' : key;
}
int _getche() {
    const int key = _getch();
    if (key != EOF) std::putchar(key);
    return key;
}
int _kbhit() {
    const single_keys mode;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) == 1 ? 1 : 0;
}
