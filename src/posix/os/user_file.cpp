#include "posix/os/user_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

namespace kobj::posix::os {

opened_file open_user_file(const std::string& path, bool write) noexcept {
    opened_file made;
    made.file = descriptor(open(path.c_str(), (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!made.file) {
        made.error = errno;
        return made;
    }
    struct stat facts {};
    if (fstat(made.file.get(), &facts) != 0) {
        made.error = errno;
        made.file.reset();
        return made;
    }
    made.facts = {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size), S_ISREG(facts.st_mode),
                  S_ISDIR(facts.st_mode)};
    return made;
}

std::string path_of(int fd) {
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    std::string path(PATH_MAX, '\0');
    const ssize_t length = readlink(link, path.data(), path.size());
    // As long as the room is: cut off.
    if (length <= 0 || static_cast<std::size_t>(length) == path.size()) return {};
    path.resize(static_cast<std::size_t>(length));
    return path;
}

bool has_folder(const std::string& path) {
    const std::size_t end = path.find_last_of('/');
    if (end == std::string::npos || end == 0) return true;
    struct stat facts {};
    return stat(path.substr(0, end).c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

int grow_user_file(int fd, std::uint64_t now, std::uint64_t size) noexcept {
    // Growing a file beyond RLIMIT_FSIZE raises SIGXFSZ, which ends the program.
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur) return EFBIG;
    struct statvfs disk {};
    if (fstatvfs(fd, &disk) == 0 && disk.f_blocks != 0 && (size - now) / disk.f_frsize > disk.f_bavail) return ENOSPC;
    // First the place, then the length: a full disk is found before anybody sees a change.
    int error = 0;
    do {
        error = fallocate(fd, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(now), static_cast<off_t>(size - now)) == 0
                    ? 0
                    : errno;
    } while (error == EINTR);
    if (error != 0 && error != EOPNOTSUPP && error != ENOSYS) return error;
    return commit_file(fd, now, size - now);
}

}  // namespace kobj::posix::os
