#include "posix/os/stop_signal.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace kobj::posix::os {

constinit thread_local stop_state stopping;

namespace {

void (*stop_here)() noexcept = nullptr;
bool (*put_it_off)() noexcept = nullptr;

constexpr int end_value = 0x4B656E64;

void note(const siginfo_t& info) noexcept {
    if (info.si_code == SI_QUEUE && info.si_value.sival_int == end_value)
        stopping.told_to_end.store(true, std::memory_order_relaxed);
}

void handle(int, siginfo_t* info, void*) {
    const int before = errno;
    note(*info);
    if (stopping.guards.load(std::memory_order_relaxed) == 0)
        stop_now();
    else if (put_it_off())
        stop_later();
    errno = before;
}

/// Whether the signal is in a set of /proc/PID/status.
bool has(const char* text, const char* name) noexcept {
    const char* const at = std::strstr(text, name);
    if (at == nullptr) return false;
    return (std::strtoull(at + std::strlen(name), nullptr, 16) >> (stop_signal - 1) & 1U) != 0;
}

}  // namespace

void on_stop_signal(void (*stop)() noexcept, bool (*put_off)() noexcept) noexcept {
    stop_here = stop;
    put_it_off = put_off;
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigaction(stop_signal, &action, nullptr);
}

void stop_now() noexcept {
    const int before = errno;
    stopping.put_off.store(false, std::memory_order_relaxed);
    // No handler of the program's runs in a thread that has stopped.
    sigset_t all;
    sigset_t own;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &own);
    // Nor is it cancelled here, where nothing may be thrown.
    int cancelled = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelled);
    stop_here();
    pthread_setcancelstate(cancelled, nullptr);
    pthread_sigmask(SIG_SETMASK, &own, nullptr);
    errno = before;
}

bool send_stop_signal(pid_t process, pid_t thread, wish what) noexcept {
    siginfo_t info{};
    info.si_signo = stop_signal;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = what == wish::end ? end_value : 0;
    return syscall(SYS_rt_tgsigqueueinfo, process, thread, stop_signal, &info) == 0 || errno != EPERM;
}

void take_stop_signals() noexcept {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, stop_signal);
    constexpr timespec at_once{};
    siginfo_t info{};
    while (sigtimedwait(&only, &info, &at_once) == stop_signal) note(info);
}

namespace {

/// Reads /proc/PID/task/TID/status. Null: it is not there.
const char* read_status(pid_t process, pid_t thread, std::array<char, 4096>& text) noexcept {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/status", static_cast<int>(process),
                  static_cast<int>(thread));
    const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return nullptr;
    const ssize_t got = read(fd, text.data(), text.size() - 1);
    close(fd);
    return got <= 0 ? nullptr : text.data();
}

}  // namespace

bool refuses_stop_signal(pid_t process, pid_t thread) noexcept {
    std::array<char, 4096> text{};
    const char* const status = read_status(process, thread, text);
    return status != nullptr && (has(status, "\nSigBlk:") || !has(status, "\nSigCgt:"));
}

bool has_stop_signal_pending(pid_t process, pid_t thread) noexcept {
    std::array<char, 4096> text{};
    const char* const status = read_status(process, thread, text);
    return status != nullptr && has(status, "\nSigPnd:");
}

}  // namespace kobj::posix::os
