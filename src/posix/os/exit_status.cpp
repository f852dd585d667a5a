#include "posix/os/exit_status.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "posix/os/futex.hpp"

namespace kobj::posix::os {

namespace {

constexpr auto p_pidfd = static_cast<idtype_t>(3);  // P_PIDFD, Linux 5.4

// struct pidfd_info and PIDFD_GET_INFO of Linux 6.13, exit_code of 6.15; not in older headers.
struct pidfd_info {
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::uint32_t pid, tgid, ppid;
    std::uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    std::int32_t exit_code;
};
constexpr std::uint64_t info_exit = 1U << 3U;
constexpr unsigned long get_info = _IOWR(0xFF, 11, pidfd_info);

}  // namespace

std::uint32_t code_of_wait_status(int status) noexcept {
    if (WIFSIGNALED(status)) return 128U + static_cast<std::uint32_t>(WTERMSIG(status));
    return static_cast<std::uint32_t>(WEXITSTATUS(status));
}

descriptor open_pidfd(pid_t pid) noexcept {
    return descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

bool has_ended(int pidfd, int milliseconds) noexcept {
    pollfd ask{pidfd, POLLIN, 0};
    // A signal that the program handles ends poll.
    const std::int64_t end = coarse_now() + milliseconds * std::int64_t{1'000'000};
    int ready = 0;
    while ((ready = poll(&ask, 1, milliseconds)) < 0 && errno == EINTR)
        milliseconds = static_cast<int>(std::max<std::int64_t>(0, (end - coarse_now()) / 1'000'000));
    return ready == 1;
}

int kill_process(int pidfd) noexcept {
    return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) == 0 ? 0 : errno;
}

std::optional<std::uint32_t> zombie_exit_code(pid_t pid) noexcept {
    std::array<char, 64> path{};
    std::array<char, 1024> text{};
    std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
    descriptor file(open(path.data(), O_RDONLY | O_CLOEXEC));
    if (!file || read(file.get(), text.data(), text.size() - 1) <= 0) return std::nullopt;
    const char* rest = std::strrchr(text.data(), ')');
    if (rest == nullptr || rest[1] != ' ' || rest[2] != 'Z') return std::nullopt;
    const char* last = std::strrchr(text.data(), ' ');  // field 52, the last one
    int status = 0;
    if (last == nullptr || std::sscanf(last, "%d", &status) != 1) return std::nullopt;
    return code_of_wait_status(status);
}

std::optional<std::uint32_t> pidfd_exit_code(int pidfd) noexcept {
    pidfd_info info{};
    info.mask = info_exit;
    if (ioctl(pidfd, get_info, &info) != 0 || (info.mask & info_exit) == 0) return std::nullopt;
    return code_of_wait_status(info.exit_code);
}

std::optional<std::uint32_t> child_exit_code(int pidfd) noexcept {
    siginfo_t info{};
    int error = 0;
    do {
        error = waitid(p_pidfd, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error != 0 || info.si_pid == 0) return std::nullopt;
    if (info.si_code == CLD_EXITED) return static_cast<std::uint32_t>(info.si_status);
    return 128U + static_cast<std::uint32_t>(info.si_status);
}

void bury_child(int pidfd) noexcept {
    siginfo_t info{};
    while (waitid(p_pidfd, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 && errno == EINTR) {
    }
}

}  // namespace kobj::posix::os
