#include "posix/os/shared_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace kobj::posix::os {

void descriptor::reset() noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

descriptor make_nameless_file(const char* folder) noexcept {
    descriptor file(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file && fchmod(file.get(), 0600) != 0) file.reset();
    return file;
}

int link_file(int fd, const std::string& path) noexcept {
    char from[64];
    std::snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, from, AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

int commit_file(int fd, std::uint64_t from, std::uint64_t length) noexcept {
    // Growing a file beyond RLIMIT_FSIZE raises SIGXFSZ, which ends the program.
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && from + length > limit.rlim_cur)
        return EFBIG;
    int error = 0;
    do {
        error = posix_fallocate(fd, static_cast<off_t>(from), static_cast<off_t>(length));
    } while (error == EINTR);
    return error;
}

void unlink_if_same(int fd, const std::string& path) noexcept {
    while (flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) return;
    }
    struct stat mine {};
    struct stat named {};
    if (fstat(fd, &mine) == 0 && lstat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
        mine.st_dev == named.st_dev)
        unlink(path.c_str());
    flock(fd, LOCK_UN);
}

}  // namespace kobj::posix::os
