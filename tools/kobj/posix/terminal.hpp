#pragma once

#include <csignal>
#include <string>

#include <termios.h>

#include "posix/os/shared_file.hpp"

namespace kobj::tool {

/// The terminal, for a program that fills its screen and is asked by keys. As it was again at the end, also when a
/// signal ends the program: signals that do so, or stop it, are taken by wait().
class terminal {
public:
    /// Is there one to show something on and to be asked by?
    static bool is_there() noexcept;

    /// Throws facts::unreadable.
    terminal();
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;
    ~terminal();

    struct size {
        std::size_t columns = 80;
        std::size_t rows = 24;
    };
    [[nodiscard]] static size measure() noexcept;

    /// Shows these lines, cut at the right and at the bottom.
    void show(const std::string& lines);

    enum class event { time, key, resized, end };
    /// The next key, change of size or end, but no longer than this. When the program was stopped and goes on, that
    /// counts as a change of size.
    event wait(int milliseconds);
    /// The last key: a character, or one of these.
    enum special : int { up = 256, down, left, right };
    [[nodiscard]] int key() const noexcept { return key_; }
    /// The signal that asks for the end. To be raised again once the terminal is as it was.
    [[nodiscard]] int end_signal() const noexcept { return end_signal_; }

private:
    void take();
    void give_back() noexcept;
    bool read_key();

    termios before_{};
    sigset_t mask_before_{};
    posix::os::descriptor signals_;
    int key_ = 0;
    int end_signal_ = 0;
};

/// Ends this program by the signal.
[[noreturn]] void end_by(int signal) noexcept;

}  // namespace kobj::tool
