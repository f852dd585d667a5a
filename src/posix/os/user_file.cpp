#include "posix/os/user_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

namespace kobj::posix::os {

namespace {

opened_file open_at(int folder, const char* path, bool write) noexcept {
    opened_file made;
    made.file = descriptor(openat(folder, path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct statx facts {};
    if (!made.file || statx(made.file.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &facts) != 0) {
        made.error = errno;
        made.file.reset();
        return made;
    }
    made.facts.identity.device = makedev(facts.stx_dev_major, facts.stx_dev_minor);
    made.facts.identity.inode = facts.stx_ino;
    if ((facts.stx_mask & STATX_BTIME) != 0)
        made.facts.identity.born =
            static_cast<std::uint64_t>(facts.stx_btime.tv_sec) * 1'000'000'000U + facts.stx_btime.tv_nsec;
    made.facts.size = facts.stx_size;
    made.facts.regular = S_ISREG(facts.stx_mode);
    made.facts.directory = S_ISDIR(facts.stx_mode);
    return made;
}

}  // namespace

opened_file open_user_file(const std::string& path, bool write) noexcept {
    return open_at(AT_FDCWD, path.c_str(), write);
}

opened_file open_as_in_process(std::uint32_t pid, const file_identity& which, bool write) noexcept {
    opened_file found;
    found.error = ENOENT;
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%u/fd", pid);
    DIR* const descriptors = opendir(path);
    if (descriptors == nullptr) return found;
    const int folder = dirfd(descriptors);
    while (const dirent* const each = readdir(descriptors)) {
        struct stat facts {};
        if (fstatat(folder, each->d_name, &facts, 0) != 0 || facts.st_dev != which.device ||
            facts.st_ino != which.inode)
            continue;
        found = open_at(folder, each->d_name, write);
        // Its number may be another file's since.
        if (found.file && found.facts.identity == which) break;
        found.file.reset();
    }
    closedir(descriptors);
    return found;
}

void remove_user_file(const std::string& path, const file_identity& which) noexcept {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0 || facts.st_dev != which.device || facts.st_ino != which.inode) return;
    if (S_ISDIR(facts.st_mode))
        rmdir(path.c_str());
    else
        unlink(path.c_str());
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
