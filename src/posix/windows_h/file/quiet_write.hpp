#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace kobj::windows_h {

/// While it lives, a write of this thread to a pipe without a reader, or beyond the largest size of a file, is an error
/// and no signal. What the program does about those signals stays as it is.
class quiet_write {
public:
    quiet_write() noexcept {
        sigset_t both;
        sigemptyset(&both);
        sigaddset(&both, SIGPIPE);
        sigaddset(&both, SIGXFSZ);
        pthread_sigmask(SIG_BLOCK, &both, &before_);
        // Only one that was held back before can be waiting already; it is the program's.
        if (sigismember(&before_, SIGPIPE) == 1 || sigismember(&before_, SIGXFSZ) == 1)
            sigpending(&waiting_);
        else
            sigemptyset(&waiting_);
    }
    quiet_write(const quiet_write&) = delete;
    quiet_write& operator=(const quiet_write&) = delete;
    ~quiet_write() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    /// Takes away the signal that came with this error.
    void swallow(int error) const noexcept {
        const int number = error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;
        if (number == 0 || sigismember(&waiting_, number) == 1) return;
        sigset_t it;
        sigemptyset(&it);
        sigaddset(&it, number);
        const timespec now{};
        while (sigtimedwait(&it, nullptr, &now) < 0 && errno == EINTR) {
        }
    }

private:
    sigset_t before_{};
    sigset_t waiting_{};
};

}  // namespace kobj::windows_h
