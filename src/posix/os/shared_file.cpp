#include "posix/os/shared_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace kobj::posix::os {

void descriptor::reset() noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

descriptor copy_of(const descriptor& original) noexcept {
    constexpr int high_enough = 100;  // out of the way of programs that count on low numbers
    return descriptor(fcntl(original.get(), F_DUPFD_CLOEXEC, high_enough));
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

namespace {

bool lock_whole(int fd, int how) noexcept {
    while (flock(fd, how) != 0) {
        if (errno != EINTR) return false;
    }
    return true;
}

}  // namespace

bool unlink_if_same(int fd, const std::string& path, bool (*unless)(int fd) noexcept) noexcept {
    if (!lock_whole(fd, LOCK_EX)) return false;
    struct stat mine {};
    struct stat named {};
    const bool removed = fstat(fd, &mine) == 0 && lstat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
                         mine.st_dev == named.st_dev && (unless == nullptr || !unless(fd)) && unlink(path.c_str()) == 0;
    flock(fd, LOCK_UN);
    return removed;
}

void remove_numbered_files(const std::string& prefix) noexcept {
    try {
        std::error_code ignored;
        for (const auto& file :
             std::filesystem::directory_iterator(std::filesystem::path(prefix).parent_path(), ignored)) {
            const std::string path = file.path().string();
            if (path.size() > prefix.size() && path.starts_with(prefix) &&
                path.find_first_not_of("0123456789abcdef", prefix.size()) == std::string::npos)
                std::filesystem::remove(path, ignored);
        }
    } catch (const std::exception&) {
        // They stay.
    }
}

bool while_named(int fd, const std::function<bool()>& work) {
    // Where it cannot be locked nobody else can lock it either, and so remove its name.
    const bool locked = lock_whole(fd, LOCK_SH);
    struct stat mine {};
    const bool done = fstat(fd, &mine) == 0 && mine.st_nlink != 0 && work();
    if (locked) flock(fd, LOCK_UN);
    return done;
}

}  // namespace kobj::posix::os
