#include "posix/os/open_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "posix/os/exit_status.hpp"

#ifndef SYS_pidfd_getfd
#    define SYS_pidfd_getfd 438
#endif

namespace kobj::posix::os {

opened_identity identity_of(int fd) noexcept {
    opened_identity found;
    struct stat facts {};
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fstat(fd, &facts) != 0) return found;
    found.exists = true;
    found.device = facts.st_dev;
    found.inode = facts.st_ino;
    found.mode = facts.st_mode;
    const int access = flags & O_ACCMODE;
    found.reads = (flags & O_PATH) == 0 && access != O_WRONLY;
    found.writes = (flags & O_PATH) == 0 && access != O_RDONLY;
    return found;
}

descriptor take_from_process(std::uint32_t pid, int fd) noexcept {
    const descriptor process = open_pidfd(static_cast<pid_t>(pid));
    if (!process) return {};
    return descriptor(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
}

namespace {

rlim_t limit_at_start() noexcept {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}
const rlim_t first_limit = limit_at_start();

}  // namespace

bool raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur != first_limit || limit.rlim_cur == limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace kobj::posix::os
