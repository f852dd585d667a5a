#include "posix/os/proc.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace kobj::posix::os {

namespace {

constexpr std::uint64_t nanoseconds_of_second = 1'000'000'000;
constexpr unsigned long pf_exiting = 0x4;  // linux/sched.h: the process is shutting down

ssize_t read_file(const char* path, char* to, std::size_t room) noexcept {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t got = 0;
    do {
        got = read(fd, to, room - 1);
    } while (got < 0 && errno == EINTR);
    close(fd);
    if (got >= 0) to[got] = '\0';
    return got;
}

std::uint64_t nanoseconds_of_tick() noexcept {
    return nanoseconds_of_second / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
}

std::uint64_t now_by(clockid_t clock) noexcept {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * nanoseconds_of_second + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t wall_clock_at(std::uint64_t ticks) noexcept {
    const std::uint64_t now = now_by(CLOCK_REALTIME);
    return ticks == 0 ? now : now - (now_by(CLOCK_BOOTTIME) - ticks * nanoseconds_of_tick());
}

used_times own_used_times() noexcept {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto nanoseconds = [](const timeval& span) {
        return static_cast<std::uint64_t>(span.tv_sec) * nanoseconds_of_second +
               static_cast<std::uint64_t>(span.tv_usec) * 1'000;
    };
    return {nanoseconds(used.ru_stime), nanoseconds(used.ru_utime)};
}

namespace {

process_facts read_facts(const char* path) noexcept {
    process_facts facts;
    std::array<char, 1024> text{};
    if (read_file(path, text.data(), text.size()) <= 0) return facts;
    // The name in parentheses may hold anything; the fields follow its last parenthesis.
    const char* rest = std::strrchr(text.data(), ')');
    if (rest == nullptr) return facts;
    char state = 0;
    int parent = 0;
    unsigned long flags = 0;
    long threads = 0;
    unsigned long long start = 0;
    unsigned long long user = 0;
    unsigned long long kernel = 0;
    if (std::sscanf(rest + 1, " %c %d %*d %*d %*d %*d %lu %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %ld %*d %llu",
                    &state, &parent, &flags, &user, &kernel, &threads, &start) != 7)
        return facts;
    facts.exists = true;
    facts.parent = parent;
    facts.start_time = start;
    facts.used = {kernel * nanoseconds_of_tick(), user * nanoseconds_of_tick()};
    facts.stopped = state == 'T' || state == 't';
    facts.threads = static_cast<std::uint32_t>(threads);
    facts.zombie = state == 'Z' || state == 'X';
    // A first thread that has ended while others go on is a zombie, too: then there is more than one thread.
    facts.thread_ending = facts.zombie || (flags & pf_exiting) != 0;
    facts.ending = threads <= 1 && facts.thread_ending;
    return facts;
}

}  // namespace

process_facts look_at_process(pid_t pid) noexcept {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
    return read_facts(path.data());
}

process_facts look_at_thread(pid_t process, pid_t thread) noexcept {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/stat", static_cast<int>(process),
                  static_cast<int>(thread));
    return read_facts(path.data());
}

bool proc_is_ours() noexcept {
    std::array<char, 32> text{};
    return readlink("/proc/self", text.data(), text.size() - 1) > 0 && std::atoi(text.data()) == getpid();
}

std::string executable_path() {
    std::string path(256, '\0');
    for (;;) {
        const ssize_t got = readlink("/proc/self/exe", path.data(), path.size());
        if (got < 0) return {};
        if (static_cast<std::size_t>(got) < path.size()) {
            path.resize(static_cast<std::size_t>(got));
            return path;
        }
        path.resize(path.size() * 2);
    }
}

std::uint64_t pid_namespace() noexcept {
    struct stat facts {};
    return stat("/proc/self/ns/pid", &facts) == 0 ? facts.st_ino : 0;
}

boot_identity boot_id() noexcept {
    std::array<char, 64> text{};
    boot_identity id;
    if (read_file("/proc/sys/kernel/random/boot_id", text.data(), text.size()) <= 0) return id;
    for (const char* c = text.data(); *c != '\0'; ++c) {
        int digit = 0;
        if (*c >= '0' && *c <= '9')
            digit = *c - '0';
        else if (*c >= 'a' && *c <= 'f')
            digit = *c - 'a' + 10;
        else
            continue;
        id.high = id.high << 4U | id.low >> 60U;
        id.low = id.low << 4U | static_cast<unsigned>(digit);
    }
    return id;
}

}  // namespace kobj::posix::os
