#include "terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "posix/facts/image.hpp"
#include "posix/fail.hpp"

namespace kobj::tool {

namespace {

void write_all(const std::string& text) noexcept {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = write(STDOUT_FILENO, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) return;
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

}  // namespace

bool terminal::is_there() noexcept {
    const char* kind = std::getenv("TERM");
    return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

terminal::terminal() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP}) sigaddset(&taken, s);
    sigprocmask(SIG_BLOCK, &taken, &mask_before_);
    signals_ = posix::os::descriptor(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_ || tcgetattr(STDIN_FILENO, &before_) != 0) {
        const int error = errno;
        sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
        throw facts::unreadable(posix::text("the terminal: {}", std::strerror(error)));
    }
    take();
}

terminal::~terminal() {
    give_back();
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

void terminal::take() {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    // Another screen, without a cursor, on which long lines are cut.
    write_all("\x1b[?1049h\x1b[?25l\x1b[?7l");
}

void terminal::give_back() noexcept {
    write_all("\x1b[?7h\x1b[?25h\x1b[?1049l");
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

terminal::size terminal::measure() noexcept {
    winsize now{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) != 0 || now.ws_col == 0 || now.ws_row == 0) return {};
    return {now.ws_col, now.ws_row};
}

void terminal::show(const std::string& lines) {
    std::string frame = "\x1b[H";
    std::size_t rows = measure().rows;
    for (std::size_t at = 0; at < lines.size() && rows > 0; --rows) {
        const std::size_t end = std::min(lines.find('\n', at), lines.size());
        frame.append(lines, at, end - at).append("\x1b[m\x1b[K");
        at = end + 1;
        if (at < lines.size() && rows > 1) frame += "\r\n";
    }
    write_all(frame + "\x1b[J");
}

bool terminal::read_key() {
    std::array<char, 8> bytes{};
    const ssize_t n = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (n <= 0) return false;
    key_ = static_cast<unsigned char>(bytes[0]);
    if (n >= 3 && bytes[0] == '\x1b' && (bytes[1] == '[' || bytes[1] == 'O')) {
        constexpr std::array<int, 4> arrows{up, down, right, left};
        if (bytes[2] >= 'A' && bytes[2] <= 'D') key_ = arrows[static_cast<std::size_t>(bytes[2] - 'A')];
    }
    return true;
}

terminal::event terminal::wait(int milliseconds) {
    std::array<pollfd, 2> both{{{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
    if (poll(both.data(), both.size(), milliseconds) <= 0) return event::time;
    signalfd_siginfo told{};
    if (read(signals_.get(), &told, sizeof told) == sizeof told) {
        const int signal = static_cast<int>(told.ssi_signo);
        if (signal == SIGWINCH) return event::resized;
        if (signal != SIGTSTP) {
            end_signal_ = signal;
            return event::end;
        }
        give_back();
        raise(SIGSTOP);
        take();
        return event::resized;
    }
    if (both[0].revents == 0) return event::time;
    // A terminal that is gone can be read, and there is nothing.
    if (!read_key()) return event::end;
    return event::key;
}

void end_by(int signal) noexcept {
    std::signal(signal, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    sigprocmask(SIG_UNBLOCK, &one, nullptr);
    raise(signal);
    _exit(128 + signal);
}

}  // namespace kobj::tool
