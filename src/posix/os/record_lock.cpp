#include "posix/os/record_lock.hpp"

#include <fcntl.h>

#include <cerrno>

namespace kobj::posix::os {

namespace {

struct flock one_byte(short type, off_t byte) noexcept {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = byte;
    range.l_len = 1;
    return range;
}

}  // namespace

bool lock_byte(int fd, off_t byte) noexcept {
    struct flock range = one_byte(F_WRLCK, byte);
    int error = 0;
    do {
        error = fcntl(fd, F_SETLK, &range) == 0 ? 0 : errno;
    } while (error == EINTR);
    return error == 0;
}

void unlock_byte(int fd, off_t byte) noexcept {
    struct flock range = one_byte(F_UNLCK, byte);
    fcntl(fd, F_SETLK, &range);
}

bool is_locked_by_others(int fd) noexcept {
    struct flock range = one_byte(F_WRLCK, 0);
    range.l_len = 0;  // to the end
    return fcntl(fd, F_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

pid_t byte_holder(int fd, off_t byte) noexcept {
    struct flock range = one_byte(F_WRLCK, byte);
    if (fcntl(fd, F_GETLK, &range) != 0 || range.l_type == F_UNLCK) return 0;
    return range.l_pid;
}

}  // namespace kobj::posix::os
